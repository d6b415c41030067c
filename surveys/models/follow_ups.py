from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django_fsm import FSMField, FSMModelMixin, transition

from service_center.kernel import access
from surveys.models.questionnaires import SEES_ALL, SEES_BRANCH, Invitation
from surveys.states import OPEN, Cause, Channel, Outcome, RectificationStatus, Status

if TYPE_CHECKING:
    from complaints.models import Complaint
    from service_center.kernel.models import User
    from staff.models import Person


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def lock(self, pk: int) -> FollowUp:
        """The follow-up under its row lock until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def visible_to(self, user: User) -> Self:
        """What the reader may know of: all, or the own branch for those who call customers."""
        if access.has_role(user, *SEES_ALL):
            return self
        person = getattr(user, "person", None)
        if person is None or not access.has_role(user, *SEES_BRANCH):
            return self.none()
        return self.filter(Q(branch_id=person.branch_id) | Q(owner=person))

    def open(self) -> Self:
        return self.filter(status__in=OPEN)

    def for_list(self) -> Self:
        """With what a line of the queue shows."""
        return self.select_related("customer", "ticket", "complaint", "owner__user", "branch")


class FollowUp(FSMModelMixin, models.Model):
    """A call to a customer after the work: the four questions of FUP-04, due by exactly one rule."""

    version = models.PositiveIntegerField(default=0)
    status = FSMField(max_length=12, choices=Status.choices, default=Status.DUE, protected=True)
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, null=True, related_name="follow_ups")
    complaint = models.ForeignKey(
        "complaints.Complaint", models.PROTECT, null=True, related_name="follow_ups"
    )
    cycle = models.PositiveSmallIntegerField(default=0)
    customer = models.ForeignKey("customers.Customer", models.PROTECT, related_name="follow_ups")
    branch = models.ForeignKey("staff.Branch", models.PROTECT, related_name="+")
    owner = models.ForeignKey("staff.Person", models.PROTECT, null=True, related_name="owned_follow_ups")
    cause = models.CharField(max_length=10, choices=Cause.choices)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    on_request = models.BooleanField(default=False)
    requested_at = models.DateTimeField(null=True)
    first_attempt_at = models.DateTimeField(null=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    completed_at = models.DateTimeField(null=True)
    solved = models.BooleanField(null=True)
    polite = models.BooleanField(null=True)
    missing = models.TextField(max_length=10_000, blank=True)
    satisfied = models.BooleanField(null=True)
    score = models.PositiveSmallIntegerField(null=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["ticket", "cycle"], condition=Q(on_request=False), name="follow_up_one_per_closing"
            ),
            models.UniqueConstraint(
                fields=["complaint"], condition=Q(ticket=None), name="follow_up_one_per_complaint"
            ),
            models.CheckConstraint(
                condition=Q(ticket__isnull=False) | Q(complaint__isnull=False), name="follow_up_of_something"
            ),
            models.CheckConstraint(
                condition=Q(score=None) | Q(score__range=(1, 10)), name="follow_up_score_1_10"
            ),
            models.CheckConstraint(
                condition=~Q(status=Status.COMPLETED)
                | Q(
                    completed_at__isnull=False,
                    solved__isnull=False,
                    polite__isnull=False,
                    satisfied__isnull=False,
                ),
                name="follow_up_four_answers",
            ),
        )
        indexes = (
            models.Index(fields=["due_at", "id"], name="follow_up_due", condition=Q(status__in=OPEN)),
            models.Index(fields=["branch", "status", "due_at"], name="follow_up_branch"),
            models.Index(fields=["due_at"], include=["status", "customer"], name="follow_up_period"),
            models.Index(
                fields=["completed_at"], name="follow_up_completed", condition=Q(completed_at__isnull=False)
            ),
            models.Index(
                fields=["requested_at"], name="follow_up_requested", condition=Q(requested_at__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return f"follow-up {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    def worked_on_by(self, person: Person) -> bool:
        """Whether the person did the work the customer is asked about (CF-19)."""
        if self.ticket is None:
            return False
        return self.ticket.assignee_id == person.pk or self.ticket.visits.filter(engineer=person).exists()

    def promise(self, due_at: datetime) -> None:
        """By when the clock says the customer must be called."""
        self.due_at = due_at

    def ask(self, *, at: datetime) -> None:
        """The customer asked for the call."""
        self.requested_at = self.requested_at or at

    def raise_to_major(self, complaint: Complaint, *, due_at: datetime) -> None:
        self.complaint, self.cause, self.due_at = complaint, Cause.MAJOR, due_at

    @transition(field=status, source=OPEN, target=Status.IN_CONTACT, custom={"noun": "attempt"})
    def attempt(self, *, at: datetime) -> None:
        """Somebody tried; the first try is what the response is measured by."""
        self.attempt_count += 1
        self.first_attempt_at = self.first_attempt_at or at

    @transition(field=status, source=OPEN, target=Status.COMPLETED, custom={"noun": "outcome"})
    def complete(
        self, *, solved: bool, polite: bool, missing: str, satisfied: bool, score: int | None, at: datetime
    ) -> None:
        """The four questions were asked and answered."""
        self.solved, self.polite, self.missing, self.satisfied = solved, polite, missing, satisfied
        self.score, self.completed_at = score, at
        self.first_attempt_at = self.first_attempt_at or at

    @transition(field=status, source=Status.IN_CONTACT, target=Status.UNREACHABLE)
    def give_up(self, *, at: datetime) -> None:
        """Tried as often as the setting says, nobody there."""
        self.completed_at = at

    @transition(field=status, source=Status.IN_CONTACT, target=Status.REFUSED)
    def accept_refusal(self, *, at: datetime) -> None:
        """The customer does not want to be asked."""
        self.completed_at = at

    @transition(field=status, source=OPEN, target=Status.CANCELLED)
    def cancel(self, *, at: datetime) -> None:
        """The work began again; there will be another closing and another call."""
        self.completed_at = at

    @transition(field=status, source=OPEN, target=None, custom={"noun": "handover"})
    def hand_over(self, owner: Person) -> None:
        self.owner = owner


class FollowUpAttempt(models.Model):
    """One try to reach the customer."""

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="attempts")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    note = models.TextField(max_length=10_000, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey("kernel.User", models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.follow_up_id} {self.outcome}"


class RectificationQuerySet(models.QuerySet["Rectification"]):
    def lock(self, pk: int) -> Rectification:
        """The rectification under its row lock until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def visible_to(self, user: User) -> Self:
        """What the reader may know of: all, the own branch, or what one owns."""
        if access.has_role(user, *SEES_ALL):
            return self
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        own = Q(owner=person)
        if access.has_role(user, *SEES_BRANCH):
            own |= Q(branch_id=person.branch_id)
        return self.filter(own)

    def for_list(self) -> Self:
        """With what a line of a list shows."""
        return self.select_related(
            "ticket", "invitation", "follow_up", "owner__user", "engineer__user", "branch"
        )


