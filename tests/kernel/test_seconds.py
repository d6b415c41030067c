"""The product against an oracle that holds one bit for every second: seeded cases, vectors, and a server in any zone."""

from __future__ import annotations

import ast
import json
import os
import random
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from service_center.kernel import deadlines
from tests.kernel import seconds
from tests.kernel.oracle import PLAN
from tests.kernel.seconds import DAY, Ground
from tests.kernel.seconds_cases import LEAST_SHARE, MOVES, SHARES, Scene, compare

CASES = int(os.environ.get("ORACLE_CASES", "1500"))
SEED = 20251009
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).timestamp())


@pytest.mark.req("GEN-15")
def test_the_product_differs_nowhere_from_the_oracle() -> None:
    """`./dev bench oracle` asks 100,000 of them."""
    tally = compare(CASES, SEED)
    print(*tally.lines(), sep="\n")
    assert tally.differences == []
    assert (tally.cases, len(tally.zones) >= 12, tally.day_cases >= CASES // 6) == (CASES, True, True)
    assert [sort for sort in SHARES if tally.share(sort) < LEAST_SHARE] == []


def test_control_a_product_that_is_a_second_late_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    due = deadlines.due

    def late(*asked: object) -> datetime | None:
        found = due(*asked)  # type: ignore[arg-type]
        return found and found + timedelta(seconds=1)

    monkeypatch.setattr(deadlines, "due", late)
    assert len(compare(50, SEED).differences) > 25


def test_control_a_product_that_counts_no_day_of_rest_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "natural_days", deadlines.working_days)
    assert compare(500, SEED).differences


def test_the_oracle_imports_nothing_of_ours() -> None:
    names = {
        name
        for node in ast.walk(ast.parse(Path(seconds.__file__).read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in (
            [node.module] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
        )
    }
    assert {str(name).split(".")[0] for name in names} <= set(sys.stdlib_module_names) | {"__future__"}


@pytest.mark.parametrize(
    ("start", "hours", "pauses", "expected"),
    [
        ("2025-09-30T16:00", 8, [], "2025-10-09T16:30"),
        ("2025-10-11T09:00", 2, [], "2025-10-11T11:00"),
        ("2025-10-10T17:00", 1, [], "2025-10-11T09:00"),
        ("2025-10-09T14:30", 3, [], "2025-10-09T17:30"),
        ("2025-10-09T09:00", 4, [("2025-10-09T10:00", "2025-10-10T14:00")], "2025-10-10T17:00"),
        (
            "2025-10-09T09:00",
            3,
            [("2025-10-09T10:00", "2025-10-09T11:30"), ("2025-10-09T11:00", "2025-10-09T13:45")],
            "2025-10-09T15:45",
        ),
    ],
    ids="ABCDEF",
)
def test_the_oracle_knows_the_vectors(
    start: str, hours: int, pauses: list[tuple[str, str]], expected: str
) -> None:
    ground = Ground(PLAN, at("2025-09-25T00:00"), 20)
    assert ground.due(at(start), hours * 3600, [(at(a), at(b)) for a, b in pauses]) == at(expected)


def test_a_date_that_was_skipped_is_no_natural_day() -> None:
    """Samoa's calendar had no 30 December 2011: three days after the 28th end with the 1st of January."""
    always = {"zone": "Pacific/Apia", "weekly": {name: [["00:00", "24:00"]] for name in seconds.DAYS}}
    zone = ZoneInfo("Pacific/Apia")
    start = datetime(2011, 12, 28, 9, tzinfo=zone)
    end = datetime(2012, 1, 2, tzinfo=zone)
    ground = Ground(always, int(start.timestamp()) - DAY, 20)
    calendar = deadlines.Calendar(zone, (((0, DAY),),) * 7)
    assert ground.due_day(int(start.timestamp()), 3, [], natural=True) == int(end.timestamp())
    assert deadlines.natural_days(calendar, start, 3).due == end


@pytest.mark.req("GEN-15")
def test_the_zone_of_the_server_changes_nothing(tmp_path: Path) -> None:
    dice, cases = random.Random(SEED), []
    for number, zone in enumerate(sorted(MOVES) * 8):
        scene = Scene(zone, date.fromisoformat(dice.choice(MOVES[zone])), dice)
        begin = datetime.fromtimestamp(scene._start(), SHANGHAI)
        pauses = [
            [
                datetime.fromtimestamp(a, SHANGHAI).isoformat(),
                b and datetime.fromtimestamp(b, SHANGHAI).isoformat(),
            ]
            for a, b in scene._pauses()
        ]
        cases.append(
            {"id": number, "calendar": scene.plan, "start": begin.isoformat(), "pauses": pauses,
             "target_seconds": dice.randint(0, 200_000), "now": (begin + timedelta(days=dice.randint(0, 9))).isoformat()}
        )  # fmt: skip
    path = tmp_path / "cases.jsonl"
    path.write_text("".join(json.dumps(case) + "\n" for case in cases))
    told = {
        zone: _batch(path, zone)
        for zone in (None, "UTC", "America/New_York", "Pacific/Apia", "Asia/Shanghai", ":bad")
    }
    assert len(set(told.values())) == 1
    assert sum("due" in json.loads(line) for line in told["UTC"].splitlines()) == len(cases)


def _batch(path: Path, zone: str | None) -> str:
    env = {name: value for name, value in os.environ.items() if name != "TZ"} | ({"TZ": zone} if zone else {})
    argv = [sys.executable, "manage.py", "due", "--batch", str(path)]
    return subprocess.run(
        argv, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=True
    ).stdout
