"""What a customer does on the page of their case. The actor is null: whoever holds the session is the customer."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from complaints import actions as complaints
from complaints.states import Channel
from service_center.kernel import journal
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError
from service_center.portal import events, permissions
from service_center.portal.actions import links
from service_center.portal.models import ConsentOffer
from surveys.actions import follow_ups
from tickets.actions import closing, repair
from tickets.models import Ticket

if TYPE_CHECKING:
    from complaints.models import Complaint
    from service_center.kernel.models import User
    from surveys.models import FollowUp
    from tickets.models import Consent, Reopening


class NoOffer(DomainError):
    """Nothing waits for the customer's word, or somebody was faster."""

    code = "no_offer"
    message = _("目前没有需要您确认的方案。")


def offer(ticket: Ticket, *, plan: str, amount: Decimal, actor: User | None, at: datetime) -> ConsentOffer:
    """Ask the customer to agree by link to plan and amount; replaces an unanswered offer.

    Raises TransitionNotAllowed outside handling, NoPhone, Forbidden.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_offer, actor, ticket)
    ticket.take_consent()
    for open_offer in ConsentOffer.objects.filter(ticket=ticket, answered_at=None).select_for_update():
        open_offer.answer(None, at=at)
        open_offer.save(update_fields=["accepted", "answered_at"])
    row = ConsentOffer.objects.create(ticket=ticket, plan=plan, amount=amount, at=at, by=actor)
    links.send(ticket, actor=actor, at=at)
    journal.record(events.OFFERED, ticket, actor=actor, at=at, offer=row.pk, amount=str(amount))
    return row


def consent(ticket: Ticket, *, signed_by: str, actor: User | None, at: datetime) -> Consent:
    """The customer agrees to the open offer. Raises NoOffer, TransitionNotAllowed."""
    row = _answer(ticket, True, at)
    return repair.consent(
        ticket, plan=row.plan, amount=row.amount, method="link", signed_by=signed_by, actor=actor, at=at
    )


def decline(ticket: Ticket, *, actor: User | None, at: datetime) -> ConsentOffer:
    """The customer does not agree. Raises NoOffer."""
    row = _answer(ticket, False, at)
    journal.record(events.DECLINED, ticket, actor=actor, at=at, offer=row.pk)
    return row


def _answer(ticket: Ticket, accepted: bool, at: datetime) -> ConsentOffer:
    """The open offer, answered; the ticket is locked first, as everywhere."""
    Ticket.objects.lock(ticket.pk)
    row = ConsentOffer.objects.filter(ticket=ticket, answered_at=None).select_for_update().first()
    if row is None:
        raise NoOffer
    row.answer(accepted, at=at)
    row.save(update_fields=["accepted", "answered_at"])
    return row


def reopen(ticket: Ticket, *, reason: str, actor: User | None, at: datetime) -> Reopening:
    """The customer is not content after the end (CF-28). Raises TransitionNotAllowed."""
    return closing.reopen(ticket, reason=reason, via="portal", actor=actor, at=at)


def complain(ticket: Ticket, *, content: str, actor: User | None, at: datetime) -> Complaint:
    """The customer complains on the page, which apologises in the company's name (CMP-01, CMP-02)."""
    return complaints.register(
        ticket=ticket,
        channel=Channel.PORTAL,
        content=content,
        apology=_("给您带来不便，我们深表歉意。我们会尽快与您联系。"),
        actor=actor,
        at=at,
    )


def ask_for_call(ticket: Ticket, *, actor: User | None, at: datetime) -> FollowUp:
    """The customer asks to be called (FUP-06)."""
    return follow_ups.request(ticket, actor=actor, at=at)
