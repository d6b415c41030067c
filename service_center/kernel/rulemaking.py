"""The rulebook, changed: draft -> approved -> in force -> superseded, for rules, settings and approval steps.

Nothing is overwritten: a change is a new version, and the old one keeps the time in which it counted
(GEN-08).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from service_center.kernel import calendars, conditions, errors, journal, policies, rulebook
from service_center.kernel import rulebook_events as events
from service_center.kernel.access import has_role, require
from service_center.kernel.languages import listed
from service_center.kernel.models import ApprovalStep, Calendar, Clause, Rule, Setting, VersionStatus
from service_center.kernel.models.rulebook import Versioned

if TYPE_CHECKING:
    from service_center.kernel.models import User

Version = TypeVar("Version", Rule, Setting, ApprovalStep)

CALLED: dict[type[Versioned], str] = {Rule: "code", Setting: "code", ApprovalStep: "kind"}
HUNDRED = Decimal(100)
TEXT_LIMIT = 10_000


class Ambiguous(errors.DomainError):
    """Two rules would fit one case and neither is the more specific."""

    code = "ambiguous_rule"
    message = _("与现有规则 %(other)s 可能同时适用，且分不出哪个更具体。请修改适用条件。")

    def __init__(self, other: str) -> None:
        super().__init__(
            _("与现有规则 %(other)s 可能同时适用，且分不出哪个更具体。请修改适用条件。") % {"other": other}
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


class WrongWeights(errors.DomainError):
    """The weights of one set do not sum to 100."""

    code, status = "weights_not_100", 400

    def __init__(self, total: Decimal) -> None:
        text = _("同一组权重之和必须是 100，现在是 %(total)s。请一并修改其他权重。") % {
            "total": f"{total.normalize():f}"
        }
        super().__init__(text, field="value")


def can_change(actor: User) -> bool:
    """Managers, directors and administrators keep the rulebook."""
    return has_role(actor, "manager", "director", "admin")


def draft_rule(
    code: str,
    *,
    value: Decimal,
    unit: str,
    calendar: Calendar,
    clause: Clause,
    conditions: Mapping[str, Any] | None = None,
    rungs: Sequence[Mapping[str, Any]] = (),
    pausing_reasons: Sequence[str] = (),
    notes: str = "",
    actor: User | None,
    at: datetime,
) -> Rule:
    """Write down the next version of a rule; it counts only once approved and put in force.

    Names come from the version before. Raises Forbidden, Invalid (value, unit or rungs that make no clock).
    """
    rulebook.lock()
    require(can_change, actor)
    row = Rule(
        code=code, value=value, unit=unit, calendar=calendar, clause=clause, notes=notes, drafted_by=actor
    )
    row.conditions = normal_conditions(conditions or {})
    row.rungs, row.pausing_reasons = list(rungs), list(pausing_reasons)
    _number(row, code)
    _check_clock(row)
    row.save()
    journal.record(events.RULE_DRAFTED, row, actor=actor, at=at, key=row.key, number=row.version)
    return row


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
    if rule.clause is None:
        raise errors.Invalid(field="value")
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
        raise errors.Invalid(field="conditions")
    return conditions.normal(given)


def _number(row: Version, code: str) -> None:
    """Give the draft its key, its version number and the names of the version before."""
    row.key = conditions.key_of(code, row.conditions)
    versions = type(row).objects.filter(key=row.key)
    row.version = (versions.aggregate(last=Max("version"))["last"] or 0) + 1
    before = versions.order_by("-version").first() or type(row).objects.filter(key__startswith=code).first()
    if before is not None and not row.name_zh:
        row.name_zh, row.name_en = before.name_zh, before.name_en


def _check_clock(row: Rule) -> None:
    if row.unit not in Rule.Unit.values or row.value < 0:
        raise errors.Invalid(field="value")
    try:
        policies.of(row, calendars.current_value(row.calendar.code))
    except (ValueError, KeyError, InvalidOperation, TypeError) as error:
        raise errors.Invalid(_("数值、单位或提醒步骤不能组成时限。"), field="value") from error


def approve(row: Version, *, actor: User | None, at: datetime) -> Version:
    """Agree to a draft. Raises NotDraft, Ambiguous, Forbidden."""
    row = _locked(row)
    require(can_change, actor)
    if row.status != VersionStatus.DRAFT:
        raise NotDraft
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
    return row


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


def change_setting(
    row: Setting,
    *,
    value: Any,
    expected: int | None = None,
    together: Mapping[str, Any] | None = None,
    actor: User | None,
    at: datetime,
) -> Setting:
    """Give a setting a new value at once, as a new version approved and put in force by the same person.

    `together` (key -> value) changes others in the same step, as a set of weights demands; changing only the
    weight of satisfaction shares the rest out equally. An equal value changes nothing. Raises Forbidden,
    Stale, Invalid, WrongWeights.
    """
    rulebook.lock()
    require(can_change, actor)
    current = _current(row.key)
    if expected is not None and current.version != expected:
        raise errors.Stale(current.version)
    wanted = {current.key: checked(current, value)}
    for key, other in (together or {}).items():
        wanted[key] = checked(_current(key), other, field="together")
    if current.kind == Setting.Kind.WEIGHT:
        wanted = _balanced(current, wanted)
    changed = [_next_version(key, new, actor, at) for key, new in sorted(wanted.items())]
    return next(new for new in changed if new.key == current.key)


def standing(key: str) -> Setting | None:
    """The setting's version without a successor, else its latest one; None for an unknown key."""
    versions = Setting.objects.of_key(key).with_clause()
    return versions.filter(status=VersionStatus.IN_FORCE).first() or versions.first()


