"""Log-in and what a user does with it. Known and unknown user names get the same words, codes and work."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from service_center.kernel import accounts, commands, tokens
from service_center.kernel.access import Backend
from service_center.kernel.models import ApiToken, PasswordReset, User, UserSession
from service_center.kernel.web import sessions
from service_center.kernel.web.forms import Styled, refusals_into

_RESET = "password_reset"
_BACKEND = f"{Backend.__module__}.{Backend.__qualname__}"


class LoginForm(Styled):
    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(Styled):
    """A new password, typed twice; the old one too unless a link stands for it."""

    old_password = forms.CharField(
        label=gettext_lazy("当前密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new_password = forms.CharField(
        label=gettext_lazy("新密码"),
        max_length=200,
        strip=False,
        help_text=gettext_lazy("至少 10 个字符，不要用常见密码或与用户名相近的密码。"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    repeated = forms.CharField(
        label=gettext_lazy("再输入一次新密码"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, by_link: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if by_link:
            del self.fields["old_password"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("new_password") and data.get("repeated") and data["new_password"] != data["repeated"]:
            self.add_error("repeated", _("两次输入的新密码不一致。"))
        return data


class ResetForm(Styled):
    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autofocus": True, "autocapitalize": "none"}
        ),
    )


@sensitive_post_parameters()
@never_cache
def log_in(request: HttpRequest) -> HttpResponse:
    """Sign in by user name and password; axes counts the failures of (user name, address) in the database."""
    if request.user.is_authenticated:
        return redirect(_next(request))
    form = LoginForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = authenticate(request, **form.cleaned_data)
        if isinstance(user, User):
            login(request, user, backend=_BACKEND)
            sessions.begin(request)
            return redirect(_next(request))
        form.add_error(None, _("用户名或密码不正确。"))
    context = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "kernel/accounts/login.html", context, status=400 if form.errors else 200)


def locked_out(request: HttpRequest, response: HttpResponse | None, credentials: Any) -> HttpResponse:
    """What axes answers after too many failures: when to come back and how to help oneself."""
    minutes = int(settings.AXES_COOLOFF_TIME * 60)
    page = render(request, "kernel/accounts/locked_out.html", {"minutes": minutes}, status=429)
    page["Retry-After"] = str(minutes * 60)
    return page


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """Sign out here; the browser forgets the pages it kept, not what a phone has still to send."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    logout(request)
    response = redirect("login")
    response["Clear-Site-Data"] = '"cache"'
    return response


def _me(request: HttpRequest) -> User:
    """The user of a page behind the log-in."""
    assert isinstance(request.user, User)
    return request.user


def _next(request: HttpRequest) -> str:
    """Where to go on: the page asked for if it is one of ours, else home."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/") else reverse("home")


@login_required
@never_cache
def account(request: HttpRequest) -> HttpResponse:
    """The user's own page: where they are signed in, their tokens, the way to a new password."""
    mine = UserSession.objects.filter(user=_me(request)).order_by("-last_seen_at")
    context = {
        "sessions": mine,
        "here": request.session.session_key,
        "tokens": ApiToken.objects.filter(user=_me(request), revoked_at=None).order_by("-id"),
    }
    return render(request, "kernel/accounts/account.html", context)


@sensitive_post_parameters()
@login_required
@never_cache
def password_change(request: HttpRequest) -> HttpResponse:
    """A new password; this browser stays signed in, all others are signed out."""
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        words = {"old": form.cleaned_data["old_password"], "new": form.cleaned_data["new_password"]}
        with refusals_into(form):
            user = commands.run(accounts.change_password, _me(request), **words, actor=_me(request))
            login(request, user, backend=_BACKEND)
            sessions.begin(request)
            messages.success(request, _("密码已修改，其他设备上的登录已退出。"))
            return redirect("account")
    status = 400 if form.errors else 200
    return render(request, "kernel/accounts/password_change.html", {"form": form}, status=status)


@never_cache
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link; the answer is the same whoever asks for whom."""
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        secret = tokens.new_secret()
        link = f"{settings.PUBLIC_URL}{reverse('password_reset_link', args=[secret])}"
        commands.run(accounts.ask_reset, form.cleaned_data["username"], secret=secret, link=link)
        return redirect("password_reset_sent")
    status = 400 if form.errors else 200
    return render(request, "kernel/accounts/password_reset.html", {"form": form}, status=status)


def password_reset_sent(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "kernel/accounts/password_reset_sent.html",
        {"minutes": settings.PASSWORD_RESET_SECONDS // 60},
    )


@never_cache
def password_reset_link(request: HttpRequest, secret: str) -> HttpResponse:
    """Exchange the link for a place in this session, so that the secret leaves the address bar."""
    reset = accounts.find_reset(secret)
    if reset is None:
        return render(request, "kernel/accounts/link_expired.html", status=404)
    request.session[_RESET] = reset.pk
    response = redirect("password_reset_new")
    response["Referrer-Policy"] = "no-referrer"
    return response


@sensitive_post_parameters()
@never_cache
def password_reset_new(request: HttpRequest) -> HttpResponse:
    """Set the new password the link stands for, once."""
    reset = accounts.usable_resets().filter(pk=request.session.get(_RESET, 0)).first()
    if reset is None:
        return render(request, "kernel/accounts/link_expired.html", status=404)
    form = PasswordForm(request.POST or None, by_link=True)
    if request.method == "POST" and form.is_valid() and _redeemed(form, reset):
        request.session.flush()
        messages.success(request, _("密码已重设，请用新密码登录。"))
        return redirect("login")
    status = 400 if form.errors else 200
    return render(request, "kernel/accounts/password_reset_new.html", {"form": form}, status=status)


def _redeemed(form: PasswordForm, reset: PasswordReset) -> bool:
    with refusals_into(form):
        commands.run(accounts.redeem, reset, new=form.cleaned_data["new_password"])
    return form.is_valid()


@login_required
@require_POST
def session_ending(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign one browser out."""
    session = get_object_or_404(UserSession, pk=pk, user=_me(request))
    commands.run(accounts.end_session, session, actor=_me(request))
    messages.success(request, _("该会话已结束。"))
    return redirect("account")


@login_required
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Sign every browser out, this one too."""
    commands.run(accounts.end_sessions, _me(request), actor=_me(request))
    logout(request)
    return redirect("login")


@login_required
@require_POST
def token_ending(request: HttpRequest, pk: int) -> HttpResponse:
    """Revoke one of the user's tokens."""
    token = get_object_or_404(ApiToken, pk=pk, user=_me(request))
    commands.run(tokens.revoke, token, actor=_me(request))
    messages.success(request, _("令牌已撤销。"))
    return redirect("account")


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language: for this browser by cookie, for the user for good."""
    chosen = request.POST.get("language", "")
    response = redirect(_next(request))
    if chosen in dict(settings.LANGUAGES):
        if isinstance(request.user, User):
            User.objects.filter(pk=request.user.pk).update(language=chosen)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
        translation.activate(chosen)
    return response


@login_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Switch between light, dark and the device's own."""
    chosen = request.POST.get("theme", "")
    if chosen in {"auto", "light", "dark"}:
        User.objects.filter(pk=_me(request).pk).update(theme=chosen)
    return redirect(_next(request))
