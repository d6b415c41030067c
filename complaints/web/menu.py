"""The complaints' places in the navigation, the search box and on the pages of customers and tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import pgettext_lazy

from complaints import permissions
from complaints.models import Complaint
from complaints.queries.lists import matching
from service_center.kernel.web import menu, palette, panels, recents, search

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from service_center.kernel.models import User

READERS = ("agent", "supervisor", "manager", "quality", "analyst", "director")

menu.add(pgettext_lazy("plural", "投诉"), "complaints", keys="g c", icon="message", order=25, roles=READERS)


def _panel(field: str) -> panels.Panel:
    def panel(request: HttpRequest, obj: Any) -> SafeString | str:
        user: User = request.user  # type: ignore[assignment]  # behind the log-in
        rows = Complaint.objects.visible_to(user).filter(**{field: obj}).for_list().order_by("-pk")[:20]
        context = {
            "rows": rows,
            "new": f"{field}={getattr(obj, 'number', obj.pk)}",
            "may_register": permissions.can_register(user),
        }
        return render_to_string("complaints/panel.html", context, request=request)

    return panel


def find(user: User, text: str, limit: int) -> list[search.Hit]:
    """Complaints by number, ticket or customer."""
    rows = (
        matching(Complaint.objects.visible_to(user), text).select_related("customer").order_by("-pk")[:limit]
    )
    return [
        search.Hit(
            row.number,
            f"{row.customer.name} · {row.get_status_display()}",
            f"/complaints/{row.number}/",
            "message",
        )
        for row in rows
    ]


def _recent(user: User, ids: list[int]) -> dict[int, palette.Choice]:
    rows = Complaint.objects.visible_to(user).filter(pk__in=ids).select_related("customer")
    return {
        row.pk: palette.Choice(
            row.number,
            f"/complaints/{row.number}/",
            "message",
            f"{row.customer.name} · {row.get_status_display()}",
        )
        for row in rows
    }


recents.register(Complaint._meta.label_lower, _recent)
panels.register("ticket", _panel("ticket"), order=40)
panels.register("customer", _panel("customer"), order=30)
search.register("complaints", pgettext_lazy("plural", "投诉"), find)
