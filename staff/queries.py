"""What screens and the apps above ask about people. Everything for many people at once: no query per
person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Prefetch, QuerySet, Sum

from service_center.kernel.alarms import Reached
from service_center.kernel.languages import pick
from staff.models import (
    Appraisal,
    AppraisalLine,
    Booking,
    Branch,
    Licence,
    Licensable,
    Person,
    PersonSkill,
    ScoreEntry,
    TimeEntry,
)
from staff.models.organisation import SEES_EVERYBODY
from staff.states import BookingKind, Role

if TYPE_CHECKING:
    from service_center.kernel.models import User


@dataclass(frozen=True)
class Load:
    """How much of a stretch of time is taken by visits."""

    count: int
    minutes: int


NO_LOAD: Final = Load(0, 0)


Choices = Iterable[tuple[str, str, Any]]


def branch_choices(user: User, codes: list[str] | None) -> Choices:
    """Code, name and key of the branches the user may choose from, all or those with these codes; for filters of lists."""
    person = getattr(user, "person", None)
    branches = Branch.objects.order_by("code")
    if person is None or not person.has_role(*SEES_EVERYBODY):
        branches = branches.filter(pk=person.branch_id) if person is not None else branches.none()
    if codes is not None:
        branches = branches.filter(code__in=codes)
    return [(branch.code, pick(branch), branch.pk) for branch in branches]


def people_choices(*roles: str) -> Callable[[User, list[str] | None], Choices]:
    """As `branch_choices`, of people the user may see: those at work with one of the roles; by name anybody."""

    def find(user: User, names: list[str] | None) -> Choices:
        people = Person.objects.visible_to(user)
        if names is None:
            people = people.at_work().with_role(*roles)
        else:
            people = people.filter(user__username__in=names)
        return people.order_by("name", "pk").values_list("user__username", "name", "pk")

    return find


CHAIN: Final = ("assignee", "owner", Role.SUPERVISOR, Role.MANAGER, Role.DIRECTOR)
"""Who stands above whom on a case: the engineer, the owner, the supervisor of the branch, the manager, the deputy general
manager. Other posts answer to the manager."""


class Chart:
    """The org chart as it is now; asked for many cases it reads each post once."""

    def __init__(self) -> None:
        self._posts: dict[str, list[Person]] = {}

    def reach(
        self, role: str, *, branch_id: int, owner: Person | None = None, assignee: Person | None = None
    ) -> Reached:
        """Whom a rung's role means here: the people on the case, those who hold the post in the branch (managers and
        above wherever they are, when the branch has none). Nobody there: the next one up the chain, and who was passed
        over.
        """
        above = CHAIN[CHAIN.index(role) :] if role in CHAIN else (role, *CHAIN[-2:])
        on_case = {"owner": owner, "assignee": assignee}
        passed: list[str] = []
        for post in above:
            people = _there([on_case[post]]) if post in on_case else self._holders(post, branch_id)
            if people:
                return Reached(str(post), [person.user for person in people], passed)
            passed.append(str(post))
        return Reached("", [], passed)

    def _holders(self, post: str, branch_id: int) -> list[Person]:
        if post not in self._posts:
            rows = Person.objects.at_work().with_role(post).select_related("user").order_by("pk")
            self._posts[post] = _there(rows)
        near = [person for person in self._posts[post] if person.branch_id == branch_id]
        return near if near or post not in CHAIN[-2:] else self._posts[post]


def _there(people: Iterable[Person | None]) -> list[Person]:
    """Those of them who can be told."""
    return [p for p in people if p is not None and p.left_at is None and p.user.is_active]


def by_username(username: str) -> Person | None:
    """The person with this log-in, whoever asks."""
    return Person.objects.select_related("user", "branch").filter(user__username=username).first()


def load(people: Iterable[int], *, start: datetime, end: datetime) -> dict[int, Load]:
    """Visits of each person that begin in `[start, end)`; people without any are left out."""
    rows = (
        Booking.objects.live()
        .filter(person__in=list(people), kind=BookingKind.VISIT, starts_at__gte=start, starts_at__lt=end)
        .values("person")
        .annotate(visits=Count("id"), taken=Sum(F("ends_at") - F("starts_at")))
    )
    return {row["person"]: Load(row["visits"], int(row["taken"].total_seconds() // 60)) for row in rows}


def busy(people: Iterable[int], *, start: datetime, end: datetime) -> dict[int, list[Booking]]:
    """Live bookings that overlap `[start, end)`, by person: visits, leave, off shift, training."""
    found: dict[int, list[Booking]] = defaultdict(list)
    for booking in (
        Booking.objects.overlapping(start, end).filter(person__in=list(people)).order_by("starts_at")
    ):
        found[booking.person_id].append(booking)
    return dict(found)


def licensed(people: Iterable[int], product: Licensable, *, at: datetime) -> set[int]:
    """Which of the people may be sent to the product at that instant (STF-04)."""
    rows = Licence.objects.covering(product, at=at).filter(person__in=list(people))
    return set(rows.values_list("person", flat=True))


def skill_levels(people: Iterable[int]) -> dict[int, dict[str, int]]:
    """Level by skill code by person (STF-05)."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    rows = PersonSkill.objects.filter(person__in=list(people)).values_list("person", "skill__code", "level")
    for person, code, level in rows:
        found[person][code] = level
    return dict(found)


