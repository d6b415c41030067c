"""Who may: the one question every verb asks, and the log-in's door to the person behind it.

The kernel knows no role names; `staff.Person` answers `has_role`. SYSTEM (no actor) is the program itself: subscribers,
periodic jobs, the demo world. It may do everything because nobody from outside can be it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.backends import ModelBackend

from service_center.kernel.errors import Forbidden

if TYPE_CHECKING:
    from service_center.kernel.models import User

Actor = "User | None"
SYSTEM: Final[None] = None


def require(check: Callable[..., bool], actor: User | None, *objects: Any) -> None:
    """Let the verb go on only when `check(actor, *objects)` says so.

    Raises Forbidden. SYSTEM always passes.
    """
    if actor is SYSTEM:
        return
    if not (actor.is_active and check(actor, *objects)):
        raise Forbidden


def has_role(actor: User | None, *roles: str) -> bool:
    """Whether the person behind the log-in holds one of the roles (codes of staff.states.Role)."""
    person = getattr(actor, "person", None)
    return person is not None and person.has_role(*roles)


class Backend(ModelBackend):
    """Password log-in which loads the person and branch with the user: one query per request instead of three."""

    def get_user(self, user_id: int) -> User | None:
        from service_center.kernel.models import User

        user = User.objects.select_related("person__branch").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
