"""`manage.py due`: vectors, bad lines, order, speed, and no database for cases that carry their calendar."""

import io
import json
import os
import random
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from service_center.kernel import calendars, due_cases

HOURS = [["08:30", "12:00"], ["13:30", "17:30"]]
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), HOURS)
CALENDAR = {
    "zone": "Asia/Shanghai",
    "weekly": WEEK,
    "exceptions": {f"2025-10-0{day}": [] for day in range(1, 9)} | {"2025-09-28": HOURS, "2025-10-11": HOURS},
}
EXAMPLE = {
    "id": "c1",
    "calendar": {
        "zone": "Asia/Shanghai",
        "weekly": {"thu": HOURS, "fri": HOURS},
        "exceptions": {"2025-10-08": [], "2025-10-11": [["08:30", "24:00"]]},
    },
    "start": "2025-10-09T09:00:00+08:00",
    "target_seconds": 14400,
    "pauses": [["2025-10-09T10:00:00+08:00", "2025-10-10T14:00:00+08:00"]],
    "now": "2025-10-09T11:00:00+08:00",
}


def no_database(code: str) -> None:
    raise AssertionError(f"looked up {code}")


def ask(**changes: object) -> dict:
    case = {key: value for key, value in (EXAMPLE | changes).items() if value is not ...}
    return json.loads(due_cases.answer(json.dumps(case).encode(), no_database))


def batch(path: Path) -> list[dict]:
    out = io.StringIO()
    call_command("due", batch=str(path), stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_the_example_of_the_contract() -> None:
    assert ask() == {
        "id": "c1",
        "due": "2025-10-10T09:00:00Z",
        "consumed_seconds": 3600,
        "remaining_seconds": 10800,
    }


@pytest.mark.req("GEN-15")
@pytest.mark.parametrize(
    ("start", "hours", "pauses", "due"),
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
)
def test_vectors_a_to_f(start: str, hours: int, pauses: list, due: str) -> None:
    reply = ask(
        calendar=CALENDAR,
        start=f"{start}:00+08:00",
        target_seconds=hours * 3600,
        pauses=[[f"{a}:00+08:00", f"{b}:00+08:00"] for a, b in pauses],
        now=f"{due}:00+08:00",
    )
    local = due_cases.parse_time(f"{due}:00+08:00", "due")
    assert (reply["due"], reply["consumed_seconds"], reply["remaining_seconds"]) == (
        due_cases.stamp(local),
        hours * 3600,
        0,
    )


def test_edges_of_the_contract() -> None:
    at_pause = [["2025-10-09T13:30:00+08:00", None]]  # three hours of the morning are used by then
    assert ask(target_seconds=10800, pauses=at_pause)["due"] == "2025-10-09T04:00:00Z"
    assert ask(target_seconds=10801, pauses=at_pause)["due"] is None
    assert ask(target_seconds=0, start="2025-10-04T03:00:00Z")["due"] == "2025-10-04T03:00:00Z"
    assert ask(target_seconds=0, pauses=[["2025-10-01T00:00:00Z", None]])["due"] == "2025-10-09T01:00:00Z"
    assert ask(target_seconds=1, pauses=[["2025-10-01T00:00:00Z", None]])["due"] is None
    before = ask(
        pauses=[["2025-10-08T00:00:00+08:00", "2025-10-09T10:00:00+08:00"]], now="2025-10-09T10:30:00+08:00"
    )
    assert (before["due"], before["consumed_seconds"]) == ("2025-10-09T07:30:00Z", 1800)
    late = ask(now="2025-10-12T00:00:00+08:00", pauses=[])
    assert late["consumed_seconds"] > 14400
    assert late["remaining_seconds"] == 0
    early = ask(now="2025-10-01T00:00:00+08:00")
    assert (early["consumed_seconds"], early["remaining_seconds"]) == (0, 14400)
    assert ask(pauses=...) == ask(pauses=[])
    assert ask(target_seconds=0.5)["due"] == "2025-10-09T01:00:00.500000Z"


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"start": "2025-10-09T09:00:00"}, "invalid_time", "start"),
        ({"start": "2025-13-09T09:00:00Z"}, "invalid_time", "start"),
        ({"start": "yesterday"}, "invalid_time", "start"),
        ({"start": 1760000000}, "invalid_time", "start"),
        ({"start": ...}, "required", "start"),
        ({"start": "9999-12-31T09:00:00Z", "now": "9999-12-31T09:00:00Z"}, "out_of_range", "start"),
        ({"now": ...}, "required", "now"),
        ({"now": "2199-01-01T00:00:00Z"}, "out_of_range", "now"),
        ({"target_seconds": ...}, "required", "target_seconds"),
        ({"target_seconds": "4h"}, "invalid", "target_seconds"),
        ({"target_seconds": True}, "invalid", "target_seconds"),
        ({"target_seconds": -1}, "negative", "target_seconds"),
        ({"target_seconds": 10**30}, "out_of_range", "target_seconds"),
        ({"pauses": "none"}, "invalid", "pauses"),
        ({"pauses": [["2025-10-09T10:00:00Z"]]}, "invalid", "pauses.0"),
        ({"pauses": [[None, "2025-10-09T10:00:00Z"]]}, "required", "pauses.0"),
        ({"pauses": [["2025-10-09T10:00:00Z", "2025-10-09T09:00:00Z"]]}, "reversed", "pauses.0"),
        ({"calendar": ...}, "required", "calendar"),
        ({"calendar": []}, "invalid", "calendar"),
        ({"calendar": {"zone": "Asia/Nowhere", "weekly": WEEK}}, "unknown_zone", "calendar.zone"),
        ({"calendar": {"zone": "UTC", "weekly": {"xyz": HOURS}}}, "unknown_day", "calendar.weekly.xyz"),
        (
            {"calendar": {"zone": "UTC", "weekly": {"mon": [["17:30", "08:30"]]}}},
            "invalid_window",
            "calendar.weekly.mon",
        ),
        ({"calendar": {"zone": "UTC", "weekly": {}}}, "never_open", "calendar"),
        ({"id": ...}, "required", "id"),
        ({"id": [1]}, "invalid", "id"),
    ],
)
def test_a_bad_case_names_code_and_field(changes: dict, code: str, field: str) -> None:
    reply = ask(**changes)
    assert reply["error"] == {"code": code, "field": field}
    assert set(reply) == {"id", "error"}


