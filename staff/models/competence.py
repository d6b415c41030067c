from __future__ import annotations

from datetime import datetime
from typing import Protocol, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from staff.states import LicenceBasis


class Licensable(Protocol):
    """A product as staff sees it: its own code and its line's (customers.ProductModel is one)."""

    code: str
    line_id: str


class Skill(models.Model):
    """Something a post needs: knowledge, fault-finding, a tool (STF-05)."""

    code = models.CharField(max_length=30, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.code


class PersonSkill(models.Model):
    """A person's mastery of a skill, 1 (learning) to 5 (teaches it)."""

    person = models.ForeignKey("staff.Person", models.CASCADE, related_name="skills")
    skill = models.ForeignKey(Skill, models.PROTECT, related_name="people")
    level = models.PositiveSmallIntegerField(default=3)
    assessed_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["person", "skill"], name="person_skill_once"),
            models.CheckConstraint(condition=Q(level__gte=1, level__lte=5), name="person_skill_level"),
        )

    def __str__(self) -> str:
        return f"{self.person_id} {self.skill_id} {self.level}"


class LicenceQuerySet(models.QuerySet["Licence"]):
    def valid_at(self, at: datetime) -> Self:
        """Licences that count at the instant."""
        return self.filter(
            Q(revoked_at=None) | Q(revoked_at__gt=at),
            Q(valid_to=None) | Q(valid_to__gt=at),
            valid_from__lte=at,
        )

    def covering(self, product: Licensable, *, at: datetime) -> Self:
        """Valid licences for the product: for its model, for its whole line, or for everything."""
        return self.valid_at(at).filter(
            Q(product_model=product.code)
            | Q(product_model="", product_line=product.line_id)
            | Q(product_model="", product_line="")
        )


class Licence(models.Model):
    """The right to repair or to go on site: for one model, for a line, or (both empty) for everything
    (STF-04).

    Products belong to an app above, so they are named by their codes.
    """

    person = models.ForeignKey("staff.Person", models.CASCADE, related_name="licences")
    product_line = models.CharField(max_length=30, blank=True)
    product_model = models.CharField(max_length=40, blank=True)
    basis = models.CharField(max_length=12, choices=LicenceBasis.choices, default=LicenceBasis.TEST)
    certificate = models.CharField(max_length=60, blank=True)
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = LicenceQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gt=models.F("valid_from")),
                name="licence_ends_after_start",
            ),
        )
        indexes = (models.Index(fields=["person", "product_line"], name="licence_person_line"),)

    def __str__(self) -> str:
        return f"{self.person_id} {self.product_model or self.product_line or '*'}"
