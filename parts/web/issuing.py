"""The storekeeper's desk: what is asked for, what waits, what is out (PRT-07)."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms as django_forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from parts import actions, permissions, queries
from parts.models import Reservation, Serial
from parts.states import ReservationStatus
from parts.web import forms
from service_center.kernel import commands
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.kernel.web.forms import refusals_into

TABS = (
    (ReservationStatus.RESERVED, gettext_lazy("待发料")),
    (ReservationStatus.SHORT, gettext_lazy("缺货等待")),
    (ReservationStatus.ISSUED, gettext_lazy("已发料")),
)


@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Open reservations of the branch, oldest first."""
    return _desk(request, request.GET.get("status", ReservationStatus.RESERVED))


@login_required
@require_POST
def issue(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out one reservation with the chosen serials."""
    row, form = _row(request, pk), forms.IssueForm(request.POST)
    if form.is_valid():
        with refusals_into(form):
            commands.run(actions.issue, row, by=request, serials=form.cleaned_data["serials"])
            messages.success(request, _("已发料：%s") % row)
            return _back(ReservationStatus.RESERVED)
    return _desk(request, ReservationStatus.RESERVED, row.pk, form)


@login_required
@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Take unused pieces back."""
    row, form = _row(request, pk), forms.ReturnForm(request.POST)
    if form.is_valid():
        with refusals_into(form):
            commands.run(actions.give_back, row, by=request, **form.cleaned_data)
            messages.success(request, _("已退料：%s") % row)
            return _back(ReservationStatus.ISSUED)
    return _desk(request, ReservationStatus.ISSUED, row.pk, form)


def _desk(
    request: HttpRequest, status: str, refused: int | None = None, form: django_forms.Form | None = None
) -> HttpResponse:
    user = _user(request)
    tab = status if status in dict(TABS) else ReservationStatus.RESERVED
    rows = queries.reservations(Reservation.objects.visible_to(user)).filter(status=tab)
    page = lists.page(request, rows, ordering=("id",))
    context: dict[str, Any] = {
        "page": page,
        "tab": tab,
        "tabs": TABS,
        "free": _free_serials(page.rows) if tab == ReservationStatus.RESERVED else {},
        "may": {row.pk for row in page.rows if _may(user, row, tab)},
        "refused": refused,
        "shown": {row.pk for row in page.rows},
        "refusals": [text for texts in form.errors.values() for text in texts] if form is not None else [],
    }
    return render(request, "parts/issue_desk.html", context, status=200 if form is None else 422)


def _may(user: User, row: Reservation, tab: str) -> bool:
    check = permissions.can_return if tab == ReservationStatus.ISSUED else permissions.can_issue
    return check(user, row)


def _free_serials(rows: list[Reservation]) -> dict[int, list[Serial]]:
    """Numbered pieces each reservation may take: free ones at its place, and its own."""
    tracked = [row for row in rows if row.part.has_serials]
    pieces = defaultdict(list)
    parts, places = {row.part_id for row in tracked}, {row.location_id for row in tracked}
    for piece in Serial.objects.filter(part_id__in=parts, location_id__in=places).order_by("serial"):
        pieces[piece.part_id, piece.location_id].append(piece)
    return {
        row.pk: [p for p in pieces[row.part_id, row.location_id] if p.reservation_id in (None, row.pk)][:100]
        for row in tracked
    }


def _back(status: str) -> HttpResponse:
    return redirect(f"{reverse('issue-desk')}?status={status}")


def _row(request: HttpRequest, pk: int) -> Reservation:
    return get_object_or_404(queries.reservations(Reservation.objects.visible_to(_user(request))), pk=pk)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # behind the log-in
    return request.user
