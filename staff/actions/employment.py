"""Joining, changing and leaving."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from service_center.kernel import commands, journal, phones
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid
from service_center.kernel.models import ApiToken
from staff import events, permissions
from staff.models import Booking, Branch, Person, Team
from staff.states import BookingKind, BookingStatus, Role

if TYPE_CHECKING:
    from service_center.kernel.models import User

_USERNAME: Final = re.compile(r"[a-z][a-z0-9._-]{1,39}")


def hire(
    *,
    username: str,
    name: str,
    role: str,
    branch: Branch,
    password: str,
    team: Team | None = None,
    extra_roles: Sequence[str] = (),
    phone: str = "",
    email: str = "",
    joined_on: date | None = None,
    must_change_password: bool = True,
    actor: User | None,
    at: datetime,
) -> Person:
    """Give somebody a log-in, a post and a branch (STF-01); the first password must be changed at log-in.

    Raises Invalid for a user name that is malformed or taken, an unknown role, a team of another branch,
    a malformed phone number, or (not for the program itself) a weak password.
    """
    require(permissions.can_hire, actor)
    user = _account(username, password, must_change_password=must_change_password, actor=actor, at=at)
    person = Person(
        user=user,
        name=name,
        role=role,
        branch=branch,
        team=team,
        extra_roles=list(extra_roles),
        email=email,
        phone=phones.normalise(phone) if phone else "",
        joined_on=joined_on,
        origin_key=commands.origin_key(),
    )
    _check_post(person)
    person.save(force_insert=True)
    journal.record(events.HIRED, person, actor=actor, at=at, role=role, branch=branch.code)
    return person


def edit(
    person: Person,
    *,
    expected: int | None = None,
    actor: User | None,
    at: datetime,
    **changes: object,
) -> Person:
    """Change name, post, branch, team, reachability or availability of somebody at work.

    `changes` may hold name, role, extra_roles, branch, team, phone, email, joined_on, is_available.
    Raises Stale, AlreadyLeft, Invalid as `hire` does.
    """
    person = Person.objects.lock(person.pk)
    require(permissions.can_edit, actor, person)
    commands.check_version(person, expected)
    person.refuse_if_left()
    if changes.get("phone"):
        changes["phone"] = phones.normalise(str(changes["phone"]))
    for name, value in changes.items():
        setattr(person, name, value)
    _check_post(person)
    person.version += 1
    person.save(update_fields=[*changes, "version"])
    journal.record(events.EDITED, person, actor=actor, at=at, fields=sorted(changes))
    return person


def leave(person: Person, *, hand_over_to: Person, actor: User | None, at: datetime) -> Person:
    """Let somebody go: log-in, tokens and sessions end, their leave and shifts are given back.

    Their open work passes to `hand_over_to`: the apps above hear `person.left` (data: successor) and move it.
    Raises AlreadyLeft, Invalid(field="hand_over_to").
    """
    rows = {pk: Person.objects.lock(pk) for pk in sorted({person.pk, hand_over_to.pk})}
    person, successor = rows[person.pk], rows[hand_over_to.pk]
    require(permissions.can_depart, actor, person)
    person.leave(successor=successor, at=at)
    person.save(update_fields=["left_at", "successor", "is_available", "version"])
    _close_account(person.user, at=at)
    Booking.objects.filter(person=person, ends_at__gt=at).live().exclude(kind=BookingKind.VISIT).update(
        status=BookingStatus.RELEASED, version=F("version") + 1
    )
    journal.record(events.LEFT, person, actor=actor, at=at, links=[successor], successor=successor.pk)
    return person


def _close_account(user: User, *, at: datetime) -> None:
    """No further log-in, no open session, no valid token."""
    user.is_active = False
    user.session_epoch += 1
    user.save(update_fields=["is_active", "session_epoch"])
    ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=at)


def _account(
    username: str, password: str, *, must_change_password: bool, actor: User | None, at: datetime
) -> User:
    """A new log-in. The program itself may give a weak password (the demo world's). Raises Invalid."""
    _check_username(username)
    if actor is not None:
        _check_password(password)
    return get_user_model().objects.create_user(
        username, password, must_change_password=must_change_password, created_at=at
    )


def _check_username(username: str) -> None:
    if not _USERNAME.fullmatch(username):
        raise Invalid(
            _("登录名以小写字母开头，只含小写字母、数字和 . _ -，共 2 至 40 位。"), field="username"
        )
    if get_user_model().objects.filter(username=username).exists():
        raise Invalid(_("此登录名已被使用，请换一个。"), field="username", code="taken")


def _check_password(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages), field="password") from error


def _check_post(person: Person) -> None:
    """The roles exist and the team is one of the branch. Raises Invalid."""
    if not {*person.roles} <= set(Role.values):
        raise Invalid(_("没有这个岗位。"), field="role")
    if person.team is not None and person.team.branch_id != person.branch_id:
        raise Invalid(_("此班组属于另一个网点，请选择本网点的班组。"), field="team")
