from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from staff.models import Person


class Username(serializers.CharField):
    """Somebody at work, by user name."""

    default_error_messages = {"unknown": _("没有这位在职员工。")}

    def to_internal_value(self, data: Any) -> Any:
        name = super().to_internal_value(data)
        people = Person.objects.at_work().select_related("user", "branch")
        return ("\x00" not in name and people.filter(user__username=name).first()) or self.fail("unknown")

    def to_representation(self, value: Any) -> str:
        return str(value.user.username)
