"""Who may do what about surveys and follow-up calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from service_center.kernel.access import has_role
from staff.states import Role
from surveys.models import FollowUp, Invitation, Rectification

if TYPE_CHECKING:
    from service_center.kernel.models import User


def can_resend(actor: User, invitation: Invitation) -> bool:
    """Sending a link once more: the desk of the branch, the manager."""
    return has_role(actor, Role.MANAGER) or _at_desk(actor, invitation.branch_id)


def can_enter_answers(actor: User, invitation: Invitation) -> bool:
    """Entering what a customer said on the phone: the desk, but never who did the work (CF-19)."""
    person = getattr(actor, "person", None)
    return can_resend(actor, invitation) and person is not None and invitation.engineer_id != person.pk


def can_follow_up(actor: User, follow_up: FollowUp) -> bool:
    """Calling the customer: the desk of the branch or the manager, but never who did the work (CF-19)."""
    if not (has_role(actor, Role.MANAGER) or _at_desk(actor, follow_up.branch_id)):
        return False
    person = getattr(actor, "person", None)
    return person is not None and not follow_up.worked_on_by(person)


def can_hand_over(actor: User, follow_up: FollowUp) -> bool:
    """Giving the call to somebody else: its owner, the supervisor of the branch, the manager."""
    person = getattr(actor, "person", None)
    if person is not None and follow_up.owner_id == person.pk:
        return True
    leads = (
        has_role(actor, Role.SUPERVISOR) and person is not None and person.branch_id == follow_up.branch_id
    )
    return leads or has_role(actor, Role.MANAGER)


def can_rectify(actor: User, rectification: Rectification) -> bool:
    """Analysing and correcting: its owner, the supervisor of the branch, manager and quality; never the one judged."""
    person = getattr(actor, "person", None)
    if person is None or rectification.engineer_id == person.pk:
        return False
    if has_role(actor, Role.MANAGER, Role.QUALITY) or rectification.owner_id == person.pk:
        return True
    return has_role(actor, Role.SUPERVISOR) and person.branch_id == rectification.branch_id


def can_read_figures(actor: User) -> bool:
    """The results as figures: those who lead and those who judge quality."""
    return has_role(actor, Role.SUPERVISOR, Role.MANAGER, Role.QUALITY, Role.ANALYST, Role.DIRECTOR)


def reads_all_figures(actor: User) -> bool:
    """Whether the figures are those of the company; a supervisor reads the branch's."""
    return has_role(actor, Role.MANAGER, Role.QUALITY, Role.ANALYST, Role.DIRECTOR)


def _at_desk(actor: User, branch_id: int) -> bool:
    person = getattr(actor, "person", None)
    return (
        person is not None and person.branch_id == branch_id and has_role(actor, Role.AGENT, Role.SUPERVISOR)
    )
