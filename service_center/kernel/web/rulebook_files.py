"""The rulebook as a file: left to be read, and brought in after a look at what it would change."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from service_center.kernel import commands, errors, rulebook_file, rulemaking
from service_center.kernel.web.forms import Styled, refusals_into, status_of

VERDICTS = {
    "change": (gettext_lazy("有变化"), "azure"),
    "new": (gettext_lazy("新增"), "green"),
    "wrong": (gettext_lazy("有错"), "red"),
    "same": (gettext_lazy("相同"), "secondary"),
}


class FileForm(Styled):
    """A file to look at first; `content` carries what was looked at to the second step."""

    file = forms.FileField(label=gettext_lazy("规则库文件（JSON）"), required=False)
    content = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("file") and not data.get("content"):
            self.add_error("file", _("请选择文件。"))
        return data

    def data_of(self) -> bytes:
        """The file's bytes, from either step. Raises NoRulebook."""
        if self.cleaned_data.get("file"):
            return bytes(self.cleaned_data["file"].read(rulebook_file.MAX_BYTES + 1))
        try:
            return base64.b64decode(self.cleaned_data["content"], validate=True)
        except binascii.Error as error:
            raise rulebook_file.NoRulebook(field="file") from error


@login_required
@require_GET
def export(request: HttpRequest) -> HttpResponse:
    """The rules and settings that count, with the alternatives, as JSON."""
    body = json.dumps(rulebook_file.exported(at=timezone.now()), ensure_ascii=False, indent=1)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="rulebook-{timezone.localdate()}.json"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def bring_in(request: HttpRequest) -> HttpResponse:
    """First what a file would change, line by line; then, on a second yes, the drafts."""
    form = FileForm(request.POST or None, request.FILES or None)
    entries: list[rulebook_file.Entry] = []
    data = b""
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            if not rulemaking.can_change(request.user):  # type: ignore[arg-type]  # behind the log-in
                raise errors.Forbidden
            data = form.data_of()
            entries = rulebook_file.read(data, at=timezone.now())
            if request.POST.get("sure"):
                commands.run(rulebook_file.bring_in, data, by=request)
                messages.success(request, _("已作为草稿导入，须由另一人逐条批准。"))
                return redirect("/rulebook/?show=draft")
    context = {
        "form": form,
        "entries": [(entry, *VERDICTS[entry.verdict]) for entry in entries if entry.verdict != "same"],
        "same": sum(entry.verdict == "same" for entry in entries),
        "wrong": sum(entry.verdict == "wrong" for entry in entries),
        "looked": bool(entries),
        "content": base64.b64encode(data).decode(),
        "may_change": rulemaking.can_change(request.user),  # type: ignore[arg-type]  # behind the log-in
    }
    return render(request, "kernel/rulebook/file.html", context, status=status_of(form))
