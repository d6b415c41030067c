"""Who may do what with people. Also the questions the apps above ask: who sees everything, who is of a
branch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from service_center.kernel.access import has_role
from staff.models import Appraisal, Person
from staff.states import Role

if TYPE_CHECKING:
    from service_center.kernel.models import User


def sees_all(actor: User | None) -> bool:
    """Whether the person sees the business of every branch (contract C, "who sees what")."""
    return has_role(actor, Role.MANAGER, Role.QUALITY, Role.ANALYST, Role.DIRECTOR)


def same_branch(actor: User | None, branch_id: int | None) -> bool:
    """Whether the person belongs to this branch."""
    person = getattr(actor, "person", None)
    return person is not None and branch_id is not None and person.branch_id == branch_id


def leads(actor: User | None, person: Person) -> bool:
    """Whether the actor is the person's superior: the manager, or the supervisor of the branch."""
    return has_role(actor, Role.MANAGER) or (
        has_role(actor, Role.SUPERVISOR) and same_branch(actor, person.branch_id)
    )


def is_self(actor: User | None, person: Person) -> bool:
    return actor is not None and actor.pk == person.user_id


def can_organise(actor: User) -> bool:
    """Open branches and form teams."""
    return has_role(actor, Role.ADMIN, Role.MANAGER)


def can_hire(actor: User) -> bool:
    return has_role(actor, Role.ADMIN, Role.MANAGER)


def can_edit(actor: User, person: Person) -> bool:
    return has_role(actor, Role.ADMIN, Role.MANAGER)


def can_depart(actor: User, person: Person) -> bool:
    """Let somebody go; nobody closes their own account."""
    return has_role(actor, Role.ADMIN, Role.MANAGER) and not is_self(actor, person)


def can_block(actor: User, person: Person) -> bool:
    """Enter leave, shifts and training into somebody's time."""
    return leads(actor, person)


def can_qualify(actor: User, person: Person) -> bool:
    """Grant and revoke licences, assess skills (STF-04, STF-05); not one's own."""
    return has_role(actor, Role.TRAINER, Role.MANAGER) and not is_self(actor, person)


def can_score(actor: User, person: Person) -> bool:
    """Give a score by hand: a spot check, a test; not to oneself."""
    allowed = leads(actor, person) or has_role(actor, Role.QUALITY, Role.TRAINER)
    return allowed and not is_self(actor, person)


def can_log_time(actor: User, person: Person) -> bool:
    return is_self(actor, person) or leads(actor, person)


def can_compile(actor: User, person: Person) -> bool:
    """Compile a month: the manager, or the supervisor for the branch (STF-07)."""
    return leads(actor, person)


def can_compile_some(actor: User) -> bool:
    """Compile somebody's month at all."""
    return has_role(actor, Role.MANAGER, Role.SUPERVISOR)


def can_confirm(actor: User, appraisal: Appraisal) -> bool:
    """Confirm a month: the manager, but never their own."""
    return has_role(actor, Role.MANAGER) and not is_self(actor, appraisal.person)


def sees_figures_of(actor: User | None, person: Person) -> bool:
    """Whether scores, time and appraisals of the person may be read: own, as superior, or overseeing all."""
    overseeing = has_role(actor, Role.QUALITY, Role.ANALYST, Role.DIRECTOR, Role.TRAINER)
    return is_self(actor, person) or leads(actor, person) or overseeing
