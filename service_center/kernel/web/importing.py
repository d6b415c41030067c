"""The page a table comes in by: choose a file, see what is in and what is wrong with which line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from service_center.kernel import importing, imports
from service_center.kernel.models import User
from service_center.kernel.web.forms import Styled, refusals_into


class FileForm(Styled):
    file = forms.FileField(label=_("表格文件（XLSX 或 CSV）"))


def page(
    request: HttpRequest,
    *,
    title: StrOrPromise,
    back: str,
    columns: Sequence[imports.Column],
    verb: Callable[..., Any],
) -> HttpResponse:
    """Show the form, or bring the posted file in; the door has checked who may."""
    assert isinstance(request.user, User)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    report = None
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            report = importing.load(form.cleaned_data["file"], columns=columns, verb=verb, actor=request.user)
    context = {"title": title, "back": back, "columns": columns, "form": form, "report": report}
    return render(request, "kernel/import.html", context, status=422 if form.errors else 200)
