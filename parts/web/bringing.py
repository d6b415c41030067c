"""The catalogue from a table."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from parts import permissions
from parts.actions import importing as tables
from service_center.kernel.access import require
from service_center.kernel.models import User
from service_center.kernel.web import importing


@login_required
@require_http_methods(["GET", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """Parts from a table."""
    assert isinstance(request.user, User)  # behind the log-in
    require(permissions.can_keep_catalogue, request.user)
    return importing.page(
        request, title=_("导入配件"), back="parts", columns=tables.COLUMNS, verb=tables.import_part
    )
