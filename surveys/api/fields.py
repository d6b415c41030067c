from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from service_center.kernel.api.naming import NameOf
from staff.models import Person


class Username(NameOf):
    """A colleague at work, by user name."""

    default_error_messages = {"unknown": _("没有这位在职员工。")}
    called = "user__username"

    def rows(self, user: Any) -> QuerySet[Person]:
        return Person.objects.visible_to(user).at_work().select_related("user", "branch")