class Rectification(FSMModelMixin, models.Model):
    """A low mark leads to an analysis of its cause and to something done about it, with owner and day (SUR-07)."""

    version = models.PositiveIntegerField(default=0)
    status = FSMField(
        max_length=10, choices=RectificationStatus.choices, default=RectificationStatus.OPEN, protected=True
    )
    invitation = models.OneToOneField(Invitation, models.PROTECT, null=True, related_name="rectification")
    follow_up = models.OneToOneField(FollowUp, models.PROTECT, null=True, related_name="rectification")
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, null=True, related_name="rectifications")
    branch = models.ForeignKey("staff.Branch", models.PROTECT, related_name="+")
    engineer = models.ForeignKey("staff.Person", models.PROTECT, null=True, related_name="+")
    owner = models.ForeignKey("staff.Person", models.PROTECT, null=True, related_name="rectifications")
    score = models.DecimalField(max_digits=5, decimal_places=2)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    cause = models.TextField(max_length=10_000, blank=True)
    measure = models.TextField(max_length=10_000, blank=True)
    analysed_at = models.DateTimeField(null=True)
    result = models.TextField(max_length=10_000, blank=True)
    completed_at = models.DateTimeField(null=True)

    objects = RectificationQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(invitation__isnull=False, follow_up=None)
                | Q(invitation=None, follow_up__isnull=False),
                name="rectification_one_source",
            ),
            models.CheckConstraint(
                condition=Q(completed_at=None) | Q(completed_at__gte=F("opened_at")),
                name="rectification_in_order",
            ),
        )
        indexes = (models.Index(fields=["branch", "status", "due_at"], name="rectification_branch"),)

    def __str__(self) -> str:
        return f"rectification {self.pk}"

    def promise(self, due_at: datetime) -> None:
        """By when the clock says the correction must be done."""
        self.due_at = due_at

    def hand_over(self, owner: Person) -> None:
        """Somebody else sees to it."""
        self.owner = owner

    @transition(
        field=status,
        source=(RectificationStatus.OPEN, RectificationStatus.ANALYSED),
        target=RectificationStatus.ANALYSED,
        custom={"noun": "analysis"},
    )
    def analyse(self, cause: str, measure: str, *, owner: Person, due_at: datetime, at: datetime) -> None:
        """Why it went wrong, what is done about it, by whom, until when."""
        self.cause, self.measure, self.owner, self.due_at, self.analysed_at = (
            cause,
            measure,
            owner,
            due_at,
            at,
        )

    @transition(
        field=status,
        source=RectificationStatus.ANALYSED,
        target=RectificationStatus.DONE,
        custom={"noun": "completion"},
    )
    def complete(self, result: str, *, at: datetime) -> None:
        self.result, self.completed_at = result, at
