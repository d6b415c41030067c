"""Who may do what with files, units and products."""

from __future__ import annotations

from typing import TYPE_CHECKING

from customers.models import Customer, Unit
from service_center.kernel.access import has_role
from staff.permissions import same_branch
from staff.states import Role

if TYPE_CHECKING:
    from service_center.kernel.models import User


def can_open(actor: User) -> bool:
    """Open a customer's file."""
    return has_role(actor, Role.AGENT, Role.SUPERVISOR, Role.MANAGER)


def can_import(actor: User) -> bool:
    """Bring files and units in from tables."""
    return has_role(actor, Role.SUPERVISOR, Role.MANAGER)


def can_edit(actor: User, customer: Customer) -> bool:
    """Change a file: the branch's agents and supervisors, the manager."""
    desk = has_role(actor, Role.AGENT, Role.SUPERVISOR) and same_branch(actor, customer.branch_id)
    return desk or has_role(actor, Role.MANAGER)


def can_grade(actor: User, customer: Customer) -> bool:
    """Change a customer's level (CRM-03): what the customer may expect is not the agent's to give."""
    return has_role(actor, Role.MANAGER) or (
        has_role(actor, Role.SUPERVISOR) and same_branch(actor, customer.branch_id)
    )


def can_register(actor: User, customer: Customer) -> bool:
    """Register a customer's unit: whoever may edit the file, and the engineer who reads the label on site."""
    return can_edit(actor, customer) or (has_role(actor, Role.ENGINEER) and _sees(actor, customer))


def can_register_some(actor: User) -> bool:
    """Register units of some customers at all."""
    return has_role(actor, Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ENGINEER)


def can_edit_unit(actor: User, unit: Unit) -> bool:
    return can_register(actor, unit.customer)


def can_transfer(actor: User, unit: Unit) -> bool:
    """Move a unit to another customer."""
    return can_edit(actor, unit.customer)


def can_reveal(actor: User, customer: Customer) -> bool:
    """Read a number or an address in full: those who call and visit. Analysts and directors work with
    masked ones.
    """
    return has_role(
        actor, Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.ENGINEER, Role.EXPERT, Role.QUALITY
    )


def can_manage_products(actor: User) -> bool:
    """Keep the catalogue and its warranty terms (WTY-01)."""
    return has_role(actor, Role.MANAGER, Role.ADMIN)


def _sees(actor: User, customer: Customer) -> bool:
    return Customer.objects.visible_to(actor).filter(pk=customer.pk).exists()
