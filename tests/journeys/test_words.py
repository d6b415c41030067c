"""The OpenAPI document gives every field a word; the story speaks in these words and in nothing else."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

STORY = Path(__file__).with_name("test_story_api.py").read_text()


def objects(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """Every object of the document and every operation's parameters: its name, and its fields by name."""
    for name, schema in document["components"]["schemas"].items():
        yield name, schema.get("properties", {})
    for methods in document["paths"].values():
        for operation in methods.values():
            fields = {one["name"]: one["schema"] for one in operation.get("parameters", ())}
            yield operation["operationId"], fields


def codes(schema: Any) -> Iterator[str]:
    """Every code of every enumeration."""
    if isinstance(schema, dict):
        yield from (str(code) for code in schema.get("enum", ()))
        for inner in schema.values():
            yield from codes(inner)
    elif isinstance(schema, list):
        for inner in schema:
            yield from codes(inner)


def test_every_field_of_the_document_has_a_word_of_its_own(document: dict[str, Any]) -> None:
    silent, twice = [], []
    for name, fields in objects(document):
        words = Counter(schema.get("title", "") for schema in fields.values())
        silent += [f"{name}.{field}" for field, schema in fields.items() if not schema.get("title")]
        twice += [f"{name}: {word}" for word, times in words.items() if times > 1]
    assert not silent, f"give these a word in their app's api/words.py, or a label: {silent}"
    assert not twice, f"one object calls two fields the same: {twice}"


def names_written(source: str, fields: set[str], enumerated: set[str]) -> list[str]:
    """Lines of the source that write a path or the name of a field, as a key, an argument or a value.

    A code of an enumeration may be a value, and never a key, also where a field is called the same.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        keys = [*(node.keys if isinstance(node, ast.Dict) else ())]
        keys += [node.slice] if isinstance(node, ast.Subscript) else []
        for key in keys:
            if isinstance(key, ast.Constant) and key.value in fields:
                found.append(f"{key.lineno}: [{key.value!r}]")
        if isinstance(node, ast.keyword) and node.arg in fields:
            found.append(f"{node.value.lineno}: {node.arg}=")
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found += _in_text(node, fields, enumerated)
    return sorted(set(found))


def _in_text(node: ast.Constant, fields: set[str], enumerated: set[str]) -> list[str]:
    """A path, a query, a field's name, or a dotted one."""
    text = str(node.value)
    parts = text.partition("=")[0].split(".")
    named = all(part in fields for part in parts) and (len(parts) > 1 or text not in enumerated)
    path = text.startswith("/") or "/api/" in text
    return [f"{node.lineno}: {text!r}"] if named or path else []


def test_no_path_and_no_name_of_a_field_is_written_in_the_story(document: dict[str, Any]) -> None:
    fields = {field for _, found in objects(document) for field in found}
    assert names_written(STORY, fields, set(codes(document))) == []


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('agent("create_ticket", channel="phone")', "channel="),
        ('agent("create_ticket", told={"phone": "138"})', "['phone']"),
        ('agent("get_ticket")["status"]', "['status']"),
        ('agent("list_ticket", asking="page_size=100")', "'page_size=100'"),
        ('beside == "customer.name"', "'customer.name'"),
        ('client.get("/api/v1/tickets/")', "'/api/v1/tickets/'"),
    ],
)
def test_a_name_written_in_the_story_would_be_seen(document: dict[str, Any], written: str, told: str) -> None:
    """Negative control."""
    fields = {field for _, found in objects(document) for field in found}
    assert f"1: {told}" in names_written(written, fields, set(codes(document)))
