from __future__ import annotations

from staff.models import Person
from staff.states import Role


def holders(role: str, *, branch_id: int, owner: Person | None = None) -> list[Person]:
    """Whom a rung's role means: the owner, or those who hold it in the branch, else wherever they are."""
    if role in {"owner", "assignee"}:
        return [owner] if owner is not None else holders(Role.SUPERVISOR, branch_id=branch_id)
    everybody = Person.objects.at_work().with_role(role).select_related("user").order_by("pk")
    return list(everybody.filter(branch_id=branch_id)) or list(everybody)
