from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from service_center.kernel.clock_subjects import Held
from service_center.kernel.models import Event
from staff.models import Person
from staff.states import Role


def holders(role: str, *, branch_id: int, owner: Person | None = None) -> list[Person]:
    """Whom a rung's role means: the owner, or those who hold it in the branch, else wherever they are."""
    if role in {"owner", "assignee"}:
        return [owner] if owner is not None else holders(Role.SUPERVISOR, branch_id=branch_id)
    everybody = Person.objects.at_work().with_role(role).select_related("user").order_by("pk")
    return list(everybody.filter(branch_id=branch_id)) or list(everybody)


def held_by(row: Any) -> Sequence[Held]:
    """Who had a complaint, a call or a correction in hand when, as its facts tell; oldest first."""
    facts = Event.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk).order_by("id")
    passed = [(at, to) for at, to in facts.values_list("at", "data__to") if isinstance(to, str)]
    begun = facts.values_list("at", flat=True).first()
    if begun is None or row.owner is None:
        return ()
    names = dict(
        Person.objects.filter(user__username__in=[to for _at, to in passed]).values_list(
            "user__username", "name"
        )
    )
    first = _("前任负责人") if passed else row.owner.name
    return [Held(begun, first, "owner"), *(Held(at, names.get(to, to), "owner") for at, to in passed)]
