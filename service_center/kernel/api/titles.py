"""Every field of the OpenAPI document has a title in the reader's language: its own label, or its name's word.

Each app's `api/words.py` says what the names it introduces mean; one name means one thing throughout the interface.
Where a field means something else, its serializer gives it a `label`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django_stubs_ext import StrPromise


@cache
def words() -> dict[str, StrPromise]:
    """Name -> title over all apps. Raises ValueError for a name that two apps explain."""
    found: dict[str, StrPromise] = {}
    for config in apps.get_app_configs():
        if not Path(config.path, "api", "words.py").exists():
            continue
        own: dict[str, StrPromise] = import_module(f"{config.name}.api.words").WORDS
        if twice := found.keys() & own:
            raise ValueError(f"{config.name} explains again: {sorted(twice)}")
        found |= own
    return found


def hook(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Give titles to the properties and the parameters that have none."""
    for name, schema in _named(result):
        word = words().get(name)
        if word is not None:
            schema.setdefault("title", str(word))
    return result


def _named(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for component in document["components"]["schemas"].values():
        yield from component.get("properties", {}).items()
    for methods in document["paths"].values():
        for operation in methods.values():
            for parameter in operation.get("parameters", ()):
                yield parameter["name"], parameter["schema"]
