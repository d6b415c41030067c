"""Everything written below one ticket, in the ticket's own query: what its page shows of visits, parts, reports, files and asking."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject

from service_center.kernel.models import Approval, Attachment
from tickets import states
from tickets.models import (
    Charge,
    Consent,
    CustomerContact,
    Diagnosis,
    Escalation,
    Hold,
    PartLine,
    Report,
    ResultCall,
    Signature,
    Ticket,
    TicketLink,
    Visit,
    WorkTime,
)

OWNER = Ticket._meta.label_lower
BY = "by__person__name"
AT_MOST = 50

Choices = type[models.TextChoices]


class Record(dict[str, Any]):
    """One row as the page reads it: instants are instants, codes have their words under `<name>_label`."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError as error:
            raise AttributeError(name) from error

    @property
    def name_zh(self) -> str:
        return str(self["part_name_zh"])

    @property
    def name_en(self) -> str:
        return str(self["part_name_en"])


_KINDS: dict[str, tuple[QuerySet[Any], tuple[str, ...], dict[str, Choices]]] = {
    "diagnoses": (
        Diagnosis.objects.order_by("-id"),
        ("at", "fault_class", "fault_code", "cause", "plan", BY),
        {"fault_class": states.FaultClass},
    ),
    "part_lines": (
        PartLine.objects.order_by("id"),
        (
            "part__code",
            "part__name_zh",
            "part__name_en",
            "quantity",
            "serials",
            "status",
            "faulty_part__disposition",
        ),
        {"status": states.PartLineStatus, "faulty_part__disposition": states.Disposition},
    ),
    "visits": (
        Visit.objects.order_by("-id"),
        ("sequence", "engineer__name", "starts_at", "ends_at", "arrived_at", "departed_at", "status"),
        {"status": states.VisitStatus},
    ),
    "reports": (
        Report.objects.order_by("-id"),
        ("at", "engineer__name", "work_done", "customer_comment", "voucher__number", "voucher__fee"),
        {},
    ),
    "consents": (
        Consent.objects.order_by("-id"),
        ("at", "plan", "amount", "method", "signed_by"),
        {"method": states.ConsentMethod},
    ),
    "holds": (
        Hold.objects.order_by("-id"),
        ("at", "ended_at", "reason", "notice_text", BY),
        {"reason": states.HoldReason},
    ),
    "contacts": (
        CustomerContact.objects.order_by("-id"),
        ("occurred_at", "channel", "outcome", "note", BY),
        {"channel": states.ContactChannel, "outcome": states.ContactOutcome},
    ),
    "result_calls": (
        ResultCall.objects.order_by("-id"),
        ("at", "outcome", "satisfied", "reason", BY),
        {"outcome": states.ContactOutcome},
    ),
    "escalations": (
        Escalation.objects.order_by("-id"),
        ("at", "to", "reason", "asked__name", BY),
        {"to": states.EscalationTarget},
    ),
    "charges": (
        Charge.objects.filter(voided_at=None).order_by("id"),
        ("kind", "amount"),
        {"kind": states.ChargeKind},
    ),
    "work_times": (WorkTime.objects.order_by("-id"), ("engineer__name", "started_at", "minutes"), {}),
    "links": (TicketLink.objects.order_by("id"), ("rel", "object_type", "object_id", "label"), {}),
    "unfiled_signatures": (Signature.objects.filter(report=None).order_by("-id"), ("id",), {}),
}
_OWNED: dict[str, tuple[QuerySet[Any], Q, tuple[str, ...], dict[str, Choices]]] = {
    "attachments": (
        Attachment.objects.order_by("id"),
        Q(owner_type=OWNER, owner_id=OuterRef("pk")),
        ("id", "name", "kind", "at"),
        {},
    ),
    "approvals": (
        Approval.objects.order_by("-id"),
        Q(subject_type=OWNER, subject_id=OuterRef("pk")),
        (
            "id",
            "kind",
            "status",
            "requested_at",
            "requester_id",
            "requester__person__name",
            "decided_at",
            "decided_by__person__name",
        ),
        {"status": Approval.Status},
    ),
}


def with_records(tickets: QuerySet[Ticket]) -> QuerySet[Ticket]:
    """The tickets with the rows of every kind below them, at most fifty of each; `records` reads them."""
    mine = Q(ticket=OuterRef("pk"))
    return tickets.annotate(
        **{f"_{name}": _array(rows.filter(mine), fields) for name, (rows, fields, _) in _KINDS.items()},
        **{f"_{name}": _array(rows.filter(of), fields) for name, (rows, of, fields, _) in _OWNED.items()},
    )


def records(ticket: Ticket) -> dict[str, list[Record]]:
    """Rows of every kind below a ticket that was read `with_records`."""
    found = vars(ticket)
    words = {name: kind[2] for name, kind in _KINDS.items()} | {
        name: kind[3] for name, kind in _OWNED.items()
    }
    return {name: [_read(row, labels) for row in found[f"_{name}"]] for name, labels in words.items()}


def _array(rows: QuerySet[Any], fields: tuple[str, ...]) -> ArraySubquery:
    return ArraySubquery(rows.values(row=JSONObject(**{name: F(name) for name in fields}))[:AT_MOST])


def _read(row: dict[str, Any], labels: dict[str, Choices]) -> Record:
    record = Record()
    for path, value in row.items():
        name = path.replace("__", "_")
        record[name] = (
            datetime.fromisoformat(value) if value and name.endswith("at") and _is_instant(value) else value
        )
        if path in labels:
            record[f"{name}_label"] = str(labels[path](value).label) if value else ""
    return record


def _is_instant(value: object) -> bool:
    return isinstance(value, str) and "T" in value
