"""Figures of surveys and follow-ups: K1 to K7 of requirements 5, each as numerator and denominator over a period.

A period is `[since, until)`. Nothing is invented: a figure without a denominator is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Q, QuerySet, Sum

from complaints.models import Complaint
from service_center.kernel.languages import english
from surveys.models import Answer, FollowUp, Invitation, Questionnaire
from surveys.states import OpinionKind, Status
from tickets.models import Ticket


@dataclass(frozen=True)
class Figure:
    """A figure with what it is made of; `value` is None without a denominator."""

    numerator: Decimal
    denominator: int
    per_cent: bool = False

    @property
    def value(self) -> Decimal | None:
        if not self.denominator:
            return None
        scale = 100 if self.per_cent else 1
        return (self.numerator * scale / self.denominator).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Period:
    """What a report covers: a time and, when given, one branch."""

    since: datetime
    until: datetime
    branch_id: int | None = None

    def of(self, rows: QuerySet[Any], column: str, branch: str = "branch_id") -> QuerySet[Any]:
        rows = rows.filter(**{f"{column}__gte": self.since, f"{column}__lt": self.until})
        return rows if self.branch_id is None else rows.filter(**{branch: self.branch_id})


def score(period: Period) -> Figure:
    """K1: mean of the 1-10 marks of surveys and calls."""
    answers = period.of(
        Answer.objects.filter(scale_min=1, scale_max=10), "invitation__answered_at", "invitation__branch_id"
    ).aggregate(total=Sum("value"), number=Count("id"))
    calls = period.of(FollowUp.objects.filter(score__isnull=False), "completed_at").aggregate(
        total=Sum("score"), number=Count("id")
    )
    total = Decimal((answers["total"] or 0) + (calls["total"] or 0))
    return Figure(total, answers["number"] + calls["number"])


def card_by_engineer(period: Period) -> list[dict[str, Any]]:
    """K2: mean of the 4-level card per engineer and item, on 0-100.

    `{"engineer", "name", "question", "item", "mean", "number"}`: codes, and their words in the reader's language.
    """
    answers = period.of(
        Answer.objects.filter(questionnaire__kind="card", invitation__engineer__isnull=False),
        "invitation__answered_at",
        "invitation__branch_id",
    )
    rows: QuerySet[Any, dict[str, Any]] = (
        answers.values(
            "question",
            engineer=F("invitation__engineer__user__username"),
            name=F("invitation__engineer__name"),
        )
        .annotate(mean=Avg("score"), number=Count("id"))
        .order_by("engineer", "question")
    )
    words = "name_en" if english() else "name_zh"
    items = {
        q["code"]: q[words] for card in Questionnaire.objects.filter(kind="card") for q in card.questions
    }
    return [row | {"item": items.get(row["question"], row["question"])} for row in rows]


def coverage(period: Period) -> Figure:
    """K3: customers followed up over customers due in the period (CF-26); cancelled calls were never due."""
    due = period.of(FollowUp.objects.exclude(status=Status.CANCELLED), "due_at")
    found = due.aggregate(
        due=Count("customer", distinct=True),
        done=Count("customer", distinct=True, filter=Q(status=Status.COMPLETED)),
    )
    return Figure(Decimal(found["done"]), found["due"], per_cent=True)


def solution_rate(period: Period) -> Figure:
    """K4: calls whose problem was solved over calls in which it was asked."""
    asked = period.of(FollowUp.objects.filter(status=Status.COMPLETED), "completed_at")
    found = asked.aggregate(asked=Count("id"), solved=Count("id", filter=Q(solved=True)))
    return Figure(Decimal(found["solved"]), found["asked"], per_cent=True)


def average_hours(period: Period) -> Figure:
    """K5: mean hours from the request (or the closing that caused the call) to its completion."""
    spent = ExpressionWrapper(F("completed_at") - F("opened_at"), output_field=DurationField())
    done = period.of(FollowUp.objects.filter(status=Status.COMPLETED), "completed_at").annotate(spent=spent)
    found = done.aggregate(total=Sum("spent"), number=Count("id"))
    seconds = found["total"].total_seconds() if found["total"] else 0
    return Figure(Decimal(str(seconds)) / 3600, found["number"])


def response_rate(period: Period) -> Figure:
    """K6: follow-up requests of customers that staff answered over requests."""
    asked = period.of(FollowUp.objects.filter(requested_at__isnull=False), "requested_at")
    found = asked.aggregate(asked=Count("id"), answered=Count("id", filter=Q(first_attempt_at__isnull=False)))
    return Figure(Decimal(found["answered"]), found["asked"], per_cent=True)


def complaint_rate(period: Period) -> Figure:
    """K7: complaints caused by after-sales problems, unfounded ones left out, over services ended in the period."""
    services = period.of(Ticket.objects.filter(status__in=["closed", "answered"]), "closed_at").count()
    complaints = period.of(Complaint.objects.exclude(founded=False), "reported_at").count()
    return Figure(Decimal(complaints), services, per_cent=True)


def survey_return(period: Period) -> Figure:
    """Surveys answered over surveys sent (K31 shows that all were sent)."""
    sent = period.of(Invitation.objects.all(), "sent_at")
    found = sent.aggregate(sent=Count("id"), answered=Count("id", filter=Q(answered_at__isnull=False)))
    return Figure(Decimal(found["answered"]), found["sent"], per_cent=True)


def opinions(period: Period) -> dict[str, int]:
    """How many suggestions, complaints and words of praise customers wrote (SUR-11)."""
    said = period.of(Invitation.objects.exclude(comment_kind=""), "answered_at")
    found = dict(said.values_list("comment_kind").annotate(number=Count("id")))
    return {kind: found.get(kind, 0) for kind in OpinionKind.values}


def report(period: Period) -> dict[str, Figure]:
    """The customer satisfaction report (FUP-08): every figure by its name."""
    return {
        "score": score(period),
        "coverage": coverage(period),
        "solution_rate": solution_rate(period),
        "average_hours": average_hours(period),
        "response_rate": response_rate(period),
        "complaint_rate": complaint_rate(period),
        "survey_return": survey_return(period),
    }
