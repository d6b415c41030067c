"""Pages of the settings: the list, the form that drafts the next version, and the other person's consent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from service_center.kernel import commands, errors, rulemaking, setting_changes
from service_center.kernel.languages import noted, pick, sentences
from service_center.kernel.models import Setting, User, VersionStatus
from service_center.kernel.web import lists
from service_center.kernel.web import rulebook_words as words
from service_center.kernel.web.forms import Styled, refusals_into, renew

Kind = Setting.Kind
YES_NO = (("true", gettext_lazy("是")), ("false", gettext_lazy("否")))


@dataclass(frozen=True)
class Line:
    """A setting as a table shows it."""

    setting: Setting
    case: str
    value: str


class SettingFilter(Styled):
    """What the list shows."""

    SHOWN = (
        ("", gettext_lazy("全部")),
        ("demo", gettext_lazy("演示值，待设定")),
        ("mandatory", gettext_lazy("必须设定")),
        ("alternative", gettext_lazy("备选")),
        ("draft", gettext_lazy("待批准")),
    )
    show = forms.ChoiceField(label=gettext_lazy("范围"), choices=SHOWN, required=False)
    q = forms.CharField(label=gettext_lazy("名称或代码"), required=False, max_length=80)

    def rows(self) -> QuerySet[Setting]:
        rows = Setting.objects.with_clause().current(timezone.now())
        chosen = self.cleaned_data if self.is_valid() else {}
        shown = chosen.get("show")
        if shown == "draft":
            rows = rows.filter(status=VersionStatus.DRAFT, drafted_by__isnull=False)
        else:
            rows = rows.filter(**{shown: True}) if shown else rows.filter(alternative=False)
        if text := chosen.get("q"):
            rows = rows.filter(
                Q(code__icontains=text) | Q(name_zh__contains=text) | Q(name_en__icontains=text)
            )
        return rows


class SettingForm(Styled):
    """The new value as its kind is typed; a set of weights is edited as a whole."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    sure = forms.BooleanField(
        label=gettext_lazy("我已核对，提交给另一人批准"),
        error_messages={"required": gettext_lazy("请先勾选确认。")},
    )

    def __init__(self, *args: Any, row: Setting, group: list[Setting], **kwargs: Any) -> None:
        start = {"version": row.version, "value": typed_text(row)}
        start |= {f"weight-{other.key}": typed_text(other) for other in group}
        self.row, self.group = row, group
        super().__init__(*args, initial=start, **kwargs)
        fields = {"value": value_field(row)}
        fields |= {f"weight-{other.key}": value_field(other) for other in group}
        for field in fields.values():
            kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs["class"] = kind
        self.fields = {**fields, **self.fields}  # the yes comes last

    def arguments(self) -> dict[str, Any]:
        """What the verb takes; other weights only where they were changed."""
        given = self.cleaned_data
        together = {
            other.key: parsed(other, given[f"weight-{other.key}"])
            for other in self.group
            if given[f"weight-{other.key}"].strip() != typed_text(other)
        }
        return {
            "value": parsed(self.row, given["value"]),
            "expected": given["version"],
            "together": together,
        }


def value_field(row: Setting) -> forms.CharField | forms.ChoiceField:
    """The field for one value: a choice, lines, or a line."""
    label = noted(pick(row), words.UNITS[row.unit]) if words.UNITS.get(row.unit) else pick(row)
    if row.kind == Kind.FLAG or row.choices:
        named = [(choice, words.named(row, choice)) for choice in row.choices]
        choices = YES_NO if row.kind == Kind.FLAG else named
        return forms.ChoiceField(label=label, choices=choices)
    if row.kind in {Kind.LIST, Kind.MAPPING}:
        hint = _("每行一项") if row.kind == Kind.LIST else _('JSON 对照表，例如 {"min": 1}')
        hint = sentences(filter(None, [hint, words.legend(row)]))
        area = forms.Textarea(attrs={"rows": 5})
        return forms.CharField(label=label, widget=area, max_length=10_000, help_text=hint)
    return forms.CharField(label=label, max_length=10_000)


