"""Pages of the rulebook: every rule with its clause, its versions and what is meant to replace it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from service_center.kernel import commands, journal, rulemaking, what_if
from service_center.kernel.languages import pick
from service_center.kernel.models import Calendar, Document, Rule, User, VersionStatus
from service_center.kernel.web import forecasts, lists, rulebook_browse
from service_center.kernel.web import rulebook_words as words
from service_center.kernel.web.forms import Styled, refusals_into


@dataclass(frozen=True)
class Line:
    """A rule as a table shows it."""

    rule: Rule
    case: str
    duration: str


TOPICS = (
    ("", gettext_lazy("全部")),
    ("ticket", gettext_lazy("工单")),
    ("engineer", gettext_lazy("工程师")),
    ("channel", gettext_lazy("渠道")),
    ("complaint", gettext_lazy("投诉")),
    ("objection", gettext_lazy("现场异议")),
    ("followup", gettext_lazy("回访")),
    ("slip", gettext_lazy("反馈单")),
    ("survey", gettext_lazy("满意度调查")),
    ("opinion_card", gettext_lazy("意见卡")),
    ("return", gettext_lazy("退货")),
    ("exchange", gettext_lazy("换货")),
    ("goods", gettext_lazy("到货")),
    ("staff", gettext_lazy("员工")),
    ("incident", gettext_lazy("应急事件")),
    ("portal", gettext_lazy("客户自助页")),
)


class RuleFilter(Styled):
    """What the list shows."""

    SHOWN = (
        ("in_force", gettext_lazy("生效中")),
        ("alternative", gettext_lazy("备选")),
        ("draft", gettext_lazy("草稿与待生效")),
        ("over", gettext_lazy("已被取代")),
        ("all", gettext_lazy("全部")),
    )
    show = forms.ChoiceField(label=gettext_lazy("状态"), choices=SHOWN, required=False)
    document = forms.ModelChoiceField(
        Document.objects.order_by("code"), label=gettext_lazy("文件"), required=False, to_field_name="code"
    )
    article = forms.CharField(label=gettext_lazy("条款"), required=False, max_length=40)
    topic = forms.ChoiceField(label=gettext_lazy("主题"), choices=TOPICS, required=False)
    q = forms.CharField(label=gettext_lazy("名称或代码"), required=False, max_length=80)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        document = self.fields["document"]
        document.label_from_instance = lambda row: f"{row.code} {pick(row)}"  # type: ignore[attr-defined]

    def rows(self) -> QuerySet[Rule]:
        """The rules asked for; those in force when nothing is asked."""
        rows = Rule.objects.with_clause().select_related("calendar")
        chosen = self.cleaned_data if self.is_valid() else {}
        shown = chosen.get("show") or "in_force"
        if shown == "in_force":
            rows = rows.in_force(timezone.now())
        elif shown == "alternative":
            rows = rows.filter(alternative=True, status=VersionStatus.APPROVED)
        elif shown == "draft":
            rows = rows.filter(alternative=False, status__in=[VersionStatus.DRAFT, VersionStatus.APPROVED])
        elif shown == "over":
            rows = rows.filter(valid_to__lte=timezone.now())
        if chosen.get("document"):
            rows = rows.filter(clause__document=chosen["document"])
        if article := chosen.get("article"):
            rows = rows.filter(clause__article__icontains=article)
        if topic := chosen.get("topic"):
            rows = rows.filter(code__startswith=f"{topic}.")
        if text := chosen.get("q"):
            rows = rows.filter(
                Q(code__icontains=text) | Q(name_zh__contains=text) | Q(name_en__icontains=text)
            )
        return rows


class RedraftForm(Styled):
    """The next version of a rule: another duration, and why."""

    value = forms.DecimalField(label=gettext_lazy("数值"), min_value=0, max_digits=12, decimal_places=4)
    unit = forms.ChoiceField(label=gettext_lazy("时间单位"), choices=Rule.Unit.choices)
    calendar = forms.ModelChoiceField(Calendar.objects.order_by("code"), label=gettext_lazy("日历"))
    notes = forms.CharField(
        label=gettext_lazy("说明"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendar"].label_from_instance = pick  # type: ignore[attr-defined]


@login_required
@require_GET
def rules(request: HttpRequest) -> HttpResponse:
    """The list, by document and state."""
    chosen = RuleFilter(request.GET)
    page = lists.page(request, chosen.rows(), ordering=("key", "-id"), size=200)
    lines = [Line(rule, words.case(rule.conditions), words.duration(rule)) for rule in page.rows]
    context = {
        "page": page,
        "lines": lines,
        "filter": chosen,
        "may_change": rulemaking.can_change(_user(request)),
        "may_ask": what_if.can_ask(_user(request)),
    }
    return render(request, "kernel/rulebook/rules.html", context)


@login_required
@require_GET
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: what it says, where it comes from, the other versions, what can be done with it."""
    return _show(request, _rule(request, pk), None)


