"""Who may do what about a complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from complaints.models import Complaint
from service_center.kernel.access import has_role
from staff.states import Role

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from staff.models import Person


def can_register(actor: User) -> bool:
    """Whoever takes complaints: the desk and those above it."""
    return has_role(actor, Role.AGENT, Role.SUPERVISOR, Role.MANAGER, Role.QUALITY)


def can_handle(actor: User, complaint: Complaint) -> bool:
    """Grading, contact, reminder, result, satisfaction, closure: the desk of the branch, the owner, the manager."""
    if has_role(actor, Role.MANAGER):
        return True
    person = _person(actor)
    if person is None:
        return False
    at_desk = has_role(actor, Role.AGENT, Role.SUPERVISOR) and person.branch_id == complaint.branch_id
    return at_desk or person.pk == complaint.owner_id


def can_lead(actor: User, complaint: Complaint) -> bool:
    """Forming a task group and visiting in person: supervisor of the branch, manager, owner."""
    if has_role(actor, Role.MANAGER):
        return True
    person = _person(actor)
    if person is None:
        return False
    leads = has_role(actor, Role.SUPERVISOR) and person.branch_id == complaint.branch_id
    return leads or person.pk == complaint.owner_id


def can_investigate(actor: User, complaint: Complaint) -> bool:
    """Verification, finding, plan: the task group, the owner, the supervisor of the branch, manager, quality."""
    person = _person(actor)
    if person is None:
        return False
    return has_role(actor, Role.QUALITY) or can_lead(actor, complaint) or _in_group(person, complaint)


def can_carry_out(actor: User, complaint: Complaint) -> bool:
    """Reporting the plan done: its responsible person, or whoever may investigate."""
    person = _person(actor)
    if person is None:
        return False
    plan = complaint.plans.order_by("-number").first()
    return can_investigate(actor, complaint) or (plan is not None and plan.responsible_id == person.pk)


def can_handle_step(actor: User, complaint: Complaint) -> bool:
    """Urging and speaking to the customer: the desk and everybody who works on it."""
    return can_handle(actor, complaint) or can_carry_out(actor, complaint)


def _in_group(person: Person, complaint: Complaint) -> bool:
    group = getattr(complaint, "task_group", None)
    return group is not None and (group.leader_id == person.pk or group.members.filter(pk=person.pk).exists())


def _person(actor: User) -> Person | None:
    person: Person | None = getattr(actor, "person", None)
    return person if person is not None and person.left_at is None else None
