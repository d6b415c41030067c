from __future__ import annotations

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
    """A person may see this customer's file because work on it is or was theirs.

    A neutral list: the app above that hands out the work posts here, so that rows can be filtered without knowing it.
    """

    person = models.ForeignKey("staff.Person", models.CASCADE, related_name="+", db_index=False)
    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="access")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["person", "customer"], name="access_once"),)

    def __str__(self) -> str:
        return f"{self.person_id} sees {self.customer_id}"


def visible_customers(user: User | None, path: str = "") -> Q | None:
    """The condition on rows whose customer is at `path` ("" or "customer__"); None when nothing may be seen.

    Agents and supervisors see their branch; engineers, experts and trainers what was given to them; manager, quality,
    analyst and director all; the others nothing (contract C, "who sees what").
    """
    person: Person | None = getattr(user, "person", None)
    if person is None:
        return None
    if person.has_role(*SEES_ALL):
        return Q()
    allowed: Q | None = None
    if person.has_role(*SEES_BRANCH):
        allowed = Q(**{f"{path}branch_id": person.branch_id})
    if person.has_role(*SEES_GRANTED):
        granted = Q(**{f"{path}pk__in": Access.objects.filter(person=person).values("customer")})
        allowed = granted if allowed is None else allowed | granted
    return allowed
