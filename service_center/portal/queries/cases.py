from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from service_center.kernel import clocks, rulebook
from service_center.portal.models import CaseLink, CaseSession, ConsentOffer
from tickets.models import Ticket
from tickets.states import Status

DONE = 4
PROMISES = ("outer_response", "outer_solution", "promise")


@dataclass(frozen=True)
class Case:
    """A ticket as its customer may see it: words, promises, visits, what was done, what may be done now."""

    ticket: Ticket
    status: str
    step: int
    steps: tuple[str, ...]
    promises: list[tuple[str, datetime]]
    visits: list[Any]
    reports: list[Any]
    offer: ConsentOffer | None
    may_reopen: bool


def session_for(digest: str, at: datetime) -> CaseSession | None:
    """The live session of a cookie's digest, with its ticket."""
    sessions = CaseSession.objects.live(at).select_related(
        "link__ticket__customer",
        "link__ticket__unit__product_model",
        "link__ticket__branch",
        "link__ticket__owner",
    )
    return sessions.filter(digest=digest).first()


def latest(ticket: Ticket) -> dict[str, dict[str, Any] | None]:
    """The `link` sent last and the `offer` made last, in one query; None where there is none."""
    link = CaseLink.objects.filter(ticket=OuterRef("pk")).order_by("-pk")
    offer = ConsentOffer.objects.filter(ticket=OuterRef("pk")).order_by("-pk")
    found = dict(
        Ticket.objects.filter(pk=ticket.pk)
        .values(
            link_created_at=Subquery(link.values("created_at")[:1]),
            link_used_at=Subquery(link.values("used_at")[:1]),
            offer_amount=Subquery(offer.values("amount")[:1]),
            offer_accepted=Subquery(offer.values("accepted")[:1]),
            offer_answered_at=Subquery(offer.values("answered_at")[:1]),
        )
        .get()
    )
    return {
        "link": _part(found, "link_", exists="created_at"),
        "offer": _part(found, "offer_", exists="amount"),
    }


def _part(found: dict[str, Any], prefix: str, *, exists: str) -> dict[str, Any] | None:
    part = {key.removeprefix(prefix): value for key, value in found.items() if key.startswith(prefix)}
    return None if part[exists] is None else part


def case(ticket: Ticket, at: datetime) -> Case:
    """What the page of a case shows."""
    words, step = _status(ticket)
    return Case(
        ticket=ticket,
        status=words,
        step=step,
        steps=(_("已收到"), _("已安排"), _("服务中"), _("完成")),
        promises=_promises(ticket) if step < DONE else [],
        visits=list(ticket.visits.select_related("engineer").order_by("sequence", "pk")),
        reports=list(ticket.reports.order_by("pk")),
        offer=ConsentOffer.objects.filter(ticket=ticket, answered_at=None).first(),
        may_reopen=_may_reopen(ticket, at),
    )


def _status(ticket: Ticket) -> tuple[str, int]:
    """The state in a customer's words and how far it is, 1 to 4."""
    words: dict[str, tuple[str, int]] = {
        Status.REGISTERED: (_("我们已收到您的服务请求，正在核实。"), 1),
        Status.VERIFIED: (_("问题已核实，正在安排处理。"), 1),
        Status.CLASSIFIED: (_("问题已核实，正在安排工程师。"), 1),
        Status.DISPATCHED: (_("已安排工程师，工程师会与您约定时间。"), 2),
        Status.APPOINTED: (_("已与您约定服务时间。"), 2),
        Status.IN_HANDLING: (_("工程师正在处理。"), 3),
        Status.ON_HOLD: (_("处理暂停，等待所需条件，我们会及时告诉您进展。"), 3),
        Status.HANDLED: (_("处理完成，我们会向您确认结果。"), 4),
        Status.RESULT_TOLD: (_("处理完成，结果已告诉您。"), 4),
        Status.ANSWERED: (_("您的问题已答复。"), 4),
        Status.CLOSED: (_("服务已完成。"), 4),
        Status.CANCELLED: (_("服务请求已取消。"), 4),
        Status.REFUSED: (_("服务请求未能受理。"), 4),
    }
    return words[ticket.status]


def _promises(ticket: Ticket) -> list[tuple[str, datetime]]:
    """What was promised to the outside: response and solution times and the agent's own word."""
    labels = {
        "outer_response": _("最迟回应时间"),
        "outer_solution": _("最迟解决时间"),
        "promise": _("我们答应您的时间"),
    }
    found = {clock.kind: clock.due_at for clock in clocks.for_subject(ticket)}
    return [(labels[kind], due) for kind in PROMISES if (due := found.get(kind)) is not None]


def _may_reopen(ticket: Ticket, at: datetime) -> bool:
    """Whether the customer may open it again here: within the days of the rule; later an agent does it."""
    if ticket.status not in (Status.CLOSED, Status.ANSWERED) or ticket.closed_at is None:
        return False
    window = rulebook.rule("ticket.reopen.continue", at=at)
    return (at - ticket.closed_at).days < int(window.value)
