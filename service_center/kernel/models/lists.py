"""What people make of the lists they work with: views with a name, columns they chose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from service_center.kernel.models.identity import User


class SavedViewQuerySet(models.QuerySet["SavedView"]):
    def lock(self, pk: int) -> SavedView:
        """The view under its row lock until the transaction ends."""
        return self.select_for_update(of=("self",)).get(pk=pk)

    def visible_to(self, user: User) -> Self:
        """One's own views and those shared with one's team or branch."""
        seen = Q(owner=user)
        person = getattr(user, "person", None)
        if person is not None and person.left_at is None:
            seen |= Q(audience=SavedView.Audience.BRANCH, group_id=person.branch_id)
            if person.team_id is not None:
                seen |= Q(audience=SavedView.Audience.TEAM, group_id=person.team_id)
        return self.filter(seen)

    def of_list(self, name: str) -> Self:
        """The views of one list by name."""
        return self.filter(list_name=name).order_by("name", "pk")


class SavedView(models.Model):
    """A list as somebody wants to find it again: tab, filters, order and columns, under a name.

    `filters` holds the values of each filter by its name; words searched for are not kept, they could name a customer.
    `group_id` is the team or branch it is shared with.
    """

    class Audience(models.TextChoices):
        PRIVATE = "private", _("仅自己")
        TEAM = "team", _("本班组")
        BRANCH = "branch", _("本网点")

    list_name = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="saved_views")
    audience = models.CharField(max_length=8, choices=Audience.choices, default=Audience.PRIVATE)
    group_id = models.BigIntegerField(null=True)
    tab = models.CharField(max_length=40, blank=True)
    filters = models.JSONField(default=dict)
    ordering = models.CharField(max_length=40, blank=True)
    columns = models.JSONField(default=list)
    version = models.PositiveIntegerField(default=0)
    origin_key = models.CharField(max_length=260, null=True, unique=True, editable=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["owner", "list_name", "name"], name="saved_view_name_once"),
            models.CheckConstraint(
                condition=Q(audience="private", group_id=None)
                | (~Q(audience="private") & Q(group_id__isnull=False)),
                name="saved_view_shared_whole",
            ),
        )
        indexes = (models.Index(fields=["list_name", "audience", "group_id"], name="saved_view_shared"),)

    def __str__(self) -> str:
        return self.name


class ListChoice(models.Model):
    """How one person wants one list: which columns, whether a row opens beside the list, which view comes first.

    `columns` empty means as the list declares them.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="list_choices")
    list_name = models.CharField(max_length=40)
    columns = models.JSONField(default=list)
    split = models.BooleanField(default=False)
    default_view = models.ForeignKey(SavedView, models.SET_NULL, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "list_name"], name="list_choice_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.list_name}"
