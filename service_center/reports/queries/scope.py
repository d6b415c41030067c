from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import QuerySet

from complaints.models import Complaint
from service_center.kernel.models import Clock, User
from staff.permissions import sees_all
from surveys.models import FollowUp, Invitation
from tickets.models import Ticket

DEFAULT_DAYS = 30


@dataclass(frozen=True)
class Scope:
    """Whose figures, of which time: `[since, until)`, within what the reader may see, optionally one branch or person."""

    user: User
    since: datetime
    until: datetime
    branch_id: int | None = None
    person_id: int | None = None

    @property
    def reach(self) -> int | None:
        """The branch asked for; else the reader's own where that is all he sees, else none."""
        if self.branch_id is not None or sees_all(self.user):
            return self.branch_id
        person = getattr(self.user, "person", None)
        return person.branch_id if person is not None else None

    def before(self) -> Scope:
        """The period of the same length just before, to compare with."""
        return replace(self, since=self.since - (self.until - self.since), until=self.since)

    def tickets(self) -> QuerySet[Ticket]:
        rows = Ticket.objects.visible_to(self.user)
        if self.branch_id is not None:
            rows = rows.filter(branch_id=self.branch_id)
        return rows if self.person_id is None else rows.filter(assignee_id=self.person_id)

    def closed(self) -> QuerySet[Ticket]:
        return self.tickets().filter(status="closed", closed_at__gte=self.since, closed_at__lt=self.until)

    def reported(self) -> QuerySet[Ticket]:
        return self.tickets().filter(reported_at__gte=self.since, reported_at__lt=self.until)

    def clocks(self, *kinds: str) -> QuerySet[Clock]:
        """Clocks of the tickets in scope."""
        rows = Clock.objects.filter(
            subject_type=Ticket._meta.label_lower, subject_id__in=self.tickets().values("pk")
        )
        return rows.filter(kind__in=kinds) if kinds else rows

    def complaints(self) -> QuerySet[Complaint]:
        rows = Complaint.objects.visible_to(self.user)
        if self.branch_id is not None:
            rows = rows.filter(branch_id=self.branch_id)
        return rows if self.person_id is None else rows.filter(ticket__assignee_id=self.person_id)

    def invitations(self) -> QuerySet[Invitation]:
        rows = Invitation.objects.visible_to(self.user)
        if self.branch_id is not None:
            rows = rows.filter(branch_id=self.branch_id)
        return rows if self.person_id is None else rows.filter(engineer_id=self.person_id)

    def follow_ups(self) -> QuerySet[FollowUp]:
        rows = FollowUp.objects.visible_to(self.user)
        if self.branch_id is not None:
            rows = rows.filter(branch_id=self.branch_id)
        return rows if self.person_id is None else rows.filter(ticket__assignee_id=self.person_id)


def last_days(user: User, *, now: datetime, days: int = DEFAULT_DAYS) -> Scope:
    """The usual period: the last `days` days up to now."""
    return Scope(user, now - timedelta(days=days), now)
