from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final

from django.db import models
from django.db.models import Q

from staff.states import Role

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from staff.models import Person

SEES_ALL: Final = (Role.MANAGER, Role.QUALITY, Role.ANALYST, Role.DIRECTOR)
SEES_BRANCH: Final = (Role.AGENT, Role.SUPERVISOR)
SEES_GRANTED: Final = (Role.ENGINEER, Role.EXPERT, Role.TRAINER)


class Access(models.Model):
    """A person may see this customer's file, and the unit if one is named, because work on it is or was
    theirs.

    A neutral list: the app above that hands out the work posts here, so that rows can be filtered without
    knowing it.
    """

    person = models.ForeignKey("staff.Person", models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="access")
    unit = models.ForeignKey("customers.Unit", models.CASCADE, null=True, related_name="access")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["person", "customer", "unit"], name="access_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.person_id} sees {self.customer_id}"


def visible_customers(user: User | None, path: str = "") -> Q | None:
    """The condition on rows whose customer is at `path` ("" or "customer__"); None when nothing may be
    seen.

    Agents and supervisors see their branch; engineers, experts and trainers what was given to them;
    manager, quality, analyst and director all; the others nothing (contract C, "who sees what").
    """
    return _visible(user, f"{path}branch_id", f"{path}pk__in", "customer")


def visible_units(user: User | None) -> Q | None:
    """The condition on units: as for customers, but engineers see the units of their work only."""
    return _visible(user, "customer__branch_id", "pk__in", "unit")


def _visible(user: User | None, branch_path: str, granted_path: str, granted: str) -> Q | None:
    person: Person | None = getattr(user, "person", None)
    if person is None:
        return None
    if person.has_role(*SEES_ALL):
        return Q()
    allowed = []
    if person.has_role(*SEES_BRANCH):
        allowed.append(Q((branch_path, person.branch_id)))
    if person.has_role(*SEES_GRANTED):
        rows = Access.objects.filter(person=person).exclude(**{granted: None})
        allowed.append(Q((granted_path, rows.values(granted))))
    return reduce(or_, allowed) if allowed else None