def _current(key: str) -> Setting:
    """The standing version. Raises Invalid for an unknown key."""
    row = standing(key)
    if row is None:
        raise errors.Invalid(_("没有这个参数。"), field="together")
    return row


def _balanced(changed: Setting, wanted: dict[str, Any]) -> dict[str, Any]:
    """The new values of the whole set of weights. Raises WrongWeights when they do not sum to 100."""
    rows = weights_of(changed)
    rest = [row for row in rows if row.key not in wanted]
    if changed.code.endswith(".weight.satisfaction") and len(wanted) == 1 and rest:
        left = HUNDRED - Decimal(wanted[changed.key])
        share = (left / len(rest)).quantize(Decimal("0.01"))
        wanted |= {row.key: str(share) for row in rest}
        wanted[rest[-1].key] = str(left - share * (len(rest) - 1))
    total = sum((Decimal(str(wanted.get(row.key, row.value))) for row in rows), Decimal())
    if total != HUNDRED:
        raise WrongWeights(total)
    return wanted


def weights_of(row: Setting) -> list[Setting]:
    """The whole set a weight belongs to, as it stands, by key."""
    prefix = f"{row.code.rsplit('.weight.', 1)[0]}.weight."
    weights = Setting.objects.filter(code__startswith=prefix, kind=Setting.Kind.WEIGHT)
    return [_current(key) for key in sorted(set(weights.values_list("key", flat=True)))]


def _next_version(key: str, value: Any, actor: User | None, at: datetime) -> Setting:
    """A new version of the setting with this value, in force; the current one when nothing changes."""
    before = _current(key)
    if before.value == value and before.status == VersionStatus.IN_FORCE and not before.demo:
        return before
    row = _current(key)
    row.pk, row.seed, row._state.adding = None, None, True
    row.value, row.demo, row.alternative = value, False, False
    row.status, row.valid_from, row.valid_to = VersionStatus.DRAFT, None, None
    row.drafted_by, row.approved_by, row.approved_at = actor, None, None
    _number(row, row.code)
    row.save()
    return put_in_force(approve(row, actor=actor, at=at), actor=actor, at=at)


def checked(row: Setting, value: Any, *, field: str = "value") -> Any:
    """The value as it is stored. Raises Invalid when its kind, bounds or choices do not allow it."""
    kind = Setting.Kind(row.kind)
    if len(written := json.dumps(value)) > TEXT_LIMIT or "\\u0000" in written:
        raise errors.Invalid(_("内容过长或含有空字符。"), field=field)
    shapes = {
        Setting.Kind.FLAG: bool,
        Setting.Kind.TEXT: str,
        Setting.Kind.LIST: list,
        Setting.Kind.MAPPING: dict,
    }
    if kind in shapes:
        if not isinstance(value, shapes[kind]) or value == "":
            raise errors.Invalid(_("值的类型与参数不符。"), field=field)
        if row.choices and value not in row.choices:
            raise errors.Invalid(_("请选择：%(choices)s。") % {"choices": listed(row.choices)}, field=field)
        return value
    number = _number_of(value, whole=kind == Setting.Kind.INTEGER, field=field)
    low, high = row.minimum, row.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        raise errors.Invalid(_("超出允许范围（%(low)s 至 %(high)s）。") % _range(low, high), field=field)
    return int(number) if kind == Setting.Kind.INTEGER else str(number)


def _range(low: Decimal | None, high: Decimal | None) -> dict[str, str]:
    return {"low": "–" if low is None else f"{low:f}", "high": "–" if high is None else f"{high:f}"}


def _number_of(value: Any, *, whole: bool, field: str) -> Decimal:
    try:
        number = Decimal(str(value).strip()) if not isinstance(value, bool | list | dict) else Decimal("NaN")
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or (whole and number != int(number)) or abs(number) >= Decimal(10) ** 12:
        raise errors.Invalid(_("请填写整数。") if whole else _("请填写数字。"), field=field)
    return number
