"""What becomes of calls and corrections when somebody leaves."""

from __future__ import annotations

from datetime import datetime

from staff.models import Person
from surveys.actions import follow_ups, rectifications
from surveys.models import FollowUp, Rectification
from surveys.states import RectificationStatus


def pass_on(person: Person, successor: Person, *, at: datetime) -> None:
    """Calls owed and corrections begun pass to the successor, or to whoever may do them (GEN-16). Harmless twice."""
    for pk in FollowUp.objects.open().filter(owner=person).order_by("pk").values_list("pk", flat=True):
        follow_ups.pass_on(FollowUp.objects.lock(pk), successor, at=at)
    begun = Rectification.objects.filter(owner=person).exclude(status=RectificationStatus.DONE)
    for pk in begun.order_by("pk").values_list("pk", flat=True):
        rectifications.pass_on(Rectification.objects.lock(pk), successor, at=at)
