"""The rulebook, read: which row counts for a case, and how fast a change is seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from service_center.kernel import commands, conditions, rulebook, setting_changes
from service_center.kernel.models import Setting

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


# conditions: pure


@pytest.mark.parametrize(
    ("asked", "facts", "fits"),
    [
        ({}, {}, True),
        ({"tier": "urgent"}, {"tier": "urgent", "mode": "phone"}, True),
        ({"tier": "urgent"}, {"tier": "general"}, False),
        ({"tier": "urgent"}, {"tier": None}, False),
        ({"tier": ["general", "urgent"]}, {"tier": "urgent"}, True),
        ({"tier": "urgent", "mode": "phone"}, {"tier": "urgent"}, False),
    ],
)
def test_conditions_describe_cases_with_every_fact(
    asked: dict[str, Any], facts: dict[str, Any], fits: bool
) -> None:
    assert conditions.describes(asked, facts) is fits


@pytest.mark.parametrize(
    ("one", "other", "ambiguous"),
    [
        ({"tier": "urgent"}, {"mode": "onsite"}, True),
        ({"tier": "urgent"}, {"tier": "general"}, False),
        ({"tier": "urgent"}, {}, False),
        ({"tier": "urgent", "mode": "onsite"}, {"mode": "onsite"}, False),
        ({"tier": ["general", "urgent"]}, {"tier": "urgent"}, False),
        ({"tier": ["general", "urgent"]}, {"tier": ["ordinary", "urgent"]}, True),
        ({"tier": "urgent", "mode": "onsite"}, {"mode": "remote", "zone": "city"}, False),
    ],
)
def test_conditions_are_ambiguous_when_neither_is_closer(one: Any, other: Any, ambiguous: bool) -> None:
    assert conditions.ambiguous(one, other) is ambiguous
    assert conditions.ambiguous(other, one) is ambiguous


def test_conditions_have_one_form_and_one_key() -> None:
    written = {"tier": ["urgent"], "mode": ("remote", "phone", "phone")}

    assert conditions.normal(written) == {"mode": ["phone", "remote"], "tier": "urgent"}
    assert conditions.key_of("x", written) == conditions.key_of("x", conditions.normal(written))
    assert conditions.key_of("x", written) == "x@mode=phone+remote,tier=urgent"


# look-ups


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "facts", "value", "unit", "calendar", "clause"),
    [
        ("ticket.response", {"tier": "urgent"}, 1, "hour", "24x7", "003 3.1"),
        ("ticket.response", {"tier": "general", "mode": "onsite"}, 2, "hour", "24x7", "003 3.1"),
        ("ticket.solution", {"tier": "general", "mode": "phone"}, 4, "hour", "24x7", "003 3.1"),
        (
            "ticket.solution",
            {"tier": "general", "mode": "onsite", "zone": "city"},
            10,
            "hour",
            "duty",
            "002-1 13",
        ),
        (
            "ticket.solution",
            {"tier": "general", "mode": "onsite", "zone": None},
            11,
            "hour",
            "duty",
            "002-1 13",
        ),
        (
            "ticket.solution",
            {"tier": "urgent", "mode": "onsite", "zone": "city"},
            2,
            "hour",
            "24x7",
            "003 3.1",
        ),
        ("ticket.arrival", {"zone": "suburb"}, 7, "hour", "duty", "002-1 13"),
        ("followup.ticket", {}, 24, "hour", "24x7", "003 5.2.2"),
        ("followup.ticket", {"matter": "major"}, 48, "hour", "24x7", "003 5.2.2"),
    ],
)
def test_rule_is_the_most_specific_one_in_force(
    code: str, facts: dict[str, Any], value: int, unit: str, calendar: str, clause: str
) -> None:
    rule = rulebook.rule(code, at=NOW, **facts)

    assert (rule.value, rule.unit, rule.calendar.code) == (value, unit, calendar)
    assert f"{rule.clause.document.code} {rule.clause.article}" == clause


@pytest.mark.django_db
def test_rule_that_nobody_wrote_is_refused_by_name() -> None:
    with pytest.raises(rulebook.NoRule) as refusal:
        rulebook.rule("ticket.arrival", at=NOW, zone="moon")

    assert refusal.value.extra == {"rule": "ticket.arrival@zone=moon"}


@pytest.mark.django_db
def test_setting_has_its_own_type() -> None:
    assert rulebook.setting("ticket.reopen.escalate_after") == 2
    assert rulebook.setting("penalty.enabled") is False
    assert rulebook.setting("fee.onsite_max") == Decimal("200")
    assert rulebook.setting("stock.slow_age") == timedelta(days=180)
    assert rulebook.setting("dashboard.response_target") == timedelta(hours=4)
    assert rulebook.setting("customer.levels") == ["ordinary", "important", "vip"]
    assert rulebook.setting("survey.scale") == {"min": 1, "max": 10}
    assert rulebook.setting("warranty.term") == 12
    assert rulebook.setting("warranty.term", category="therapy") == 36
    with pytest.raises(rulebook.NoSetting):
        rulebook.setting("no.such.setting")


@pytest.mark.django_db
def test_setting_cannot_be_spoilt_by_a_reader() -> None:
    rulebook.setting("customer.levels").clear()

    assert rulebook.setting("customer.levels") == ["ordinary", "important", "vip"]


@pytest.mark.django_db
def test_approval_chain_follows_amount_and_conditions() -> None:
    def roles(kind: str, **asked: Any) -> list[str]:
        return [step.role for step in rulebook.approval_chain(kind, at=NOW, **asked)]

    assert roles("ticket.cancellation") == ["manager"]
    assert roles("return.case", amount=Decimal("5000.00")) == ["manager"]
    assert roles("return.case", amount=Decimal("5000.01")) == ["manager", "director"]
    assert roles("complaint.plan", gravity="general") == ["manager"]
    assert roles("complaint.plan", gravity="serious") == ["director"]
    with pytest.raises(rulebook.NoChain):
        roles("return.case")


# freshness


@pytest.mark.django_db(transaction=True)
def test_lookups_cost_one_query_per_transaction(query_count: Callable[[Callable[[], Any]], int]) -> None:
    def work() -> None:
        with transaction.atomic():
            for _ in range(5):
                rulebook.rule("ticket.response", at=NOW, tier="urgent")
                rulebook.setting("warranty.term")
                rulebook.approval_chain("ticket.refusal", at=NOW)

    work()
    assert query_count(work) == 3  # BEGIN, the token, COMMIT


@pytest.mark.django_db(transaction=True)
def test_change_is_seen_in_the_next_transaction_and_not_when_rolled_back() -> None:
    setting = Setting.objects.get(key="ticket.reopen.escalate_after")

    def read() -> int:
        with transaction.atomic():
            return rulebook.setting("ticket.reopen.escalate_after")

    assert read() == 2
    with transaction.atomic():
        changed = setting_changes.change_setting(setting, value=7, actor=None, at=commands.now())
        assert rulebook.setting("ticket.reopen.escalate_after", changed.valid_from) == 7
        transaction.set_rollback(True)
    assert read() == 2
    commands.run(setting_changes.change_setting, setting, value=4)
    assert read() == 4


@pytest.mark.django_db(transaction=True)
def test_change_by_another_process_is_seen_in_the_next_transaction() -> None:
    with transaction.atomic():
        assert rulebook.setting("ticket.reopen.escalate_after") == 2
    with connection.cursor() as cursor:  # as another process would: past this one's knowledge
        cursor.execute("UPDATE kernel_setting SET value = '9' WHERE key = 'ticket.reopen.escalate_after'")
        cursor.execute("UPDATE kernel_rulebookstate SET token = gen_random_uuid()")

    with transaction.atomic():
        assert rulebook.setting("ticket.reopen.escalate_after") == 9


@pytest.mark.django_db(transaction=True)
def test_change_without_its_token_is_not_seen() -> None:
    """Negative control: the token is what makes a change visible."""
    with transaction.atomic():
        assert rulebook.setting("ticket.reopen.escalate_after") == 2
    with connection.cursor() as cursor:
        cursor.execute("UPDATE kernel_setting SET value = '9' WHERE key = 'ticket.reopen.escalate_after'")

    with transaction.atomic():
        assert rulebook.setting("ticket.reopen.escalate_after") == 2
