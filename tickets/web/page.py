"""A ticket's page: everything about it in one place, the next step first."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from service_center.kernel import clocks, commands, errors, journal, pausing, presence
from service_center.kernel.access import has_role
from service_center.kernel.languages import listed
from service_center.kernel.models import Approval, Clock, User
from service_center.kernel.web import alarms, panels, rulebook_words
from service_center.kernel.web import clocks as clock_page
from service_center.kernel.web.forms import refusals_into, renew, status_of
from tickets import permissions, states
from tickets.actions import intake
from tickets.models import Ticket
from tickets.queries import applicability, suggestions, whole
from tickets.queries import report as reports
from tickets.states import CLOCK_KINDS, ClockKind
from tickets.web import nouns, phone_page
from tickets.web.clocks import drawn
from tickets.web.edit import EditForm
from tickets.web.preview import preview_rows

FACTS = 20
PAGES = {
    "tickets.ticket": "/tickets/%s/",
    "complaints.complaint": "/complaints/%s/",
    "parts.purchaseorder": "/purchase-orders/%s/",
}
"""Where the neighbours that a ticket may be linked to have their pages, by the label people read."""
ASKED = {"ticket.cancellation": gettext_lazy("申请取消"), "ticket.refusal": gettext_lazy("申请拒绝受理")}


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # behind the log-in


def _tickets(request: HttpRequest) -> QuerySet[Ticket]:
    rows = Ticket.objects.visible_to(_user(request)).with_people().with_work_left()
    return rows.select_related("report_draft")


def _ticket(request: HttpRequest, number: str) -> Ticket:
    return get_object_or_404(_tickets(request), number=number)


def _whole_ticket(request: HttpRequest, number: str) -> Ticket:
    return get_object_or_404(whole.with_records(_tickets(request)), number=number)


@login_required
@require_GET
def ticket(request: HttpRequest, number: str) -> HttpResponse:
    """The page; `?step=noun` opens that step's form."""
    row = _whole_ticket(request, number)
    step = nouns.BY_NOUN.get(request.GET.get("step", ""))
    form = step.form(ticket=row, person=request.user.person) if step else None  # type: ignore[union-attr]  # staff only
    return _show(request, row, step=step, form=form)


@login_required
@require_http_methods(["GET", "POST"])
def noun(request: HttpRequest, number: str, noun: str) -> HttpResponse:
    """One step: GET its form (a fragment for htmx), POST to take it."""
    row = _ticket(request, number)
    step = nouns.BY_NOUN.get(noun)
    if step is None:
        raise Http404
    if request.method == "GET":
        return redirect(f"/tickets/{number}/?step={noun}")
    form = step.form(request.POST, request.FILES, ticket=row, person=request.user.person)  # type: ignore[union-attr]
    if form.is_valid():
        with refusals_into(form):
            result = commands.run(step.verb, row, by=request, **form.arguments())
            messages.success(request, _told(step, result))
            return redirect(_back_to(request, row))
    elif step.state_name not in nouns.open_nouns(row):
        with refusals_into(form):
            raise errors.TransitionNotAllowed
    return _show(request, _whole_ticket(request, number), step=step, form=form, status=status_of(form))


def _told(step: nouns.Step, result: Any) -> str:
    if isinstance(result, Approval):
        return _("已提交审批，经理决定之前工单状态不变。")
    return _("%(step)s：已保存。") % {"step": step.label}


def _back_to(request: HttpRequest, row: Ticket) -> str:
    return f"/phone/{row.number}/" if request.POST.get("from") == "phone" else f"/tickets/{row.number}/"


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Change what was registered; the loser of two editors keeps the text typed and sees what stands now."""
    row = _ticket(request, number)
    form = EditForm(request.POST or None, ticket=row, person=request.user.person)  # type: ignore[union-attr]
    current: list[tuple[Any, Any]] = []
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            commands.run(intake.edit, row, by=request, **form.arguments())
        if not form.errors:
            messages.success(request, _("修改已保存。"))
            return redirect(f"/tickets/{number}/")
        row = _ticket(request, number)
        if isinstance(getattr(form, "refusal", None), errors.Stale):
            current = form.differences(row)
        renew(form, row.version)
    context = {"ticket": row, "form": form, "current": current}
    return render(request, "tickets/edit.html", context, status=status_of(form))


@login_required
@require_GET
def live(request: HttpRequest, number: str) -> HttpResponse:
    """What changes by itself: clocks and who else is here. Polled; 204 while it looks as it did."""
    row = _ticket(request, number)
    company = presence.see(_user(request), row)
    found = {"ticket": row, "polled": True} | _alive(row, company, _user(request))
    if request.GET.get("seen") == found["seen"]:
        return HttpResponse(status=204)
    found["changed"] = request.GET.get("version", "") != str(row.version)
    return render(request, "tickets/ticket.html#live", found)


@login_required
@require_GET
def timeline(request: HttpRequest, number: str) -> HttpResponse:
    """The next older page of the ticket's facts: `?before=` is the oldest one shown."""
    row = _ticket(request, number)
    before = request.GET.get("before", "")
    if not before.isdecimal() or len(before) > 18:
        raise Http404
    return render(request, "tickets/ticket.html#facts", {"ticket": row} | _facts(row, before=int(before)))


