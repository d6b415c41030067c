"""Shapes of requests and answers. Serializers check shape, verbs check meaning."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

TEXT_LIMIT = 10_000


class Instant(serializers.DateTimeField):
    """RFC 3339 with its zone on the way in, UTC with `Z` on the way out. A time without a zone is refused."""

    default_error_messages = {
        "zone": gettext_lazy("时间必须带时区，例如 2026-03-01T09:00:00+08:00。"),
        "invalid": gettext_lazy("时间格式有误，应如 2026-03-01T09:00:00+08:00。"),
    }

    def to_internal_value(self, value: Any) -> datetime:
        try:
            parsed = parse_datetime(value) if isinstance(value, str) else value
        except ValueError:
            parsed = None
        if not isinstance(parsed, datetime):
            self.fail("invalid")
        if parsed.tzinfo is None:
            self.fail("zone")
        try:
            return parsed.astimezone(UTC)
        except OverflowError:
            self.fail("invalid")

    def to_representation(self, value: datetime) -> str:
        text = value.astimezone(UTC).isoformat(timespec="microseconds" if value.microsecond else "seconds")
        return text.replace("+00:00", "Z")


class Text(serializers.CharField):
    """Up to 10,000 characters kept byte-exact: no trimming, emoji and right-to-left welcome, NUL refused."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", TEXT_LIMIT)
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)

    def run_validation(self, data: Any = serializers.empty) -> Any:
        if isinstance(data, str) and not data.strip() and not self.allow_blank:
            self.fail("blank")
        return super().run_validation(data)


class StrictSerializer(serializers.Serializer[Any]):
    """A request body: fields it does not know or may only read are refused with code `unknown`."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            writable = {name for name, field in self.fields.items() if not field.read_only}
            unknown = [name for name in data if name not in writable]
            if unknown:
                raise ValidationError(
                    {str(name): [_("没有这个字段，或它不能由您填写。")] for name in unknown}, code="unknown"
                )
        return super().to_internal_value(data)

    @classmethod
    def parse(cls, data: Any, **context: Any) -> dict[str, Any]:
        """The checked body. Raises ValidationError."""
        serializer = cls(data=data, context=context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    @classmethod
    def parse_partial(cls, data: Any, **context: Any) -> dict[str, Any]:
        """The checked body of a PATCH: what is not there is not changed. Raises ValidationError."""
        serializer = cls(data=data, partial=True, context=context)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class Empty(StrictSerializer):
    """A noun that needs no words: `{}`."""


class ApprovalRef(serializers.Serializer[Any]):
    """What a 202 says: the request lies with somebody who may decide."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    status = serializers.CharField()
