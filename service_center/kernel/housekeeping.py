"""The kernel's own periodic jobs: the sign of life that health looks at, and the removal of what is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.functions import TransactionNow
from django.contrib.sessions.models import Session
from django.utils.translation import gettext_lazy as _

from service_center.kernel import attachments
from service_center.kernel.jobs import periodic
from service_center.kernel.models import CommandRecord, PasswordReset, PeriodicJob, Presence, UserSession

CANARY = "kernel.canary"
CANARY_SECONDS = 60
KEEP_COMMANDS = timedelta(days=30)
KEEP_SEEN = timedelta(days=30)


@periodic(CANARY, every=CANARY_SECONDS, title=_("生命迹象"))
def canary(*, at: datetime) -> None:
    """Nothing but being done: its last run is the workers' sign of life (R9)."""


def wake_canary() -> None:
    """Make the canary due now, so that a fresh start is seen to work within seconds."""
    if not PeriodicJob.objects.filter(pk=CANARY).update(next_at=TransactionNow()):
        PeriodicJob.objects.bulk_create(
            [PeriodicJob(code=CANARY, next_at=TransactionNow())], ignore_conflicts=True
        )


@periodic("kernel.tidy", daily_at="03:40", title=_("每晚清理"))
def tidy(*, at: datetime) -> None:
    """Forget finished commands and what somebody had open after 30 days, sessions and links that are over, files no row
    names.
    """
    CommandRecord.objects.filter(at__lt=at - KEEP_COMMANDS).delete()
    Presence.objects.filter(seen_at__lt=at - KEEP_SEEN).delete()
    Session.objects.filter(expire_date__lt=at).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
    PasswordReset.objects.filter(expires_at__lt=at - timedelta(days=1)).delete()
    attachments.sweep_orphans(at=at)
