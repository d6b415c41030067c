"""Files leave as downloads only: never shown inside our own origin, whatever they contain."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from service_center.kernel import attachments
from service_center.kernel.models import Attachment, User


@login_required
@require_safe
def attachment(request: HttpRequest, pk: int) -> FileResponse:
    """The file, for whoever may see the row it belongs to; 404 for all others."""
    found = get_object_or_404(Attachment, pk=pk)
    if not isinstance(request.user, User) or not attachments.may_read(request.user, found):
        raise Http404
    return download(found)


def download(found: Attachment) -> FileResponse:
    """The stored bytes with headers that keep a browser from running them."""
    try:
        content = attachments.path_of(found.sha256).open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(content, as_attachment=True, filename=found.name, content_type=found.content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, max-age=3600"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
