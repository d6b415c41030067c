"""Another target tried on a past quarter: folded from each clock's own history, beside what really happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from service_center.kernel import clocks, errors, firing, rulebook, what_if
from service_center.kernel.models import Calendar, Clock, Document, Rule
from service_center.kernel.what_if import Quarter

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
BEGIN = datetime(2026, 7, 6, 1, tzinfo=UTC)  # a Monday of the third quarter, 09:00 in Shanghai
NOW = datetime(2026, 11, 1, tzinfo=UTC)
Q3 = Quarter(2026, 3)


def rule_of(tier: str) -> Rule:
    return rulebook.rule("ticket.response", at=NOW, tier=tier)


def history(tier: str, *hours: float | None) -> None:
    """One clock for each number of hours until it was stopped; None: never stopped."""
    for number, length in enumerate(hours):
        subject = Document.objects.create(code=f"{tier}{number}", name_zh="对", name_en="x")
        start = BEGIN + timedelta(days=number)
        clocks.start(subject, "response", rule=rule_of(tier), at=start)
        if length is not None:
            clocks.stop(subject, "response", at=start + timedelta(hours=length))


@pytest.fixture
def ordinary(db: None) -> Rule:
    """Five clocks of four hours: met after 1, 2 and 3 hours, late after 5, and one nobody stopped."""
    history("ordinary", 1, 2, 3, 5, None)
    firing.fire(clocks.lock_some(Clock.objects.open()), at=BEGIN + timedelta(days=5))
    return rule_of("ordinary")


def test_attainment_is_folded_anew_under_another_target(ordinary: Rule) -> None:
    answer = what_if.ask(ordinary, value=Decimal(2), quarter=Q3, at=NOW)
    assert (answer.population, answer.sampled, answer.margin) == (5, False, None)
    assert (answer.whole.real, answer.whole.asked) == (3 / 5, 2 / 5)
    assert (answer.whole.gained, answer.whole.lost, answer.whole.undecided) == (0, 1, 0)
    longer = what_if.ask(ordinary, value=Decimal(6), quarter=Q3, at=NOW).whole
    assert (longer.asked, longer.gained) == (4 / 5, 1)
    same = what_if.ask(ordinary, value=ordinary.value, quarter=Q3, at=NOW).whole
    assert same.real == same.asked


def test_the_real_figure_is_what_the_clocks_say(ordinary: Rule) -> None:
    """The refolded verdicts are those on record: nothing of the real figure is made up either."""
    states = list(Clock.objects.values_list("state", flat=True))
    answer = what_if.ask(ordinary, value=Decimal(1), quarter=Q3, at=NOW)
    assert answer.whole.count(0, "met") == states.count("met")
    assert answer.whole.count(0, "late") == states.count("breached")


def test_another_calendar_changes_what_counts(db: None) -> None:
    """Stopped on Tuesday at 09:30 after a start on Monday at 09:00: 24.5 hours around the clock, 9.5 on duty."""
    history("ordinary", 24.5)
    duty = Calendar.objects.get(code="duty")
    answer = what_if.ask(rule_of("ordinary"), value=Decimal(10), calendar=duty, quarter=Q3, at=NOW)
    assert (answer.whole.real, answer.whole.asked) == (0, 1)
    around = what_if.ask(rule_of("ordinary"), value=Decimal(10), quarter=Q3, at=NOW)
    assert around.whole.asked == 0


def test_a_clock_not_due_yet_is_told_apart(ordinary: Rule) -> None:
    answer = what_if.ask(ordinary, value=Decimal(300), unit="natural_day", quarter=Q3, at=NOW)
    assert (answer.whole.undecided, answer.whole.count(1, "met"), answer.whole.asked) == (1, 4, 1.0)


def test_all_rules_of_a_code_are_tried_together_each_told(ordinary: Rule) -> None:
    history("urgent", 0.5, 1.5)
    answer = what_if.ask(ordinary, value=Decimal(2), whole_code=True, quarter=Q3, at=NOW)
    told = {rule.key: (tally.total, tally.real, tally.asked) for rule, tally in answer.by_rule}
    assert told == {
        "ticket.response@tier=ordinary": (5, 3 / 5, 2 / 5),
        "ticket.response@tier=urgent": (2, 1 / 2, 1.0),
    }


def test_a_large_quarter_is_sampled_and_says_so(ordinary: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(what_if, "LIMIT", 3)
    first, second = (what_if.ask(ordinary, value=Decimal(2), quarter=Q3, at=NOW) for _twice in range(2))
    assert (first.population, first.whole.total, first.sampled) == (5, 3, True)
    assert first.whole.pairs == second.whole.pairs
    assert first.margin is not None


def test_other_quarters_are_left_out(ordinary: Rule) -> None:
    assert what_if.ask(ordinary, value=Decimal(2), quarter=Q3.previous(), at=NOW).population == 0


def test_quarters_of_the_companys_calendar() -> None:
    assert str(Quarter.before(datetime(2026, 10, 1, tzinfo=UTC))) == "2026Q3"
    assert str(Quarter.before(datetime(2026, 9, 30, 15, 59, tzinfo=UTC))) == "2026Q2"
    assert str(Quarter(2026, 1).previous()) == "2025Q4"
    assert Q3.start == datetime(2026, 6, 30, 16, tzinfo=UTC)


@pytest.mark.refused
@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "value"),
        ({"value": Decimal("1.5"), "unit": "working_day"}, "value"),
        ({"value": Decimal(2), "quarter": Quarter(2030, 1)}, "quarter"),
    ],
)
def test_a_question_that_is_none_is_refused(ordinary: Rule, asked: dict[str, Any], field: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        what_if.ask(ordinary, **{"quarter": Q3, "at": NOW} | asked)
    assert refused.value.field == field


# doors


@pytest.mark.req("KPI-12", "SLA-22")
def test_manager_sees_both_figures_side_by_side(ordinary: Rule, person: Make, web: Make, api: Make) -> None:
    manager = person("manager")
    client: Client = web(manager)
    answer = api(manager).get(f"rules/{ordinary.pk}/what-if/?value=2&quarter=2026Q3")
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["population"], told["whole"]["real"], told["whole"]["asked"]) == (5, 0.6, 0.4)
    quarter = Quarter.before(timezone.now())
    move = quarter.start - Q3.start
    for clock in Clock.objects.all():  # the same histories, lately enough for the page's choice of quarters
        again = Document.objects.create(code=f"again{clock.pk}", name_zh="对", name_en="x")
        clocks.start(again, "response", rule=ordinary, at=clock.started_at + move)
        clocks.stop(again, "response", at=(clock.stopped_at or clock.started_at + timedelta(days=9)) + move)
    asked = {"rule": ordinary.pk, "value": "2", "unit": "", "calendar": "", "quarter": str(quarter)}
    html = client.get("/rulebook/what-if/", asked).content.decode()
    assert "60.0 %" in html and "40.0 %" in html and "-20.0" in html


@pytest.mark.req("KPI-12", "SLA-22")
def test_what_if_is_refused_to_others_and_without_a_question(
    ordinary: Rule, person: Make, web: Make, api: Make
) -> None:
    agent = person("agent")
    assert web(agent).get("/rulebook/what-if/").status_code == 403
    assert api(agent).get(f"rules/{ordinary.pk}/what-if/?value=2").status_code == 403
    wrong = api(person("manager")).get(f"rules/{ordinary.pk}/what-if/?value=2&quarter=summer")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (400, "quarter")
    quarter = str(Quarter.before(timezone.now()))
    asked = {"rule": ordinary.pk, "value": "", "unit": "", "calendar": "", "quarter": quarter}
    assert "请填写新的数值" in web(person("director")).get("/rulebook/what-if/", asked).content.decode()
