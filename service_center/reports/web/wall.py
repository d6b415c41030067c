"""The wall board: for a television in the room and for a phone on the way; it renews itself."""

from __future__ import annotations

from hashlib import blake2b

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from service_center.kernel.models import User
from service_center.reports.permissions import can_watch_deadlines
from service_center.reports.queries import wall as walls

PANELS = (
    ("branch", _("按网点")),
    ("team", _("按班组")),
    ("person", _("按人员")),
    ("clause", _("按条款")),
)
TOTALS = ((walls.LATE, _("已超时")), (walls.RISK, _("将超时")), (walls.PAUSED, _("暂停")))


@login_required
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """The whole board; asked again it answers 204 while nothing looks otherwise."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    if not can_watch_deadlines(user):
        raise PermissionDenied
    board = walls.look(user)
    looks = (
        board.totals,
        board.panels,
        [(line.number, line.label, line.standing, line.acknowledged) for line in board.lines],
    )
    seen = blake2b(f"{looks} {board.at:%H:%M}".encode(), digest_size=8).hexdigest()
    polled = bool(request.headers.get("HX-Request"))
    if polled and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = {
        "board": board,
        "seen": seen,
        "totals": [(code, words, board.totals[code]) for code, words in TOTALS],
        "panels": [(code, words, board.panels[code], board.more[code]) for code, words in PANELS],
    }
    return render(request, "reports/wall.html#board" if polled else "reports/wall.html", context)
