"""The life of a version: drafted, approved, in force, superseded; and what is refused on the way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from service_center.kernel import commands, errors, rulebook, rulemaking, setting_changes, subscribers
from service_center.kernel.models import (
    ApprovalStep,
    Calendar,
    Clause,
    Event,
    Notification,
    Rule,
    Setting,
    VersionStatus,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


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
def test_rule_counts_only_once_approved_and_in_force(manager: Any, director: Any) -> None:
    draft = _draft(manager)
    before = rulebook.rule("ticket.response", at=draft_time(draft), tier="general")
    with pytest.raises(rulemaking.NotApproved):
        commands.run(rulemaking.put_in_force, draft, actor=manager.user)

    commands.run(rulemaking.approve, draft, actor=director.user)
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
    assert [fact.actor for fact in facts] == [manager.user, director.user, manager.user]


def draft_time(row: Rule) -> datetime:
    return Event.objects.get(name="rule.drafted", subject_id=row.pk).at


@pytest.mark.django_db
def test_rule_that_fits_a_case_beside_another_is_refused(manager: Any, director: Any) -> None:
    draft = _draft(manager, conditions={"mode": "onsite"})

    with pytest.raises(rulemaking.Ambiguous) as refusal:
        commands.run(rulemaking.approve, draft, actor=director.user)

    assert refusal.value.code == "ambiguous_rule"
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT


@pytest.mark.django_db
def test_rule_with_a_later_start_counts_from_then(manager: Any, director: Any) -> None:
    draft = commands.run(rulemaking.approve, _draft(manager), actor=director.user)
    start = datetime.now(UTC) + timedelta(days=3)

    in_force = commands.run(rulemaking.put_in_force, draft, valid_from=start, actor=manager.user)

    assert rulebook.rule("ticket.response", at=start, tier="general") == in_force
    assert rulebook.rule("ticket.response", at=start - timedelta(minutes=1), tier="general").value == 2
    with pytest.raises(rulemaking.NotApproved):
        commands.run(rulemaking.put_in_force, draft, actor=manager.user)


@pytest.mark.django_db
def test_rule_cannot_start_in_the_past(manager: Any, director: Any) -> None:
    draft = commands.run(rulemaking.approve, _draft(manager), actor=director.user)

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
        commands.run(setting_changes.change_setting, Setting.objects.first(), value=1, actor=stranger.user)


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


# four eyes


def _step(who: Any) -> ApprovalStep:
    """A draft of another post that decides on cancellations."""
    step = ApprovalStep.objects.get(kind="ticket.cancellation", status=VersionStatus.IN_FORCE)
    step.pk, step.seed, step._state.adding = None, None, True
    step.status, step.version, step.valid_from = VersionStatus.DRAFT, 2, None
    step.role, step.drafted_by = "director", who.user
    step.save()
    return step


@pytest.mark.django_db
@pytest.mark.req("GEN-08")
@pytest.mark.parametrize("make", [_draft, _step])
def test_approving_an_own_draft_is_refused(manager: Any, director: Any, make: Any) -> None:
    """Rules and steps of approval alike; settings in test_settings.py."""
    draft = make(manager)
    with pytest.raises(rulemaking.OwnDraft) as refusal:
        commands.run(rulemaking.approve, draft, actor=manager.user)
    assert (refusal.value.code, refusal.value.status) == ("own_draft", 403)
    draft.refresh_from_db()
    assert (draft.status, draft.approved_by) == (VersionStatus.DRAFT, None)
    approved = commands.run(rulemaking.approve, draft, actor=director.user)
    assert (approved.status, approved.approved_by) == (VersionStatus.APPROVED, director.user)


@pytest.mark.django_db
@pytest.mark.parametrize("make", [_draft, _step])
def test_database_refuses_the_consent_of_the_author(manager: Any, make: Any) -> None:
    """Negative control of the verb's check: without it PostgreSQL still says no; without both nobody does."""
    draft = make(manager)
    agreed = {"status": VersionStatus.APPROVED, "approved_by": manager.user}
    table, rows = draft._meta.db_table, type(draft).objects.filter(pk=draft.pk)
    with pytest.raises(IntegrityError, match="four_eyes"), transaction.atomic():
        rows.update(**agreed)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {draft._meta.model_name}_four_eyes")
    assert rows.update(**agreed) == 1


@pytest.mark.django_db
def test_what_was_shipped_as_a_draft_any_keeper_may_approve(manager: Any) -> None:
    """Its author is the program."""
    draft = _draft(manager)
    Rule.objects.filter(pk=draft.pk).update(drafted_by=None)
    assert commands.run(rulemaking.approve, draft, actor=manager.user).status == VersionStatus.APPROVED


@pytest.mark.django_db
def test_those_who_may_agree_are_told_once(manager: Any, director: Any, person: Callable[..., Any]) -> None:
    """The other keepers of the rulebook, nobody else, and the author not."""
    deputy, agent = person("supervisor", extra_roles=["admin"]), person("agent")
    setting = Setting.objects.get(key="appraisal.staff.weight.satisfaction")
    commands.run(setting_changes.change_setting, setting, value="50", actor=manager.user)
    for event in Event.objects.filter(name="setting.drafted"):
        for _ in range(2):
            subscribers.tell_who_may_agree(event, at=event.at)
    told = Notification.objects.filter(template="rulebook.drafted").values_list("user", flat=True)
    assert sorted(told) == sorted([director.user.pk, deputy.user.pk])
    assert agent.user.pk not in told
