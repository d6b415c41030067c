"""A rule that has no version yet: drafted with its clause, its cases and its duration."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from service_center.kernel import commands, rulemaking
from service_center.kernel.languages import pick
from service_center.kernel.models import Calendar, Clause, Rule
from service_center.kernel.web.forms import LongText, Styled, refusals_into, status_of
from service_center.kernel.web.rulebook_vocabulary import FACTS, REASONS


class NewRuleForm(Styled):
    """Everything a first version says."""

    code = forms.ChoiceField(label=gettext_lazy("规则"))
    clause = forms.ModelChoiceField(
        Clause.objects.none(),
        label=gettext_lazy("依据条款"),
        error_messages={"required": gettext_lazy("请写明依据的条款，没有依据的规则不能起草。")},
    )
    conditions = LongText(
        label=gettext_lazy("适用情形"),
        required=False,
        rows=3,
        help_text=gettext_lazy("每行一个条件，例如 tier=urgent 或 mode=bringin,mailin；留空为所有情形"),
    )
    value = forms.DecimalField(label=gettext_lazy("数值"), min_value=0, max_digits=12, decimal_places=4)
    unit = forms.ChoiceField(
        label=gettext_lazy("时间单位"),
        choices=[("", "–"), *Rule.Unit.choices],
        error_messages={"required": gettext_lazy("请选择时间单位。")},
    )
    calendar = forms.ModelChoiceField(Calendar.objects.none(), label=gettext_lazy("日历"))
    pausing_reasons = forms.MultipleChoiceField(
        label=gettext_lazy("暂停情形"),
        choices=list(REASONS.items()),
        required=False,
        widget=forms.SelectMultiple(attrs={"class": "form-select"}),
    )
    notes = LongText(label=gettext_lazy("说明"), required=False, rows=2)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known: dict[str, str] = {}
        for rule in Rule.objects.order_by("code", "-pk"):
            known.setdefault(rule.code, f"{pick(rule)} · {rule.code}")
        self.fields["code"].choices = [("", "–"), *known.items()]  # type: ignore[attr-defined]
        clause, calendar = self.fields["clause"], self.fields["calendar"]
        clause.queryset = Clause.objects.select_related("document").order_by("document__code", "pk")  # type: ignore[attr-defined]
        clause.label_from_instance = lambda row: f"{row.document.code} {row.article} {pick(row, 'title')}"  # type: ignore[attr-defined]
        calendar.queryset = Calendar.objects.filter(version__gt=0).order_by("code")  # type: ignore[attr-defined]
        calendar.label_from_instance = pick  # type: ignore[attr-defined]
        self.fields["conditions"].help_text = _("%(help)s。可用：%(facts)s") % {
            "help": self.fields["conditions"].help_text,
            "facts": ", ".join(f"{name}（{word}）" for name, word in FACTS.items()),
        }

    def clean_conditions(self) -> dict[str, Any]:
        """Lines of name=value as conditions."""
        found: dict[str, Any] = {}
        for line in self.cleaned_data["conditions"].splitlines():
            if not line.strip():
                continue
            name, sign, values = (part.strip() for part in line.partition("="))
            if not sign or not values or name not in FACTS:
                raise forms.ValidationError(_("读不懂这一行：%(line)s") % {"line": line.strip()[:80]})
            found[name] = [value.strip() for value in values.split(",") if value.strip()]
        return found


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draft it; somebody else approves."""
    form = NewRuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        with refusals_into(form):
            draft = commands.run(rulemaking.draft_rule, given.pop("code"), by=request, **given)
            messages.success(
                request, _("已起草第 %(number)s 版，批准后才能生效。") % {"number": draft.version}
            )
            return redirect("rule", draft.pk)
    may = rulemaking.can_change(request.user)  # type: ignore[arg-type]  # behind the log-in
    return render(
        request, "kernel/rulebook/new.html", {"form": form, "may_change": may}, status=status_of(form)
    )
