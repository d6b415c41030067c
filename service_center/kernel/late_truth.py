"""Times that devices tell late: what is beyond doubt counts at once, the rest when a supervisor confirms it.

The step itself is taken either way. Doubted are a device whose clock is off by more than is tolerated, and, where no
offset was measured, a word that would undo a breach. Until the confirmation the instant the server heard of it counts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Model
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from service_center.kernel import approvals, clocks, rulebook
from service_center.kernel.device_time import Told
from service_center.kernel.firing import stamp
from service_center.kernel.languages import amount

if TYPE_CHECKING:
    from service_center.kernel.models import Approval, User

KIND = "clock.retraction"


@dataclass(frozen=True)
class Moment:
    """When a step counts as taken; `doubted` is the time told, where it must be confirmed first."""

    counts: datetime
    doubted: datetime | None = None
    offset_s: float | None = None

    @property
    def data(self) -> dict[str, Any]:
        """What the step's fact says of it."""
        doubt = {} if self.doubted is None else {"told_at": stamp(self.doubted)}
        return doubt if self.offset_s is None else doubt | {"offset_s": self.offset_s}


def tolerance() -> timedelta:
    """How far a device's clock may be off before its times are doubted."""
    return timedelta(seconds=int(rulebook.setting("ticket.device.offset_seconds")))


def judge(subject: Model, told: Told, *, meets: Collection[str], actor: User | None, at: datetime) -> Moment:
    """When a step on the locked subject counts that meets these kinds of its clocks. The system is not doubted."""
    if actor is not None and doubted(subject, told, meets, at):
        return Moment(at, told.at, told.offset_s)
    return Moment(told.at, None, told.offset_s)


def doubted(subject: Model, told: Told, meets: Collection[str], at: datetime) -> bool:
    """Whether the word needs a supervisor: it moves a clock, and nothing but the word speaks for it."""
    if not meets or told.trusted(tolerance()):
        return False
    moved = [c for c in clocks.lock_for(subject) if c.kind in meets and clocks.stoppable(c, told.at)]
    if told.offset is not None:
        return bool(moved)
    return any(c.due_at is not None and told.at <= c.due_at < (c.stopped_at or at) for c in moved)


def ask(
    verb: str, row: Model, moment: Moment, *, label: str, actor: User | None, at: datetime
) -> Approval | None:
    """Ask the supervisor to confirm a doubted time of the row; None when there is no doubt."""
    if moment.doubted is None:
        return None
    payload = {"told_at": stamp(moment.doubted), "counted_at": stamp(at), "offset_s": moment.offset_s}
    return approvals.ask(verb, row, kind=KIND, payload=payload, label=label, actor=actor, at=at)


def told_at(approval: Approval) -> datetime:
    """The time that is confirmed."""
    moment = parse_datetime(approval.payload["told_at"])
    assert moment is not None  # written by `ask`
    return moment


def described(approval: Approval, step: str) -> list[tuple[str, str]]:
    """What the supervisor has to weigh: the step, the device's word, the server's, how far the device is off."""
    about = approval.payload
    return [
        (_("步骤"), step),
        (_("设备报告的时间"), _local(about["told_at"])),
        (_("服务器收到的时间"), _local(about["counted_at"])),
        (_("设备时钟偏差"), _off(about["offset_s"])),
    ]


def _local(stamped: str) -> str:
    moment = parse_datetime(stamped)
    return stamped if moment is None else timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def _off(seconds: float | None) -> str:
    """How wrong the device's clock is, in the largest unit that says it: 快 3 分钟."""
    if seconds is None:
        return _("未测得")
    sizes = {"natural_day": 86400, "hour": 3600, "minute": 60, "second": 1}
    unit = next((unit for unit, size in sizes.items() if abs(seconds) >= 2 * size), "second")
    span = {"amount": amount(round(abs(seconds) / sizes[unit]), unit)}
    return _("快 %(amount)s") % span if seconds > 0 else _("慢 %(amount)s") % span
