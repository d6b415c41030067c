"""Pages that belong to no app: home, and the four sad ones."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from service_center.kernel.api.problems import problem
from service_center.kernel.web import drafts, menu


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Take the user to where their work begins."""
    return redirect(menu.home_for(request.user))  # type: ignore[arg-type]  # behind the log-in


def _answer(
    request: HttpRequest, status: int, code: str, detail: str, *, form_page: str = ""
) -> HttpResponse:
    if request.path.startswith("/api/"):
        return plain_problem(status, code, detail)
    context = {"status": status, "code": code, "form_page": form_page}
    return render(request, "errors/error.html", context, status=status)


def plain_problem(status: int, code: str, detail: str) -> HttpResponse:
    from rest_framework.renderers import JSONRenderer

    body = JSONRenderer().render(problem(status, code, detail).data)
    return HttpResponse(body, status=status, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 400, "malformed", _("请求无法识别"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 403, "forbidden", _("您没有权限执行此操作"))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, 404, "not_found", _("没有这个页面，或您无权查看"))


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, 500, "server_error", _("系统出错了"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """An expired page: say so and lead back to the form, which keeps what was typed."""
    return _answer(request, 403, "csrf", _("页面已过期"), form_page=drafts.page_of_form(request))
