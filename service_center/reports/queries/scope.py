from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

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

    def during(self, instant: str) -> Q:
        """Keep the rows whose instant lies in the period."""
        return Q((f"{instant}__gte", self.since), (f"{instant}__lt", self.until))

    def _narrowed(self, person: str) -> Q:
        """The branch asked for, and the person asked for where `person` is the column that says whose row it is."""
        asked = {"branch_id": self.branch_id, person: self.person_id}
        return Q(*((column, value) for column, value in asked.items() if value is not None))

    def tickets(self) -> QuerySet[Ticket]:
        return Ticket.objects.visible_to(self.user).filter(self._narrowed("assignee_id"))

    def closed(self) -> QuerySet[Ticket]:
        return self.tickets().filter(self.during("closed_at"), status="closed")

    def reported(self) -> QuerySet[Ticket]:
        return self.tickets().filter(self.during("reported_at"))

    def clocks(self, *kinds: str) -> QuerySet[Clock]:
        """Clocks of the tickets in scope."""
        rows = Clock.objects.filter(
            subject_type=Ticket._meta.label_lower, subject_id__in=self.tickets().values("pk")
        )
        return rows.filter(kind__in=kinds) if kinds else rows

    def complaints(self) -> QuerySet[Complaint]:
        return Complaint.objects.visible_to(self.user).filter(self._narrowed("ticket__assignee_id"))

    def invitations(self) -> QuerySet[Invitation]:
        return Invitation.objects.visible_to(self.user).filter(self._narrowed("engineer_id"))

    def follow_ups(self) -> QuerySet[FollowUp]:
        return FollowUp.objects.visible_to(self.user).filter(self._narrowed("ticket__assignee_id"))


def last_days(user: User, *, now: datetime, days: int = DEFAULT_DAYS) -> Scope:
    """The usual period: the last `days` days up to now."""
    return Scope(user, now - timedelta(days=days), now)
