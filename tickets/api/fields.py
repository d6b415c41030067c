"""People, parts and product lines are named in bodies as people name them: by username and code."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.models import ProductLine
from parts.models import Part
from service_center.kernel.api.naming import NameOf
from staff.models import Branch, Person


class Username(NameOf):
    """A colleague by user name; those who left are found too, the verb refuses them in its own words."""

    called = "user__username"

    def rows(self, user: Any) -> QuerySet[Person]:
        return Person.objects.visible_to(user).select_related("user", "branch")


class PartCode(NameOf):
    def rows(self, user: Any) -> QuerySet[Part]:
        return Part.objects.visible_to(user)


class LineCode(NameOf):
    def rows(self, user: Any) -> QuerySet[ProductLine]:
        return ProductLine.objects.all()


class BranchCode(NameOf):
    def rows(self, user: Any) -> QuerySet[Branch]:
        return Branch.objects.all()


@extend_schema_field(OpenApiTypes.BYTE)
class Base64Image(serializers.Field[bytes, str, str, Any]):
    """A PNG as base64, with or without the `data:image/png;base64,` in front."""

    LIMIT = 2_000_000
    default_error_messages = {"base64": _("签字图片必须是 base64 编码的 PNG。")}

    def to_internal_value(self, data: str) -> bytes:
        try:
            content = base64.b64decode(str(data).removeprefix("data:image/png;base64,"), validate=True)
        except (binascii.Error, ValueError):
            self.fail("base64")
        if len(content) > self.LIMIT or not content.startswith(b"\x89PNG\r\n\x1a\n"):
            self.fail("base64")
        return content
