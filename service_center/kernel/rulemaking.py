"""The rulebook, changed: draft -> approved -> in force -> superseded, for rules, settings and approval steps.

Nothing is overwritten: a change is a new version, and the old one keeps the time in which it counted
(GEN-08).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any, TypeVar

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from service_center.kernel import calendars, changeovers, conditions, errors, journal, policies, rulebook
from service_center.kernel import rulebook_events as events
from service_center.kernel.access import has_role, require
from service_center.kernel.models import ApprovalStep, Calendar, Clause, Rule, Setting, User, VersionStatus
from service_center.kernel.models.rulebook import Versioned

Version = TypeVar("Version", Rule, Setting, ApprovalStep)

CALLED: dict[type[Versioned], str] = {Rule: "code", Setting: "code", ApprovalStep: "kind"}


class Ambiguous(errors.DomainError):
    """Two rules would fit one case and neither is the more specific."""

    code = "ambiguous_rule"
    message = _("与现有规则 %(other)s 可能同时适用，且分不出哪个更具体。请修改适用条件。")

    def __init__(self, other: str) -> None:
        super().__init__(
            _("与现有规则 %(other)s 可能同时适用，且分不出哪个更具体。请修改适用条件。") % {"other": other},
            field="conditions",
        )


class NotDraft(errors.DomainError):
    code = "not_draft"
    message = _("只有草稿可以批准。")


class NotApproved(errors.DomainError):
    code = "not_approved"
    message = _("只有已批准的版本可以生效，请先批准。")


class NotInForce(errors.DomainError):
    code = "not_in_force"
    message = _("只有生效中的版本可以终止。")


class Backdated(errors.DomainError):
    code, status = "backdated", 400
    message = _("生效时间不能早于现在，也不能早于现行版本的生效时间。")


class OwnDraft(errors.Forbidden):
    """Four eyes: whoever drafted a version does not approve it."""

    code = "own_draft"
    message = _("自己起草的版本须由另一人批准。")


KEEPERS = ("manager", "director", "admin")


def can_change(actor: User) -> bool:
    """Managers, directors and administrators keep the rulebook."""
    return has_role(actor, *KEEPERS)


def keepers() -> QuerySet[User]:
    """Everybody at work who keeps the rulebook."""
    held = Q(person__role__in=KEEPERS) | Q(person__extra_roles__overlap=list(KEEPERS))
    return User.objects.filter(held, is_active=True).order_by("pk")


def draft_rule(
    code: str,
    *,
    value: Decimal,
    unit: str,
    calendar: Calendar,
    clause: Clause | None,
    conditions: Mapping[str, Any] | None = None,
    rungs: Sequence[Mapping[str, Any]] = (),
    pausing_reasons: Sequence[str] = (),
    notes: str = "",
    actor: User | None,
    at: datetime,
) -> Rule:
    """Write down the next version of a rule; it counts only once approved and put in force.

    Names come from the version before. Raises Forbidden, Invalid (no clause; value, unit, calendar or rungs that make no
    clock).
    """
    rulebook.lock()
    require(can_change, actor)
    if clause is None:
        raise errors.Invalid(_("请写明依据的条款，没有依据的规则不能起草。"), field="clause")
    row = Rule(
        code=code, value=value, unit=unit, calendar=calendar, clause=clause, notes=notes, drafted_by=actor
    )
    row.conditions = normal_conditions(conditions or {})
    row.rungs, row.pausing_reasons = list(rungs), list(pausing_reasons)
    number(row, code)
    _check_clock(row)
    row.save()
    journal.record(events.RULE_DRAFTED, row, actor=actor, at=at, key=row.key, number=row.version)
    return row


def check_rule(
    *,
    code: str,
    value: Decimal,
    unit: str,
    calendar: Calendar,
    rungs: Sequence[Mapping[str, Any]] = (),
    **_words: Any,
) -> None:
    """Whether a rule with this duration could be drafted. Raises Invalid as `draft_rule` does."""
    _check_clock(Rule(code=code, value=value, unit=unit, calendar=calendar, rungs=list(rungs)))


def redraft(
    rule: Rule,
    *,
    value: Decimal,
    unit: str,
    calendar: Calendar,
    notes: str = "",
    actor: User | None,
    at: datetime,
) -> Rule:
    """Write down the next version of a rule with another duration; all else stays. Raises as `draft_rule` does."""
    return draft_rule(
        rule.code,
        value=value,
        unit=unit,
        calendar=calendar,
        clause=rule.clause,
        conditions=rule.conditions,
        rungs=rule.rungs,
        pausing_reasons=rule.pausing_reasons,
        notes=notes,
        actor=actor,
        at=at,
    )


def normal_conditions(given: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions in their one form. Raises Invalid when one is empty."""
    if any(value in ("", [], None) for value in given.values()):
        raise errors.Invalid(_("适用条件不能留空。"), field="conditions")
    return conditions.normal(given)


