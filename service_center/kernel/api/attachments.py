"""Files of rows over REST: how they are told, and their bytes for whoever may see the owner."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from service_center.kernel import attachments
from service_center.kernel.api.serializers import Instant
from service_center.kernel.api.views import Door
from service_center.kernel.models import Attachment, User
from service_center.kernel.web.attachments import download


class AttachmentOutput(serializers.Serializer[Any]):
    """A file of a row; `content` is where its bytes are."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    at = Instant()
    by = serializers.CharField(source="by.username", default=None, allow_null=True)
    content = serializers.SerializerMethodField()

    def get_content(self, row: Attachment) -> str:
        return f"/api/v1/attachments/{row.pk}/content/"


class Content(Door):
    """The bytes of a file, as a download."""

    tag: ClassVar[str] = "attachments"
    operation_ids: ClassVar[dict[str, str]] = {"GET": "get_attachment_content"}

    @extend_schema(responses={200: OpenApiResponse(OpenApiTypes.BINARY, description="The file")})
    def get(self, request: Request, pk: int) -> FileResponse:
        found = get_object_or_404(Attachment, pk=pk)
        if not isinstance(request.user, User) or not attachments.may_read(request.user, found):
            raise Http404
        return download(found)
