"""Lists of tickets: the queue with its saved corners, late ones on top."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_GET

from service_center.kernel import clocks, commands, exports
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.web import downloads, lists
from service_center.kernel.web.search import Hit
from tickets import permissions, states
from tickets.models import Ticket
from tickets.models.ticket_queryset import TicketQuerySet
from tickets.queries import search
from tickets.web.clocks import drawn

FILTERS = ("corner", "status", "tier", "branch", "engineer", "q")
PEOPLE = ("owner", "assignee", "customer")
CORNERS = (
    ("open", _("未结")),
    ("mine", _("我的")),
    ("late", _("已超时")),
    ("at_risk", _("将超时")),
    ("undispatched", _("待派工")),
    ("to_call", _("待告知结果")),
    ("all", _("全部")),
)


def _corner(rows: TicketQuerySet, name: str, user: User) -> TicketQuerySet:
    match name:
        case "mine":
            return rows.open().filter(owner=user.person)
        case "late":
            return rows.open().late()
        case "at_risk":
            return rows.open().at_risk()
        case "undispatched":
            return rows.undispatched()
        case "in_hand":
            return rows.filter(status__in=[states.Status.IN_HANDLING, states.Status.ON_HOLD])
        case "to_call":
            return rows.filter(status=states.Status.HANDLED)
        case "all":
            return rows
        case _:
            return rows.open()


@login_required
@require_GET
def tickets(request: HttpRequest) -> HttpResponseBase:
    """The list; filters are in the address, so a view can be kept as a bookmark."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    corner = request.GET.get("corner", "open")
    rows = _filtered(request, _corner(Ticket.objects.visible_to(user), corner, user))
    if "format" in request.GET:
        return downloads.export(request, _table(rows), filters=_asked(request))
    page = lists.page(request, rows.select_related(*PEOPLE))
    context = {
        "page": page,
        "corner": corner,
        "may_register": permissions.can_register(user),
        "corners": CORNERS,
        "clocks": pressing(page.rows),
        "statuses": states.Status.choices,
        "tiers": states.Tier.choices,
        "may_export": exports.can_export(user),
    }
    template = "tickets/tickets.html#rows" if request.headers.get("HX-Request") else "tickets/tickets.html"
    return render(request, template, context)


def _filtered(request: HttpRequest, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
    if (status := request.GET.get("status")) in states.Status.values:
        rows = rows.filter(status=status)
    if (tier := request.GET.get("tier")) in states.Tier.values:
        rows = rows.filter(tier=tier)
    if branch := request.GET.get("branch"):
        rows = rows.filter(branch__code=branch)
    if engineer := request.GET.get("engineer"):
        rows = rows.filter(assignee__user__username=engineer)
    if text := request.GET.get("q", "").strip().replace("\x00", "")[:80]:
        return search.matching(rows, text)
    return rows


def _asked(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in FILTERS if name in request.GET}


def _table(rows: QuerySet[Ticket]) -> exports.Table:
    """The list as it is filtered, newest first; names, but no number or address of a customer."""
    return exports.Table(
        "tickets",
        [
            exports.Column(_("工单"), lambda row: row.number),
            exports.Column(pgettext_lazy("subject", "说明"), lambda row: row.subject),
            exports.Column(_("客户"), lambda row: row.customer.name),
            exports.Column(_("网点"), lambda row: pick(row.branch)),
            exports.Column(_("状态"), lambda row: str(row.get_status_display())),
            exports.Column(_("紧急程度"), lambda row: str(row.get_tier_display())),
            exports.Column(_("负责人"), lambda row: row.owner.name),
            exports.Column(_("工程师"), lambda row: row.assignee.name if row.assignee else ""),
            exports.Column(_("报修时间"), lambda row: row.reported_at),
            exports.Column(_("结束时间"), lambda row: row.closed_at),
        ],
        rows.select_related(*PEOPLE, "branch").order_by("-pk"),
    )


def pressing(rows: list[Ticket]) -> dict[int, dict[str, Any]]:
    """For each ticket its most pressing open clock, in one query for the page."""
    now = commands.now()
    found: dict[int, dict[str, Any]] = {}
    for pk, mine in clocks.for_subjects(Ticket, [row.pk for row in rows]).items():
        if living := [drawn(c, now) for c in mine if c.stopped_at is None]:
            found[pk] = min(living, key=lambda c: (c["state"] != "breached", str(c["due_at"] or "9")))
    return found


def find(user: User, text: str, limit: int) -> list[Hit]:
    """Tickets for the global search box."""
    rows = (
        search.matching(Ticket.objects.visible_to(user), text)
        .select_related("customer")
        .order_by("-id")[:limit]
    )
    return [
        Hit(
            f"{row.number} {row.subject}",
            f"{row.customer.name} · {row.get_status_display()}",
            f"/tickets/{row.number}/",
            "ticket",
        )
        for row in rows
    ]
