"""Settings, changed: one person drafts the next version, another agrees, and it counts at once.

A set of weights is drafted and agreed to as a whole. A newer draft takes the place of one that waits. What the program
itself changes (no actor) needs nobody's consent.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from service_center.kernel import errors, journal, rulebook, rulemaking
from service_center.kernel import rulebook_events as events
from service_center.kernel.access import require
from service_center.kernel.languages import listed
from service_center.kernel.models import Setting, VersionStatus

if TYPE_CHECKING:
    from service_center.kernel.models import User

HUNDRED = Decimal(100)
TEXT_LIMIT = 10_000


class NothingDrafted(errors.DomainError):
    code = "nothing_drafted"
    message = _("没有待批准的修改。")


class WrongWeights(errors.DomainError):
    """The weights of one set do not sum to 100."""

    code, status = "weights_not_100", 400

    def __init__(self, total: Decimal) -> None:
        text = _("同一组权重之和必须是 100，现在是 %(total)s。请一并修改其他权重。") % {
            "total": f"{total.normalize():f}"
        }
        super().__init__(text, field="value")


def change_setting(
    row: Setting,
    *,
    value: Any,
    expected: int | None = None,
    together: Mapping[str, Any] | None = None,
    actor: User | None,
    at: datetime,
) -> Setting:
    """Draft the next version of a setting with a new value; it counts when somebody else has agreed.

    `together` (key -> value) changes others in the same step, as a set of weights demands; changing only the
    weight of satisfaction shares the rest out equally. An equal value changes nothing. Raises Forbidden,
    Stale, Invalid, WrongWeights.
    """
    rulebook.lock()
    require(rulemaking.can_change, actor)
    current = _current(row.key)
    if expected is not None and current.version != expected:
        raise errors.Stale(current.version)
    wanted = {current.key: checked(current, value)}
    for key, other in (together or {}).items():
        wanted[key] = checked(_current(key), other, field="together")
    if current.kind == Setting.Kind.WEIGHT:
        wanted = _balanced(current, wanted)
    fresh = {key: new for key, new in wanted.items() if _differs(_current(key), new)}
    waiting = {key: draft for other in wanted for key, draft in drafts(_current(other)).items()}
    if not waiting or not _same(waiting, fresh, actor):
        _drop(waiting, actor, at)
        waiting = {key: _draft(key, new, actor, at) for key, new in sorted(fresh.items())}
    if actor is None:
        waiting = _agree(waiting, actor, at)
    return waiting.get(current.key, current)


def _differs(row: Setting, value: Any) -> bool:
    return row.value != value or row.status != VersionStatus.IN_FORCE or row.demo


def _same(waiting: Mapping[str, Setting], fresh: Mapping[str, Any], actor: User | None) -> bool:
    """Whether this person has drafted just that already."""
    own = actor is not None and all(draft.drafted_by_id == actor.pk for draft in waiting.values())
    return own and {key: draft.value for key, draft in waiting.items()} == dict(fresh)


def drafts(row: Setting) -> dict[str, Setting]:
    """What people drafted for the setting, or anywhere in its set of weights, and nobody has agreed to, by key."""
    keys = [other.key for other in weights_of(row)] if row.kind == Setting.Kind.WEIGHT else [row.key]
    waiting = Setting.objects.with_clause().filter(
        key__in=keys, status=VersionStatus.DRAFT, drafted_by__isnull=False
    )
    return {draft.key: draft for draft in waiting.order_by("key")}


def approve_change(row: Setting, *, actor: User | None, at: datetime) -> Setting:
    """Agree to what somebody else drafted; it counts at once, a set of weights as a whole.

    Returns the setting as it stands then. Raises Forbidden, NothingDrafted, OwnDraft, WrongWeights.
    """
    rulebook.lock()
    require(rulemaking.can_change, actor)
    waiting = drafts(row)
    if not waiting:
        raise NothingDrafted
    _agree(waiting, actor, at)
    if row.kind == Setting.Kind.WEIGHT:
        _require_hundred(weights_of(row), {})
    return _current(row.key)


def _agree(waiting: Mapping[str, Setting], actor: User | None, at: datetime) -> dict[str, Setting]:
    return {
        key: rulemaking.put_in_force(rulemaking.approve(draft, actor=actor, at=at), actor=actor, at=at)
        for key, draft in waiting.items()
    }


def drop_change(row: Setting, *, actor: User | None, at: datetime) -> Setting:
    """Give up what was drafted; it stays on record. Returns the setting as it stands. Raises Forbidden, NothingDrafted."""
    rulebook.lock()
    require(rulemaking.can_change, actor)
    waiting = drafts(row)
    if not waiting:
        raise NothingDrafted
    _drop(waiting, actor, at)
    return _current(row.key)


def _drop(waiting: Mapping[str, Setting], actor: User | None, at: datetime) -> None:
    for draft in waiting.values():
        draft.status = VersionStatus.DROPPED
        draft.save(update_fields=["status"])
        journal.record(events.SETTING_DROPPED, draft, actor=actor, at=at, key=draft.key, number=draft.version)


def standing(key: str) -> Setting | None:
    """The setting's version without a successor, else its latest one; None for an unknown key."""
    versions = Setting.objects.of_key(key).exclude(status=VersionStatus.DROPPED).with_clause()
    shipped = versions.exclude(status=VersionStatus.DRAFT, drafted_by__isnull=False)
    return versions.filter(status=VersionStatus.IN_FORCE).first() or shipped.first() or versions.first()


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
    _require_hundred(rows, wanted)
    return wanted


def _require_hundred(rows: Sequence[Setting], wanted: Mapping[str, Any]) -> None:
    total = sum((Decimal(str(wanted.get(row.key, row.value))) for row in rows), Decimal())
    if total != HUNDRED:
        raise WrongWeights(total)


def weights_of(row: Setting) -> list[Setting]:
    """The whole set a weight belongs to, as it stands, by key."""
    prefix = f"{row.code.rsplit('.weight.', 1)[0]}.weight."
    weights = Setting.objects.filter(code__startswith=prefix, kind=Setting.Kind.WEIGHT)
    return [_current(key) for key in sorted(set(weights.values_list("key", flat=True)))]


def _draft(key: str, value: Any, actor: User | None, at: datetime) -> Setting:
    """A draft of the setting with this value."""
    row = _current(key)
    row.pk, row.seed, row._state.adding = None, None, True
    row.value, row.demo, row.alternative = value, False, False
    row.status, row.valid_from, row.valid_to = VersionStatus.DRAFT, None, None
    row.drafted_by, row.approved_by, row.approved_at = actor, None, None
    rulemaking.number(row, row.code)
    row.save()
    journal.record(events.SETTING_DRAFTED, row, actor=actor, at=at, key=row.key, number=row.version)
    return row


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
