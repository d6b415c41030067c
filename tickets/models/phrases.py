from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from service_center.kernel.access import has_role
from tickets.states import TemplateKind

if TYPE_CHECKING:
    from service_center.kernel.models import User


class TextTemplateQuerySet(models.QuerySet["TextTemplate"]):
    def lock(self, pk: int) -> TextTemplate:
        return self.select_for_update().get(pk=pk)

    def visible_to(self, user: User) -> Self:
        """Those of the whole company and of one's own branch; all of them to the manager."""
        if has_role(user, "manager"):
            return self
        person = getattr(user, "person", None)
        return self.none() if person is None else self.filter(Q(branch=None) | Q(branch_id=person.branch_id))

    def in_use(self) -> Self:
        return self.filter(active=True)

    def holding(self, text: str) -> Self:
        """Those with the text in code, name or words."""
        fields = ("code", "name_zh", "name_en", "body_zh", "body_en")
        return self.filter(reduce(or_, (Q(**{f"{name}__icontains": text}) for name in fields)))


class TextTemplate(models.Model):
    """Words people say again and again, in two languages, with placeholders such as {customer} in curly brackets."""

    code = models.CharField(max_length=40, unique=True)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=TemplateKind.choices)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    body_zh = models.TextField(max_length=10_000)
    body_en = models.TextField(max_length=10_000, blank=True)
    branch = models.ForeignKey("staff.Branch", models.PROTECT, null=True, related_name="+")
    active = models.BooleanField(default=True)

    objects = TextTemplateQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(kind__in=TemplateKind.values), name="text_template_kind_known"
            ),
        )

    def __str__(self) -> str:
        return self.code


class SymptomQuerySet(models.QuerySet["Symptom"]):
    def lock(self, pk: int) -> Symptom:
        return self.select_for_update().get(pk=pk)

    def visible_to(self, user: User) -> Self:
        """Everybody who works here may read them."""
        return self if getattr(user, "person", None) is not None else self.none()

    def in_use(self) -> Self:
        return self.filter(active=True)

    def holding(self, text: str) -> Self:
        """Those with the text in code, name or initials."""
        fields = ("code", "name_zh", "name_en", "initials")
        return self.filter(reduce(or_, (Q(**{f"{name}__icontains": text}) for name in fields)))


class Symptom(models.Model):
    """What goes wrong, as customers say it, for one product line or for all; found by its characters or by `initials`."""

    code = models.CharField(max_length=40, unique=True)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=0)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=120, blank=True)
    initials = models.CharField(max_length=60, blank=True)
    product_line = models.ForeignKey("customers.ProductLine", models.PROTECT, null=True, related_name="+")
    active = models.BooleanField(default=True)

    objects = SymptomQuerySet.as_manager()

    def __str__(self) -> str:
        return self.code
