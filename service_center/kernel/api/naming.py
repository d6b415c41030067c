"""Rows named in bodies. What the user may not see does not exist: a hidden row and none are refused in the same words."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

LARGEST_ID = 2**62


class NameOf(serializers.CharField):
    """A row by what people call it: `called` is the column that holds the name."""

    default_error_messages = {"unknown": _("没有“%(name)s”，请从列表中选择。")}
    called: ClassVar[str] = "code"

    def rows(self, user: Any) -> QuerySet[Any]:
        """Among which the row is looked for: those the user may see."""
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> Any:
        name = super().to_internal_value(data)
        found = self.rows(self.context["request"].user).filter(**{self.called: name}).first()
        if found is None:
            text = self.error_messages["unknown"] % {"name": name}
            raise serializers.ValidationError(text, code="unknown")
        return found


class IdOf(serializers.IntegerField):
    """A row by its id."""

    default_error_messages = {"unknown": _("没有这条记录，请从列表中选择。")}

    def rows(self, user: Any) -> QuerySet[Any]:
        """Among which the row is looked for: those the user may see."""
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> Any:
        number = super().to_internal_value(data)
        rows = self.rows(self.context["request"].user)
        return (0 < number < LARGEST_ID and rows.filter(pk=number).first()) or self.fail("unknown")
