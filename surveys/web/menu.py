"""The surveys' places in the navigation and on the ticket's page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from service_center.kernel.web import menu, panels
from surveys.queries import afterwards

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from service_center.kernel.models import User

menu.add(
    pgettext_lazy("plural", "回访"),
    "follow-ups",
    keys="g f",
    icon="phone-check",
    order=26,
    roles=("agent", "supervisor", "manager", "quality"),
)
menu.add(
    _("满意度"),
    "survey-results",
    icon="mood-smile",
    order=70,
    roles=("supervisor", "manager", "quality", "analyst", "director"),
)
menu.add(
    _("满意度整改"),
    "rectifications",
    icon="clipboard-check",
    order=71,
    roles=("supervisor", "manager", "quality", "agent"),
)


def _panel(request: HttpRequest, obj: Any) -> SafeString | str:
    """What the customer said about the ticket and the calls owed for it."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    rows = afterwards.of_ticket(obj, user)
    return render_to_string("surveys/panel.html", {"rows": rows}, request=request) if rows else ""


panels.register("ticket", _panel, order=50)