def test_a_batch_keeps_order_and_survives_bad_lines(tmp_path: Path) -> None:
    good = json.dumps(EXAMPLE).encode()
    lines = [
        good,
        b"not json",
        b"[]",
        b"",
        b'{"id": "\xff"}',
        b"[" * 100_000,
        b'{"id": 7, "target_seconds": NaN}',
        good,
    ]
    path = tmp_path / "cases.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(lines) + b"\n\n")
    replies = batch(path)
    assert [reply.get("error", {}).get("code") for reply in replies] == [None, *["invalid_json"] * 6, None]
    assert replies[0] == replies[-1]


def test_a_missing_file_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("due", batch="/nonexistent/cases", stdout=out)
    assert (out.getvalue(), capsys.readouterr().err) == (
        "",
        "/nonexistent/cases: No such file or directory\n",
    )


def random_case(dice: random.Random, number: int) -> dict:
    weekly = {}
    for day in ("mon", "tue", "wed", "thu", "fri", "sat"):
        opens = dice.randrange(6, 11)
        weekly[day] = [
            [f"{opens:02}:{dice.randrange(60):02}", "12:00"],
            ["13:00", f"{dice.randrange(16, 24)}:30"],
        ]
    day = f"2025-{dice.randrange(1, 13):02}-{dice.randrange(1, 29):02}"
    return {
        "id": number,
        "calendar": {
            "zone": dice.choice(["Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]),
            "weekly": weekly,
            "exceptions": {f"2025-{month:02}-{dice.randrange(1, 29):02}": [] for month in range(1, 13)},
        },
        "start": f"{day}T{dice.randrange(24):02}:00:00Z",
        "target_seconds": dice.choice([600, 14_400, 86_400, 864_000]),
        "pauses": [[f"{day}T10:00:00Z", f"{day}T11:00:00Z"]],
        "now": f"{day}T12:00:00Z",
    }


def test_a_batch_needs_no_database_and_makes_200_lines_a_second(tmp_path: Path) -> None:
    """Every line has a calendar of its own: the worst case. No database can be reached; the machine may be busy."""
    dice = random.Random(7)
    path = tmp_path / "cases.jsonl"
    path.write_text("\n".join(json.dumps(random_case(dice, number)) for number in range(2000)))
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [sys.executable, "manage.py", "due", "--batch", str(path)],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    elapsed = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert (done.returncode, done.stderr) == (0, "")
    replies = [json.loads(line) for line in done.stdout.splitlines()]
    assert [reply["id"] for reply in replies] == list(range(2000))
    assert all("due" in reply for reply in replies)
    print(f"{2000 / elapsed:.0f} lines for each second of CPU, start of the process included")
    assert 2000 / elapsed >= 200


@pytest.mark.django_db
def test_a_batch_may_name_a_calendar_of_the_database(tmp_path: Path) -> None:
    calendars.seed(at=timezone.now())
    path = tmp_path / "cases.jsonl"
    path.write_text(
        "\n".join(json.dumps(EXAMPLE | {"calendar": code, "pauses": []}) for code in ("duty-lunch", "moon"))
    )
    known, unknown = batch(path)
    assert known["due"] == "2025-10-09T06:30:00Z"
    assert unknown["error"] == {"code": "unknown_calendar", "field": "calendar"}


def test_the_batch_itself_loads_no_django(tmp_path: Path) -> None:
    """So that `manage.py` can answer at once; the package's own import is not its doing."""
    path = tmp_path / "cases.jsonl"
    path.write_text(json.dumps(EXAMPLE))
    code = (
        "import sys, types; sys.modules['service_center'] = package = types.ModuleType('service_center');"
        "package.__path__ = ['service_center'];"
        "from service_center.kernel import due_batch;"
        f"due_batch.main({str(path)!r}); sys.exit('django' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert (done.returncode, json.loads(done.stdout)["id"]) == (0, "c1"), done.stderr


@pytest.mark.django_db
def test_due_explains_itself_in_words() -> None:
    calendars.seed(at=timezone.now())
    out = io.StringIO()
    call_command(
        "due",
        calendar="duty-lunch",
        start="2025-10-09T09:00:00+08:00",
        target="4h",
        pause=["2025-10-09T10:00:00+08:00/2025-10-10T14:00:00+08:00"],
        stdout=out,
    )
    lines = out.getvalue().splitlines()
    assert lines[0].split() == [
        "到期",
        "2025-10-10T09:00:00Z",
        "=",
        "2025-10-10",
        "17:00:00",
        "Asia/Shanghai",
    ]
    assert [line.split()[5 if "→ 2025" in line else 4] for line in lines[1:]] == ["计入", "跳过", "计入"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": "4"}, "target: invalid"),
        ({"start": "2025-10-09 09:00"}, "start: invalid_time"),
        ({"calendar": "moon"}, "calendar: unknown_calendar"),
        ({"pause": ["2025-10-09T10:00:00+08:00/2025-10-09T09:00:00+08:00"]}, "pause: reversed"),
        ({"calendar": ""}, "missing: --calendar"),
    ],
)
def test_due_refuses_in_one_sentence(options: dict, words: str) -> None:
    calendars.seed(at=timezone.now())
    asked = {"calendar": "duty", "start": "2025-10-09T09:00:00+08:00", "target": "4h"} | options
    with pytest.raises(CommandError, match=words):
        call_command("due", stdout=io.StringIO(), **asked)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("target", "due"),
    [("3wd", "2025-10-13T09:30:00Z"), ("4d", "2025-10-13T09:30:00Z"), ("90m", "2025-10-09T02:30:00Z")],
)
def test_due_in_days_and_minutes(target: str, due: str) -> None:
    calendars.seed(at=timezone.now())
    out = io.StringIO()
    call_command("due", calendar="duty", start="2025-10-09T09:00:00+08:00", target=target, stdout=out)
    assert out.getvalue().split()[1] == due
