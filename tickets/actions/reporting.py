"""The report: drafted, shown, signed as shown, filed (RPR-16 to RPR-18, RPR-24)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import gettext_lazy as _

from service_center.kernel import attachments, numbering
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError, Invalid
from staff import actions as people
from tickets import events, permissions
from tickets.actions import messages, part_lines, timing
from tickets.actions.recording import keep, tell
from tickets.models import Report, ReportDraft, Signature, Ticket, Voucher
from tickets.queries import report as shown
from tickets.queries.report import Words

if TYPE_CHECKING:
    from service_center.kernel.models import User


class ReportChanged(DomainError):
    code = "report_changed"
    message = _("报告内容在客户签字后有变化，请重新展示并请客户签字。")


def draft(
    ticket: Ticket,
    *,
    work_done: str,
    tested: bool,
    demonstrated: bool,
    customer_comment: str = "",
    actor: User | None,
    at: datetime,
) -> ReportDraft:
    """Keep the engineer's words, so that the customer is shown the whole report before signing.

    Raises Forbidden, TransitionNotAllowed.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_repair, actor, ticket)
    ticket.sign()
    words = {"work_done": work_done, "tested": tested, "demonstrated": demonstrated}
    row, _created = ReportDraft.objects.update_or_create(
        ticket=ticket, defaults={**words, "customer_comment": customer_comment, "at": at, "by": actor}
    )
    return row


def sign(
    ticket: Ticket, *, png: bytes, signed_by: str, report_hash: str, actor: User | None, at: datetime
) -> Signature:
    """Take the customer's signature under the report as shown. Raises Forbidden, TransitionNotAllowed, ReportChanged,
    Invalid (no image).
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_repair, actor, ticket)
    ticket.sign()
    content, current = shown.preview(ticket, Words.of(ReportDraft.objects.filter(ticket=ticket).first()))
    if report_hash.lower() != current:
        raise ReportChanged(field="report_hash", report_hash=current)
    keep(ticket)
    file = SimpleUploadedFile("signature.png", png, content_type="image/png")
    image = attachments.store(ticket, file=file, kind="signature", actor=actor, at=at)
    row = Signature.objects.create(
        ticket=ticket, signed_by=signed_by, image=image, report_hash=current, content=content, at=at, by=actor
    )
    tell(events.SIGNED, ticket, actor=actor, at=at, signature=row.pk, report_hash=current)
    return row


def report(
    ticket: Ticket,
    *,
    work_done: str,
    tested: bool,
    demonstrated: bool,
    signature: int,
    customer_comment: str = "",
    actor: User | None,
    at: datetime,
) -> Report:
    """File the report: parts leave the stock, the voucher is issued and back, the agent is told to call (RPR-17).

    Raises Forbidden, TransitionNotAllowed, NotRepaired, ConsentRequired, DispositionMissing, ReportChanged, Invalid.
    """
    ticket = Ticket.objects.lock(ticket.pk)
    require(permissions.can_repair, actor, ticket)
    ticket.report(tested=tested, demonstrated=demonstrated, at=at)
    signed = _signature(ticket, signature)
    words = Words(work_done, tested, demonstrated, customer_comment)
    content, digest = _require_as_signed(ticket, signed, words)
    keep(ticket)
    timing.repaired(ticket, at=at)
    used = part_lines.use_all(ticket, actor=actor, at=at)
    row = Report.objects.create(
        ticket=ticket, engineer=ticket.engineer, visit=ticket.visits.order_by("-id").first(), signature=signed,
        content=content, content_hash=digest, at=at, by=actor, **vars(words),
    )  # fmt: skip
    _issue_voucher(row)
    _free_hours(ticket, actor=actor, at=at)
    messages.tell_person(ticket.owner, messages.REPORTED, ticket, at=at, dedupe=f"report:{row.pk}")
    tell(
        events.REPORTED, ticket, actor=actor, at=at, report=row.pk, tested=tested, demonstrated=demonstrated,
        parts=[line.part.code for line in used], engineer=row.engineer.user.username,
        first_time_fix=ticket.first_time_fix,
    )  # fmt: skip
    return row


def _signature(ticket: Ticket, pk: int) -> Signature:
    """Raises Invalid when it is no unused signature of this ticket."""
    signed = ticket.signatures.filter(pk=pk, report=None).first()
    if signed is None:
        raise Invalid(_("此签字不属于本次报告，请重新签字。"), field="signature")
    return signed


def _require_as_signed(ticket: Ticket, signed: Signature, words: Words) -> tuple[shown.Content, str]:
    """The filed report must say what was signed; a signature given before any words covers what was on record then.

    Raises ReportChanged.
    """
    content, digest = shown.preview(ticket, words)
    covered = digest if "work_done" in signed.content else shown.preview(ticket, None)[1]
    if signed.report_hash != covered:
        raise ReportChanged(field="signature", report_hash=digest)
    return content, digest


def _issue_voucher(row: Report) -> Voucher:
    """The signed voucher comes back with the signature; it is archived at closing (TKT-25)."""
    return Voucher.objects.create(
        ticket=row.ticket,
        number=numbering.next_number("V", at=row.at),
        report=row,
        fee=shown.fee(row.ticket),
        returned_at=row.at,
        at=row.at,
        by=row.by,
    )


def _free_hours(ticket: Ticket, *, actor: User | None, at: datetime) -> None:
    for assignment in ticket.assignments.all():
        people.release(assignment, actor=actor, at=at)
