"""Why a clock may stand still: each reason says whom we wait for; the rule of a clock says whether it stops for it.

Contract clocks list the reasons that stop them, statutory ones list none: a missing part never stops the law.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_stubs_ext import StrPromise

from service_center.kernel import folding
from service_center.kernel.errors import Invalid

if TYPE_CHECKING:
    from service_center.kernel.models import Clock


@dataclass(frozen=True)
class Reason:
    """A code, its words, and whom we wait for."""

    code: str
    label: StrPromise
    waits_for: StrPromise


REASONS = {
    reason.code: reason
    for reason in (
        Reason("customer", pgettext_lazy("hold", "等待客户"), gettext_lazy("客户")),
        Reason("part", pgettext_lazy("hold", "等待配件"), gettext_lazy("仓库或供应商")),
        Reason("factory", pgettext_lazy("hold", "等待返厂"), gettext_lazy("厂家")),
        Reason("approval", pgettext_lazy("hold", "等待审批"), gettext_lazy("审批人")),
    )
}
AFTER_CLOSING = pgettext_lazy("hold", "已关闭待重开")


def require(reason: str) -> Reason:
    """The reason of that code. Raises Invalid beside the field `reason` for none and for an unknown one."""
    if not reason:
        raise Invalid(_("请选择暂停原因：时限不能无故停下。"), field="reason")
    if reason not in REASONS:
        raise Invalid(_("没有“%(reason)s”这个暂停原因。") % {"reason": reason}, field="reason")
    return REASONS[reason]


def label(code: str) -> str:
    """The reason in words; the gap between a stop and its reopening has words of its own."""
    if code == folding.CLOSED:
        return str(AFTER_CLOSING)
    return str(REASONS[code].label) if code in REASONS else code


def waits(code: str) -> str:
    """Whom a clock that stands still waits for, as a line."""
    if code not in REASONS:
        return label(code)
    return _("%(reason)s · 等：%(whom)s") % {"reason": REASONS[code].label, "whom": REASONS[code].waits_for}


@dataclass(frozen=True)
class Effect:
    """What waiting for a reason does to the clocks of one subject."""

    reason: Reason
    stops: list[Clock]
    runs_on: list[Clock]


def effects(clocks: Iterable[Clock]) -> list[Effect]:
    """For each reason, which of these open clocks stand still and which go on."""
    running = [clock for clock in clocks if clock.stopped_at is None]
    return [
        Effect(
            reason,
            [clock for clock in running if stops(clock, reason.code)],
            [clock for clock in running if not stops(clock, reason.code)],
        )
        for reason in REASONS.values()
    ]


def stops(clock: Clock, reason: str) -> bool:
    """Whether the clock stands still for the reason; a promise never does."""
    return clock.promised_at is None and reason in clock.rule.pausing_reasons


def is_statutory(clock: Clock) -> bool:
    """Whether nothing makes the clock stand still: the law, a public promise, a word given."""
    return clock.promised_at is not None or not clock.rule.pausing_reasons
