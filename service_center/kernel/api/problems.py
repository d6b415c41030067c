"""Every refusal as `application/problem+json` with a stable code; the texts follow Accept-Language, the codes never."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import set_rollback

from service_center.kernel.errors import Busy, DomainError

MEDIA_TYPE = "application/problem+json"
_CODES = {
    400: "invalid",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    428: "precondition_required",
    429: "throttled",
}


class FieldProblem(serializers.Serializer[Any]):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class Problem(serializers.Serializer[Any]):
    """The shape of every refusal (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(label=gettext_lazy("说明"))
    code = serializers.CharField()
    errors = FieldProblem(many=True)  # type: ignore[assignment]  # a field called as the standard calls it
    current = serializers.IntegerField(required=False)
    allowed = serializers.ListField(child=serializers.CharField(), required=False)


class PreconditionRequired(exceptions.APIException):
    status_code = 428
    default_code = "precondition_required"

    def __init__(self) -> None:
        super().__init__(_("修改前请带上 If-Match 版本号。"))


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception hook: refusals become problems, the unexpected stays an error."""
    response = _answer(error)
    if response is not None:
        set_rollback()
    return response


def _answer(error: Exception) -> Response | None:
    if isinstance(error, DomainError):
        return _domain(error)
    if isinstance(error, OperationalError | InterfaceError):
        return _domain(Busy())
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.ValidationError):
        return problem(400, "invalid", _("请求内容有误，请看 errors。"), list(_flatten(error.detail)))
    if isinstance(error, exceptions.APIException):
        return _api(error)
    return None


def _domain(error: DomainError) -> Response:
    fields = [{"field": error.field, "code": error.code, "message": str(error)}] if error.field else []
    response = problem(error.status, error.code, str(error), fields, **error.extra)
    if error.status == 503 or error.code == "request_in_progress":
        response["Retry-After"] = "2"
    return response


def _api(error: exceptions.APIException) -> Response:
    code = _CODES.get(error.status_code, "error")
    if isinstance(error, exceptions.ParseError):
        code = "malformed"
    response = problem(error.status_code, code, str(error.detail))
    if header := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(int(wait) + 1)
    return response


def problem(
    status: int, code: str, detail: str, errors: list[dict[str, Any]] | None = None, **extra: Any
) -> Response:
    """A problem document; `extra` members stand beside the standard ones (`allowed`, `current`)."""
    body = {
        "type": f"urn:service-center:problem:{code}",
        "title": detail,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": errors or [],
        **extra,
    }
    return Response(body, status=status, content_type=MEDIA_TYPE)


def _flatten(detail: Any, path: str = "") -> Iterator[dict[str, str]]:
    """Nested validation errors as one list with dotted field names."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            step = path if name == "non_field_errors" else f"{path}.{name}".lstrip(".")
            yield from _flatten(inner, step)
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flatten(inner, path)
    else:
        yield {"field": path, "code": getattr(detail, "code", "invalid"), "message": str(detail)}
