"""The rulebook: which row counts for a case, how a row comes to count, and how fast a change is seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from service_center.kernel import commands, conditions, errors, rulebook, rulemaking
from service_center.kernel.models import Calendar, Clause, Event, Rule, Setting, VersionStatus

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
def test_change_is_seen_in_the_next_transaction_and_not_when_rolled_back(manager: Any) -> None:
    setting = Setting.objects.get(key="ticket.reopen.escalate_after")

    def read() -> int:
        with transaction.atomic():
            return rulebook.setting("ticket.reopen.escalate_after")

    assert read() == 2
    with transaction.atomic():
        changed = rulemaking.change_setting(setting, value=7, actor=manager.user, at=commands.now())
        assert rulebook.setting("ticket.reopen.escalate_after", changed.valid_from) == 7
        transaction.set_rollback(True)
    assert read() == 2
    commands.run(rulemaking.change_setting, setting, value=4, actor=manager.user)
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


# the life of a version


@pytest.fixture
def manager(person: Callable[..., Any]) -> Any:
    return person("manager")


def _draft(manager: Any, code: str = "ticket.response", **changes: Any) -> Rule:
    fields = {
        "value": Decimal(3),
        "unit": "hour",
        "calendar": Calendar.objects.get(code="duty"),
        "clause": Clause.objects.get(document__code="003", article="3.1"),
        "conditions": {"tier": "general"},
    }
    return commands.run(rulemaking.draft_rule, code, actor=manager.user, **fields | changes)


@pytest.mark.django_db
@pytest.mark.req("GEN-08")
def test_rule_counts_only_once_approved_and_in_force(manager: Any) -> None:
    draft = _draft(manager)
    before = rulebook.rule("ticket.response", at=draft_time(draft), tier="general")
    with pytest.raises(rulemaking.NotApproved):
        commands.run(rulemaking.put_in_force, draft, actor=manager.user)

    commands.run(rulemaking.approve, draft, actor=manager.user)
    in_force = commands.run(rulemaking.put_in_force, draft, actor=manager.user)

    assert rulebook.rule("ticket.response", at=in_force.valid_from, tier="general") == in_force
    assert (
        rulebook.rule("ticket.response", at=in_force.valid_from - timedelta(seconds=1), tier="general")
        == before
    )
    before.refresh_from_db()
    assert (before.status, before.valid_to) == (VersionStatus.SUPERSEDED, in_force.valid_from)
    facts = Event.objects.filter(subject_type="kernel.rule", subject_id=in_force.pk).order_by("id")
    assert [fact.name for fact in facts] == ["rule.drafted", "rule.approved", "rule.put_in_force"]
    assert {fact.actor for fact in facts} == {manager.user}


def draft_time(row: Rule) -> datetime:
    return Event.objects.get(name="rule.drafted", subject_id=row.pk).at


@pytest.mark.django_db
def test_rule_that_fits_a_case_beside_another_is_refused(manager: Any) -> None:
    draft = _draft(manager, conditions={"mode": "onsite"})

    with pytest.raises(rulemaking.Ambiguous) as refusal:
        commands.run(rulemaking.approve, draft, actor=manager.user)

    assert refusal.value.code == "ambiguous_rule"
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT


@pytest.mark.django_db
def test_rule_with_a_later_start_counts_from_then(manager: Any) -> None:
    draft = commands.run(rulemaking.approve, _draft(manager), actor=manager.user)
    start = datetime.now(UTC) + timedelta(days=3)

    in_force = commands.run(rulemaking.put_in_force, draft, valid_from=start, actor=manager.user)

    assert rulebook.rule("ticket.response", at=start, tier="general") == in_force
    assert rulebook.rule("ticket.response", at=start - timedelta(minutes=1), tier="general").value == 2
    with pytest.raises(rulemaking.NotApproved):
        commands.run(rulemaking.put_in_force, draft, actor=manager.user)


@pytest.mark.django_db
def test_rule_cannot_start_in_the_past(manager: Any) -> None:
    draft = commands.run(rulemaking.approve, _draft(manager), actor=manager.user)

    with pytest.raises(rulemaking.Backdated):
        commands.run(rulemaking.put_in_force, draft, valid_from=NOW - timedelta(days=400), actor=manager.user)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"value": Decimal(-1)},
        {"unit": "fortnight"},
        {"unit": "working_day", "value": Decimal("1.5")},
        {"rungs": [{"name": "warn", "role": "owner"}]},
        {"rungs": [{"name": "warn", "percent": "many", "role": "owner"}]},
        {"conditions": {"tier": ""}},
    ],
)
def test_rule_that_makes_no_clock_is_refused(manager: Any, changes: dict[str, Any]) -> None:
    count = Rule.objects.count()

    with pytest.raises(errors.Invalid):
        _draft(manager, **changes)

    assert Rule.objects.count() == count


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["agent", "engineer", "supervisor", "quality"])
def test_rule_is_not_for_everybody_to_change(person: Callable[..., Any], manager: Any, role: str) -> None:
    stranger = person(role)
    draft = _draft(manager)

    with pytest.raises(errors.Forbidden):
        _draft(stranger)
    with pytest.raises(errors.Forbidden):
        commands.run(rulemaking.approve, draft, actor=stranger.user)
    with pytest.raises(errors.Forbidden):
        commands.run(rulemaking.change_setting, Setting.objects.first(), value=1, actor=stranger.user)


@pytest.mark.django_db
def test_alternative_put_in_force_replaces_the_shipped_rule(manager: Any) -> None:
    alternative = Rule.objects.get(seed="ticket.response@tier=urgent#003 5.1~alternative")
    shipped = Rule.objects.get(seed="ticket.response@tier=urgent#003 3.1")

    in_force = commands.run(rulemaking.put_in_force, alternative, actor=manager.user)

    assert rulebook.rule("ticket.response", at=in_force.valid_from, tier="urgent").value == 2
    shipped.refresh_from_db()
    assert shipped.status == VersionStatus.SUPERSEDED


@pytest.mark.django_db
def test_superseded_rule_leaves_the_less_specific_one(manager: Any) -> None:
    city = Rule.objects.get(key="ticket.solution@mode=onsite,tier=general,zone=city")

    ended = commands.run(rulemaking.supersede, city, actor=manager.user)

    facts = {"tier": "general", "mode": "onsite", "zone": "city"}
    assert rulebook.rule("ticket.solution", at=ended.valid_to, **facts).value == 11
    with pytest.raises(rulemaking.NotInForce):
        commands.run(rulemaking.supersede, city, actor=manager.user)


@pytest.mark.django_db
def test_mandatory_setting_cannot_be_ended(manager: Any) -> None:
    with pytest.raises(rulemaking.NotInForce):
        commands.run(rulemaking.supersede, Setting.objects.get(key="fee.onsite_max"), actor=manager.user)


@pytest.mark.django_db
def test_database_refuses_two_versions_at_one_instant() -> None:
    twin = Rule.objects.get(seed="ticket.critical#003 3.1")
    twin.pk, twin.seed, twin.version, twin._state.adding = None, None, 2, True
    twin.status, twin.valid_to = VersionStatus.SUPERSEDED, NOW

    with pytest.raises(IntegrityError, match="rule_force_no_overlap"), transaction.atomic():
        twin.save()


# settings


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
def test_setting_change_is_a_new_version_in_force_at_once(manager: Any) -> None:
    before = Setting.objects.get(key="fee.onsite_max")

    after = commands.run(rulemaking.change_setting, before, value="350", expected=1, actor=manager.user)

    assert rulebook.setting("fee.onsite_max", after.valid_from) == Decimal(350)
    assert (after.version, after.demo, after.mandatory, after.seed) == (2, False, True, None)
    before.refresh_from_db()
    assert (before.status, before.value) == (VersionStatus.SUPERSEDED, "200.00")
    fact = Event.objects.get(name="setting.changed", subject_id=after.pk)
    assert fact.data == {"key": "fee.onsite_max", "number": 2, "before": "200.00", "value": "350"}


@pytest.mark.django_db
def test_setting_change_twice_writes_once(manager: Any) -> None:
    setting = Setting.objects.get(key="fee.onsite_max")
    commands.run(rulemaking.change_setting, setting, value="350", actor=manager.user)

    commands.run(rulemaking.change_setting, setting, value="350", actor=manager.user)

    assert Setting.objects.filter(key="fee.onsite_max").count() == 2


@pytest.mark.django_db
def test_setting_change_on_a_stale_version_is_refused(manager: Any) -> None:
    setting = Setting.objects.get(key="fee.onsite_max")
    commands.run(rulemaking.change_setting, setting, value="350", expected=1, actor=manager.user)

    with pytest.raises(errors.Stale) as refusal:
        commands.run(rulemaking.change_setting, setting, value="360", expected=1, actor=manager.user)

    assert refusal.value.extra == {"current": 2}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("fee.onsite_max", "-1"),
        ("fee.onsite_max", "much"),
        ("fee.onsite_max", None),
        ("fee.onsite_max", True),
        ("fee.onsite_max", "NaN"),
        ("ticket.reopen.escalate_after", "1.5"),
        ("survey.low_threshold", "101"),
        ("penalty.enabled", "yes"),
        ("customer.levels", "vip"),
        ("warranty.without_proof", "maybe"),
    ],
)
def test_setting_of_another_kind_or_out_of_bounds_is_refused(manager: Any, key: str, value: Any) -> None:
    with pytest.raises(errors.Invalid):
        commands.run(rulemaking.change_setting, Setting.objects.get(key=key), value=value, actor=manager.user)

    assert Setting.objects.filter(key=key).count() == 1


@pytest.mark.django_db
def test_database_refuses_a_setting_out_of_bounds() -> None:
    """Negative control of the verb's check: PostgreSQL knows the bounds too."""
    with pytest.raises(IntegrityError, match="setting_within_bounds"), transaction.atomic():
        Setting.objects.filter(key="appraisal.staff.weight.satisfaction").update(value="39")


