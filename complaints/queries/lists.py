from __future__ import annotations

from django.db.models import Q, QuerySet

from complaints.models import Complaint
from customers.models import Customer


def matching(complaints: QuerySet[Complaint], text: str) -> QuerySet[Complaint]:
    """Complaints whose own or whose ticket's number begins so, or whose customer's name holds the text."""
    text = text.strip()
    if not text:
        return complaints
    named = Customer.objects.matching(text).values("pk")
    return complaints.filter(
        Q(number__istartswith=text) | Q(ticket__number__istartswith=text) | Q(customer__in=named)
    )
