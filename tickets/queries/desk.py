"""What the boards show: an engineer's day, and how much each engineer has in hand."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery

from staff.models import Person
from tickets.models import Ticket, Visit
from tickets.states import OPEN, VisitStatus

if TYPE_CHECKING:
    from service_center.kernel.models import User

OPEN_STATES = [str(state) for state in OPEN]


def jobs_of(user: User) -> QuerySet[Ticket]:
    """The engineer's open tickets in the order of the day: next visit first (annotated `visit_at`), else when it is
    expected.
    """
    person = getattr(user, "person", None)
    if person is None:
        return Ticket.objects.none()
    planned = Visit.objects.filter(ticket=OuterRef("pk"), status=VisitStatus.CONFIRMED).values("starts_at")[
        :1
    ]
    jobs = Ticket.objects.open().assigned_to(person.pk).with_people().annotate(visit_at=Subquery(planned))
    return jobs.order_by(F("visit_at").asc(nulls_last=True), F("expected_at").asc(nulls_last=True), "pk")


def load_of_engineers(user: User) -> QuerySet[Person]:
    """Engineers the user may see, each with `open_tickets`, `in_hand` (begun) and `next_at`, the busiest first."""
    engineers = (
        Person.objects.visible_to(user).at_work().with_role("engineer").select_related("user", "branch")
    )
    mine = Q(assigned_tickets__status__in=OPEN_STATES)
    begun = Q(assigned_tickets__status__in=["in_handling", "on_hold"])
    return engineers.annotate(
        open_tickets=Count("assigned_tickets", filter=mine),
        in_hand=Count("assigned_tickets", filter=begun),
        next_at=Min("assigned_tickets__expected_at", filter=mine),
    ).order_by("-open_tickets", "pk")


def undispatched_since(tickets: QuerySet[Ticket], day: datetime) -> QuerySet[Ticket]:
    """Classified before that day and still with nobody: dispatched first today (DSP-05)."""
    return tickets.filter(status="classified", classified_at__lt=day).order_by("classified_at", "pk")