def number(row: Version, code: str) -> None:
    """Give the draft its key, its version number and the names of the version before."""
    row.key = conditions.key_of(code, row.conditions)
    versions = type(row).objects.filter(key=row.key)
    row.version = (versions.aggregate(last=Max("version"))["last"] or 0) + 1
    before = versions.order_by("-version").first() or type(row).objects.filter(key__startswith=code).first()
    if before is not None and not row.name_zh:
        row.name_zh, row.name_en = before.name_zh, before.name_en


def _check_clock(row: Rule) -> None:
    if row.unit not in Rule.Unit.values:
        raise errors.Invalid(_("请选择时间单位。"), field="unit")
    if row.value < 0:
        raise errors.Invalid(_("时限不能小于零。"), field="value")
    if not row.calendar.version:
        raise errors.Invalid(_("这个日历还没有生效的版本，请先让它生效。"), field="calendar")
    try:
        policies.of(row, calendars.current_value(row.calendar.code))
    except (ValueError, KeyError, InvalidOperation, TypeError) as error:
        raise errors.Invalid(_("数值、单位或提醒步骤不能组成时限。"), field="value") from error


def approve(row: Version, *, actor: User | None, at: datetime) -> Version:
    """Agree to what somebody else drafted. Raises NotDraft, OwnDraft, Ambiguous, Forbidden."""
    row = _locked(row)
    require(can_change, actor)
    if row.status != VersionStatus.DRAFT:
        raise NotDraft
    if actor is not None and row.drafted_by_id == actor.pk:
        raise OwnDraft
    _refuse_ambiguity(row)
    row.status, row.approved_by, row.approved_at = VersionStatus.APPROVED, actor, at
    row.save(update_fields=["status", "approved_by", "approved_at"])
    if not isinstance(row, Setting):
        journal.record(events.RULE_APPROVED, row, actor=actor, at=at, key=row.key, number=row.version)
    return row


def _locked(row: Version) -> Version:
    """The row as it is now, with the whole rulebook held: changes are rare and exclude each other."""
    rulebook.lock()
    held: Version = type(row).objects.select_for_update(of=("self",)).get(pk=row.pk)
    return held


def _refuse_ambiguity(row: Version) -> None:
    """Compare with what counts or is approved to count. Raises Ambiguous."""
    others = (
        type(row)
        .objects.exclude(key=row.key)
        .filter(status__in=[VersionStatus.IN_FORCE, VersionStatus.APPROVED], alternative=False)
    )
    name = CALLED[type(row)]
    for other in others.filter(**{name: getattr(row, name)}).order_by("key"):
        if conditions.ambiguous(row.conditions, other.conditions):
            raise Ambiguous(other.key)


def put_in_force(
    row: Version, *, valid_from: datetime | None = None, actor: User | None, at: datetime
) -> Version:
    """Let an approved version count from now or a later instant; the version before ends then.

    Raises NotApproved, Ambiguous, Backdated, Forbidden.
    """
    row, start = _locked(row), valid_from or at
    require(can_change, actor)
    if row.status != VersionStatus.APPROVED:
        raise NotApproved
    _refuse_ambiguity(row)
    before = type(row).objects.filter(key=row.key, status=VersionStatus.IN_FORCE).first()
    if start < at or (before is not None and before.valid_from is not None and start < before.valid_from):
        raise Backdated(field="valid_from")
    if before is not None:
        _end(before, start, actor, at)
    row.status, row.valid_from, row.valid_to = VersionStatus.IN_FORCE, start, None
    row.save(update_fields=["status", "valid_from", "valid_to"])
    _tell_in_force(row, before, actor, at)
    _bring_open_clocks_over(row, start, actor, at)
    return row


def _bring_open_clocks_over(row: Any, start: datetime, actor: User | None, at: datetime) -> None:
    """Where a rule had another version, its open clocks come under this one from then on."""
    if isinstance(row, Rule) and Rule.objects.of_key(row.key).exclude(pk=row.pk).exists():
        changeovers.plan(row, starts_at=start, actor=actor, at=at)


def _end(row: Versioned, end: datetime, actor: User | None, at: datetime) -> None:
    row.status, row.valid_to = VersionStatus.SUPERSEDED, end
    row.save(update_fields=["status", "valid_to"])
    if not isinstance(row, Setting):
        journal.record(events.RULE_SUPERSEDED, row, actor=actor, at=at, key=row.key, number=row.version)


def _tell_in_force(row: Version, before: Any, actor: User | None, at: datetime) -> None:
    if isinstance(row, Setting):
        old = before.value if before is not None else None
        data = {"key": row.key, "number": row.version, "before": old, "value": row.value}
        journal.record(events.SETTING_CHANGED, row, actor=actor, at=at, **data)
        return
    journal.record(events.RULE_IN_FORCE, row, actor=actor, at=at, key=row.key, number=row.version)


def supersede(row: Version, *, valid_to: datetime | None = None, actor: User | None, at: datetime) -> Version:
    """End a version without a successor. Raises NotInForce, Backdated, Forbidden."""
    row, end = _locked(row), valid_to or at
    require(can_change, actor)
    if row.status != VersionStatus.IN_FORCE or row.mandatory:
        raise NotInForce
    if end < at:
        raise Backdated(field="valid_to")
    _end(row, end, actor, at)
    return row
