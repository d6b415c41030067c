"""Which deadlines a ticket has and by which rule, and why it has not the others: never a silent "no deadline".

Worked out from the ticket and its clocks, so that every ticket has it, however old; a rule once matched is kept by the
events of the clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from service_center.kernel import explaining
from service_center.kernel.models import Clock
from tickets.models import Ticket
from tickets.states import CLOCK_KINDS, ClockKind, HoldReason, Mode

FROM_ASSIGNMENT = {ClockKind.ACKNOWLEDGE, ClockKind.DIAGNOSIS, ClockKind.PLAN}


@dataclass(frozen=True)
class Line:
    """One kind of deadline: the clock with its rule, or the reason why there is none."""

    kind: str
    clock: Clock | None
    reason: str

    @property
    def label(self) -> str:
        return str(CLOCK_KINDS[self.kind])

    @property
    def conditions(self) -> dict[str, Any]:
        return {} if self.clock is None else self.clock.rule.conditions

    @property
    def clause(self) -> dict[str, str] | None:
        return None if self.clock is None else explaining.clause_of(self.clock.rule)


def of(ticket: Ticket, clocks: Sequence[Clock]) -> list[Line]:
    """A line for each kind there is, those that apply first."""
    known = {clock.kind: clock for clock in clocks}
    lines = [
        Line(str(kind), known.get(kind), "" if kind in known else none_because(ticket, ClockKind(kind)))
        for kind in ClockKind.values
    ]
    return sorted(lines, key=lambda line: line.clock is None)


def none_because(ticket: Ticket, kind: ClockKind) -> str:
    """Why the ticket has no deadline of this kind."""
    if kind == ClockKind.PROMISE:
        return _("没有告知客户维修时间")
    if kind == ClockKind.ARRIVAL:
        return _("尚未分类") if not ticket.mode else _("服务方式不是上门")
    if kind == ClockKind.CRITICAL:
        return _("尚未分类") if not ticket.mode else _("不是安全、质量或功能关键问题")
    if kind in FROM_ASSIGNMENT:
        return _("尚未派给工程师")
    return _later(ticket, kind)


def _later(ticket: Ticket, kind: ClockKind) -> str:
    """Deadlines that a later step begins."""
    if kind == ClockKind.REPAIR:
        remote = ticket.mode and ticket.mode != Mode.ONSITE
        return _("工程师尚未开始处理") if remote else _("工程师尚未到场")
    if kind == ClockKind.PART_CYCLE:
        return _("没有因“%(reason)s”挂起") % {"reason": HoldReason.PART.label}
    if kind in {ClockKind.FACTORY_CYCLE, ClockKind.FACTORY_INQUIRY}:
        return _("没有因“%(reason)s”挂起") % {"reason": HoldReason.FACTORY.label}
    if kind == ClockKind.RESULT_CALL:
        return _("维修报告尚未提交")
    return _("登记时没有适用的规则，请经理检查规则库")
