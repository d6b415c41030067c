"""What comes round in the staff's room: the appraisal of the month that is over."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from service_center.kernel.jobs import periodic
from staff import actions as people
from staff.models import Appraisal, Person, ScoreEntry
from staff.states import AppraisalStatus


@periodic(
    "staff.appraisals", daily_at="02:30", day_of_month=1, title=_("月度考核汇总"), said=_("汇总了 %(n)s 人")
)
def compile_last_month(*, at: datetime) -> int:
    """On the first: everybody's last month out of the score entries; what is confirmed stays as it is (STF-06)."""
    month = (at - timedelta(days=15)).date().replace(day=1)
    fixed = Appraisal.objects.filter(period=month, status=AppraisalStatus.CONFIRMED).values("person")
    scored = ScoreEntry.objects.in_period(month).values("person")
    everybody = Person.objects.at_work().filter(pk__in=scored).exclude(pk__in=fixed).order_by("pk")
    for person in everybody:
        people.compile_appraisal(person=person, period=month, actor=None, at=at)
    return len(everybody)
