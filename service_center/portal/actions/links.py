from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal, outbox, phones, rulebook
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError, LinkDead
from service_center.kernel.tokens import digest, new_secret
from service_center.portal import events, permissions
from service_center.portal.models import CaseLink, CaseSession
from surveys.queries.deadlines import due_of

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from tickets.models import Ticket

SMS = outbox.define(
    "portal.case", _("您的服务单 %(number)s：点此查看进度、确认方案 %(url)s （%(until)s 前有效）")
)


class NoPhone(DomainError):
    code = "no_phone"
    message = _("此客户没有手机号码，无法发送链接。")


def send(ticket: Ticket, *, actor: User | None, at: datetime) -> CaseLink:
    """Send the customer a link to their case; links not yet used stop working. Raises NoPhone, Forbidden."""
    require(permissions.can_send_link, actor, ticket)
    if not can_be_sent(ticket):
        raise NoPhone
    CaseLink.objects.filter(ticket=ticket, used_at=None, revoked_at=None).update(revoked_at=at)
    token = new_secret()
    link = CaseLink.objects.create(
        ticket=ticket,
        token_digest=digest(token),
        created_at=at,
        expires_at=due_of(rulebook.rule("portal.link", at=at), at),
    )
    url = f"{settings.PUBLIC_URL}/c/{token}/"
    outbox.send(
        channel="sms",
        to=ticket.customer.phone,
        template=SMS.code,
        context={"number": ticket.number, "url": url, "until": f"{link.expires_at:%Y-%m-%d}"},
        links=[url],
        subject=ticket,
        dedupe=f"case:{link.pk}",
        at=at,
    )
    journal.record(events.LINK_SENT, ticket, actor=actor, at=at, link=link.pk)
    return link


def can_be_sent(ticket: Ticket) -> bool:
    """Whether the customer has a number that receives messages."""
    phone = ticket.customer.phone
    return bool(phone) and phones.kind(phone) is phones.PhoneKind.MOBILE


def exchange(token: str, *, secret: str, actor: User | None, at: datetime) -> CaseSession:
    """Give the browser that opens the link a session, once (reliability: portal links). Raises LinkDead.

    `secret` is what the door sets as the cookie; only its SHA-256 is kept.
    """
    found = CaseLink.objects.filter(token_digest=digest(token)).usable(at).first()
    if found is None:
        raise LinkDead
    link = CaseLink.objects.lock(found.pk)
    if link.used_at is not None or link.revoked_at is not None:
        raise LinkDead
    link.use(at=at)
    link.save(update_fields=["used_at"])
    session = CaseSession.objects.create(
        digest=digest(secret), link=link, created_at=at, expires_at=link.expires_at
    )
    journal.record(events.LINK_OPENED, link.ticket, actor=actor, at=at, link=link.pk)
    return session