def day_of(instant: datetime, *, zone: str) -> tuple[datetime, datetime]:
    """First instant of the local day an instant falls into, and of the next."""
    local = ZoneInfo(zone)
    day = instant.astimezone(local).date()
    return (
        datetime.combine(day, time.min, tzinfo=local),
        datetime.combine(day + timedelta(days=1), time.min, tzinfo=local),
    )


def coming_bookings(person: Person, *, at: datetime) -> QuerySet[Booking]:
    """What takes the person's time from now on, soonest first."""
    return Booking.objects.live().filter(person=person, ends_at__gt=at).order_by("starts_at", "id")


def valid_licences(person: Person, *, at: datetime) -> QuerySet[Licence]:
    """What the person may do now, general ones first."""
    return Licence.objects.valid_at(at).filter(person=person).order_by("product_line", "product_model", "id")


def scores_of(person: Person, *, period: date | None = None) -> QuerySet[ScoreEntry]:
    """The person's entries, newest first, each with whether it was taken back."""
    rows = ScoreEntry.objects.filter(person=person).select_related("posted_by__person", "retracted_by")
    return (rows if period is None else rows.in_period(period)).order_by("-at", "-id")


def time_by_category(person: Person, *, start: datetime, end: datetime) -> dict[str, int]:
    """Minutes by category of work begun in `[start, end)` (K27)."""
    rows = TimeEntry.objects.filter(person=person, started_at__gte=start, started_at__lt=end)
    return dict(rows.values_list("category").annotate(total=Sum("minutes")).order_by("category"))


def appraisals(user: User | None) -> QuerySet[Appraisal]:
    """The appraisals the user may see, with person and lines."""
    return (
        Appraisal.objects.visible_to(user)
        .select_related("person__user", "person__branch", "confirmed_by")
        .prefetch_related(Prefetch("lines", AppraisalLine.objects.order_by("id")))
    )


def appraisal_with_entries(user: User | None) -> QuerySet[Appraisal]:
    """As `appraisals`, with the entries each figure was made of (STF-06: each figure opens its entries)."""
    entries = ScoreEntry.objects.select_related("posted_by__person").order_by("at", "id")
    lines = AppraisalLine.objects.order_by("id").prefetch_related(Prefetch("entries", entries))
    return (
        Appraisal.objects.visible_to(user)
        .select_related("person__user", "person__branch", "confirmed_by")
        .prefetch_related(Prefetch("lines", lines))
    )
