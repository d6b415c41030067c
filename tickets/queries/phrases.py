"""Text templates and symptoms as the desk offers them: filled in for one ticket, found by two letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from service_center.kernel.languages import pick
from tickets.models import Symptom, TextTemplate, Ticket

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from service_center.kernel.models import User

PLACEHOLDERS = {
    "customer": gettext_lazy("客户姓名"),
    "number": gettext_lazy("工单号"),
    "subject": gettext_lazy("一句话说明"),
    "product": gettext_lazy("产品型号"),
    "serial": gettext_lazy("序列号"),
    "engineer": gettext_lazy("工程师"),
    "expected": gettext_lazy("预计处理时间"),
    "promised": gettext_lazy("已告知的维修时间"),
    "status": gettext_lazy("状态"),
    "branch": gettext_lazy("网点"),
    "me": gettext_lazy("我的姓名"),
}
"""What stands in curly brackets, and what it is replaced by. No telephone, no address: those are revealed only."""

BRACKETS = re.compile(r"\{([^{}]*)\}|[{}]")


@dataclass(frozen=True)
class Filled:
    """A template in the reader's language with its placeholders replaced."""

    code: str
    kind: str
    name: str
    text: str


def unknown_placeholders(body: str) -> list[str]:
    """What stands in brackets, or is a bracket left open, and means nothing; empty when all is known."""
    found = (match.group(0) for match in BRACKETS.finditer(body) if match.group(1) not in PLACEHOLDERS)
    return list(dict.fromkeys(found))


def fill(body: str, ticket: Ticket, user: User) -> str:
    """The body with every placeholder replaced once: a customer called {number} stays called so."""
    facts = _facts(ticket, user)
    return BRACKETS.sub(lambda match: facts.get(match.group(1) or "", match.group(0)), body)


def offered(ticket: Ticket, user: User, *, kind: str = "", text: str = "") -> list[Filled]:
    """The templates one may use on the ticket, those of one's branch first; `text` is part of name or words."""
    rows = TextTemplate.objects.visible_to(user).in_use()
    rows = rows.filter(kind=kind) if kind else rows
    found = [
        Filled(row.code, row.kind, pick(row), fill(pick(row, "body"), ticket, user))
        for row in rows.order_by("branch_id", "code")
    ]
    wanted = text.strip().casefold()
    return [one for one in found if wanted in f"{one.code} {one.name} {one.text}".casefold()]


def _facts(ticket: Ticket, user: User) -> dict[str, str]:
    model, person = ticket.product_model, getattr(user, "person", None)
    later = _("（待定）")
    return {
        "customer": ticket.customer.name,
        "number": ticket.number,
        "subject": ticket.subject,
        "product": pick(model) if model is not None else _("您的产品"),
        "serial": ticket.unit.serial if ticket.unit is not None else "–",
        "engineer": ticket.assignee.name if ticket.assignee is not None else later,
        "expected": _told(ticket.expected_at) or later,
        "promised": _told(ticket.promised_at) or later,
        "status": str(ticket.get_status_display()),
        "branch": pick(ticket.branch),
        "me": person.name if person is not None else user.username,
    }


def _told(moment: datetime | None) -> str:
    return "" if moment is None else timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def symptoms() -> QuerySet[Symptom]:
    """What the desk may offer, in the order of the code."""
    return Symptom.objects.in_use().select_related("product_line").order_by("code")
