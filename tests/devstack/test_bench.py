"""What keeps and judges measurements: figures beside their circumstances, percentiles of what was served, names that exist."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path

import pytest

from service_center.devstack import bench
from service_center.devstack.bench import evidence, load
from service_center.devstack.bench.evidence import Line
from service_center.devstack.bench.http import Answer, Ask, Run
from service_center.devstack.terminal import Refusal

READ = Ask("read", "/api/v1/tickets/")


def answer(status: int, took_ms: float, due_s: float = 0.0, retry_after: str = "") -> Answer:
    return Answer(READ, status, due_s, took_ms, b"", retry_after)


@pytest.mark.parametrize("name", [*bench.PROGRAMS, *bench.WITHOUT_TICKETS])
def test_every_named_program_is_there(name: str) -> None:
    assert find_spec(f"bench.{name}") is not None


def test_an_unknown_name_and_no_tickets_are_refused() -> None:
    with pytest.raises(Refusal, match="There is no benchmark named"):
        bench.bench("nothing-of-the-kind")
    with pytest.raises(Refusal, match="number of tickets"):
        bench.bench("pages", 0)


def test_figures_are_kept_with_the_circumstances_they_were_taken_under(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(evidence, "HOME", tmp_path)
    lines = [
        evidence.at_most("page", 12.345, "ms", 10),
        Line("list", 5, "1/s", 10, "bare", 0.5, ">= 0.4", True),
    ]
    path = evidence.keep("pages", 10, lines, {"fsync": "on"})
    kept = json.loads(path.read_text())
    assert (kept["tickets"], kept["seed"], kept["database"]) == (10, evidence.SEED, {"fsync": "on"})
    assert {"processors", "system", "load_before"} <= kept["machine"].keys()
    assert [(line["figure"], line["met"]) for line in kept["figures"]] == [("page", False), ("list", True)]
    evidence.show("pages", lines)
    told = capsys.readouterr().out
    assert "NO  pages: page: 12.35 ms" in told or "NO  pages: page: 12.34 ms" in told
    assert "yes pages: list: 5 1/s, 0.50 of 10 (bare), target >= 0.4" in told


def test_percentiles_count_what_was_served_only() -> None:
    run = Run([answer(200, float(n)) for n in range(1, 101)] + [answer(503, 9999.0)], 10.0, 0.1)
    assert (len(run.served), run.p(0.5), run.p(0.95)) == (100, 51.0, 96.0)
    assert Run([answer(0, 1.0)], 1.0, 0.0).p(0.95) == float("inf")


def test_a_run_with_one_refused_or_many_slow_answers_is_not_good() -> None:
    quick = [answer(200, 20.0) for _ in range(99)]
    assert load._is_good(Run([*quick, answer(201, 40.0)], 1.0, 0.0))
    assert not load._is_good(Run([*quick, answer(503, 5.0)], 1.0, 0.0))
    assert not load._is_good(Run([answer(200, 2 * load.P95_MS)] * 10, 1.0, 0.0))


def test_it_is_normal_again_after_the_last_answer_that_was_not() -> None:
    answers = [answer(503, 10.0, 1.0), answer(200, 900.0, 4.0), answer(200, 20.0, 9.0)]
    assert load._normal_after(Run(answers, 10.0, 0.0)) == pytest.approx(4.9)
    assert load._normal_after(Run(answers[2:], 10.0, 0.0)) == 0.0
