"""The lists of people and of their appraisals, as they are declared."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from service_center.kernel.languages import listed
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.kernel.web.lists import cells
from service_center.kernel.web.lists.filters import Asked
from staff import queries
from staff.models import Appraisal, Person
from staff.states import AppraisalStatus, Role


class Post(lists.Choice):
    """A post held as the first or as a further one."""

    def apply(self, rows: Any, asked: Asked) -> Any:
        return rows.with_role(*(found.match for found in asked[self.param]))


def _state(row: lists.Row) -> str:
    if row["left_at"] is not None:
        return _("已离职")
    return _("在岗") if row["is_available"] else _("暂不派工")


def _state_cell(row: lists.Row) -> str:
    colour = "secondary" if row["left_at"] is not None else "green" if row["is_available"] else "orange"
    return cells.badge(colour, _state(row))


def _matching(rows: Any, text: str, user: User) -> Any:
    return rows.filter(Q(name__icontains=text) | Q(user__username__istartswith=text))


def _leads(row: lists.Row) -> str:
    return cells.anchor(f"/people/{cells.quoted(row['user__username'])}/", row["name"])


PEOPLE = lists.declare(
    lists.Declared(
        name="people",
        url_name="people",
        title=pgettext_lazy("plural", "员工"),
        model=Person,
        key="user__username",
        columns=(
            lists.Column(
                "name", gettext_lazy("姓名"), lambda row: row["name"], ("name", "user__username"), _leads,
                order="name", fixed=True, css="text-nowrap",
            ),
            cells.text("username", gettext_lazy("登录名"), "user__username"),
            cells.choice("role", gettext_lazy("岗位"), Role.choices, order="place"),
            cells.named("branch", gettext_lazy("网点")),
            cells.named("team", gettext_lazy("班组")),
            lists.Column("state", gettext_lazy("状态"), _state, ("left_at", "is_available"), _state_cell),
            lists.Column(
                "extra_roles",
                gettext_lazy("兼任岗位"),
                lambda row: listed(Role(role).label for role in row["extra_roles"]),
                ("extra_roles",),
                shown=False,
                minor=True,
            ),
            cells.day("joined_on", gettext_lazy("入职日期"), shown=False, minor=True),
            cells.instant("left_at", gettext_lazy("离职时间"), shown=False, minor=True),
        ),
        filters=(
            Post("role", gettext_lazy("岗位"), Role.choices),
            lists.Lookup("branch", gettext_lazy("网点"), "branch_id", queries.branch_choices),
        ),
        tabs=(
            lists.Tab("here", gettext_lazy("在职"), lambda rows, user: rows.at_work()),
            lists.Tab("gone", gettext_lazy("已离职"), lambda rows, user: rows.exclude(left_at=None)),
            lists.Tab("all", gettext_lazy("全部")),
        ),
        orders=(
            lists.Order("place", gettext_lazy("网点和岗位"), ("branch_id", "role", "id")),
            lists.Order("name", gettext_lazy("姓名"), ("name", "id")),
        ),
        order="place",
        search=_matching,
        search_label=gettext_lazy("姓名或登录名"),
        empty=lists.Empty(
            title=gettext_lazy("这里没有员工"),
            hint=gettext_lazy("可以录用新员工，或用表格导入。"),
            title_filtered=gettext_lazy("没有符合条件的员工。"),
        ),
        template="staff/people.html",
    )
)  # fmt: skip


def _month(row: lists.Row) -> str:
    return f"{row['period']:%Y-%m}"


APPRAISALS = lists.declare(
    lists.Declared(
        name="appraisals",
        url_name="appraisals",
        title=pgettext_lazy("plural", "月度考核"),
        model=Appraisal,
        columns=(
            lists.Column(
                "period", gettext_lazy("月份"), _month, ("period",),
                lambda row: cells.anchor(f"/appraisals/{row['pk']}/", _month(row)),
                order="period", fixed=True,
            ),
            cells.text("person", gettext_lazy("姓名"), "person__name"),
            cells.named("branch", gettext_lazy("网点"), "person__branch"),
            cells.choice("role", gettext_lazy("岗位"), Role.choices, "person__role", shown=False),
            cells.number("total", gettext_lazy("总分")),
            cells.choice(
                "status", gettext_lazy("状态"), AppraisalStatus.choices,
                colours={"generated": "blue", "confirmed": "green"},
            ),
            cells.instant("compiled_at", gettext_lazy("汇总时间"), shown=False, minor=True),
            cells.instant("confirmed_at", gettext_lazy("确认时间"), shown=False, minor=True),
        ),
        filters=(
            lists.Choice("status", gettext_lazy("状态"), AppraisalStatus.choices),
            lists.Lookup("branch", gettext_lazy("网点"), "person__branch_id", queries.branch_choices),
            lists.Lookup("person", gettext_lazy("员工"), "person_id", queries.people_choices(*Role.values)),
        ),
        orders=(lists.Order("period", gettext_lazy("月份"), ("period", "id"), falling=True),),
        order="-period",
        empty=lists.Empty(
            title=gettext_lazy("还没有考核。"),
            hint=gettext_lazy("每月由经理或主任汇总一次，汇总后在这里确认。"),
            title_filtered=gettext_lazy("没有符合条件的考核"),
        ),
        template="staff/appraisals.html",
    )
)  # fmt: skip
