"""What every page needs: the menu, the actor, the theme."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from service_center.kernel.models import Notification
from service_center.kernel.web import drafts, menu, shortcuts, tour


def page(request: HttpRequest) -> dict[str, Any]:
    """Template context of a signed-in page; nothing for strangers."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"theme": "auto"}
    return {
        "me": getattr(user, "person", None),
        "theme": user.theme,
        "menu": menu.entries_for(user),
        "menu_here": request.resolver_match.url_name if request.resolver_match else "",
        "page_address": drafts.page_of_form(request) or "/",
        "drafts": drafts.state(request, user),
        "saved_before": drafts.saved_before(request),
        "shortcuts": partial(shortcuts.known_to, user),
        "tour_again": f"{menu.home_for(user)}?{tour.AGAIN}=1",
        "tour": tour.stops_on(request, user),
        "unread": Notification.objects.filter(user=user, read_at=None)[:100].count,
    }
