"""An engineer's own month: the own figures equal the rows, the ledgers' means, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from service_center.kernel import commands
from service_center.reports.queries import figures
from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.mine import LOAD, ON_TIME
from service_center.reports.queries.scope import Scope
from staff import actions
from staff.models import Person, ScoreEntry
from staff.states import Criterion

pytestmark = pytest.mark.django_db


@pytest.mark.req("KPI-08")
def test_my_month_shows_own_figures_and_each_opens_its_rows(
    busy: SimpleNamespace, web: Callable[..., Client], query_count: Callable[..., int]
) -> None:
    browser = web(busy.engineer)
    answer = browser.get("/my-month/")
    month = answer.context["month"]
    shown = dict([*month.load, *month.on_time])
    assert list(shown) == [*LOAD, *ON_TIME]
    scope = Scope(
        busy.manager.user, month.period.span.since, month.period.span.until, person_id=busy.engineer.pk
    )
    for code, one in shown.items():
        alone = figures.read(CATALOGUE[code], scope, now=commands.now())
        assert (code, one.reading.value, one.reading.denominator) == (code, alone.value, alone.denominator)
        rows = browser.get(f"/my-month/{code}/?month={month.period.first:%Y-%m}")
        assert (code, rows.context["total"]) == (code, one.reading.denominator)
        for line in rows.context["lines"][:1]:
            assert browser.get(line.url).status_code == 200, line
    assert shown["tickets.ended"].reading.denominator > 0
    assert query_count(lambda: browser.get("/my-month/")) <= 12


def test_my_month_tells_the_means_of_the_ledger(busy: SimpleNamespace, web: Callable[..., Client]) -> None:
    person = busy.engineer
    for value in (80, 90):
        commands.run(
            actions.score,
            person,
            criterion="attitude",
            value=Decimal(value),
            note="抽查",
            actor=busy.manager.user,
        )
    wrong = commands.run(
        actions.score, person, criterion="attitude", value=Decimal(10), note="误", actor=busy.manager.user
    )
    commands.run(actions.retract_score, wrong, reason="误登记", actor=busy.manager.user)
    month = web(person).get("/my-month/").context["month"]
    told = {one.criterion: (one.mean, one.count) for one in month.scores}
    first = month.period.first
    kept = ScoreEntry.objects.counting().filter(person=person, period=first, criterion="attitude")
    values = list(kept.values_list("value", flat=True))
    assert told[Criterion.ATTITUDE] == (round(sum(values) / len(values), 1), len(values))
    assert Decimal(10) not in values
    assert month.scores[0].criterion == Criterion.SATISFACTION


def test_months_are_turned_over_and_odd_ones_show_this_one(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    browser = web(busy.engineer)
    this = datetime.now(ZoneInfo("Asia/Shanghai")).date().replace(day=1)
    earlier = browser.get("/my-month/?month=2025-02").context
    assert (earlier["month"].period.first.isoformat(), earlier["month"].period.last.isoformat()) == (
        "2025-02-01", "2025-02-28",
    )  # fmt: skip
    assert (earlier["before"], earlier["after"]) == ("2025-01", "2025-03")
    for odd in ("2999-01", "1000-01", "13", "x", "2025-02-03"):
        context = browser.get(f"/my-month/?month={odd}").context
        assert (context["month"].period.first, context["after"]) == (this, None)


def test_my_month_is_refused_to_others_and_shows_no_other_figures(
    busy: SimpleNamespace, person: Callable[..., Person], web: Callable[..., Client], client: Client
) -> None:
    for other in (busy.manager, person("agent", username="plain-agent")):
        for path in ("/my-month/", "/my-month/sla.solution/"):
            assert web(other).get(path).status_code == 403
    assert client.get("/my-month/").status_code == 302
    assert web(busy.engineer).get("/my-month/complaints.rate/").status_code == 404
    idle = web(Person.objects.get(user__username="engineer2")).get("/my-month/").context["month"]
    assert dict(idle.on_time)["sla.solution"].reading.value is None
