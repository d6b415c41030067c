"""The catalogue and the page of one part with the things done to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST
from django_stubs_ext import StrPromise

from parts import actions, permissions, queries
from parts.models import Balance, Part, PurchaseProposal, Reservation, StockMove
from parts.web import forms
from parts.web.tables import PARTS
from service_center.kernel import commands, journal, presence
from service_center.kernel.access import has_role
from service_center.kernel.languages import pick
from service_center.kernel.models import Approval, User
from service_center.kernel.web import lists
from service_center.kernel.web.forms import refusals_into
from service_center.kernel.web.search import Hit


@dataclass(frozen=True)
class Step:
    """Something that may be done to a part from its page."""

    noun: str
    label: StrPromise
    icon: str
    form: type[forms.PartForm]
    verb: Callable[..., Any]
    may: Callable[[User], bool]


STEPS = (
    Step(
        noun="adjustment",
        label=gettext_lazy("盘点调整"),
        icon="clipboard-check",
        form=forms.AdjustmentForm,
        verb=actions.adjust,
        may=lambda user: has_role(user, "storekeeper", "parts", "manager"),
    ),
    Step(
        noun="carried-stock",
        label=gettext_lazy("随身领用"),
        icon="backpack",
        form=forms.CarriedForm,
        verb=actions.carry,
        may=lambda user: has_role(user, "storekeeper"),
    ),
    Step(
        noun="quarantine",
        label=gettext_lazy("隔离"),
        icon="lock",
        form=forms.QuarantineForm,
        verb=actions.quarantine,
        may=lambda user: has_role(user, "storekeeper", "inspector"),
    ),
    Step(
        noun="clearance",
        label=gettext_lazy("隔离处理"),
        icon="lock-open",
        form=forms.ClearanceForm,
        verb=actions.clear,
        may=permissions.can_inspect,
    ),
    Step(
        noun="stock-policy",
        label=gettext_lazy("设定补货点"),
        icon="adjustments",
        form=forms.PolicyForm,
        verb=actions.plan_stock,
        may=permissions.can_plan,
    ),
    Step(
        noun="proposal",
        label=gettext_lazy("提出采购"),
        icon="shopping-cart-plus",
        form=forms.ProposalForm,
        verb=actions.propose,
        may=permissions.can_plan,
    ),
)


@login_required
@require_GET
def parts(request: HttpRequest) -> HttpResponseBase:
    """The catalogue with stock bars; by text, class, and what must be bought."""
    return lists.respond(request, PARTS, may_import=permissions.can_keep_catalogue(_user(request)))


@login_required
@require_GET
def part(request: HttpRequest, code: str) -> HttpResponse:
    """One part: what lies where, what moved, who waits, what is told of it."""
    row = _part(request, code)
    presence.see(_user(request), row)
    wanted = request.GET.get("step", "")
    step = next((s for s in _steps(request) if s.noun == wanted), None)
    form = step.form(part=row, user=_user(request)) if step is not None else None
    return _page(request, row, step, form)


@login_required
@require_POST
def noun(request: HttpRequest, code: str, noun: str) -> HttpResponse:
    """Do one of the steps; a refusal is shown in its form."""
    row = _part(request, code)
    step = next((s for s in STEPS if s.noun == noun), None)
    if step is None:
        raise Http404
    form = step.form(request.POST, part=row, user=_user(request))
    if form.is_valid():
        with refusals_into(form):
            result = commands.run(step.verb, row, by=request, **form.cleaned_data)
            asked = isinstance(result, Approval)
            messages.success(
                request, _("已提交审批，批准后生效。") if asked else _("已完成：%s") % step.label
            )
            return redirect("part", code=row.code)
    return _page(request, row, step, form, status=422)


def _page(
    request: HttpRequest, row: Part, step: Step | None, form: forms.PartForm | None, status: int = 200
) -> HttpResponse:
    user = _user(request)
    moves = StockMove.objects.visible_to(user).filter(entries__part=row).distinct().order_by("-id")
    waiting = Reservation.objects.visible_to(user).open().filter(part=row).order_by("id")
    buying = PurchaseProposal.objects.visible_to(user).open().filter(part=row)
    context = {
        "part": row,
        "figures": queries.figures([row.pk])[row.pk],
        "balances": Balance.objects.filter(part=row, on_hand__gt=0)
        .select_related("location__branch", "location__holder")
        .order_by("location__code"),
        "policies": row.policies.select_related("location").order_by("location__code"),
        "serials": row.serials.select_related("location")
        .filter(location__branch__isnull=False)
        .order_by("id")[:50],
        "moves": queries.moves(moves)[:20],
        "reservations": queries.reservations(waiting)[:20],
        "proposals": queries.proposals(buying),
        "events": journal.timeline(row)[:30],
        "steps": _steps(request),
        "step": step,
        "form": form,
    }
    return render(request, "parts/part.html", context, status=status)


def _steps(request: HttpRequest) -> list[Step]:
    return [step for step in STEPS if step.may(_user(request))]


def _part(request: HttpRequest, code: str) -> Part:
    rows = Part.objects.visible_to(_user(request)).select_related("part_class")
    return get_object_or_404(rows, code=code)


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # behind the log-in
    return request.user


def find(user: User, text: str, limit: int) -> list[Hit]:
    """Parts for the one search box."""
    rows = Part.objects.visible_to(user).matching(text).order_by("code")[:limit]
    return [Hit(row.code, pick(row), reverse("part", args=[row.code]), "box") for row in rows]
