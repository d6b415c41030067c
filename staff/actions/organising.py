"""Branches and teams."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid
from staff import events, permissions
from staff.models import Branch, Team

if TYPE_CHECKING:
    from service_center.kernel.models import User


def open_branch(
    *, code: str, name_zh: str, name_en: str, zone: str = "Asia/Shanghai", actor: User | None, at: datetime
) -> Branch:
    """Open a place customers are served from. Raises Invalid for a code in use or an unknown time zone."""
    require(permissions.can_organise, actor)
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid(_("时区名称有误，应如 Asia/Shanghai。"), field="zone") from error
    if Branch.objects.filter(code=code).exists():
        raise Invalid(_("此代码已被使用，请换一个。"), field="code", code="taken")
    branch = Branch.objects.create(code=code, name_zh=name_zh, name_en=name_en, zone=zone)
    journal.record(events.BRANCH_OPENED, branch, actor=actor, at=at, code=code)
    return branch


def form_team(
    branch: Branch, *, code: str, name_zh: str, name_en: str, actor: User | None, at: datetime
) -> Team:
    """Form a team in a branch. Raises Invalid for a code in use."""
    require(permissions.can_organise, actor)
    if Team.objects.filter(code=code).exists():
        raise Invalid(_("此代码已被使用，请换一个。"), field="code", code="taken")
    team = Team.objects.create(branch=branch, code=code, name_zh=name_zh, name_en=name_en)
    journal.record(events.TEAM_FORMED, team, actor=actor, at=at, links=[branch], code=code)
    return team
