from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q, QuerySet

from complaints.models import Complaint
from service_center.kernel.models import Clock, User
from service_center.kernel.models.clocks import ClockQuerySet
from staff.permissions import sees_all
from surveys.models import FollowUp, Invitation
from tickets.models import Diagnosis, Ticket

DEFAULT_DAYS = 30
NARROWINGS = ("branch_id", "person_id", "line_id", "team_id")
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Scope:
    """Whose figures, of which time: `[since, until)`, within what the reader may see.

    Optionally of one branch, product line (as triage found it), team (of the engineer whose job it is) or person.
    """

    user: User
    since: datetime
    until: datetime
    branch_id: int | None = None
    person_id: int | None = None
    line_id: int | None = None
    team_id: int | None = None

    @property
    def reach(self) -> int | None:
        """The branch asked for; else the reader's own where that is all he sees, else none."""
        if self.branch_id is not None or sees_all(self.user):
            return self.branch_id
        person = getattr(self.user, "person", None)
        return person.branch_id if person is not None else None

    @property
    def days(self) -> tuple[date, date] | None:
        """First and last day of the period; None when it does not consist of whole days of the company's zone."""
        first, end = self.since.astimezone(zone()), self.until.astimezone(zone())
        if (first, end) != (midnight(first.date()), midnight(end.date())) or first >= end:
            return None
        return first.date(), end.date() - ONE_DAY

    def before(self) -> Scope:
        """The period of the same length just before, to compare with."""
        if self.days is None:
            return replace(self, since=self.since - (self.until - self.since), until=self.since)
        first, last = self.days
        return replace(self, since=midnight(first - (last - first) - ONE_DAY), until=self.since)

    @property
    def shape(self) -> Hashable:
        """What its statements depend on beside their values: what the reader may see, and which narrowings there are."""
        person = getattr(self.user, "person", None)
        sees = person and (person.pk, person.branch_id, person.left_at is None, *person.roles)
        return sees, tuple(name for name in NARROWINGS if getattr(self, name) is not None)

    @property
    def values(self) -> list[int]:
        """The narrowings asked for, in their order."""
        return [value for name in NARROWINGS if (value := getattr(self, name)) is not None]

    def about(self, values: Sequence[Any]) -> Scope:
        """The same scope with other values in place of `values`."""
        names = [name for name in NARROWINGS if getattr(self, name) is not None]
        return replace(self, **dict(zip(names, values, strict=True)))

    def within(self, since: datetime, until: datetime) -> Scope:
        """The same reader, branch, line, team and person, another time."""
        return replace(self, since=since, until=until)

    def during(self, instant: str) -> Q:
        """Keep the rows whose instant lies in the period."""
        return Q((f"{instant}__gte", self.since), (f"{instant}__lt", self.until))

    def _narrowed(self, person: str, line: str, team: str) -> Q:
        """What was asked for; the arguments name the columns that say whose a row is, of which line and team."""
        asked = {
            "branch_id": self.reach,
            person: self.person_id,
            line: self.line_id,
            team: self.team_id,
        }
        return Q(*((column, value) for column, value in asked.items() if value is not None))

    def tickets(self) -> QuerySet[Ticket]:
        mine = self._narrowed("assignee_id", "product_line_id", "assignee__team_id")
        return Ticket.objects.visible_to(self.user).filter(mine)

    def closed(self) -> QuerySet[Ticket]:
        return self.tickets().filter(self.during("closed_at"), status="closed")

    def reported(self) -> QuerySet[Ticket]:
        return self.tickets().filter(self.during("reported_at"))

    def clocks(self, *kinds: str) -> ClockQuerySet:
        """Clocks of the tickets in scope."""
        rows: ClockQuerySet = Clock.objects.filter(subject_type=Ticket._meta.label_lower)
        if not self._reaches_all():
            rows = rows.filter(subject_id__in=self.tickets().values("pk"))
        return rows.filter(kind__in=kinds) if kinds else rows

    def diagnoses(self) -> QuerySet[Diagnosis]:
        """What was found on the tickets in scope."""
        return (
            Diagnosis.objects.all()
            if self._reaches_all()
            else Diagnosis.objects.filter(ticket__in=self.tickets())
        )

    def _reaches_all(self) -> bool:
        """Whether every ticket is in scope, so that none has to be looked for."""
        return not self.tickets().query.has_filters()

    def complaints(self) -> QuerySet[Complaint]:
        mine = self._narrowed("ticket__assignee_id", "ticket__product_line_id", "ticket__assignee__team_id")
        return Complaint.objects.visible_to(self.user).filter(mine)

    def invitations(self) -> QuerySet[Invitation]:
        mine = self._narrowed("engineer_id", "ticket__product_line_id", "engineer__team_id")
        return Invitation.objects.visible_to(self.user).filter(mine)

    def follow_ups(self) -> QuerySet[FollowUp]:
        mine = self._narrowed("ticket__assignee_id", "ticket__product_line_id", "ticket__assignee__team_id")
        return FollowUp.objects.visible_to(self.user).filter(mine)


def last_days(user: User, *, now: datetime, days: int = DEFAULT_DAYS) -> Scope:
    """The usual period: so many whole days, the present one the last of them."""
    today = now.astimezone(zone()).date()
    return Scope(user, midnight(today - (days - 1) * ONE_DAY), midnight(today + ONE_DAY))


def zone() -> ZoneInfo:
    """Where the company's days begin and end."""
    return ZoneInfo(settings.TIME_ZONE)


def midnight(day: date) -> datetime:
    """The instant the day begins."""
    return datetime.combine(day, time(), zone())
