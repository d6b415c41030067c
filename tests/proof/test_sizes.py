"""What changes rows can be read at a glance: no verb above 40 lines, no module of verbs above 400."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FUNCTION, MODULE = 40, 400


def modules() -> Iterator[Path]:
    apps = (ROOT / name for name in ("staff", "customers", "parts", "tickets", "complaints", "surveys"))
    for app in (*apps, *(ROOT / "service_center").iterdir()):
        yield from sorted(app.glob("actions/**/*.py"))


def too_long(name: str, source: str) -> list[str]:
    """The module, and the functions in it, that are longer than the house allows."""
    found = [name] if len(source.splitlines()) > MODULE else []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION:
            found.append(f"{name}: {node.name}")
    return found


def test_verbs_and_their_modules_are_short() -> None:
    read = list(modules())
    assert len(read) > 40  # the globs still find the rooms
    assert [line for path in read for line in too_long(str(path.relative_to(ROOT)), path.read_text())] == []


def test_a_long_verb_and_a_long_module_are_seen() -> None:
    """Negative control."""
    verb = "def take(row):\n" + "    row.step()\n" * FUNCTION
    assert too_long("a.py", verb) == ["a.py: take"]
    assert too_long("a.py", verb.replace("    row.step()\n", "", 1)) == []
    assert too_long("b.py", "x = 1\n" * (MODULE + 1)) == ["b.py"]
