"""A job as the phone shows it and keeps it: the page's context, and the data from which the phone works on by itself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from service_center.kernel import attachments, clocks, commands, journal
from service_center.kernel.languages import pick
from service_center.kernel.models import User
from service_center.kernel.templatetags.kernel import moment
from tickets import states
from tickets.models import Ticket
from tickets.queries import report as reports
from tickets.web import nouns, phone_steps
from tickets.web.clocks import drawn
from tickets.web.preview import preview_lines, preview_rows

FACTS = 40
GONE = (states.PartLineStatus.SHORT, states.PartLineStatus.RELEASED)


def context(request: HttpRequest, row: Ticket, step: nouns.Step | None, form: Any) -> dict[str, Any]:
    """What the page of one job shows."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    steps = [one for one in nouns.offered(row, user) if one.noun in phone_steps.WAYS]
    first = nouns.primary(steps, row)
    data = job(row, user)
    forms = {s: phone_steps.form_of(s, row, user) for s in phone_steps.steps() if s.noun in data["may"]}
    opened = step if step in forms else first
    return {
        "ticket": row,
        "step": opened,
        "form": form or (forms.get(opened) if opened is not None else None),
        "offered": {one.noun for one in steps},
        "forms": list(forms.items()),
        "job": data,
        "words": {name: str(text) for name, text in phone_steps.WORDS.items()},
        "preview_lines": preview_lines(data["record"] | (data["draft"] or {})),
        "clocks": _clocks(row),
        "events": journal.timeline(row)[:FACTS],
        "attachments": attachments.of(row),
        "part_lines": _lines(row),
        "blocked": None if first else nouns.blocked(row, user),
    }


def job(row: Ticket, user: User) -> dict[str, Any]:
    """Everything the phone must know to go on without a network."""
    draft = reports.Words.of(getattr(row, "report_draft", None))
    signature = row.signatures.filter(report=None).order_by("-id").first()
    record, _digest = reports.preview(row, None)
    agreed = sum((charge.amount for charge in row.charges.filter(kind="agreed", voided_at=None)), start=0)
    return {
        "number": row.number,
        "version": row.version,
        "at": int(commands.now().timestamp()) * 1000,
        "zone": str(timezone.get_current_timezone()),
        "status": row.status,
        "statuses": {str(status): str(status.label) for status in states.Status},
        "may": phone_steps.may(row, user),
        "mine": True,
        "on_site": row.on_site,
        "offered": row.assignments.filter(status="offered").exists(),
        "diagnosed": row.diagnosed,
        "consented": row.consented,
        "needs_consent": row.needs_consent,
        "draft": vars(draft) if draft is not None else None,
        "signature": {"id": signature.pk, "hash": signature.report_hash} if signature is not None else None,
        "record": record,
        "agreed": str(agreed),
        "part_lines": [_line(line) for line in _lines(row)],
        "machine": phone_steps.machine(),
    }


def _lines(row: Ticket) -> Any:
    return row.part_lines.select_related("part", "faulty_part").order_by("id")


def _line(line: Any) -> dict[str, Any]:
    """A part of the job; `counted` ones stand in the report."""
    return {
        "id": line.pk,
        "label": f"{line.part.code} {pick(line.part)} × {line.quantity}",
        "disposed": hasattr(line, "faulty_part") or line.status == states.PartLineStatus.RELEASED,
        "counted": line.status not in GONE,
    }


def _clocks(row: Ticket) -> list[dict[str, Any]]:
    """The deadlines that still run, the nearest first."""
    now = commands.now()
    shown = [drawn(clock, now) for clock in clocks.for_subject(row)]
    return sorted(
        (c for c in shown if c["open"]), key=lambda c: (c["state"] != "breached", str(c["due_at"] or "9"))
    )


def standing(row: Ticket, noun: str) -> list[tuple[str, Any]]:
    """What stands on the server where a step of this kind would write: label and value."""
    found: list[tuple[str, Any]] = [(_("状态"), row.get_status_display())]
    if row.assignee is not None:
        found.append((_("工程师"), row.assignee.name))
    teller = {
        "appointment": _visit, "appointment-undo": _visit, "diagnosis": _diagnosis, "consent": _consent, "hold": _hold,
        "hold-undo": _hold, "report-preview": _report, "signature": _report, "report": _report,
    }.get(noun)  # fmt: skip
    return [*found, *(teller(row) if teller is not None else [])]


def _visit(row: Ticket) -> list[tuple[str, Any]]:
    visit = row.visits.filter(status=states.VisitStatus.CONFIRMED).first()
    if visit is None:
        return [(_("预约"), _("无"))]
    return [(_("预约"), f"{moment(visit.starts_at)} – {moment(visit.ends_at)}"), (_("地点"), visit.place)]


def _diagnosis(row: Ticket) -> list[tuple[str, Any]]:
    found = row.diagnoses.order_by("-id").first()
    if found is None:
        return []
    return [(pgettext("fault", "原因"), found.cause), (_("维修方案"), found.plan)]


def _consent(row: Ticket) -> list[tuple[str, Any]]:
    found = row.consents.order_by("-id").first()
    if found is None:
        return []
    return [(_("维修方案"), found.plan), (_("金额（元）"), found.amount), (_("确认人"), found.signed_by)]


def _hold(row: Ticket) -> list[tuple[str, Any]]:
    found = row.holds.filter(ended_at=None).first()
    return [(_("等待什么"), found.get_reason_display())] if found is not None else []


def _report(row: Ticket) -> list[tuple[str, Any]]:
    return preview_rows(reports.preview(row, reports.Words.of(getattr(row, "report_draft", None)))[0])
