from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Self

from django.db import models
from django.db.models import F, Q

from service_center.kernel import access
from staff.states import Role
from surveys.states import AnswerChannel, Kind, OpinionKind

if TYPE_CHECKING:
    from service_center.kernel.models import User

SEES_ALL: Final = (Role.MANAGER, Role.QUALITY, Role.ANALYST, Role.DIRECTOR)
SEES_BRANCH: Final = (Role.AGENT, Role.SUPERVISOR)


class QuestionnaireQuerySet(models.QuerySet["Questionnaire"]):
    def in_force(self, at: datetime) -> Self:
        """The version of each kind that is asked at this instant."""
        return self.filter(valid_from__lte=at).filter(Q(valid_to=None) | Q(valid_to__gt=at)).order_by("kind")


class Questionnaire(models.Model):
    """One version of a set of questions with one scale (CF-11).

    `questions` is a list of `{"code", "name_zh", "name_en", "criterion"}`; `criterion` names the appraisal's ledger the
    mark goes to, empty when it goes to none. `levels` names the marks from `scale_min` up, for a scale in words.
    """

    code = models.CharField(max_length=40)
    version = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    questions = models.JSONField()
    levels = models.JSONField(default=list)
    scale_min = models.PositiveSmallIntegerField()
    scale_max = models.PositiveSmallIntegerField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True)

    objects = QuestionnaireQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["code", "version"], name="questionnaire_version"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(valid_to=None), name="questionnaire_one_in_force"
            ),
            models.CheckConstraint(condition=Q(scale_max__gt=F("scale_min")), name="questionnaire_scale"),
        )

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"

    def codes(self) -> list[str]:
        return [question["code"] for question in self.questions]

    def criterion(self, code: str) -> str:
        """The appraisal criterion a question's mark counts for, empty when for none."""
        return next((str(q.get("criterion", "")) for q in self.questions if q["code"] == code), "")

    def normalise(self, value: int) -> Decimal:
        """The mark on 0-100: (v - min) / (max - min) * 100 (CF-11)."""
        return normalise(value, self.scale_min, self.scale_max)

    def marks(self) -> list[dict[str, Any]]:
        """Every mark of the scale with its words, lowest first: `{"value", "name_zh", "name_en"}`."""
        numbers = range(self.scale_min, self.scale_max + 1)
        words = self.levels or [{"name_zh": str(n), "name_en": str(n)} for n in numbers]
        return [{"value": n, **level} for n, level in zip(numbers, words, strict=True)]


def normalise(value: int, lowest: int, highest: int) -> Decimal:
    """A mark on a scale brought to 0-100, to the hundredth."""
    return (Decimal(value - lowest) * 100 / (highest - lowest)).quantize(Decimal("0.01"))


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def lock(self, pk: int) -> Invitation:
        """The invitation under its row lock until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def visible_to(self, user: User) -> Self:
        """What the reader may know of: all, or the own branch for those who ask customers."""
        if access.has_role(user, *SEES_ALL):
            return self
        person = getattr(user, "person", None)
        if person is None or not access.has_role(user, *SEES_BRANCH):
            return self.none()
        return self.filter(branch_id=person.branch_id)

    def answerable(self, at: datetime) -> Self:
        """Invitations whose link still opens."""
        return self.filter(answered_at=None, expires_at__gt=at)

    def for_list(self) -> Self:
        """With what a line of a list shows."""
        return self.select_related("customer", "ticket", "branch").prefetch_related("answers__questionnaire")


class Invitation(models.Model):
    """A link sent to a customer to judge one piece of service. Only the SHA-256 of its token is kept.

    `cycle` tells one closing of a ticket from the next after a reopening; `score` is the mean of the answers, 0-100.
    """

    token_digest = models.CharField(max_length=64, unique=True)
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, null=True, related_name="survey_invitations")
    cycle = models.PositiveSmallIntegerField(default=0)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="survey_invitations")
    branch = models.ForeignKey("staff.Branch", models.PROTECT, related_name="+")
    engineer = models.ForeignKey("staff.Person", models.PROTECT, null=True, related_name="+")
    questionnaires = models.ManyToManyField(Questionnaire, related_name="+")
    sent_at = models.DateTimeField()
    sent_count = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    channel = models.CharField(max_length=10, choices=AnswerChannel.choices, blank=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    comment = models.TextField(max_length=10_000, blank=True)
    comment_kind = models.CharField(max_length=10, choices=OpinionKind.choices, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["ticket", "cycle"], name="invitation_once_per_closing"),
        )
        indexes = (
            models.Index(fields=["branch", "-id"], name="invitation_branch"),
            models.Index(
                fields=["answered_at"], name="invitation_answered", condition=Q(answered_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    def opens(self, digest: str, *, at: datetime) -> bool:
        """Whether a token's digest still opens this link."""
        return self.token_digest == digest and self.answered_at is None and at < self.expires_at

    def address(self, digest: str, *, expires_at: datetime) -> None:
        """Give the link another token; the one sent before opens nothing any more."""
        self.token_digest, self.expires_at = digest, expires_at
        self.sent_count += 1

    def answer(self, score: Decimal, *, channel: str, comment: str, kind: str, at: datetime) -> None:
        """The customer has judged; the link is used up."""
        self.score, self.channel, self.answered_at = score, channel, at
        self.comment, self.comment_kind = comment, kind


class Answer(models.Model):
    """One mark as it was given, with its scale, and brought to 0-100."""

    invitation = models.ForeignKey(Invitation, models.PROTECT, related_name="answers")
    questionnaire = models.ForeignKey(Questionnaire, models.PROTECT, related_name="+")
    question = models.CharField(max_length=40)
    value = models.PositiveSmallIntegerField()
    scale_min = models.PositiveSmallIntegerField()
    scale_max = models.PositiveSmallIntegerField()
    score = models.DecimalField(max_digits=5, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["invitation", "questionnaire", "question"], name="answer_once"),
            models.CheckConstraint(
                condition=Q(value__gte=F("scale_min"), value__lte=F("scale_max")), name="answer_on_scale"
            ),
        )

    def __str__(self) -> str:
        return f"{self.question}={self.value}"
