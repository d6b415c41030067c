"""The dashboard by mail: what one is sent, another wish, and the way out that needs no log-in."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from customers.models import ProductLine
from service_center.kernel import commands, privacy
from service_center.kernel.models import User
from service_center.kernel.web.forms import Styled, refusals_into, status_of
from service_center.reports.actions import subscriptions as mailing
from service_center.reports.models import Subscription
from service_center.reports.queries import letters
from service_center.reports.states import Rhythm
from service_center.reports.web.asking import Asked, asked
from staff.models import Branch, Team

EIGHT = time(8, 0)
ROWS: dict[str, Any] = {"branch": Branch, "line": ProductLine, "team": Team}


class SubscriptionForm(Styled):
    rhythm = forms.ChoiceField(label=gettext_lazy("多久一次"), choices=Rhythm.choices, initial=Rhythm.DAILY)
    send_at = forms.TimeField(
        label=gettext_lazy("几点寄出"),
        initial=EIGHT,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
    )
    language = forms.ChoiceField(label=gettext_lazy("语言"), choices=settings.LANGUAGES)


@login_required
def subscriptions(request: HttpRequest) -> HttpResponse:
    """What one is sent, and a form for another wish; the filters of the address say of what."""
    question = asked(request)
    user = question.scope.user
    form = SubscriptionForm(request.POST or None, initial={"language": user.language})
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            commands.run(
                mailing.subscribe, user.person, **form.cleaned_data, **_narrowed(question), by=request
            )
            messages.success(request, _("已订阅。"))
            return redirect(f"{reverse('dashboard-subscriptions')}?{question.query}")
    context = {
        "asked": question,
        "form": form,
        "mine": _mine(user),
        "address": privacy.mask_email(user.person.email) if user.person.email else "",
    }
    return render(request, "reports/subscriptions.html", context, status=status_of(form))


@login_required
@require_GET
def preview(request: HttpRequest) -> HttpResponse:
    """The letter as it would go out now."""
    question = asked(request)
    rhythm = request.GET.get("rhythm", "")
    language = request.GET.get("language", "")
    wish = Subscription(
        person=question.scope.user.person,
        rhythm=rhythm if rhythm in Rhythm.values else Rhythm.DAILY,
        language=language if language in dict(settings.LANGUAGES) else translation.get_language(),
        **_narrowed(question),
    )
    told = letters.letter(wish, at=question.now)
    return render(request, "reports/subscriptions.html#preview", {"letter": told})


@login_required
@require_POST
def ending(request: HttpRequest, pk: int) -> HttpResponse:
    """Give one's own subscription up."""
    subscription = get_object_or_404(Subscription.objects.visible_to(request.user), pk=pk)  # type: ignore[arg-type]  # behind the log-in
    commands.run(mailing.cancel, subscription, by=request)
    messages.success(request, _("已退订，不再寄送。"))
    return redirect("dashboard-subscriptions")


@never_cache
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """The way out that stands in every letter: whoever has the letter may stop it. Opening it asks, posting it does."""
    pk = letters.subscription_of(token)
    subscription = Subscription.objects.filter(pk=pk).first() if pk is not None else None
    if subscription is None:
        raise Http404
    if request.method == "POST":
        commands.run(mailing.cancel, subscription, actor=None)
        return redirect(request.path)
    with translation.override(subscription.language):
        return render(request, "reports/unsubscribe.html", {"subscription": subscription})


def _mine(user: User) -> list[Subscription]:
    rows = Subscription.objects.visible_to(user).running().select_related("branch", "line", "team")
    return list(rows.order_by("pk"))


def _narrowed(question: Asked) -> dict[str, Any]:
    """The rows of the filters the address asks for."""
    chosen = {one.name: one.chosen.pk for one in question.filters if one.chosen is not None}
    return {name: ROWS[name].objects.get(pk=pk) for name, pk in chosen.items()}
