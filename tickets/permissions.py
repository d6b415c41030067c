"""Who may do what to a ticket (contract C, table of nouns). Rows are decided by `Ticket.objects.visible_to`.

Desk roles act within their branch, the manager everywhere, an engineer on the job that is theirs now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service_center.kernel.access import has_role
from tickets.states import Complexity

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from tickets.models import TextTemplate, Ticket


def _at_desk(user: User, ticket: Ticket, *roles: str) -> bool:
    """One of the roles at the ticket's branch; the manager's branch is the whole company."""
    if "manager" in roles and has_role(user, "manager"):
        return True
    return has_role(user, *roles) and user.person.branch_id == ticket.branch_id


def _is_engineer_of(user: User, ticket: Ticket) -> bool:
    return has_role(user, "engineer") and user.person.pk == ticket.assignee_id


def is_service_staff(user: User, ticket: Ticket) -> bool:
    """Agents of the branch and the engineer of the job."""
    return _at_desk(user, ticket, "agent") or _is_engineer_of(user, ticket)


def can_register(user: User) -> bool:
    return has_role(user, "agent", "supervisor", "manager")


def can_edit(user: User, ticket: Ticket) -> bool:
    return _at_desk(user, ticket, "agent", "supervisor", "manager")


def can_verify(user: User, ticket: Ticket) -> bool:
    return _at_desk(user, ticket, "agent") or has_role(user, "engineer")


def can_answer(user: User, ticket: Ticket) -> bool:
    return _at_desk(user, ticket, "agent")


def can_triage(user: User, ticket: Ticket) -> bool:
    return _at_desk(user, ticket, "agent")


def can_assign(user: User, ticket: Ticket) -> bool:
    """Agents and supervisors dispatch; a complex problem is routed by the manager alone (DSP-03, CF-18)."""
    if ticket.complexity == Complexity.COMPLEX:
        return has_role(user, "manager")
    return _at_desk(user, ticket, "agent", "supervisor", "manager")


def can_accept(user: User, ticket: Ticket) -> bool:
    return _is_engineer_of(user, ticket)


def can_contact(user: User, ticket: Ticket) -> bool:
    return is_service_staff(user, ticket)


def can_appoint(user: User, ticket: Ticket) -> bool:
    return is_service_staff(user, ticket)


def can_visit(user: User, ticket: Ticket) -> bool:
    return _is_engineer_of(user, ticket)


def can_repair(user: User, ticket: Ticket) -> bool:
    """Diagnosis, consent, time, faulty parts, signature and report are the engineer's."""
    return _is_engineer_of(user, ticket)


def can_hold(user: User, ticket: Ticket) -> bool:
    return is_service_staff(user, ticket)


def can_draw_part(user: User, ticket: Ticket) -> bool:
    return _is_engineer_of(user, ticket) or _at_desk(user, ticket, "storekeeper")


def can_escalate(user: User, ticket: Ticket) -> bool:
    return is_service_staff(user, ticket)


def can_tell_result(user: User, ticket: Ticket) -> bool:
    return _at_desk(user, ticket, "agent")


def can_close(user: User, ticket: Ticket) -> bool:
    return _at_desk(user, ticket, "agent", "supervisor")


def can_reopen(user: User, ticket: Ticket) -> bool:
    return _at_desk(user, ticket, "agent")


def can_ask_to_end(user: User, ticket: Ticket) -> bool:
    """Cancelling or refusing is asked for by an agent and decided by the manager."""
    return _at_desk(user, ticket, "agent")


def can_hand_over(user: User, ticket: Ticket) -> bool:
    return _at_desk(user, ticket, "supervisor") or (
        getattr(user, "person", None) is not None
        and user.person.pk == ticket.owner_id
        and user.person.left_at is None
    )


def can_attach(user: User, ticket: Ticket) -> bool:
    return is_service_staff(user, ticket) or _at_desk(user, ticket, "supervisor", "manager")


def can_link(user: User, ticket: Ticket) -> bool:
    return is_service_staff(user, ticket) or _at_desk(user, ticket, "supervisor", "manager", "quality")


def can_read_phrases(user: User) -> bool:
    """Whoever talks to customers sees the words offered to them."""
    return has_role(user, "agent", "supervisor", "manager", "engineer", "expert", "quality")


def can_write_template(user: User, template: TextTemplate) -> bool:
    """Words of the whole company are the manager's, those of a branch its supervisor's too."""
    if has_role(user, "manager"):
        return True
    return has_role(user, "supervisor") and user.person.branch_id == template.branch_id


def can_write_symptom(user: User) -> bool:
    return has_role(user, "manager", "supervisor")
