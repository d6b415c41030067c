"""What the figures hear: the facts that change what a row adds to them. Each recounts the row it is about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from complaints import events as complaint_events
from complaints.models import Complaint
from service_center.kernel import clock_events, drafting, recompute
from service_center.kernel.jobs import periodic
from service_center.kernel.subscriptions import on
from service_center.reports.actions import sums as actions
from service_center.reports.queries import rollups
from service_center.reports.queries.catalogue import FIX_WINDOW
from service_center.reports.queries.parts import SOURCES
from surveys import events as survey_events
from surveys.models import FollowUp, Invitation
from tickets import events as ticket_events
from tickets.models import Ticket

if TYPE_CHECKING:
    from service_center.kernel.models import Event

recompute.register("figures", actions.check)
drafting.keep(drafting.Cache(actions.distrust, lambda at: actions.rebuild(at=at)))

_MOVES = {
    kind.name
    for kind in (
        ticket_events.CLASSIFIED,
        ticket_events.ASSIGNED,
        ticket_events.UNASSIGNED,
        ticket_events.DECLINED,
        ticket_events.REOPENED,
    )
}
"""Facts that move a ticket, and what hangs on it, to another product line or engineer."""
_RETURNS = {ticket_events.ARRIVED.name, ticket_events.DIAGNOSED.name}
"""Facts by which an earlier repair of the same machine may turn out to have been none."""


@on(
    ticket_events.REGISTERED,
    ticket_events.ANSWERED,
    ticket_events.CLASSIFIED,
    ticket_events.CONTACTED,
    ticket_events.TIME_CONFIRMED,
    ticket_events.ASSIGNED,
    ticket_events.UNASSIGNED,
    ticket_events.DECLINED,
    ticket_events.ARRIVED,
    ticket_events.DIAGNOSED,
    ticket_events.RESULT_TOLD,
    ticket_events.DISSATISFIED,
    ticket_events.CLOSED,
    ticket_events.REOPENED,
    ticket_events.CANCELLED,
    ticket_events.REFUSED,
    clock_events.BREACHED,
    clock_events.RETRACTED,
    about=[Ticket._meta.label_lower],
    together=True,
)
def count_ticket(told: Sequence[Event], *, at: datetime) -> None:
    """The tickets, and what else their facts concern, are counted as they are now."""
    returned = [event.subject_id for event in told if event.name in _RETURNS]
    earlier = [pk for ticket_id in returned for pk in _earlier(ticket_id)]
    actions.count(SOURCES[Ticket], [*(event.subject_id for event in told), *earlier])
    moved = [event.subject_id for event in told if event.name in _MOVES]
    for model in (Complaint, Invitation, FollowUp) if moved else ():
        rows = model.objects.filter(ticket__in=moved)
        actions.count(SOURCES[model], list(rows.values_list("pk", flat=True)))


def _earlier(ticket_id: int) -> list[int]:
    """Tickets of the same machine that were closed shortly before this one came in, or since."""
    ticket = Ticket.objects.only("unit_id", "reported_at").get(pk=ticket_id)
    if ticket.unit_id is None:
        return []
    same = Ticket.objects.filter(unit=ticket.unit_id, closed_at__gte=ticket.reported_at - FIX_WINDOW)
    return list(same.values_list("pk", flat=True))


@on(
    complaint_events.REGISTERED,
    complaint_events.FOUNDED,
    complaint_events.UNFOUNDED,
    complaint_events.CLOSED,
)
def count_complaint(event: Event, *, at: datetime) -> None:
    actions.count(SOURCES[Complaint], [event.subject_id])


@on(survey_events.ANSWERED)
def count_survey(event: Event, *, at: datetime) -> None:
    actions.count(SOURCES[Invitation], [event.subject_id])


@on(
    survey_events.OPENED,
    survey_events.REQUESTED,
    survey_events.ATTEMPTED,
    survey_events.COMPLETED,
    survey_events.UNREACHABLE,
    survey_events.REFUSED,
    survey_events.CANCELLED,
)
def count_follow_up(event: Event, *, at: datetime) -> None:
    actions.count(SOURCES[FollowUp], [event.subject_id])


@periodic("reports.sums", every=60, detached=True, title=_("指标汇总"))
def build_sums(*, at: datetime) -> None:
    """A new version whose formulas differ, or data from before there were sums: they are built once."""
    if not rollups.in_force():
        actions.rebuild(at=at)
