"""The page of a customer's case. The link is exchanged once for a cookie; after that the address holds no secret."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from service_center.kernel import commands, tokens
from service_center.kernel.errors import DomainError, LinkDead
from service_center.kernel.web.forms import Styled
from service_center.portal.actions import cases, links
from service_center.portal.models import CaseLink, CaseSession
from service_center.portal.queries import cases as reading
from service_center.portal.web.shared import dead, key_of, private

COOKIE = "case"
PATH = "/c/"


class WordsForm(Styled):
    """What the customer writes: why again, or what is wrong."""

    text = forms.CharField(
        label=gettext_lazy("请说明"), widget=forms.Textarea(attrs={"rows": 3}), max_length=10_000
    )


class ConsentForm(Styled):
    signed_by = forms.CharField(label=gettext_lazy("您的姓名"), max_length=80, required=False)
    agree = forms.ChoiceField(choices=[("yes", "yes"), ("no", "no")])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("agree") == "yes" and not cleaned.get("signed_by"):
            self.add_error("signed_by", _("请填写姓名。"))
        return cleaned


@private
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest, token: str) -> HttpResponse:
    """GET offers to open the case and writes nothing (previews of messages fetch links too); POST opens it once."""
    session = _session(request)
    if session is not None and session.link.token_digest == tokens.digest(token):
        return redirect("case")
    if request.method != "POST":
        usable = CaseLink.objects.filter(token_digest=tokens.digest(token)).usable(commands.now()).exists()
        return render(request, "portal/door.html") if usable else dead(request)
    secret = tokens.new_secret()
    try:
        session = commands.run(links.exchange, token, secret=secret)
    except LinkDead:
        return dead(request)
    response = redirect("case")
    response.set_cookie(
        COOKIE,
        secret,
        expires=session.expires_at,
        path=PATH,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


@private
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The case: where it stands, what was promised, who comes when, what was done."""
    session = _session(request)
    return dead(request) if session is None else _page(request, session)


@private
@require_POST
def consent(request: HttpRequest) -> HttpResponse:
    """Agree to, or decline, plan and amount."""

    def act(session: CaseSession, form: forms.Form) -> str:
        run = _runner(request, session)
        if form.cleaned_data["agree"] == "yes":
            run(cases.consent, signed_by=form.cleaned_data["signed_by"])
            return _("谢谢，我们已记录您的同意。")
        run(cases.decline)
        return _("我们已记录您不同意，工程师会与您联系。")

    return _answer(request, "consent", ConsentForm(request.POST), act)


@private
@require_POST
def reopening(request: HttpRequest) -> HttpResponse:
    """Not content after the end: open it again."""

    def act(session: CaseSession, form: forms.Form) -> str:
        if not reading.case(session.link.ticket, commands.now()).may_reopen:
            raise DomainError(_("现在不能在这里重新打开，请致电客户服务。"))
        _runner(request, session)(cases.reopen, reason=form.cleaned_data["text"])
        return _("已重新打开，我们会尽快与您联系。")

    return _answer(request, "reopening", WordsForm(request.POST), act)


@private
@require_POST
def complaint(request: HttpRequest) -> HttpResponse:
    """Complain about the service."""

    def act(session: CaseSession, form: forms.Form) -> str:
        number = _runner(request, session)(cases.complain, content=form.cleaned_data["text"]).number
        return _("给您带来不便，我们深表歉意。投诉已受理，编号 %(number)s，我们会尽快回应。") % {
            "number": number
        }

    return _answer(request, "complaint", WordsForm(request.POST), act)


@private
@require_POST
def call(request: HttpRequest) -> HttpResponse:
    """Ask to be called."""

    def act(session: CaseSession, form: forms.Form) -> str:
        _runner(request, session)(cases.ask_for_call)
        return _("我们会给您打电话。")

    return _answer(request, "call", forms.Form(request.POST), act)


def _runner(request: HttpRequest, session: CaseSession) -> Callable[..., Any]:
    """Runs a verb on the session's ticket, keyed by the form; the customer has no user."""
    key = key_of(request, f"case:{session.link_id}")

    def run(verb: Callable[..., Any], **words: Any) -> Any:
        return commands.run(verb, session.link.ticket, key=key, **words)

    return run


def _answer(
    request: HttpRequest, name: str, form: forms.Form, act: Callable[[CaseSession, forms.Form], str]
) -> HttpResponse:
    session = _session(request)
    if session is None:
        return dead(request)
    if form.is_valid():
        try:
            messages.success(request, act(session, form))
            return redirect("case")
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    return _page(request, session, status=409 if form.non_field_errors() else 400, **{name: form})


def _page(
    request: HttpRequest, session: CaseSession, status: int = 200, **filled: forms.Form
) -> HttpResponse:
    empty = {
        "consent": ConsentForm(),
        "reopening": WordsForm(),
        "complaint": WordsForm(),
        "call": forms.Form(),
    }
    case = reading.case(session.link.ticket, commands.now())
    return render(request, "portal/case.html", {"case": case, "forms": empty | filled}, status=status)


def _session(request: HttpRequest) -> CaseSession | None:
    cookie = request.COOKIES.get(COOKIE, "")
    return reading.session_for(tokens.digest(cookie), commands.now()) if cookie else None
