"""The tickets' places in the navigation, the search box and the pages of customers and units."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_center.kernel.models import User
from service_center.kernel.web import menu, panels, search
from tickets import permissions
from tickets.models import Ticket
from tickets.web import queue

DESK = ("agent", "supervisor", "manager")

menu.add(_("来电登记"), "desk", icon="headset", order=10, roles=DESK, home_of=("agent",))
menu.add(
    _("督办"),
    "board",
    icon="alert-triangle",
    order=12,
    roles=("supervisor", "manager", "director", "agent"),
    home_of=("supervisor",),
)
menu.add(
    pgettext_lazy("plural", "工单"),
    "tickets",
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
