"""People brought in from a table, one line one person."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from service_center.kernel.errors import Invalid
from service_center.kernel.imports import Column
from staff.actions.employment import hire
from staff.models import Branch, Person, Team
from staff.states import Role

if TYPE_CHECKING:
    from service_center.kernel.models import User


def _role(text: str) -> str:
    """A post by code or by its word. Raises Invalid."""
    if text in Role.values:
        return text
    for code, label in Role.choices:
        if text == str(label):
            return str(code)
    raise Invalid(_("没有这个岗位。"), field="role")


COLUMNS: Final = (
    Column("username", _("登录名"), required=True),
    Column("name", _("姓名"), required=True, limit=60),
    Column("role", _("岗位"), required=True, parse=_role),
    Column("branch", _("网点代码"), required=True),
    Column("team", _("班组代码")),
    Column("phone", _("电话")),
    Column("joined_on", _("入职日期"), parse=date.fromisoformat),
    Column("password", _("初始密码"), limit=128),
)


def import_person(*, values: Mapping[str, Any], actor: User | None, at: datetime) -> Person:
    """Hire the person of one line; without a first password they begin with a password reset. Raises as
    `hire`.
    """
    branch = Branch.objects.filter(code=values["branch"]).first()
    if branch is None:
        raise Invalid(_("没有这个网点代码。"), field="branch")
    team = Team.objects.filter(code=values["team"]).first() if values["team"] else None
    if values["team"] and team is None:
        raise Invalid(_("没有这个班组代码。"), field="team")
    return hire(
        username=values["username"],
        name=values["name"],
        role=values["role"],
        branch=branch,
        team=team,
        phone=values["phone"] or "",
        joined_on=values["joined_on"],
        password=values["password"] or secrets.token_urlsafe(24),
        actor=actor,
        at=at,
    )
