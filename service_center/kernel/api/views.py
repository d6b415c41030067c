"""The REST doors' three shapes: a collection, a row, and a noun below a row (a verb with its undo).

A view declares what it is; the OpenAPI document, idempotency, ETags and replies come from here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.shortcuts import get_object_or_404
from rest_framework import exceptions, serializers, status
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from service_center.kernel import commands, errors
from service_center.kernel.access import require
from service_center.kernel.api import device
from service_center.kernel.api.filters import Strict
from service_center.kernel.api.pagination import Cursor
from service_center.kernel.api.parsing import Json
from service_center.kernel.api.problems import PreconditionRequired
from service_center.kernel.api.serializers import ApprovalRef, Empty, StrictSerializer
from service_center.kernel.models import Approval

Output = type[serializers.BaseSerializer[Any]]
Shown = Callable[[Any], QuerySet[Any]]
"""Rows -> the same rows with what the output shows of others (a query set's `for_list`)."""


class Door(APIView):
    """Common to all: writes need an Idempotency-Key; a replay is marked; nothing is cached by others."""

    parser_classes: Sequence[type[BaseParser]] = (Json,)
    operation_ids: ClassVar[dict[str, str]] = {}
    tag: ClassVar[str] = ""
    may: ClassVar[Any] = (
        None  # the right that the verb asks for: (user), or (user, row) where the path names a row
    )

    def initialize_request(self, request: Any, *args: Any, **kwargs: Any) -> Request:
        if not str(request.META.get("CONTENT_TYPE", "")).startswith("multipart/"):
            request.body  # noqa: B018 - read once, so that the fingerprint can see it after parsing
        return super().initialize_request(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in {"GET", "HEAD", "OPTIONS"} and not request.headers.get("Idempotency-Key"):
            raise errors.KeyRequired

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if getattr(request, "replayed", False):
            response["Idempotency-Replayed"] = "true"
        response["Cache-Control"] = "no-store"
        return response

    def body_of(self, request: Request, read: Callable[[], dict[str, Any]], *row: Any) -> dict[str, Any]:
        """What `read` makes of the body. Whoever has not the right is told that, and not what is wrong with the body.

        A body without fault goes on to the verb, which asks again under its lock.
        """
        try:
            return read()
        except (exceptions.APIException, errors.DomainError):
            check = type(self).may
            if check is not None:
                require(check, request.user, *row)  # type: ignore[arg-type]  # behind the log-in
            raise

    def get_queryset(self) -> QuerySet[Any] | None:
        """For the schema only: the model tells the types of the path's parameters."""
        model = getattr(self, "model", None)
        return model._default_manager.none() if model is not None else None

    def request_shape(self, method: str) -> Output | None:
        return None

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {}


def expected_version(request: Request) -> int:
    """The version in If-Match. Raises 428 when absent; anything but a version matches nothing and is stale."""
    header = request.headers.get("If-Match")
    if header is None:
        raise PreconditionRequired
    text = header.strip().removeprefix("W/").strip('"')
    return int(text) if text.isdecimal() and len(text) < 10 else -1


def as_seen(verb: Callable[..., Any], request: Request) -> Callable[..., Any]:
    """The verb on the version of the row that If-Match names, so that it overwrites nothing its sender has not seen;
    without the header on whatever stands. Checked under the row's lock; raises errors.Stale.
    """
    if "If-Match" not in request.headers:
        return verb
    expected = expected_version(request)

    @wraps(verb)
    def guarded(row: Any, **kwargs: Any) -> Any:
        commands.check_version(type(row)._base_manager.select_for_update().get(pk=row.pk), expected)
        return verb(row, **kwargs)

    return guarded


def ref(output: Output, row: Any, request: Request) -> Any:
    """One row in its outward shape."""
    return output(row, context={"request": request}).data


def seen(model: type[Model], request: Request, shown: Shown | None) -> QuerySet[Any]:
    """What the user may see, prepared for showing."""
    rows: QuerySet[Any] = model._default_manager.visible_to(request.user)  # type: ignore[attr-defined]
    return rows if shown is None else shown(rows)


def of_any(check: Callable[[Any], bool]) -> Callable[[Any, Any], bool]:
    """A right that is the same for every row, as `may` of a door whose path names one."""
    return lambda user, row: check(user)


class CollectionView(Door):
    """GET a page of what the user may see; POST a new one through `verb(**body)` when `input` is set."""

    model: ClassVar[type[Model]]
    output: ClassVar[Output]
    input: ClassVar[type[StrictSerializer] | None] = None
    verb: ClassVar[Callable[..., Any] | None] = None
    filterset_class: ClassVar[Any] = None
    filter_backends: ClassVar[Sequence[type[Strict]]] = (Strict,)
    ordering: ClassVar[Sequence[str]] = ("-id",)
    ordering_fields: ClassVar[Sequence[str]] = ()
    pagination_class = Cursor
    name: ClassVar[str] = ""  # operation ids: list_<name>s, create_<name>

    shown: ClassVar[Any] = None  # Shown, or nothing to prepare

    def rows(self, request: Request) -> QuerySet[Any]:
        return seen(self.model, request, type(self).shown)

    @property
    def allowed_methods(self) -> list[str]:
        return ["GET"] if self.verb is None else ["GET", "POST"]

    @property
    def paginator(self) -> Cursor:
        return self.pagination_class()

    def get(self, request: Request, **kwargs: Any) -> Response:
        queryset = self.filter_backends[0]().filter_queryset(request, self.rows(request), self)
        pages = self.pagination_class()
        page = pages.paginate_queryset(queryset, request, view=self)
        return pages.get_paginated_response(self.output(page, many=True, context={"request": request}).data)

    def post(self, request: Request, **kwargs: Any) -> Response:
        if self.input is None or self.verb is None:
            self.http_method_not_allowed(request)
        assert self.input is not None and self.verb is not None
        shape = self.input
        body = self.body_of(request, lambda: shape.parse(request.data, request=request))
        row = commands.run(type(self).verb, by=request, **body)  # type: ignore[arg-type]
        return self.created(request, row)

    def created(self, request: Request, row: Any) -> Response:
        if isinstance(row, Approval):
            return Response({"approval": ApprovalRef(row).data}, status=status.HTTP_202_ACCEPTED)
        headers = {"Location": self.location(row)}
        if hasattr(row, "version"):
            headers["ETag"] = f'"{row.version}"'
        return Response(ref(self.output, self.reread(row), self.request), status=201, headers=headers)

    def reread(self, row: Any) -> Any:
        """The row as `rows` would select it (with its relations), or itself when the list does not show it."""
        return self.rows(self.request).filter(pk=row.pk).first() or row

    def location(self, row: Any) -> str:
        return f"{self.request.path}{getattr(row, self.lookup, row.pk)}/"

    lookup: ClassVar[str] = "pk"

    def request_shape(self, method: str) -> Output | None:
        return self.input if method == "POST" else None

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {201: self.output} if method == "POST" else {200: self.output(many=True)}


class RowView(Door):
    """GET one row with its ETag; PATCH through `verb(row, expected=version, **changes)` under If-Match."""

    model: ClassVar[type[Model]]
    output: ClassVar[Output]
    input: ClassVar[type[StrictSerializer] | None] = None
    verb: ClassVar[Callable[..., Any] | None] = None
    lookup: ClassVar[str] = "pk"  # model field
    lookup_kwarg: ClassVar[str] = ""  # name in the URL, default = lookup
    name: ClassVar[str] = ""  # operation ids: get_<name>, edit_<name>
    shown: ClassVar[Any] = None  # Shown, or nothing to prepare

    @property
    def allowed_methods(self) -> list[str]:
        return ["GET"] if self.verb is None else ["GET", "PATCH"]

    def rows(self, request: Request) -> QuerySet[Any]:
        return seen(self.model, request, type(self).shown)

    def row(self, request: Request) -> Any:
        return get_object_or_404(
            self.rows(request), **{self.lookup: self.kwargs[self.lookup_kwarg or self.lookup]}
        )

    def get(self, request: Request, **kwargs: Any) -> Response:
        return self.reply(request, self.row(request))

    def reply(self, request: Request, row: Any) -> Response:
        headers = {"ETag": f'"{row.version}"'} if hasattr(row, "version") else {}
        return Response(ref(self.output, row, request), headers=headers)

    def patch(self, request: Request, **kwargs: Any) -> Response:
        if self.input is None or self.verb is None:
            self.http_method_not_allowed(request)
        assert self.input is not None and self.verb is not None
        row = self.row(request)
        expected = expected_version(request)
        shape = self.input
        body = self.body_of(request, lambda: shape.parse_partial(request.data, request=request, row=row), row)
        commands.run(type(self).verb, row, expected=expected, by=request, **body)  # type: ignore[arg-type]
        return self.reply(request, self.row(request))

    def request_shape(self, method: str) -> Output | None:
        return self.input if method == "PATCH" else None

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {200: self.output}


class NounView(Door):
    """POST a noun below a row performs one verb on it; DELETE undoes it; GET lists what was done, when `listed`.

    Answers 201 `{<noun>: {...}, <parent>: {...}}`, or 202 with the approval when the verb had to ask for one. With
    If-Match it is done only on that version of the row, else 412.
    """

    model: ClassVar[type[Model]]
    lookup: ClassVar[str] = "number"
    parent: ClassVar[str] = "ticket"  # key of the parent in the answer
    parent_output: ClassVar[Output]
    noun: ClassVar[str]
    input: ClassVar[type[StrictSerializer]] = Empty
    output: ClassVar[Output | None] = None
    verb: ClassVar[Callable[..., Any] | None] = None
    undo: ClassVar[Callable[..., Any] | None] = None
    undo_input: ClassVar[type[StrictSerializer]] = Empty
    listed: ClassVar[Any] = None  # staticmethod: row -> queryset of what was done
    device_time: ClassVar[bool] = (
        False  # the body tells when it happened: the header Device-Time goes to the verb
    )
    filter_backends: ClassVar[Sequence[type[Strict]]] = (Strict,)
    pagination_class = Cursor
    ordering: ClassVar[Sequence[str]] = ("-id",)

    def row(self, request: Request) -> Any:
        rows = self.model._default_manager.visible_to(request.user)  # type: ignore[attr-defined]
        return get_object_or_404(rows, **{self.lookup: self.kwargs[self.lookup]})

    def post(self, request: Request, **kwargs: Any) -> Response:
        if self.verb is None:
            self.http_method_not_allowed(request)
        row = self.row(request)
        body = self.body_of(request, lambda: self.input.parse(request.data, request=request, row=row), row)
        if self.device_time:
            body["device_time"] = device.time_of(request)
        result = commands.run(as_seen(type(self).verb, request), row, by=request, **body)  # type: ignore[arg-type]
        return self.reply(request, row, result)

    def delete(self, request: Request, **kwargs: Any) -> Response:
        if self.undo is None:
            self.http_method_not_allowed(request)
        row = self.row(request)
        body = self.body_of(request, lambda: self.words_of_undo(request, row), row)
        commands.run(as_seen(type(self).undo, request), row, by=request, **body)  # type: ignore[arg-type]
        return Response(status=204)

    def words_of_undo(self, request: Request, row: Any) -> dict[str, Any]:
        return self.undo_input.parse(request.data or {}, request=request, row=row)

    def get(self, request: Request, **kwargs: Any) -> Response:
        if self.listed is None or self.output is None:
            self.http_method_not_allowed(request)
        assert self.listed is not None and self.output is not None
        rows = type(self).listed(self.row(request))
        pages = self.pagination_class()
        page = pages.paginate_queryset(
            self.filter_backends[0]().filter_queryset(request, rows, self), request, view=self
        )
        return pages.get_paginated_response(self.output(page, many=True, context={"request": request}).data)

    def reply(self, request: Request, row: Any, result: Any) -> Response:
        fresh = self.model._base_manager.get(pk=row.pk)
        body: dict[str, Any] = {self.parent: ref(self.parent_output, fresh, request)}
        headers = {"ETag": f'"{fresh.version}"'} if hasattr(fresh, "version") else {}
        if isinstance(result, Approval):
            return Response({"approval": ApprovalRef(result).data, **body}, status=202, headers=headers)
        noun = ref(self.output, result, request) if self.output is not None else {}
        return Response({self.noun.replace("-", "_"): noun, **body}, status=201, headers=headers)

    @property
    def allowed_methods(self) -> list[str]:
        offered = {"POST": self.verb, "DELETE": self.undo, "GET": self.listed}
        return [name for name, verb in offered.items() if verb is not None]

    def request_shape(self, method: str) -> Output | None:
        return {"POST": self.input, "DELETE": self.undo_input}.get(method)

    def response_shapes(self, method: str) -> dict[int, Any]:
        if method == "DELETE":
            return {204: None}
        if method == "GET":
            return {200: self.output(many=True)} if self.output is not None else {}
        noun = self.noun.replace("-", "_")
        title = "".join(part.title() for part in f"{self.parent}_{noun}".split("_"))
        done = type(
            f"{title}Done",
            (serializers.Serializer,),
            {noun: (self.output or Empty)(), self.parent: self.parent_output()},
        )
        asked = type(
            f"{title}Asked",
            (serializers.Serializer,),
            {"approval": ApprovalRef(), self.parent: self.parent_output()},
        )
        return {201: done, 202: asked}
