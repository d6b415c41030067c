"""The survey page: no log-in, one thumb, two languages, works without scripts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from service_center.kernel import commands, tokens
from service_center.kernel.errors import DomainError, LinkDead
from service_center.kernel.web.forms import Styled
from service_center.portal.web.shared import dead, key_of, private
from surveys.actions import invitations
from surveys.models import Invitation, Questionnaire
from surveys.states import OpinionKind


class SurveyForm(Styled):
    """One radio group per question of the invitation's questionnaires, and a free word."""

    comment_kind = forms.ChoiceField(
        label=_("您的意见属于"), choices=[("", "–"), *OpinionKind.choices], required=False
    )
    comment = forms.CharField(
        label=_("还有什么想告诉我们？"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=10_000,
        required=False,
        strip=False,
    )

    def __init__(self, *args: Any, sheets: list[Questionnaire], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheets = sheets

    def marks(self) -> dict[str, dict[str, int]]:
        """The marks as posted, `questionnaire.question`; anything that is no number counts as not given."""
        found: dict[str, dict[str, int]] = {}
        for sheet in self.sheets:
            given = {code: self.data.get(f"{sheet.code}.{code}", "") for code in sheet.codes()}
            marks = {code: int(text) for code, text in given.items() if text.isdecimal() and len(text) < 4}
            if marks:
                found[sheet.code] = marks
        return found


@private
@require_http_methods(["GET", "HEAD", "POST"])
def survey(request: HttpRequest, token: str) -> HttpResponse:
    """Show the questions, or take the answers once."""
    invitation = Invitation.objects.filter(token_digest=tokens.digest(token)).select_related("ticket").first()
    if invitation is None:
        return dead(request)
    if request.method == "POST":
        return _take(request, invitation, token)
    if not invitation.opens(tokens.digest(token), at=commands.now()):
        return dead(request)
    sheets = list(invitation.questionnaires.order_by("-kind"))
    return _ask(request, invitation, SurveyForm(sheets=sheets))


def _take(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    form = SurveyForm(request.POST, sheets=list(invitation.questionnaires.order_by("-kind")))
    if not form.is_valid():
        return _ask(request, invitation, form)
    words = {"comment": form.cleaned_data["comment"], "comment_kind": form.cleaned_data["comment_kind"]}
    try:
        commands.run(
            invitations.answer,
            invitation,
            token=token,
            marks=form.marks(),
            key=key_of(request, f"survey:{invitation.pk}"),
            **words,
        )
    except LinkDead:
        return dead(request)
    except DomainError as refusal:
        form.add_error(None, str(refusal))
        return _ask(request, invitation, form, wrong=refusal.field)
    return render(request, "portal/thanks.html")


def _words(row: dict[str, Any]) -> str:
    """The name of a question or a mark in the reader's language."""
    english = (get_language() or "").startswith("en")
    return str(row["name_en"] if english else row["name_zh"])


def _ask(
    request: HttpRequest, invitation: Invitation, form: SurveyForm, wrong: str | None = None
) -> HttpResponse:
    """The questions; the one that was refused says so beside itself."""
    blocks = [
        {
            "sheet": sheet,
            "marks": [{"value": mark["value"], "name": _words(mark)} for mark in sheet.marks()],
            "questions": [
                {
                    "label": _words(question),
                    "name": f"{sheet.code}.{question['code']}",
                    "given": form.data.get(f"{sheet.code}.{question['code']}", ""),
                }
                for question in sheet.questions
            ],
        }
        for sheet in form.sheets
    ]
    context = {"invitation": invitation, "form": form, "blocks": blocks, "wrong": wrong}
    context["kinds"] = OpinionKind.choices
    return render(request, "portal/survey.html", context, status=400 if form.errors else 200)
