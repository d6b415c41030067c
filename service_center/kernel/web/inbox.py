"""The user's in-app notifications: read when opened, all at once or one by one."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from service_center.kernel import commands, notifications
from service_center.kernel.models import Notification, User
from service_center.kernel.web import alarms, lists


@login_required
def inbox(request: HttpRequest) -> HttpResponse:
    """What wants an acknowledgement or an answer first, then the news, newest first; unread ones stand out."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    page = lists.page(request, Notification.objects.filter(user_id=user.pk))
    return render(request, "kernel/inbox.html", {"page": page, **alarms.own(user)})


@login_required
def unread(request: HttpRequest) -> HttpResponse:
    """The badge on the bell, polled; 204 when nothing is unread and nothing was."""
    count = Notification.objects.filter(user_id=request.user.pk or 0, read_at=None)[:100].count()
    return render(request, "kernel/inbox.html#badge", {"count": count})


@login_required
@require_POST
def opened(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go to what it is about."""
    note = get_object_or_404(Notification, pk=pk, user=request.user)
    commands.run(notifications.mark_read, note, by=request)
    return redirect(note.url or "notifications")


@login_required
@require_POST
def all_read(request: HttpRequest) -> HttpResponse:
    commands.run(notifications.mark_all_read, request.user, by=request)
    return redirect("notifications")
