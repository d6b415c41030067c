from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from service_center.kernel.access import has_role
from service_center.kernel.models.clocks import Clock, ClockQuerySet
from tickets import states

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from tickets.models.ticket import Ticket

SEES_ALL = ("manager", "quality", "analyst", "director")
SEES_BRANCH = ("agent", "supervisor")


class TicketQuerySet(models.QuerySet["Ticket"]):
    def lock(self, pk: int) -> Ticket:
        """The ticket under its row lock: the first lock a verb takes."""
        return (
            self.select_for_update(of=("self",)).select_related("customer", "unit__product_model").get(pk=pk)
        )

    def visible_to(self, user: User) -> Self:
        """What the user may see: all, the branch, what is or was assigned, what one was asked about; else nothing."""
        if has_role(user, *SEES_ALL):
            return self
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        seen = Q(pk__in=[])
        if has_role(user, *SEES_BRANCH):
            seen |= Q(branch_id=person.branch_id)
        if has_role(user, "engineer"):
            seen |= Q(assignee_id=person.pk) | Q(Exists(_assignments(person.pk)))
        if has_role(user, "expert", "trainer"):
            seen |= Q(Exists(_asked(person.pk)))
        return self.filter(seen)

    def in_store_of(self, user: User) -> Self:
        """Tickets of the branch for which the user draws parts; of these only the number may be shown."""
        person = getattr(user, "person", None)
        if person is None or not has_role(user, "storekeeper"):
            return self.none()
        return self.filter(branch_id=person.branch_id)

    def open(self) -> Self:
        return self.filter(status__in=states.OPEN)

    def undispatched(self) -> Self:
        return self.filter(status=states.Status.CLASSIFIED)

    def late(self) -> Self:
        """Tickets with at least one open clock past its due time."""
        return self.filter(Exists(_clocks().late()))

    def at_risk(self) -> Self:
        """Tickets with a warned clock that is still in time, and none past it."""
        return self.filter(Exists(_clocks().at_risk())).exclude(Exists(_clocks().late()))

    def assigned_to(self, person_id: int) -> Self:
        return self.filter(assignee_id=person_id)

    def soonest_first(self) -> Self:
        """By the next due time of the open clocks; tickets without one last."""
        due = _clocks().filter(due_at__isnull=False).order_by("due_at").values("due_at")[:1]
        return self.annotate(next_due=models.Subquery(due)).order_by(F("next_due").asc(nulls_last=True), "id")

    def with_people(self) -> Self:
        """What lists and pages show of a ticket, in one query."""
        return self.select_related(
            "owner__user",
            "assignee__user",
            "branch",
            "customer",
            "contact",
            "unit__product_model",
            "product_model",
            "product_line",
        )

    def with_work_left(self) -> Self:
        """With what single steps wait for: an offer to answer, a part to account for, a signature to file."""
        offers = _below("Assignment").filter(status=states.AssignmentStatus.OFFERED)
        taken = _below("PartLine").filter(faulty_part=None).exclude(status=states.PartLineStatus.RELEASED)
        signed = _below("Signature").filter(report=None)
        return self.annotate(
            has_offer=Exists(offers), has_part_taken=Exists(taken), has_signature=Exists(signed)
        )


def _clocks() -> ClockQuerySet:
    return Clock.objects.open().filter(subject_type="tickets.ticket", subject_id=OuterRef("pk"))


def _assignments(person_id: int) -> models.QuerySet[Any]:
    return _below("Assignment").filter(engineer_id=person_id)


def _asked(person_id: int) -> models.QuerySet[Any]:
    return _below("Escalation").filter(asked_id=person_id)


def _below(name: str) -> models.QuerySet[Any]:
    """Rows of a model that belong to the ticket of the outer query; its module imports this one's."""
    rows: models.QuerySet[Any] = apps.get_model("tickets", name)._default_manager.filter(
        ticket=OuterRef("pk")
    )
    return rows
