"""What somebody asked for who may not do it alone, and who decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from service_center.kernel.models.identity import User


class ApprovalQuerySet(models.QuerySet["Approval"]):
    def visible_to(self, user: User) -> Self:
        """What the person asked for, decided, or may decide by the current step's role and branch."""
        person = getattr(user, "person", None)
        own = Q(requester=user) | Q(decisions__by=user)
        if person is not None:
            roles = [person.role, *person.extra_roles]
            own |= Q(current_role__in=roles) & (Q(current_branch=None) | Q(current_branch=person.branch_id))
        return self.filter(pk__in=self.model._default_manager.filter(own).values("pk"))

    def pending(self) -> Self:
        """Requests nobody has finally answered."""
        return self.filter(status=Approval.Status.PENDING)

    def awaiting(self, user: User) -> Self:
        """Pending requests this person may decide now; one's own never among them."""
        person = getattr(user, "person", None)
        if person is None:
            return self.none()
        mine = Q(current_branch=None) | Q(current_branch=person.branch_id)
        return (
            self.pending()
            .filter(mine, current_role__in=[person.role, *person.extra_roles])
            .exclude(requester=user)
        )


class Approval(models.Model):
    """A request with the chain that decides it, frozen when made. The verb runs when the last step agrees.

    `steps` holds `{"order", "role", "same_branch", "clause"}`; `current_role` and `current_branch` are empty
    once it is decided. `payload` are plain values for the verb, no personal data.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("待审批")
        APPROVED = "approved", _("已批准")
        REJECTED = "rejected", _("已驳回")
        WITHDRAWN = "withdrawn", _("已撤回")

    kind = models.CharField(max_length=80)
    verb = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    subject_label = models.CharField(max_length=120, blank=True)
    payload = models.JSONField(default=dict)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    branch_id = models.BigIntegerField(null=True)
    reason = models.TextField(blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    steps = models.JSONField(default=list)
    step = models.PositiveSmallIntegerField(default=0)
    current_role = models.CharField(max_length=40, blank=True)
    current_branch = models.BigIntegerField(null=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = ApprovalQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["verb", "subject_type", "subject_id"],
                condition=Q(status="pending"),
                name="approval_one_pending",
            ),
            models.CheckConstraint(
                condition=Q(status="pending", decided_at=None)
                | (~Q(status="pending") & Q(decided_at__isnull=False)),
                name="approval_decided_whole",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "rejected"]) | ~Q(decided_by=models.F("requester")),
                name="approval_not_by_requester",
            ),
        )
        indexes = (
            models.Index(
                fields=["current_role", "current_branch"],
                name="approval_inbox",
                condition=Q(status="pending"),
            ),
            models.Index(fields=["subject_type", "subject_id"], name="approval_subject"),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_label or self.subject_id}"

    def enter_step(self, number: int) -> None:
        """Wait for the decision of the chain's `number`-th step (from 0), or for nobody past its end."""
        self.step = number
        current: dict[str, Any] = self.steps[number] if number < len(self.steps) else {}
        self.current_role = current.get("role", "")
        self.current_branch = self.branch_id if current.get("same_branch") else None


class ApprovalDecision(models.Model):
    """What one step of the chain said."""

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="decisions")
    step = models.PositiveSmallIntegerField()
    role = models.CharField(max_length=40)
    approve = models.BooleanField()
    note = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["approval", "step"], name="approval_step_once"),)

    def __str__(self) -> str:
        return f"{self.approval_id}.{self.step}"
