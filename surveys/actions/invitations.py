from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal, outbox, rulebook
from service_center.kernel.access import require
from service_center.kernel.errors import DomainError, Invalid, LinkDead
from service_center.kernel.tokens import digest, new_secret
from surveys import events, permissions
from surveys.actions import rectifications, scores
from surveys.actions.shipped import QUESTIONNAIRES
from surveys.models import Answer, Invitation, Questionnaire
from surveys.queries.deadlines import due_of
from surveys.states import AnswerChannel

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from tickets.models import Ticket

Marks = Mapping[str, Mapping[str, int]]
"""Questionnaire code -> question -> mark: all questions of a questionnaire or none of it."""

SMS = outbox.define(
    "survey.invitation", _("您的服务单 %(number)s 已完成，请花一分钟评价：%(url)s （%(until)s 前有效）")
)


class NotAnswerable(DomainError):
    """An answered survey is not asked again."""

    code = "already_answered"
    message = _("客户已经答复，不能再次发送。")


def invite(ticket: Ticket, *, actor: User | None, at: datetime) -> Invitation:
    """Ask the customer to judge this closing of the ticket; asking twice sends once (SUR-01, SUR-03, SUR-04).

    The link goes to the customer's number by SMS; without a number the invitation waits for the agent.
    """
    known = Invitation.objects.filter(ticket=ticket, cycle=ticket.reopen_count).first()
    if known is not None:
        return known
    token = new_secret()
    invitation = Invitation.objects.create(
        token_digest=digest(token),
        ticket=ticket,
        cycle=ticket.reopen_count,
        customer=ticket.customer,
        branch=ticket.branch,
        engineer=ticket.assignee,
        sent_at=at,
        expires_at=_expiry(at),
    )
    invitation.questionnaires.set(_questionnaires(ticket, at))
    _send(invitation, token, at)
    journal.record(
        events.INVITED,
        ticket,
        actor=actor,
        at=at,
        links=(invitation, ticket.customer),
        invitation=invitation.pk,
    )
    return invitation


def resend(invitation: Invitation, *, actor: User | None, at: datetime) -> Invitation:
    """Send the link once more, with a new token; the old one stops opening. Raises NotAnswerable, Forbidden."""
    invitation = Invitation.objects.lock(invitation.pk)
    require(permissions.can_resend, actor, invitation)
    if invitation.answered_at is not None:
        raise NotAnswerable
    token = new_secret()
    invitation.address(digest(token), expires_at=_expiry(at))
    invitation.save()
    _send(invitation, token, at)
    journal.record(
        events.RESENT, invitation, actor=actor, at=at, links=(invitation.ticket, invitation.customer)
    )
    return invitation


def answer(
    invitation: Invitation,
    *,
    token: str,
    marks: Marks,
    comment: str = "",
    comment_kind: str = "",
    actor: User | None,
    at: datetime,
) -> Invitation:
    """Take the marks a customer gives through the link. Raises LinkDead, Invalid."""
    invitation = Invitation.objects.lock(invitation.pk)
    if not invitation.opens(digest(token), at=at):
        raise LinkDead
    return _take(invitation, AnswerChannel.LINK, marks, comment, comment_kind, actor, at)


def enter(
    invitation: Invitation,
    *,
    channel: str,
    marks: Marks,
    comment: str = "",
    comment_kind: str = "",
    actor: User | None,
    at: datetime,
) -> Invitation:
    """Enter the marks a customer gives on the phone or in an interview (SUR-02).

    Raises NotAnswerable, Invalid, Forbidden.
    """
    invitation = Invitation.objects.lock(invitation.pk)
    require(permissions.can_enter_answers, actor, invitation)
    if invitation.answered_at is not None:
        raise NotAnswerable
    return _take(invitation, channel, marks, comment, comment_kind, actor, at)


def _take(
    invitation: Invitation,
    channel: str,
    marks: Marks,
    comment: str,
    kind: str,
    actor: User | None,
    at: datetime,
) -> Invitation:
    """Keep the marks, post the engineer's scores, open a rectification when the mean is low (SUR-06, SUR-07)."""
    answers = [row for sheet in invitation.questionnaires.all() for row in _sheet(invitation, sheet, marks)]
    if not answers:
        raise Invalid(_("请至少完成一份评价。"), field="marks")
    Answer.objects.bulk_create(answers)
    mean = sum((a.score for a in answers), Decimal(0)) / len(answers)
    invitation.answer(mean.quantize(Decimal("0.01")), channel=channel, comment=comment, kind=kind, at=at)
    invitation.save()
    scores.post_answers(invitation, answers, at=at)
    rectifications.open_if_low(invitation, at=at)
    journal.record(
        events.ANSWERED,
        invitation,
        actor=actor,
        at=at,
        links=(invitation.ticket, invitation.customer),
        score=str(invitation.score),
        kind=kind,
        channel=channel,
    )
    return invitation


def _expiry(at: datetime) -> datetime:
    """The life of a link is a rule, counted like every other."""
    return due_of(rulebook.rule("survey.link", at=at), at)


def _send(invitation: Invitation, token: str, at: datetime) -> None:
    """Owe the customer the SMS; only here is the token in the clear."""
    if not invitation.customer.phone:
        return
    url = f"{settings.PUBLIC_URL}/s/{token}/"
    outbox.send(
        channel="sms",
        to=invitation.customer.phone,
        template=SMS.code,
        context={
            "number": invitation.ticket.number if invitation.ticket else "",
            "url": url,
            "until": f"{invitation.expires_at:%Y-%m-%d}",
        },
        links=[url],
        subject=invitation,
        dedupe=f"survey:{invitation.pk}:{invitation.sent_count}",
        at=at,
    )


def _questionnaires(ticket: Ticket, at: datetime) -> list[Questionnaire]:
    """The survey for everybody, the card where an engineer came."""
    return [q for q in questionnaires(at) if ticket.assignee_id is not None or q.kind != "card"]


def questionnaires(at: datetime) -> list[Questionnaire]:
    """What is asked at this instant; the shipped ones when the company has none."""
    if not Questionnaire.objects.exists():
        shipped = [Questionnaire(**sheet) for sheet in QUESTIONNAIRES]
        Questionnaire.objects.bulk_create(
            shipped, ignore_conflicts=True
        )  # somebody else may be the first too
    return list(Questionnaire.objects.in_force(at))


def _sheet(invitation: Invitation, sheet: Questionnaire, marks: Marks) -> list[Answer]:
    """The rows of one questionnaire; none when it was left blank. Raises Invalid when it is half filled or off scale."""
    given = marks.get(sheet.code, {})
    if not given:
        return []
    rows = []
    for code in sheet.codes():
        field = f"{sheet.code}.{code}"
        if code not in given:
            raise Invalid(_("请为每一项打分。"), field=field)
        if not sheet.scale_min <= given[code] <= sheet.scale_max:
            raise Invalid(_("分值不在范围内。"), field=field)
        rows.append(
            Answer(
                invitation=invitation,
                questionnaire=sheet,
                question=code,
                value=given[code],
                scale_min=sheet.scale_min,
                scale_max=sheet.scale_max,
                score=sheet.normalise(given[code]),
            )
        )
    return rows
