"""What figures do by themselves: go out by mail when a period is over."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from service_center.kernel import dbtime
from service_center.kernel.jobs import periodic
from service_center.reports.actions import subscriptions
from service_center.reports.models import Subscription

log = logging.getLogger(__name__)

AGAIN = timedelta(minutes=10)
"""When a letter that could not be written is tried again, while the others go on."""


@periodic("reports.letters", every=60, detached=True, title=_("订阅的报告信"))
def letters(*, at: datetime) -> None:
    """Write every letter that is due, each in a transaction of its own: a crash loses none and doubles none."""
    while _write_next():
        pass


def _write_next() -> bool:
    """Write the longest due letter; False when none is due, or others are at them."""
    with transaction.atomic():
        at = dbtime.now()
        due = Subscription.objects.due(at).select_for_update(skip_locked=True, of=("self",))
        subscription = due.select_related("person__user", "person__branch", "branch", "line", "team").first()
        if subscription is None:
            return False
        try:
            with transaction.atomic():
                subscriptions.mail(subscription, actor=None, at=at)
        except Exception:
            log.exception("letter of subscription %s failed", subscription.pk)
            Subscription.objects.filter(pk=subscription.pk).update(next_at=at + AGAIN)
    return True
