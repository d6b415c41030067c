"""A user's own list of news in the product. Words are declared once and told in the language
of the reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models
from django_stubs_ext import StrPromise

from service_center.kernel.access import require
from service_center.kernel.models import Notification, User

TEXTS: dict[str, StrPromise] = {}
LABELS: dict[str, dict[str, type[models.TextChoices]]] = {}


def define(template: str, text: StrPromise, **words: type[models.TextChoices]) -> str:
    """Declare the words of a kind of news, with %(key)s of its parameters; `kind=Kind` shows a code by its label.

    Raises ValueError when the template is taken.
    """
    if template in TEXTS:
        raise ValueError(f"notification {template} is declared twice")
    TEXTS[template], LABELS[template] = text, words
    return template


def notify(
    to: Any,
    *,
    template: str,
    at: datetime,
    params: dict[str, Any] | None = None,
    url: str = "",
    subject: models.Model | None = None,
    dedupe: str | None = None,
) -> Notification | None:
    """Tell a user, or a person who has a log-in; `dedupe` makes telling twice harmless. None for nobody to
    tell.

    `params` are ids and plain values, no personal data.
    """
    user = to if isinstance(to, User) else getattr(to, "user", None)
    if user is None or not user.is_active:
        return None
    if template not in TEXTS:
        raise ValueError(f"notification {template} is not declared")
    news = Notification(
        user=user,
        template=template,
        params=params or {},
        url=url,
        subject_type=subject._meta.label_lower if subject else "",
        subject_id=subject.pk if subject else None,
        dedupe_key=f"{user.pk}:{dedupe}"[:200] if dedupe else None,
        created_at=at,
    )
    if news.dedupe_key is None:
        news.save(force_insert=True)
        return news
    Notification.objects.bulk_create([news], ignore_conflicts=True)
    return Notification.objects.get(dedupe_key=news.dedupe_key)


def notify_each(
    people: Iterable[tuple[User, str]],
    *,
    template: str,
    at: datetime,
    params: dict[str, Any],
    url: str,
    subject: models.Model,
) -> list[Notification]:
    """News of one template for several users, unsaved; each comes with its dedupe. `write` saves them in one statement."""
    if template not in TEXTS:
        raise ValueError(f"notification {template} is not declared")
    return [
        Notification(
            user=user,
            template=template,
            params=params,
            url=url,
            subject_type=subject._meta.label_lower,
            subject_id=subject.pk,
            dedupe_key=f"{user.pk}:{dedupe}"[:200],
            created_at=at,
        )
        for user, dedupe in people
        if user.is_active
    ]


def write(news: Iterable[Notification]) -> None:
    """Save prepared news; what was told before is passed over."""
    Notification.objects.bulk_create(list(news), ignore_conflicts=True)


def text(news: Notification) -> str:
    """The news in the reader's language; an unknown kind shows its code rather than nothing."""
    words = TEXTS.get(news.template)
    if words is None:
        return news.template
    params = _Params(news.params)
    for key, choices in LABELS.get(news.template, {}).items():
        if params.get(key) in choices.values:
            params[key] = choices(params[key]).label
    return str(words) % params


class _Params(dict[str, Any]):
    """Old rows may lack a parameter that today's words name: leave a dash."""

    def __missing__(self, key: str) -> str:
        return "–"


def mark_read(news: Notification, *, actor: User | None, at: datetime) -> Notification:
    """Note that its user has seen one piece of news; seeing it again changes nothing."""
    require(_is_own, actor, news)
    Notification.objects.filter(pk=news.pk, read_at=None).update(read_at=at)
    return news


def mark_all_read(user: User, *, actor: User | None, at: datetime) -> User:
    """Note that the user has seen everything there is."""
    Notification.objects.filter(user=user, read_at=None).update(read_at=at)
    return user


def _is_own(actor: User, news: Notification) -> bool:
    return news.user_id == actor.pk
