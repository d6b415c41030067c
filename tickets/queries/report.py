"""The repair report as the customer is shown it, and the hash a signature is bound to (RPR-17, RPR-18)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from tickets.models import Consent, Diagnosis, ReportDraft, Ticket
from tickets.states import PartLineStatus

Content = dict[str, Any]
_canonical = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class Words:
    """What the engineer writes: the part of the report that is not already on record."""

    work_done: str
    tested: bool
    demonstrated: bool
    customer_comment: str = ""

    @classmethod
    def of(cls, draft: ReportDraft | None) -> Words | None:
        if draft is None:
            return None
        return cls(draft.work_done, draft.tested, draft.demonstrated, draft.customer_comment)


def preview(ticket: Ticket, words: Words | None) -> tuple[Content, str]:
    """What the report says now, and the SHA-256 of it as hexadecimal digits.

    Without words only what is on record: product, finding, consent, parts with their disposition, time and fee.
    """
    content = compose(_on_record(ticket), words)
    return content, digest(content)


def compose(on_record: Content, words: Words | None) -> Content:
    """What is on record, and the engineer's words where there are any."""
    return {**on_record, **(vars(words) if words is not None else {})}


def digest(content: Content) -> str:
    """SHA-256 of the canonical JSON (sorted keys, no spaces, UTF-8)."""
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def _on_record(ticket: Ticket) -> Content:
    return on_record(
        ticket,
        finding=ticket.diagnoses.order_by("-id").first(),
        consents=ticket.consents.order_by("id"),
        parts=_parts(ticket),
        minutes=ticket.work_times.aggregate(total=Sum("minutes"))["total"] or 0,
        fee=fee(ticket),
    )


def on_record(
    ticket: Ticket,
    *,
    finding: Diagnosis | None,
    consents: Iterable[Consent],
    parts: list[Content],
    minutes: int,
    fee: Decimal,
) -> Content:
    """The part of a report that the rows of the ticket tell."""
    return {
        "ticket": ticket.number,
        "cycle": ticket.reopen_count,
        "product_model": ticket.product_model.code if ticket.product_model is not None else None,
        "serial": ticket.unit.serial if ticket.unit is not None else None,
        "symptom": ticket.symptom,
        "fault_class": finding.fault_class if finding else None,
        "fault_code": finding.fault_code if finding else None,
        "cause": finding.cause if finding else None,
        "plan": finding.plan if finding else None,
        "consents": [{"plan": c.plan, "amount": format(c.amount, ".2f")} for c in consents],
        "parts": parts,
        "minutes": minutes,
        "fee": str(fee),
    }


def _parts(ticket: Ticket) -> list[Content]:
    lines = ticket.part_lines.select_related("part", "faulty_part").order_by("id")
    return [
        {
            "part": line.part.code,
            "quantity": line.quantity,
            "serials": line.serials,
            "old_part": line.faulty_part.disposition if hasattr(line, "faulty_part") else None,
        }
        for line in lines
        if line.status not in {PartLineStatus.SHORT, PartLineStatus.RELEASED}
    ]


def fee(ticket: Ticket) -> Decimal:
    """What the customer owes for the job."""
    total = ticket.charges.filter(voided_at=None).aggregate(total=Sum("amount"))["total"]
    return (total or Decimal(0)).quantize(Decimal("0.01"))
