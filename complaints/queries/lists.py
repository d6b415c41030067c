from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from complaints.models import Complaint
from customers.models import Customer

if TYPE_CHECKING:
    from collections.abc import Mapping


def matching(complaints: QuerySet[Complaint], text: str) -> QuerySet[Complaint]:
    """Complaints whose number begins so, or whose customer's or ticket's name or number holds the text."""
    text = text.strip()
    if not text:
        return complaints
    named = Customer.objects.matching(text).values("pk")
    return complaints.filter(
        Q(number__istartswith=text) | Q(ticket__number__istartswith=text) | Q(customer__in=named)
    )


def rate(
    *, since: datetime, until: datetime, services: int, branch_id: int | None = None
) -> Mapping[str, int]:
    """Numerator and denominator of K7: complaints caused by after-sales problems over services of the period."""
    complaints = Complaint.objects.filter(reported_at__gte=since, reported_at__lt=until).exclude(
        founded=False
    )
    if branch_id is not None:
        complaints = complaints.filter(branch_id=branch_id)
    return {"numerator": complaints.count(), "denominator": services}


def repeated(*, since: datetime, until: datetime) -> QuerySet[Complaint]:
    """Customers with two complaints or more in the time: `{"customer", "number"}`."""
    found = Complaint.objects.filter(reported_at__gte=since, reported_at__lt=until)
    return found.values("customer").annotate(number=Count("id")).filter(number__gte=2)  # type: ignore[return-value]
