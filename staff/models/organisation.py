from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from service_center.kernel.errors import DomainError, Invalid
from service_center.kernel.fields import EncryptedTextField
from staff.models.competence import Licence, Licensable
from staff.states import Role

if TYPE_CHECKING:
    from service_center.kernel.models import User

SEES_EVERYBODY: Final = (Role.MANAGER, Role.QUALITY, Role.ANALYST, Role.DIRECTOR, Role.ADMIN, Role.TRAINER)


class AlreadyLeft(DomainError):
    """The person has left; nothing more can be given to or asked of them."""

    code = "already_left"
    message = _("此员工已离职，请另选在职员工。")


class Branch(models.Model):
    """A place customers are served from; its zone decides the times shown."""

    code = models.CharField(max_length=10, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)
    zone = models.CharField(max_length=40, default="Asia/Shanghai")

    def __str__(self) -> str:
        return self.code


class Team(models.Model):
    """People of one branch who share the work."""

    branch = models.ForeignKey(Branch, models.PROTECT, related_name="teams")
    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.code


class PersonQuerySet(models.QuerySet["Person"]):
    def lock(self, pk: int) -> Person:
        """The row, held until the transaction ends; rows that point at it may still be added."""
        return self.select_for_update(no_key=True, of=("self",)).select_related("user", "branch").get(pk=pk)

    def visible_to(self, user: User | None) -> Self:
        """Everybody to those who oversee all; colleagues of the branch to the others; nobody to strangers."""
        person: Person | None = getattr(user, "person", None)
        if person is None:
            return self.none()
        if person.has_role(*SEES_EVERYBODY):
            return self
        return self.filter(branch_id=person.branch_id)

    def at_work(self) -> Self:
        """Those who have not left."""
        return self.filter(left_at=None)

    def with_role(self, *roles: str) -> Self:
        """Those who hold one of the roles, as first or as further role."""
        return self.filter(Q(role__in=roles) | Q(extra_roles__overlap=list(roles)))

    def licensed_for(self, product: Licensable, *, at: datetime) -> Self:
        """Those who may be sent to repair this product at that instant (STF-04)."""
        return self.filter(
            models.Exists(Licence.objects.covering(product, at=at).filter(person=models.OuterRef("pk")))
        )


class Person(models.Model):
    """Somebody of the service organisation: who a log-in is, where they belong and what they may do."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="person")
    name = models.CharField(max_length=60)
    branch = models.ForeignKey(Branch, models.PROTECT, related_name="people")
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, related_name="people")
    role = models.CharField(max_length=12, choices=Role.choices)
    extra_roles = ArrayField(models.CharField(max_length=12, choices=Role.choices), default=list, blank=True)
    phone = EncryptedTextField(blank=True, default="")
    email = EncryptedTextField(blank=True, default="")
    is_available = models.BooleanField(default=True)
    joined_on = models.DateField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    successor = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(successor=None) | Q(left_at__isnull=False),
                name="person_successor_only_of_leavers",
            ),
        )
        indexes = (
            models.Index(fields=["branch", "role"], name="person_branch_role", condition=Q(left_at=None)),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def username(self) -> str:
        """How the API names a person; load `user` with the row."""
        return self.user.username

    @property
    def roles(self) -> tuple[str, ...]:
        return (self.role, *self.extra_roles)

    def has_role(self, *roles: str) -> bool:
        """Whether the person holds one of the roles; those who left hold none."""
        return self.left_at is None and not {str(role) for role in roles}.isdisjoint(self.roles)

    def licensed_for(self, product: Licensable, at: datetime) -> bool:
        """Whether the person may be sent to repair this product at that instant (STF-04)."""
        return Licence.objects.covering(product, at=at).filter(person=self).exists()

    def refuse_if_left(self) -> None:
        """Raises AlreadyLeft."""
        if self.left_at is not None:
            raise AlreadyLeft

    def leave(self, *, successor: Person, at: datetime) -> None:
        """End the employment; whatever is open passes to the successor.

        Raises AlreadyLeft, Invalid when the successor is the leaver or has left too.
        """
        self.refuse_if_left()
        if successor.pk == self.pk:
            raise Invalid(_("不能把工作移交给本人，请另选接手人。"), field="hand_over_to")
        if successor.left_at is not None:
            raise Invalid(_("接手人已离职，请另选接手人。"), field="hand_over_to")
        self.left_at, self.successor, self.is_available = at, successor, False
        self.version += 1
