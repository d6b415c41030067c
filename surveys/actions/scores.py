"""Marks go into staff's neutral ledger, from where the monthly appraisal takes them (SUR-06, SUR-10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from staff import actions as people
from staff.states import Criterion
from surveys.models import Answer, FollowUp, Invitation
from surveys.models.questionnaires import normalise

YES, NO = Decimal(100), Decimal(0)


def post_answers(invitation: Invitation, answers: Sequence[Answer], *, at: datetime) -> None:
    """Enter the mean of each criterion for the engineer; nothing when no engineer was there. Posting again is harmless."""
    if invitation.engineer is None:
        return
    for criterion, value in by_criterion(answers).items():
        people.post_score(
            invitation.engineer, criterion=criterion, value=value, source=invitation, actor=None, at=at
        )


def post_follow_up(follow_up: FollowUp, *, at: datetime) -> None:
    """Enter what the customer said on the phone: politeness as attitude, the mark of 1-10 as satisfaction."""
    engineer = follow_up.ticket.assignee if follow_up.ticket is not None else None
    if engineer is None:
        return
    marks = {Criterion.ATTITUDE: YES if follow_up.polite else NO}
    if follow_up.score is not None:
        marks[Criterion.SATISFACTION] = normalise(follow_up.score, 1, 10)
    for criterion, value in marks.items():
        people.post_score(engineer, criterion=criterion, value=value, source=follow_up, actor=None, at=at)


def by_criterion(answers: Sequence[Answer]) -> dict[str, Decimal]:
    """The mean on 0-100 of the marks that count for each appraisal criterion."""
    found: dict[str, list[Decimal]] = defaultdict(list)
    for row in answers:
        if criterion := row.questionnaire.criterion(row.question):
            found[criterion].append(row.score)
    return {
        name: (sum(marks, Decimal(0)) / len(marks)).quantize(Decimal("0.01")) for name, marks in found.items()
    }