@pytest.mark.django_db
def test_weights_always_sum_to_100(manager: Any) -> None:
    group = "appraisal.staff.weight"
    core = Setting.objects.get(key=f"{group}.satisfaction")

    def weights() -> dict[str, Decimal]:
        names = ("satisfaction", "knowledge", "skill", "attitude")
        return {name: rulebook.setting(f"{group}.{name}") for name in names}

    commands.run(rulemaking.change_setting, core, value="50", actor=manager.user)
    assert sum(weights().values()) == 100
    assert sorted(weights().values()) == [Decimal("16.66"), Decimal("16.67"), Decimal("16.67"), Decimal(50)]

    with pytest.raises(errors.Invalid):
        commands.run(rulemaking.change_setting, core, value="39.9", actor=manager.user)
    skill = Setting.objects.get(key=f"{group}.skill", status="in_force")
    with pytest.raises(rulemaking.WrongWeights):
        commands.run(rulemaking.change_setting, skill, value="30", actor=manager.user)

    others = {f"{group}.{name}": value for name, value in (("knowledge", "10"), ("attitude", "10"))}
    commands.run(rulemaking.change_setting, skill, value="30", together=others, actor=manager.user)
    assert weights() == {"satisfaction": 50, "knowledge": 10, "skill": 30, "attitude": 10}
