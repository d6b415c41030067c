"""docs/requirements.md out of the suite's marks: which requirement is shown by which test.

`pytest --collect-only -q --write-requirements` writes it, `--check-requirements` fails when it is out of date.
A requirement is *done* when a test through a door (REST or pages) shows it and a test through a door shows a refusal
that belongs to it; with less it is *partly*, without a test *open*.
"""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

import pytest

PAGE = Path(__file__).parent.parent / "docs" / "requirements.md"
GROUPS = {
    "GEN": 20, "TKT": 32, "DSP": 16, "SLA": 24, "APT": 13, "RPR": 33, "WTY": 15, "CON": 3, "FEE": 12, "RMA": 33,
    "PRT": 20, "PUR": 12, "QLT": 9, "CMP": 24, "SUR": 15, "FUP": 23, "STF": 21, "TRN": 18, "RPT": 8, "KPI": 15,
    "CRM": 16, "SEC": 10, "SAF": 7, "EMG": 18, "IMP": 9, "INS": 10, "LOG": 6, "KNW": 6, "DIG": 6,
}  # fmt: skip
DOORS = {"api", "web", "client", "live_server", "page", "browser", "story", "doors"}
REFUSALS = re.compile(
    r"refus|forbid|not_allowed|denied|reject|stranger|unknown|invalid|wrong|bad_|without|conflict|missing|stale|404|403|409|400"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("requirements")
    group.addoption(
        "--write-requirements", action="store_true", help="write docs/requirements.md from the marks"
    )
    group.addoption(
        "--check-requirements", action="store_true", help="fail when docs/requirements.md is out of date"
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    config = session.config
    if config.getoption("--write-requirements"):
        PAGE.write_text(_page(session.items))
    elif config.getoption("--check-requirements") and PAGE.read_text() != _page(session.items):
        raise pytest.UsageError(
            "docs/requirements.md is out of date: ./dev test --collect-only -q --write-requirements"
        )


def _page(items: list[pytest.Item]) -> str:
    shown = _tests_by_id(items)
    unknown = [
        i
        for i in shown
        if i.split("-")[0] not in GROUPS or not 1 <= int(i.split("-")[1]) <= GROUPS[i.split("-")[0]]
    ]
    if unknown:
        raise pytest.UsageError(f"marks name requirements that do not exist: {', '.join(sorted(unknown))}")
    rows, summary = [], []
    for group, size in GROUPS.items():
        ids = [f"{group}-{n:02d}" for n in range(1, size + 1)]
        states = [_state(shown.get(i, {})) for i in ids]
        summary.append(
            f"| {group} | {size} | {states.count('done')} | {states.count('partly')} | {states.count('open')} |"
        )
        rows += [_row(i, shown[i]) for i in ids if i in shown]
    return "\n".join(
        [
            "# Requirements and the tests that show them",
            "",
            "Produced from the marks of the test suite (`./dev test --collect-only -q --write-requirements`); do not edit.",
            "*done*: shown through a door, with a refused case; *partly*: shown below the doors or without a refusal.",
            "",
            "| group | requirements | done | partly | open |",
            "|---|---|---|---|---|",
            *summary,
            "",
            "| requirement | state | shown by |",
            "|---|---|---|",
            *rows,
            "",
        ]
    )


def _tests_by_id(items: list[pytest.Item]) -> dict[str, dict[str, tuple[bool, bool]]]:
    """For each requirement its tests: node id without parameters -> (through a door, shows a refusal)."""
    found: dict[str, dict[str, tuple[bool, bool]]] = defaultdict(dict)
    for item in items:
        node = item.nodeid.split("[")[0]
        door = not DOORS.isdisjoint(getattr(item, "fixturenames", ()))
        refusal = (
            bool(REFUSALS.search(node.split("::")[-1])) or item.get_closest_marker("refused") is not None
        )
        for mark in item.iter_markers("req"):
            for requirement in mark.args:
                before = found[requirement].get(node, (False, False))
                found[requirement][node] = (before[0] or door, before[1] or refusal)
    return found


def _state(tests: dict[str, tuple[bool, bool]]) -> str:
    if not tests:
        return "open"
    works = any(door and not refusal for door, refusal in tests.values())
    refused = any(door and refusal for door, refusal in tests.values())
    return "done" if works and refused else "partly"


def _row(requirement: str, tests: dict[str, tuple[bool, bool]]) -> str:
    return f"| {requirement} | {_state(tests)} | {'<br>'.join(f'`{node}`' for node in sorted(tests))} |"
