"""The last two beats of every verb on a ticket: save it one version up, and write the fact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from service_center.kernel import journal, late_truth
from service_center.kernel.device_time import Told, put_right
from service_center.kernel.errors import Invalid
from service_center.kernel.models import Event
from tickets.models import Ticket

if TYPE_CHECKING:
    from service_center.kernel.journal import EventType
    from service_center.kernel.models import User


def keep(ticket: Ticket) -> None:
    """Write the locked ticket, one version up: every verb changes it, so every ETag tells."""
    ticket.version += 1
    ticket.save()


def tell(
    kind: EventType,
    ticket: Ticket,
    *,
    actor: User | None,
    at: datetime,
    occurred_at: datetime | None = None,
    also: Sequence[models.Model | None] = (),
    **data: Any,
) -> Event:
    """Put the fact on the timelines of the ticket, its unit, its customer and whatever else is named."""
    links = [ticket.unit, ticket.customer, *also]
    return journal.record(kind, ticket, actor=actor, at=at, occurred_at=occurred_at, links=links, **data)


def took_place(
    occurred_at: datetime | None, *, device_time: datetime | None, not_before: datetime, at: datetime
) -> Told:
    """When something really happened, as a device tells it, put right by the offset of its clock.

    Not before `not_before`, not in the future; up to the tolerated offset a time counts as now. Raises Invalid beside
    the field `at`.
    """
    told = put_right(occurred_at, device_time=device_time, now=at)
    if told.at > at + late_truth.tolerance():
        raise Invalid(_("时间不能晚于现在，请检查设备的时钟。"), field="at")
    if told.at < not_before - late_truth.tolerance():
        raise Invalid(_("时间不能早于 %(from)s。") % {"from": local(not_before)}, field="at")
    return replace(told, at=max(min(told.at, at), not_before))


def local(moment: datetime) -> str:
    """An instant as people of the company read it."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")
