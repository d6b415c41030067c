"""The tickets' places in the navigation, the search box and the pages of customers and units."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_center.kernel.models import User
from service_center.kernel.web import menu, panels, search, tour
from tickets import permissions
from tickets.models import Ticket
from tickets.web import queue

DESK = ("agent", "supervisor", "manager")

menu.add(_("来电登记"), "desk", keys="n", icon="headset", order=10, roles=DESK, home_of=("agent",))
menu.add(
    _("督办"),
    "board",
    keys="g b",
    icon="alert-triangle",
    order=12,
    roles=("supervisor", "manager", "director", "agent"),
    home_of=("supervisor",),
)
menu.add(
    pgettext_lazy("plural", "工单"),
    "tickets",
    keys="g t",
    icon="ticket",
    order=20,
    roles=(*DESK, "quality", "analyst", "director", "expert", "trainer"),
    home_of=("quality", "expert", "trainer"),
)
menu.add(
    _("今日任务"),
    "phone",
    icon="device-mobile",
    order=11,
    roles=("engineer", "expert"),
    home_of=("engineer",),
    phone=True,
)
menu.add(
    _("话术"),
    "phrases",
    keys="g w",
    icon="quote",
    order=83,
    roles=("agent", "supervisor", "manager", "engineer", "expert", "quality"),
)
search.register("tickets", pgettext_lazy("plural", "工单"), queue.find)


def _tickets_panel(**by: str) -> panels.Panel:
    field = by["field"]

    def panel(request: HttpRequest, obj: Any) -> SafeString:
        user: User = request.user  # type: ignore[assignment]  # behind the log-in
        rows = Ticket.objects.visible_to(user).filter(**{field: obj}).with_people().order_by("-id")[:20]
        context = {"rows": rows, field: obj, "may_register": permissions.can_register(user)}
        return render_to_string("tickets/panel.html", context, request=request)

    return panel


panels.register("customer", _tickets_panel(field="customer"), order=10)
panels.register("unit", _tickets_panel(field="unit"), order=10)

tour.add(
    ".page-title",
    _("电话一响，从这里开始"),
    _(
        "输入来电号码或后四位，客户、机器和历史工单一起出现；没有档案就在同一页新建。在任何页面按 n 键都能回到这里。"
    ),
    order=10,
    roles=("agent",),
)
tour.add(
    ".page-title",
    _("超时的排在最前面"),
    _("这里是已超时和将超时的工单。每个时限都写明依据的条款，点开可以看到它是怎样一段一段算出来的。"),
    order=10,
    roles=("supervisor",),
)
tour.add(
    "#menu a[href='/tickets/']",
    _("全部工单"),
    _("按状态、紧急程度、负责人查找，常用的筛选可以存成视图，结果可以导出。"),
    order=20,
    roles=("agent", "supervisor", "manager", "quality"),
)
tour.add(
    ".job-list",
    _("您今天的任务"),
    _("按时间排好，最上面是下一件。点开一张工单，最醒目的按钮就是下一步要做的事。"),
    order=10,
    roles=("engineer",),
)