def _rule(request: HttpRequest, pk: int) -> Rule:
    rows = Rule.objects.visible_to(_user(request)).with_clause().select_related("calendar")
    row: Rule = get_object_or_404(rows, pk=pk)
    return row


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # behind the log-in


def _show(request: HttpRequest, row: Rule, form: RedraftForm | None, status: int = 200) -> HttpResponse:
    start = {"value": words.number(row.value), "unit": row.unit, "calendar": row.calendar_id, "notes": ""}
    versions = Rule.objects.of_key(row.key).with_clause().select_related("calendar")
    context = {
        "rule": row,
        "case": words.case(row.conditions),
        "duration": words.duration(row),
        "ladder": words.ladder(row),
        "pauses": words.pauses(row),
        "versions": [
            words.Version(other, f"{words.duration(other)} · {pick(other.calendar)}") for other in versions
        ],
        "may_change": rulemaking.can_change(_user(request)),
        "own": row.drafted_by_id == request.user.pk,
        "form": form or RedraftForm(initial=start),
        "events": journal.timeline(row)[:20],
        "change": getattr(row, "changeover", None),
        "rivals": _rivals(row),
    }
    return render(request, "kernel/rulebook/rule.html", context, status=status)


def _rivals(row: Rule) -> list[rulebook_browse.Conflict]:
    """The conflicts of the documents the rule has a side in, each with both sides."""
    if not row.conflicts:
        return []
    same = rulebook_browse.sources()
    return [found for found in rulebook_browse.conflicts_of(same) if found.code in row.conflicts]


@login_required
@require_POST
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the next version."""
    row, form = _rule(request, pk), RedraftForm(request.POST)
    if form.is_valid():
        with refusals_into(form):
            draft = commands.run(rulemaking.redraft, row, by=request, **form.cleaned_data)
            messages.success(
                request, _("已起草第 %(number)s 版，批准后才能生效。") % {"number": draft.version}
            )
            return redirect("rule", draft.pk)
    return _show(request, row, form, 400)


class StepForm(Styled):
    """A step in a version's life needs the reader's yes."""

    sure = forms.BooleanField(
        label=gettext_lazy("我已核对，确认执行"), error_messages={"required": gettext_lazy("请先勾选确认。")}
    )


class ForceForm(StepForm):
    """From when a version counts."""

    valid_from = forms.DateTimeField(
        label=gettext_lazy("生效时间"),
        required=False,
        help_text=gettext_lazy("留空表示立即生效"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
    )
    field_order = ("valid_from", "sure")


STEPS = {
    "approval": (rulemaking.approve, gettext_lazy("已批准，可以生效。")),
    "force": (
        rulemaking.put_in_force,
        gettext_lazy("已安排生效：新的工单按此计时，未完成的时限分批改按新版。"),
    ),
    "end": (rulemaking.supersede, gettext_lazy("已终止。")),
}


@login_required
@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, pk: int, noun: str) -> HttpResponse:
    """Approve, put in force or end a version: first what it means, then the yes."""
    row, (verb, told) = _rule(request, pk), STEPS[noun]
    form = (ForceForm if noun == "force" else StepForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        when = {"valid_from": form.cleaned_data["valid_from"]} if noun == "force" else {}
        with refusals_into(form):
            commands.run(verb, row, by=request, **when)
            messages.success(request, str(told))
            return redirect("rule", row.pk)
    before = Rule.objects.filter(key=row.key, status=VersionStatus.IN_FORCE).exclude(pk=row.pk).first()
    context = {
        "rule": row,
        "noun": noun,
        "form": form,
        "case": words.case(row.conditions),
        "duration": words.duration(row),
        "before": before and words.duration(before),
        "forecast": _forecast(request, row, noun),
    }
    return render(request, "kernel/rulebook/step.html", context, status=400 if form.errors else 200)


def _forecast(request: HttpRequest, row: Rule, noun: str) -> dict[str, Any] | None:
    """What putting the version in force would do to the open clocks; also before one agrees to it."""
    if noun == "end" or not rulemaking.can_change(_user(request)):
        return None
    return forecasts.of(request, row, at=timezone.now())
