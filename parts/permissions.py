"""Who may do what with parts (requirements 1.3, 4.4, 4.5). Storekeepers and engineers act in their own
branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service_center.kernel.access import has_role

if TYPE_CHECKING:
    from parts.models import Location, PurchaseOrder, Reservation
    from service_center.kernel.models import User


def in_branch(user: User, branch_id: int | None) -> bool:
    person = getattr(user, "person", None)
    return person is not None and person.branch_id == branch_id


def can_keep_catalogue(user: User) -> bool:
    return has_role(user, "parts", "manager")


def can_reserve(user: User, branch_id: int | None) -> bool:
    """Whoever handles the branch's jobs; the parts supervisor and the manager anywhere."""
    if has_role(user, "parts", "manager"):
        return True
    return in_branch(user, branch_id) and has_role(user, "engineer", "agent", "supervisor", "storekeeper")


def can_issue(user: User, reservation: Reservation) -> bool:
    """The branch's storekeeper; an engineer from the stock they carry themselves."""
    return can_keep_store(user, reservation.location) or is_own_stock(user, reservation.location)


def can_release(user: User, reservation: Reservation) -> bool:
    """Whoever may reserve for the branch may let go of it."""
    return can_reserve(user, reservation.location.branch_id)


def can_return(user: User, reservation: Reservation) -> bool:
    """Engineer or storekeeper of the branch (requirement 4.4: used / returned unused)."""
    return in_branch(user, reservation.location.branch_id) and has_role(user, "engineer", "storekeeper")


def can_keep_store(user: User, location: Location) -> bool:
    return in_branch(user, location.branch_id) and has_role(user, "storekeeper")


def can_keep_some_store(user: User) -> bool:
    """Keep the store of some branch at all; likewise below, where the place is known only from the request."""
    return has_role(user, "storekeeper")


def can_adjust_some(user: User) -> bool:
    return has_role(user, "storekeeper", "parts", "manager")


def can_quarantine_some(user: User) -> bool:
    return has_role(user, "storekeeper", "inspector")


def is_own_stock(user: User, location: Location) -> bool:
    person = getattr(user, "person", None)
    return person is not None and location.holder_id == person.pk


def can_take_custody(user: User, branch_id: int | None) -> bool:
    return in_branch(user, branch_id) and has_role(user, "engineer", "storekeeper")


def can_ask_adjustment(user: User, location: Location) -> bool:
    return can_keep_store(user, location) or has_role(user, "parts", "manager")


def can_quarantine(user: User, location: Location) -> bool:
    return can_keep_store(user, location) or has_role(user, "inspector")


def can_inspect(user: User) -> bool:
    return has_role(user, "inspector")


def can_receive(user: User, order: PurchaseOrder) -> bool:
    return can_keep_store(user, order.location)


def can_plan(user: User) -> bool:
    return has_role(user, "parts", "manager")


def can_buy(user: User) -> bool:
    return has_role(user, "buyer")


def can_evaluate(user: User) -> bool:
    return has_role(user, "buyer", "parts")
