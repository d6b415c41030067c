"""The OpenAPI document from what the doors declare: stable operation ids, bodies, headers and problems."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import build_basic_type
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from service_center.kernel.api import device, schemes
from service_center.kernel.api.problems import MEDIA_TYPE, Problem

_WRITES = {"POST", "PUT", "PATCH", "DELETE"}
_PROBLEMS = {
    "GET": (401, 404),
    "POST": (400, 401, 403, 404, 409, 422),
    "PATCH": (400, 401, 403, 404, 409, 412, 428),
    "DELETE": (400, 401, 403, 404, 409, 422),
}
_SEEN = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The version of the row that the sender has seen (its ETag): on another one nothing is done, 412.",
)


class NameOfRow(OpenApiSerializerFieldExtension):
    """Rows are named by a code or a username: a string, also when the name lies across a relation."""

    target_class = "rest_framework.serializers.SlugRelatedField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> Any:
        return build_basic_type(OpenApiTypes.STR)


class Schema(AutoSchema):
    """Asks a Door for its shapes and names; other views are described by drf-spectacular's own means."""

    def get_operation_id(self) -> str:
        ids = getattr(self.view, "operation_ids", {})
        if self.method in ids:
            return str(ids[self.method])
        noun, name = getattr(self.view, "noun", None), getattr(self.view, "name", "")
        if noun is not None:
            action = {"POST": "create", "DELETE": "undo", "GET": "list"}[self.method]
            return f"{action}_{getattr(self.view, 'parent', '')}_{noun.replace('-', '_')}"
        if name:
            listing = hasattr(self.view, "pagination_class")
            verbs = {
                "POST": "create",
                "PATCH": "edit",
                "GET": "list" if listing else "get",
                "DELETE": "delete",
            }
            return f"{verbs[self.method]}_{name}"
        return super().get_operation_id()

    def _get_serializer_name(self, serializer: Any, direction: str, bypass_extensions: bool = False) -> str:
        """Component names carry their app: two apps may both speak of a ContactInput."""
        name = super()._get_serializer_name(serializer, direction, bypass_extensions)
        module = type(serializer).__module__.split(".")
        app = module[1] if module[0] == "service_center" else module[0]
        return name if app in {"kernel", "rest_framework"} else f"{app.title()}{name}"

    def get_tags(self) -> list[str]:
        tag = getattr(self.view, "tag", "")
        return [tag] if tag else super().get_tags()

    def get_request_serializer(self) -> Any:
        shape = getattr(self.view, "request_shape", None)
        return shape(self.method) if shape is not None else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        shape = getattr(self.view, "response_shapes", None)
        shapes = shape(self.method) if shape is not None else {}
        if not shapes:
            return super().get_response_serializers()
        statuses = [*_PROBLEMS.get(self.method, ()), *([412] if self._may_be_stale() else [])]
        refusals = [(status, MEDIA_TYPE) for status in statuses]
        return shapes | dict.fromkeys(refusals, Problem)

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        if self.method in _WRITES:
            parameters.append(
                OpenApiParameter("Idempotency-Key", str, OpenApiParameter.HEADER, required=True)
            )
        if self.method == "POST" and getattr(self.view, "device_time", False):
            parameters.append(device.PARAMETER)
        if self.method == "PATCH":
            parameters.append(OpenApiParameter("If-Match", str, OpenApiParameter.HEADER, required=True))
        if self._may_be_stale():
            parameters.append(_SEEN)
        return parameters

    def _may_be_stale(self) -> bool:
        """A noun, which is done on the version its sender has seen when they say so."""
        return self.method in {"POST", "DELETE"} and getattr(self.view, "noun", None) is not None

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.method == "GET" and hasattr(self.view, "pagination_class")


__all__ = ["Schema", "schemes"]
