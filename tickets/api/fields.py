"""People, parts and product lines are named in bodies as people name them: by username and code."""

from __future__ import annotations

import base64
import binascii
from typing import Any, ClassVar

from django.db.models import Model
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from customers.models import ProductLine
from parts.models import Part
from staff.models import Person


class Named(serializers.CharField):
    """A row found by what people call it: `called` is the field that holds the name."""

    default_error_messages = {"unknown": _("没有“%(name)s”，请从列表中选择。")}
    model: ClassVar[type[Model]]
    called: ClassVar[str] = "code"
    related: ClassVar[tuple[str, ...]] = ()

    def to_internal_value(self, data: Any) -> Any:
        name = super().to_internal_value(data)
        rows = self.model._default_manager.select_related(*self.related or [None])
        row = rows.filter(**{self.called: name}).first()
        if row is None:
            raise serializers.ValidationError(self.error_messages["unknown"] % {"name": name}, code="unknown")
        return row


@extend_schema_field(OpenApiTypes.STR)
class Username(Named):
    """A person by username; those who left are found too, the verb refuses them in its own words."""

    model, called, related = Person, "user__username", ("user", "branch")


@extend_schema_field(OpenApiTypes.STR)
class PartCode(Named):
    model = Part


@extend_schema_field(OpenApiTypes.STR)
class LineCode(Named):
    model = ProductLine


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
