"""The dashboard by mail: asked for, sent once for each period, given up."""

from __future__ import annotations

from datetime import datetime, time
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from service_center.kernel import commands, journal, outbox
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError
from service_center.reports import events, permissions
from service_center.reports.models import Mailing, Subscription
from service_center.reports.queries import letters

if TYPE_CHECKING:
    from customers.models import ProductLine
    from service_center.kernel.models import User
    from staff.models import Branch, Person, Team

LETTER = outbox.define("dashboard.letter", "%(text)s", title="%(title)s")


class NoAddress(DomainError):
    """A letter needs somewhere to go."""

    code, status = "no_address", 422
    message = _("您的档案里没有邮箱地址，请先由管理员补上，再订阅。")


class AlreadySubscribed(DomainError):
    code, status = "already_subscribed", 409
    message = _("同样的仪表盘您已经订阅了；要改时间，请先退订。")


def subscribe(
    person: Person,
    *,
    rhythm: str,
    send_at: time,
    language: str,
    branch: Branch | None = None,
    line: ProductLine | None = None,
    team: Team | None = None,
    actor: User | None,
    at: datetime,
) -> Subscription:
    """Have the figures sent to the person's own address from the next day, week or month on.

    Raises Forbidden, NoAddress, AlreadySubscribed.
    """
    require(permissions.can_read_figures, actor)
    if not person.email:
        raise NoAddress
    asked = {"person": person, "rhythm": rhythm, "branch": branch, "line": line, "team": team}
    if Subscription.objects.running().filter(**asked).exists():
        raise AlreadySubscribed
    subscription = Subscription.objects.create(
        **asked,
        send_at=send_at,
        language=language,
        next_at=letters.following(rhythm, send_at, after=at),
        created_at=at,
        origin_key=commands.origin_key(),
    )
    journal.record(events.SUBSCRIBED, subscription, actor=actor, at=at, links=[person], rhythm=rhythm)
    return subscription


def cancel(subscription: Subscription, *, actor: User | None, at: datetime) -> Subscription:
    """Send nothing more; harmless twice. Without an actor it is the address in the letter that asks.

    Raises Forbidden.
    """
    subscription = Subscription.objects.lock(subscription.pk)
    require(permissions.can_end, actor, subscription)
    if subscription.ended_at is None:
        _end(subscription, actor=actor, at=at)
    return subscription


def mail(subscription: Subscription, *, actor: User | None, at: datetime) -> Mailing | None:
    """Owe the letter of the period just over, once, and say when the next one is due.

    Who may read figures no longer, or has no address any more, gets none: the subscription ends. Inside the caller's
    transaction, with the row locked.
    """
    person = subscription.person
    if not (person.user.is_active and permissions.can_read_figures(person.user) and person.email):
        _end(subscription, actor=actor, at=at)
        return None
    subscription.wait_until(letters.following(subscription.rhythm, subscription.send_at, after=at))
    subscription.save(update_fields=["next_at", "version"])
    first, last = letters.covered(subscription.rhythm, at=at)
    if subscription.mailings.filter(first=first).exists():
        return None
    told = letters.letter(subscription, at=at)
    message = outbox.send(
        channel="email",
        to=person.email,
        template=LETTER.code,
        context={"title": told.title, "text": told.text},
        dedupe=f"dashboard:{subscription.pk}:{first.isoformat()}",
        at=at,
        subject=subscription,
        language=subscription.language,
    )
    mailing = Mailing.objects.create(
        subscription=subscription, first=first, last=last, message=message, at=at
    )
    journal.record(
        events.MAILED,
        subscription,
        actor=actor,
        at=at,
        links=[person],
        first=first.isoformat(),
        last=last.isoformat(),
    )
    return mailing


def _end(subscription: Subscription, *, actor: User | None, at: datetime) -> None:
    subscription.end(at=at)
    subscription.save(update_fields=["ended_at", "version"])
    journal.record(events.UNSUBSCRIBED, subscription, actor=actor, at=at, links=[subscription.person])