def typed_text(row: Setting) -> str:
    """A value as somebody would type it."""
    if row.kind == Kind.LIST:
        return "\n".join(str(item) for item in row.value)
    if row.kind == Kind.MAPPING:
        return json.dumps(row.value, ensure_ascii=False)
    return str(row.value).lower() if row.kind == Kind.FLAG else str(row.value)


def parsed(row: Setting, text: str) -> Any:
    """What was typed as the value the verb checks. Raises Invalid for a table that is none."""
    if row.kind == Kind.FLAG:
        return text == "true"
    if row.kind == Kind.LIST:
        return [line.strip() for line in text.splitlines() if line.strip()]
    if row.kind == Kind.MAPPING:
        try:
            return json.loads(text)
        except ValueError as error:
            raise errors.Invalid(_("不是有效的 JSON 对照表。"), field="value") from error
    return text.strip()


@login_required
@require_GET
def settings(request: HttpRequest) -> HttpResponse:
    """All settings; `?show=demo` lists what must be set before production."""
    chosen = SettingFilter(request.GET)
    page = lists.page(request, chosen.rows(), ordering=("key", "-id"), size=200)
    lines = [Line(row, words.case(row.conditions), words.value(row)) for row in page.rows]
    return render(request, "kernel/rulebook/settings.html", {"page": page, "lines": lines, "filter": chosen})


@login_required
@require_http_methods(["GET", "POST"])
def setting(request: HttpRequest, key: str) -> HttpResponse:
    """One setting with its versions, and the form for those who may change it."""
    row = _standing(key)
    form = _form(row, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            commands.run(setting_changes.change_setting, row, by=request, **form.arguments())
            messages.success(request, _("已提交，须由另一人批准后生效。"))
            return redirect("setting", key)
    return _show(request, row, form)


def _standing(key: str) -> Setting:
    row = setting_changes.standing(key)
    if row is None:
        raise Http404
    return row


def _form(row: Setting, data: QueryDict | None = None) -> SettingForm:
    return SettingForm(data, row=row, group=_other_weights(row))


@login_required
@require_POST
def approval(request: HttpRequest, key: str) -> HttpResponse:
    """Another person agrees: the draft counts at once."""
    return _answer(request, key, setting_changes.approve_change, _("已批准并生效。"))


@login_required
@require_POST
def withdrawal(request: HttpRequest, key: str) -> HttpResponse:
    """Give the draft up."""
    return _answer(request, key, setting_changes.drop_change, _("已放弃这次修改。"))


def _answer(request: HttpRequest, key: str, verb: Callable[..., Setting], told: str) -> HttpResponse:
    row = _standing(key)
    try:
        commands.run(verb, row, by=request)
    except errors.DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, told)
    return redirect("setting", key)


def _show(request: HttpRequest, row: Setting, form: SettingForm) -> HttpResponse:
    """After a conflict the text typed stays, the value in force is shown, and sending again replaces that one."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    conflict = form.is_bound and form.data.get("version") != str(row.version)
    if conflict:
        renew(form, row.version)
    versions = Setting.objects.of_key(row.key).with_clause()
    context = {
        "setting": row,
        "case": words.case(row.conditions),
        "value": words.value(row),
        "versions": [words.Version(other, words.value(other)) for other in versions],
        "may_change": rulemaking.can_change(user),
        "waiting": [_drafted(draft, user) for draft in setting_changes.drafts(row).values()],
        "form": form,
        "conflict": conflict,
    }
    return render(request, "kernel/rulebook/setting.html", context, status=400 if form.errors else 200)


def _drafted(draft: Setting, user: User) -> dict[str, Any]:
    """A draft that waits, as the page shows it."""
    return {"setting": draft, "value": words.value(draft), "own": draft.drafted_by_id == user.pk}


def _other_weights(row: Setting) -> list[Setting]:
    """The rest of the set a weight belongs to."""
    if row.kind != Kind.WEIGHT:
        return []
    return [other for other in setting_changes.weights_of(row) if other.key != row.key]
