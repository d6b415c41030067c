"""What a quarter's attainment would have been under another target or calendar, beside what it was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from service_center.kernel import what_if
from service_center.kernel.languages import labelled, noted, pick
from service_center.kernel.models import Calendar, Clock, Rule
from service_center.kernel.web import rulebook_words as words
from service_center.kernel.web.forms import Styled, refusals_into, status_of


class Rules(forms.ModelChoiceField):
    def label_from_instance(self, rule: Rule) -> str:
        return f"{noted(labelled(pick(rule), words.duration(rule)), words.case(rule.conditions))}"


class Calendars(forms.ModelChoiceField):
    def label_from_instance(self, row: Calendar) -> str:
        return pick(row)


class WhatIfForm(Styled):
    """The question: which rule, what instead, which quarter."""

    rule = Rules(Rule.objects.none(), label=gettext_lazy("规则"))
    whole_code = forms.BooleanField(label=gettext_lazy("同名规则一起试算"), required=False)
    value = forms.DecimalField(
        label=gettext_lazy("改为"), required=False, min_value=0, max_digits=12, decimal_places=4
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("时间单位"),
        required=False,
        choices=[("", gettext_lazy("不变")), *Rule.Unit.choices],
    )
    calendar = Calendars(
        Calendar.objects.none(), label=gettext_lazy("日历"), required=False, empty_label=gettext_lazy("不变")
    )
    quarter = forms.ChoiceField(label=gettext_lazy("季度"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.now()
        timed = Rule.objects.in_force(now).filter(code__in=_timed()).with_clause()
        self.fields["rule"].queryset = timed.order_by("code", "key")  # type: ignore[attr-defined]
        self.fields["calendar"].queryset = Calendar.objects.filter(version__gt=0).order_by("code")  # type: ignore[attr-defined]
        last = what_if.Quarter.before(now)
        quarters = [last.following(), last]
        for _step in range(3):
            quarters.append(quarters[-1].previous())
        self.fields["quarter"].choices = [(str(q), str(q)) for q in quarters]  # type: ignore[attr-defined]
        self.fields["quarter"].initial = str(last)


def _timed() -> Any:
    """The codes of rules that ever gave a clock."""
    used = Clock.objects.order_by("rule__code").values_list("rule__code", flat=True).distinct()
    return list(used)


@dataclass(frozen=True)
class Line:
    """One rule's figures, or all of them together."""

    name: str
    case: str
    now: str
    tally: what_if.Tally

    @property
    def real(self) -> float | None:
        return _percent(self.tally.real)

    @property
    def asked(self) -> float | None:
        return _percent(self.tally.asked)

    @property
    def difference(self) -> float | None:
        return None if self.real is None or self.asked is None else round(self.asked - self.real, 1)


def _percent(rate: float | None) -> float | None:
    return None if rate is None else round(rate * 100, 1)


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The question as a form, and under it both figures side by side."""
    if not what_if.can_ask(request.user):  # type: ignore[arg-type]  # behind the log-in
        raise PermissionDenied
    form = WhatIfForm(request.GET if "rule" in request.GET else None)
    answer = None
    if form.is_bound and form.is_valid():
        with refusals_into(form):
            answer = _answer(form)
    context: dict[str, Any] = {"form": form, "answer": answer, "limit": what_if.LIMIT}
    if answer is not None:
        context |= {
            "whole": Line("", "", "", answer.whole),
            "lines": [
                Line(pick(rule), words.case(rule.conditions), words.duration(rule), tally)
                for rule, tally in answer.by_rule
            ],
            "margin": _percent(answer.margin),
            "asked": _asked(form),
        }
    return render(request, "kernel/rulebook/what_if.html", context, status=status_of(form))


def _answer(form: WhatIfForm) -> what_if.Answer:
    given = form.cleaned_data
    return what_if.ask(
        given["rule"],
        value=given["value"],
        unit=given["unit"],
        calendar=given["calendar"],
        whole_code=given["whole_code"],
        quarter=what_if.Quarter.parse(given["quarter"]),
        at=timezone.now(),
    )


def _asked(form: WhatIfForm) -> str:
    """The duration asked about: 3 小时 · 值班时间."""
    given = form.cleaned_data
    parts = []
    if given["value"] is not None:
        rule = Rule(value=given["value"], unit=given["unit"] or given["rule"].unit)
        parts.append(words.duration(rule))
    if given["calendar"]:
        parts.append(pick(given["calendar"]))
    return " · ".join(parts)
