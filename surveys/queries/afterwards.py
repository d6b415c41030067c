"""What came after a ticket: the calls owed for it and what its customer said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import CharField, DateTimeField, DecimalField, QuerySet, TextField, Value

from surveys.models import FollowUp, Invitation
from surveys.states import Cause, Status

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from tickets.models import Ticket

AT_MOST = 10


@dataclass(frozen=True)
class Afterwards:
    """A call to the customer (with its cause and state) or a survey sent (with its score and comment, once answered)."""

    what: str
    pk: int
    cause: str
    status: str
    due_at: datetime | None
    answered_at: datetime | None
    score: Decimal | None
    comment: str

    @property
    def is_call(self) -> bool:
        return self.what == "call"

    @property
    def cause_label(self) -> str:
        return str(Cause(self.cause).label)

    @property
    def status_label(self) -> str:
        return str(Status(self.status).label)


def of_ticket(ticket: Ticket, user: User) -> list[Afterwards]:
    """The latest calls and surveys of the ticket that the user may see, in one query."""
    calls = FollowUp.objects.visible_to(user).filter(ticket=ticket)
    asked = Invitation.objects.visible_to(user).filter(ticket=ticket)
    rows: Any = _calls(calls).union(_invitations(asked), all=True)
    return sorted((Afterwards(*row) for row in rows), key=lambda one: (not one.is_call, -one.pk))


def _calls(rows: QuerySet[FollowUp]) -> QuerySet[FollowUp, tuple[object, ...]]:
    kind, answered_at = Value("call", CharField()), Value(None, DateTimeField())
    score, comment = Value(None, DecimalField()), Value("", TextField())
    return rows.order_by("-pk").values_list(
        kind, "pk", "cause", "status", "due_at", answered_at, score, comment
    )[:AT_MOST]


def _invitations(rows: QuerySet[Invitation]) -> QuerySet[Invitation, tuple[object, ...]]:
    kind, nothing = Value("survey", CharField()), Value("", CharField())
    due_at = Value(None, DateTimeField())
    return rows.order_by("-pk").values_list(
        kind, "pk", nothing, nothing, due_at, "answered_at", "score", "comment"
    )[:AT_MOST]
