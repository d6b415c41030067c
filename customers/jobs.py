"""What comes round in the customers' room: terms that end."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import Unit
from service_center.kernel import notifications
from service_center.kernel.jobs import periodic
from staff.models import Person
from staff.states import Role

ENDING = notifications.define(
    "unit.terms_ending", _("本网点有 %(count)s 台机器的保修在 %(month)s 到期，请提前联系客户")
)


@periodic(
    "customers.terms",
    daily_at="08:10",
    day_of_month=1,
    title=_("保修到期通知"),
    said=_("%(n)s 台机器本月到期"),
)
def tell_of_ending_terms(*, at: datetime) -> int:
    """On the first: each branch's supervisors hear how many terms end this month."""
    first = timezone.localtime(at).date().replace(day=1)
    ending = Unit.objects.filter(warranty_until__gte=first, warranty_until__lt=_following(first))
    by_branch = dict(ending.values_list("customer__branch").annotate(number=Count("id")).order_by())
    supervisors = Person.objects.at_work().with_role(Role.SUPERVISOR).filter(branch__in=by_branch)
    for person in supervisors.select_related("user").order_by("pk"):
        notifications.notify(
            person,
            template=ENDING,
            params={"count": by_branch[person.branch_id], "month": f"{first:%Y-%m}"},
            url="/units/",
            dedupe=f"terms:{first:%Y-%m}",
            at=at,
        )
    return sum(by_branch.values())


def _following(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
