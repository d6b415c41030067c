"""Who may read figures."""

from service_center.kernel.access import has_role
from service_center.kernel.models import User
from service_center.reports.models import Subscription
from staff.permissions import sees_all
from staff.states import Role

READERS = (Role.SUPERVISOR, Role.MANAGER, Role.QUALITY, Role.ANALYST, Role.DIRECTOR)


def can_read_figures(user: User) -> bool:
    """Supervisors read their branch's, the others the whole company's; agents and engineers work, they do not rank."""
    return has_role(user, *READERS)


def can_watch_deadlines(user: User) -> bool:
    """The wall board: readers of figures and the desk, each what they see of the business."""
    return can_read_figures(user) or has_role(user, Role.AGENT)


def can_compare_branches(user: User) -> bool:
    """Those who read the figures of every branch."""
    return can_read_figures(user) and sees_all(user)


def can_read_own_month(user: User) -> bool:
    """Engineers read their own figures, nobody else's."""
    return has_role(user, Role.ENGINEER)


def can_end(user: User, subscription: Subscription) -> bool:
    """One's own subscription."""
    return subscription.person.user_id == user.pk
