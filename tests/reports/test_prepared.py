"""Statements kept with places for their values: the same rows as asked directly, for every value, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import DataError, connection, transaction
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Value
from django.test import Client

from service_center.kernel import commands
from service_center.reports.queries import prepared
from service_center.reports.queries.scope import Scope, last_days
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
EARLY = datetime(2001, 1, 1, tzinfo=UTC)


def by_slot(values: Any) -> Any:
    """How many tickets of a branch were reported between the edges, by slot."""
    edges, since, branch = values
    bounds = Value(edges, output_field=ArrayField(DateTimeField()))
    slot = Func(F("reported_at"), bounds, function="width_bucket", output_field=IntegerField())
    rows = Ticket.objects.order_by().filter(reported_at__gte=since, branch_id=branch)
    return rows.exclude(subject__contains="100%").values_list(slot).annotate(Count("pk"))


def questions(busy: SimpleNamespace) -> list[list[Any]]:
    now = commands.now()
    return [
        [edges, since, person.branch_id]
        for person in (busy.supervisor, busy.supervisor2)
        for since in (now - 400 * DAY, now - DAY)
        for edges in ([now - 2 * DAY, now], [now - 90 * DAY, now - 30 * DAY, now - DAY, now])
    ]


def test_a_kept_statement_answers_every_question_of_its_shape_as_asked_directly(
    busy: SimpleNamespace,
) -> None:
    answers = []
    for values in questions(busy):
        found = sorted(prepared.rows("by slot", by_slot, values))
        assert found == sorted(by_slot(values))
        answers.append(tuple(found))
    assert len(set(answers)) > 3, "the questions have to differ in their answers"


def test_the_second_question_is_one_round_trip(
    busy: SimpleNamespace, query_count: Callable[[Callable[[], Any]], int]
) -> None:
    first, *others = questions(busy)
    prepared.rows("one trip", by_slot, first)
    for values in others:
        asked = query_count(partial(prepared.rows, "one trip", by_slot, values))
        assert asked == 1 + 1, "the second puts settings back, because a test is a transaction that goes on"


def test_the_settings_of_a_kept_statement_end_with_it(busy: SimpleNamespace) -> None:
    def settings() -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, setting FROM pg_settings WHERE name LIKE 'enable%' OR name LIKE 'plan_cache%'"
            )
            return sorted(cursor.fetchall())

    with connection.cursor() as cursor:
        cursor.execute("RESET plan_cache_mode")  # the counting of what came before set it for the transaction
    before = settings()
    for few in (True, False):
        prepared.rows("settings", by_slot, questions(busy)[0], few=few)
        assert settings() == before


def test_what_no_row_can_answer_asks_nothing(query_count: Callable[[Callable[[], Any]], int]) -> None:
    def nothing(values: prepared.Values) -> Any:
        return Ticket.objects.filter(pk__in=[]).values_list("pk")

    assert query_count(lambda: prepared.rows("nothing", nothing, [EARLY])) == 0
    assert prepared.rows("nothing", nothing, [EARLY]) == []


def test_a_connection_keeps_no_more_plans_than_it_should() -> None:
    def numbered(number: int) -> Callable[[prepared.Values], Any]:
        return lambda values: Ticket.objects.filter(reported_at__lt=values[0], pk__gt=number).values_list(
            "pk"
        )

    for number in [*range(2 * prepared.PLANS), 0]:
        assert prepared.rows(("numbered", number), numbered(number), [EARLY]) == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'figures\\_%'")
        assert cursor.fetchone()[0] <= prepared.PLANS


def test_a_failed_statement_does_no_harm_to_the_next(busy: SimpleNamespace) -> None:
    def divided(values: prepared.Values) -> Any:
        by = F("pk") - Value(values[0], output_field=IntegerField())
        return Ticket.objects.annotate(_share=F("pk") / by).values_list("_share")

    known = Ticket.objects.latest("pk").pk
    with pytest.raises(DataError), transaction.atomic():
        prepared.rows("divided", divided, [known])
    assert len(prepared.rows("divided", divided, [-1])) == Ticket.objects.count()


def test_shapes_tell_readers_and_narrowings_apart(busy: SimpleNamespace) -> None:
    manager, supervisor = busy.manager.user, busy.supervisor.user
    whole = last_days(manager, now=commands.now())
    branch = Scope(manager, whole.since, whole.until, branch_id=busy.supervisor.branch_id)
    other = Scope(manager, whole.since, whole.until, branch_id=busy.supervisor2.branch_id)
    team = Scope(manager, whole.since, whole.until, team_id=busy.supervisor.branch_id)
    own = Scope(supervisor, whole.since, whole.until)
    assert len({scope.shape for scope in (whole, branch, team, own)}) == 4
    assert branch.shape == other.shape
    assert branch.values != other.values
    before = own.shape
    busy.supervisor.role = "manager"
    assert own.shape != before, "another role sees other rows"


def test_the_dashboard_asks_a_dozen_questions_at_most(
    busy: SimpleNamespace, web: Callable[..., Client], query_count: Callable[[Callable[[], Any]], int]
) -> None:
    browser = web(busy.manager)
    for query in ("", "?period=week", "?branch=HZ"):
        browser.get(f"/dashboard/{query}")
        asked = query_count(partial(browser.get, f"/dashboard/{query}"))
        assert 0 < asked <= 12, query