@login_required
@require_GET
def clock(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Why a deadline stands where it stands: each counted and each skipped interval."""
    return clock_page.of_row(request, _ticket(request, number), pk)


def _alive(row: Ticket, company: presence.Company, user: User) -> dict[str, Any]:
    """Clocks, company, and a digest of how both look."""
    shown = alarms.with_told(_clocks(row, company.at), user)
    looks: list[Any] = [
        (c["id"], c["state"], c["at_risk"], (c["remaining_seconds"] or 0) // 60, c["told"] and c["told"].last.pk,
         c["row"].acknowledged_at)
        for c in shown
    ]  # fmt: skip
    looks += [row.version, *(other.pk for other in company.others)]
    seen = blake2b(repr(looks).encode(), digest_size=8).hexdigest()
    applies = [_line(line) for line in applicability.of(row, [c["row"] for c in shown])]
    return {"clocks": shown, "others": company.others, "seen": seen, "applies": applies}


def _clocks(row: Ticket, now: datetime) -> list[dict[str, Any]]:
    """The ticket's clocks, the most pressing first."""
    order = {"breached": 0, "running": 1, "paused": 2, "met": 3, "cancelled": 4}
    shown = [drawn(c, now) for c in clocks.for_subject(row)]
    return sorted(shown, key=lambda c: (order.get(c["state"], 9), str(c["due_at"] or "9")))


def _records(row: Ticket, user: User) -> dict[str, Any]:
    """What stands below the ticket, with the sums and addresses the page wants."""
    found: dict[str, Any] = dict(whole.records(row))
    found["minutes"] = sum(work.minutes for work in found["work_times"])
    for link in found["links"]:
        link["address"] = PAGES.get(link.object_type, "%.0s") % link.label
    for asked in found["approvals"]:
        asked["kind_label"] = ASKED.get(asked.kind, asked.kind)
        asked["may_open"] = asked.requester_id == user.pk or has_role(user, "manager")
    return found


def _facts(row: Ticket, *, before: int | None = None) -> dict[str, Any]:
    """A page of the timeline and, when there are older facts, the one to go on from."""
    events = journal.timeline(row)
    shown = list((events if before is None else events.filter(pk__lt=before))[: FACTS + 1])
    older = shown[FACTS - 1].pk if len(shown) > FACTS else None
    return {"events": shown[:FACTS], "older": older}


def context(
    request: HttpRequest, row: Ticket, step: nouns.Step | None, form: Any, company: presence.Company
) -> dict[str, Any]:
    """What a ticket's page shows."""
    user = _user(request)
    steps = nouns.offered(row, user)
    first = nouns.primary(steps, row)
    found: dict[str, Any] = {
        "ticket": row,
        "steps": steps,
        "primary": first,
        "others_steps": [s for s in steps if s is not first],
        "refused": nouns.refused(row, user, steps),
        "whose_turn": row.assignee if row.status in states.AT_THE_ENGINEERS and row.assignee else row.owner,
        "blocked": None if first else nouns.blocked(row, user),
        "step": step,
        "form": form,
        "may_edit": row.is_open and permissions.can_edit(user, row),
        "panels": panels.render("ticket", request, row),
        "flow": _flow(row),
    }
    if step is not None and step.noun == "hold":
        found["waits"] = [_effect(effect) for effect in pausing.effects(clocks.for_subject(row))]
    if step is not None and request.method == "GET":
        found["why_not"] = next((r.reason for r in found["refused"] if r.step is step), "")
    return (
        found
        | _alive(row, company, user)
        | _records(row, _user(request))
        | _facts(row)
        | _for_step(request, row, step, form)
    )


def _for_step(request: HttpRequest, row: Ticket, step: nouns.Step | None, form: Any) -> dict[str, Any]:
    """What single steps need beside their form: who could do the job, what the customer signs."""
    if step is not None and step.noun == "assignment":
        when = form.time(request.GET.get("expected_at", ""))
        return {"suggestions": suggestions.suggest(row, at=commands.now(), expected_at=when)}
    if step is None or step.noun not in {"signature", "report"}:
        return {}
    preview, digest = reports.preview(row, reports.Words.of(getattr(row, "report_draft", None)))
    if step.noun == "signature" and not form.is_bound:
        form.fields["report_hash"].initial = digest
    return {"preview": preview, "preview_hash": digest, "preview_rows": preview_rows(preview)}


def _line(line: applicability.Line) -> dict[str, Any]:
    """A kind of deadline in words: the rule's limit and the case it is for, or why there is none."""
    rule = None if line.clock is None else line.clock.rule
    limit = "" if rule is None or line.kind == ClockKind.PROMISE else rulebook_words.duration(rule)
    case = "" if rule is None else rulebook_words.case(rule.conditions)
    shown = {"label": line.label, "clock": line.clock, "clause": line.clause, "reason": line.reason}
    return shown | {"limit": limit, "case": case}


def _effect(effect: pausing.Effect) -> dict[str, Any]:
    """A reason to wait as the form tells it: whom we wait for, which deadlines stop, which go on."""

    def names(some: list[Clock]) -> str:
        return listed(str(CLOCK_KINDS.get(clock.kind, clock.kind)) for clock in some)

    return {"reason": effect.reason, "stops": names(effect.stops), "runs_on": names(effect.runs_on)}


def _flow(row: Ticket) -> list[tuple[str, str, str]]:
    """The stages on the way to closing, with where the ticket stands (TKT-31)."""
    here = states.Status.IN_HANDLING if row.status == states.Status.ON_HOLD else row.status
    return [(s.value, str(s.label), "here" if s == here else "") for s in states.FLOW]


def _show(
    request: HttpRequest, row: Ticket, *, step: nouns.Step | None = None, form: Any = None, status: int = 200
) -> HttpResponse:
    company = presence.see(_user(request), row)
    if request.POST.get("from") == "phone":
        on_phone = phone_page.context(request, row, step, form)
        return render(request, "tickets/phone_ticket.html", on_phone, status=status)
    found = context(request, row, step, form, company)
    return render(request, "tickets/ticket.html", found, status=status)
