"""Who could do the job and when: ranked engineers with reasons, and those ruled out with the test they failed.

The arithmetic is plain addition of points, so that every figure can be read back to its reason (DSP-08).
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import ProductModel
from parts.models import Balance
from service_center.kernel import rulebook
from staff.models import Booking, Licence, Person, PersonSkill
from staff.states import BookingKind
from tickets.models import PartLine, Ticket
from tickets.states import OPEN, PartLineStatus

FAILED = {
    "other_branch": gettext_lazy("不属于本网点"),
    "unavailable": gettext_lazy("当前不接单"),
    "licence": gettext_lazy("没有此产品的维修资格"),
    "leave": gettext_lazy("该时段请假或不当班"),
    "overlap": gettext_lazy("该时段已有安排"),
}


@dataclass(frozen=True)
class Suggestion:
    """An engineer who can, with points from 0 to 100 and the reasons they were given for."""

    engineer: Person
    score: int
    reasons: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Rejected:
    """An engineer who cannot, with the code of the first test failed."""

    engineer: Person
    failed: str

    @property
    def text(self) -> str:
        return str(FAILED[self.failed])


@dataclass(frozen=True)
class Suggestions:
    """For a job in `[starts_at, ends_at)`, travel included before it."""

    starts_at: datetime
    ends_at: datetime
    engineers: list[Suggestion]
    rejected: list[Rejected]


@dataclass
class _Facts:
    """What is known of all engineers, read in a handful of queries whatever their number."""

    licensed: set[int]
    specific: set[int]
    bookings: dict[int, list[Booking]]
    skills: dict[int, list[int]]
    load: dict[int, int]
    districts: dict[int, set[str]]
    at_hand: dict[int, int]
    wanted: int


def suggest(ticket: Ticket, *, at: datetime, expected_at: datetime | None = None) -> Suggestions:
    """Rank the engineers of the company for the ticket at that time (default: now)."""
    starts_at = expected_at or at
    ends_at = starts_at + timedelta(minutes=int(rulebook.setting("dispatch.visit.minutes")))
    engineers = list(
        Person.objects.at_work().with_role("engineer").select_related("user", "branch").order_by("pk")
    )
    facts = _facts(ticket, engineers, starts_at, ends_at)
    fit: list[Suggestion] = []
    rejected: list[Rejected] = []
    for engineer in engineers:
        failed = _failed_test(ticket, engineer, facts)
        if failed:
            rejected.append(Rejected(engineer, failed))
        else:
            fit.append(_rank(ticket, engineer, facts))
    fit.sort(key=lambda suggestion: (-suggestion.score, suggestion.engineer.pk))
    return Suggestions(starts_at, ends_at, fit, rejected)


def _failed_test(ticket: Ticket, engineer: Person, facts: _Facts) -> str:
    """The first test the engineer fails, or nothing."""
    if engineer.branch_id != ticket.branch_id:
        return "other_branch"
    if not engineer.is_available:
        return "unavailable"
    if ticket.product_model is not None and engineer.pk not in facts.licensed:
        return "licence"
    taken = facts.bookings[engineer.pk]
    if any(booking.kind != BookingKind.VISIT for booking in taken):
        return "leave"
    return "overlap" if taken else ""


def _rank(ticket: Ticket, engineer: Person, facts: _Facts) -> Suggestion:
    score, reasons = 40, [_("该时段有空")]
    if engineer.pk in facts.specific:
        score += 15
        reasons.append(_("持有此产品的维修资格"))
    elif ticket.product_model is not None:
        score += 10
        reasons.append(_("持有通用维修资格"))
    if levels := facts.skills[engineer.pk]:
        level = max(levels)
        score += 3 * level
        reasons.append(_("技能 %(level)s 级") % {"level": level})
    if ticket.customer.district and ticket.customer.district in facts.districts[engineer.pk]:
        score += 10
        reasons.append(_("当天在同一区域有工单"))
    load = facts.load.get(engineer.pk, 0)
    score += max(0, 10 - 2 * load)
    reasons.append(_("在手工单 %(count)s 件") % {"count": load})
    if facts.wanted and facts.at_hand.get(engineer.pk, 0) >= facts.wanted:
        score += 10
        reasons.append(_("随身备有所需配件"))
    return Suggestion(engineer, min(score, 100), reasons)


def _facts(ticket: Ticket, engineers: list[Person], starts_at: datetime, ends_at: datetime) -> _Facts:
    ids = [engineer.pk for engineer in engineers]
    travel = timedelta(minutes=int(rulebook.setting("dispatch.travel.minutes")))
    licensed, specific = _licensed(ticket.product_model, ids, starts_at)
    bookings: dict[int, list[Booking]] = defaultdict(list)
    for booking in Booking.objects.overlapping(starts_at - travel, ends_at).filter(person_id__in=ids):
        bookings[booking.person_id].append(booking)
    skills: dict[int, list[int]] = defaultdict(list)
    for person_id, level in PersonSkill.objects.filter(person_id__in=ids).values_list("person_id", "level"):
        skills[person_id].append(level)
    load, districts = _open_work(ids, starts_at)
    at_hand, wanted = _parts_at_hand(ticket, ids)
    return _Facts(licensed, specific, bookings, skills, load, districts, at_hand, wanted)


def _licensed(model: ProductModel | None, ids: list[int], at: datetime) -> tuple[set[int], set[int]]:
    """Who may repair the product, and who of them by a licence for this very line or model."""
    if model is None:
        return set(ids), set()
    rows = Licence.objects.covering(model, at=at).filter(person_id__in=ids)
    found = list(rows.values_list("person_id", "product_line", "product_model"))
    return {pk for pk, _line, _model in found}, {pk for pk, line, code in found if line or code}


def _open_work(ids: list[int], day: datetime) -> tuple[dict[int, int], dict[int, set[str]]]:
    """Open tickets per engineer, and the districts they are expected in within a day of the job."""
    load: dict[int, int] = defaultdict(int)
    districts: dict[int, set[str]] = defaultdict(set)
    rows = Ticket.objects.filter(assignee_id__in=ids, status__in=OPEN)
    for person_id, expected_at, district in rows.values_list(
        "assignee_id", "expected_at", "customer__district"
    ):
        load[person_id] += 1
        if expected_at is not None and abs(expected_at - day) < timedelta(days=1) and district:
            districts[person_id].add(district)
    return load, districts


def _parts_at_hand(ticket: Ticket, ids: list[int]) -> tuple[dict[int, int], int]:
    """How many of the parts the ticket still wants each engineer carries, and how many it wants."""
    wanted = set(
        PartLine.objects.filter(ticket=ticket, status=PartLineStatus.SHORT).values_list("part_id", flat=True)
    )
    at_hand: dict[int, int] = defaultdict(int)
    if wanted:
        carried = Balance.objects.filter(Q(location__holder_id__in=ids), part_id__in=wanted, on_hand__gt=0)
        for holder in carried.values_list("location__holder_id", flat=True):
            at_hand[holder] += 1
    return at_hand, len(wanted)
