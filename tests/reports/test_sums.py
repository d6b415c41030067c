"""The sums by day: after every fact they are what a recomputation finds, and what is wrong is told and mended."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction

from service_center.kernel import commands, jobs
from service_center.kernel.models import PeriodicJob
from service_center.reports.actions import sums as actions
from service_center.reports.models import Built, DaySum, Tally
from service_center.reports.queries import figures, rollups, totals
from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.parts import SOURCES, parts
from service_center.reports.queries.periods import Span
from service_center.reports.queries.scope import ONE_DAY, Scope, midnight
from staff.models import Branch
from surveys.actions import follow_ups
from tests.reports.conftest import differences, month, of, settle
from tests.tickets.conftest import hours
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def sums() -> dict[Any, Any]:
    rows = DaySum.objects.exclude(count=0, amount=0)
    return {
        tuple(key): (count, amount)
        for *key, count, amount in rows.values_list(
            "level", "day", "branch_id", "line_id", "engineer_id", "part", "count", "amount"
        )
    }


def test_counting_twice_changes_nothing(busy: SimpleNamespace) -> None:
    before = sums()
    with transaction.atomic():
        for source in SOURCES.values():
            actions.count(source, source.rows.values_list("pk", flat=True))
    assert sums() == before != {}


def test_a_rebuild_finds_the_same_sums_and_tells_how_far_it_is(busy: SimpleNamespace) -> None:
    before, told = sums(), []
    actions.rebuild(at=commands.now(), told=lambda source, counted: told.append((source, counted)))
    assert sums() == before
    assert ("ticket", Ticket.objects.count()) in told
    assert rollups.in_force()


def test_without_sums_in_force_the_rows_are_read(busy: SimpleNamespace) -> None:
    scope = month(busy.manager)
    kept = of(scope, "service.coverage")
    Built.objects.all().delete()
    DaySum.objects.update(count=7)
    assert rollups.slots(scope, [scope.since, scope.until]) is None
    assert of(scope, "service.coverage") == kept


def test_figures_equal_the_rows_on_every_single_day(busy: SimpleNamespace) -> None:
    now, scope = commands.now(), month(busy.manager)
    assert scope.days is not None
    first, last = scope.days
    days = [first + n * ONE_DAY for n in range((last - first).days + 1)][-12:]
    spans = [Span(midnight(day), midnight(day + ONE_DAY)) for day in days]
    found = totals.totals(scope, spans, whole=len(spans))
    for code, kind in CATALOGUE.items():
        for span, read in zip(spans, found[code], strict=True):
            alone = figures.read(kind, scope.within(span.since, span.until), now=now)
            assert read is not None
            assert (code, figures.reading(kind, read, now=now)) == (code, alone)


def test_a_period_cut_within_days_is_whole_days_and_rows(busy: SimpleNamespace) -> None:
    now = commands.now()
    scope = Scope(busy.manager.user, hours(-24 * 9.3), hours(-1.5))
    assert len(rollups.cut([scope.since, scope.until])) == 2
    for code in parts().of_figure:
        alone = figures.read(CATALOGUE[code], scope, now=now)
        assert (code, figures.reading(CATALOGUE[code], of(scope, code), now=now)) == (code, alone)


def test_a_supervisor_asks_for_another_branch_in_vain(busy: SimpleNamespace) -> None:
    scope = month(busy.supervisor)
    own = of(scope, "tickets.reported").denominator
    other = Branch.objects.exclude(pk=busy.supervisor.branch_id).get()
    foreign = Scope(scope.user, scope.since, scope.until, branch_id=other.pk)
    assert own > 0
    assert of(foreign, "tickets.reported").denominator == 0
    mine = Scope(busy.manager.user, scope.since, scope.until, branch_id=busy.supervisor.branch_id)
    assert of(mine, "tickets.reported").denominator == own


# -- the guard, and what it is for ----------------------------------------------------------------------------------


@pytest.mark.spoils
@pytest.mark.parametrize("wrong", ["a day's sum", "a row's share", "a row nobody counted"])
def test_a_wrong_sum_is_told_and_mended(busy: SimpleNamespace, wrong: str) -> None:
    actions.rebuild(at=commands.now())
    right = sums()
    if wrong == "a day's sum":
        DaySum.objects.filter(pk=DaySum.objects.exclude(count=0).earliest("pk").pk).update(count=99)
    elif wrong == "a row's share":
        Tally.objects.filter(pk=Tally.objects.earliest("pk").pk).update(shares={})
    else:
        Tally.objects.earliest("pk").delete()
    assert differences() != []
    list(actions.check(at=commands.now(), fix=True))
    assert differences() == []
    assert sums() == right


def test_another_formula_builds_the_sums_anew(busy: SimpleNamespace) -> None:
    right = sums()
    Built.objects.update(fingerprint="0" * 64)
    DaySum.objects.update(count=7)
    assert not rollups.in_force()
    jobs.sync()
    PeriodicJob.objects.filter(code="reports.sums").update(next_at=commands.now() - timedelta(seconds=1))
    while jobs.sweep():
        pass
    assert rollups.in_force()
    assert sums() == right


def test_a_request_for_a_call_is_counted(busy: SimpleNamespace) -> None:
    """The customer's wish is a fact of its own: what it adds to the figures is heard of."""
    ticket = Ticket.objects.filter(status="closed").earliest("pk")
    scope = month(busy.manager)
    before = of(scope, "followup.response").denominator
    commands.run(follow_ups.request, ticket, actor=busy.manager.user)
    settle()
    assert of(scope, "followup.response").denominator == before + 1


def test_sums_distrusted_while_they_are_built_stay_out_of_force(busy: SimpleNamespace) -> None:
    """History written in sets meanwhile may have been missed by batches already over."""

    def interrupted(source: str, counted: int) -> None:
        actions.distrust()

    actions.rebuild(at=commands.now(), told=interrupted)
    assert not rollups.in_force()
    actions.rebuild(at=commands.now())
    assert rollups.in_force()
