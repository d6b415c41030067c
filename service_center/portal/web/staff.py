"""Two buttons for staff: send the customer the link again, and ask for consent by it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from service_center.kernel import commands
from service_center.portal.actions import cases, links
from service_center.portal.web.forms import OfferForm
from tickets.models import Ticket


@login_required
@require_POST
def case_link(request: HttpRequest, number: str) -> HttpResponse:
    """Send the link to the case once more."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user).with_people(), number=number)  # type: ignore[arg-type]
    commands.run(links.send, ticket, by=request)
    messages.success(request, _("已向客户发送服务单链接。"))
    return redirect(f"/tickets/{number}/")


@login_required
@require_POST
def consent_offer(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the customer to agree by link."""
    ticket = get_object_or_404(Ticket.objects.visible_to(request.user).with_people(), number=number)  # type: ignore[arg-type]
    form = OfferForm(request.POST)
    if form.is_valid():
        commands.run(cases.offer, ticket, by=request, **form.cleaned_data)
        messages.success(request, _("已请客户在链接中确认方案。"))
    else:
        messages.error(request, _("请填写方案和金额。"))
    return redirect(f"/tickets/{number}/")
