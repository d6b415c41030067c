"""What may be done to several rows at once: the same verb for each, in a transaction of its own, told row by row."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from service_center.kernel import commands, errors
from service_center.kernel.models import User
from service_center.kernel.web.forms import Styled, status_of
from service_center.kernel.web.lists.declaration import Declared, named

AT_MOST = 100
_NOT_SAID = {"csrfmiddlewaretoken", "row", "command_key"}


class ActionForm(Styled):
    """What is asked once for all rows; its cleaned data are the verb's keyword arguments."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        self.prepare()

    def prepare(self) -> None:
        """Narrow choices to what the user may choose."""


@dataclass(frozen=True)
class Action:
    """One verb offered for the selected rows. `may` decides who is offered it; the verb decides row by row.

    With `page`, a page of that name asks for what is needed and does one thing for all the rows, given as `?row=`.
    """

    key: str
    label: StrOrPromise
    icon: str
    verb: Callable[..., Any]
    may: Callable[[User], bool]
    form: type[ActionForm] = ActionForm
    question: StrOrPromise = ""
    danger: bool = False
    page: str = ""


@dataclass(frozen=True)
class Refused:
    """A row that was not done, and why."""

    key: str
    why: str


def offered(declared: Declared, user: User) -> list[Action]:
    """The actions this user may choose from."""
    return [action for action in declared.actions if action.may(user)]


@login_required
@require_http_methods(["GET", "POST"])
def perform(request: HttpRequest, name: str, key: str) -> HttpResponse:
    """GET asks what is needed, in a dialog; POST does it to each of the rows and tells which were refused and why."""
    declared, user = named(name), request.user
    assert isinstance(user, User), "behind the log-in"
    known = offered(declared, user) if declared is not None else []
    action = next((one for one in known if one.key == key and not one.page), None)
    if declared is None or action is None:
        raise Http404
    keys = list(dict.fromkeys(value for value in request.POST.getlist("row") if "\0" not in value))
    form = action.form(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid() and _may_begin(form, keys):
        return _told(request, declared, action, keys, form.cleaned_data)
    context = {"list": declared, "action": action, "form": form, "rows": keys}
    return render(request, "kernel/list_action.html", context, status=status_of(form))


def _may_begin(form: ActionForm, keys: list[str]) -> bool:
    if not keys:
        form.add_error(None, _("请先在列表中选择。"))
    if len(keys) > AT_MOST:
        form.add_error(None, _("一次最多处理 %(count)s 条，请少选一些。") % {"count": AT_MOST})
    return not form.errors


def _told(
    request: HttpRequest, declared: Declared, action: Action, keys: list[str], given: dict[str, Any]
) -> HttpResponse:
    done, refused = _each(request, declared, action, keys, given)
    context = {"list": declared, "action": action, "done": done, "refused": refused}
    response = render(request, "kernel/list_action.html#result", context)
    news = {"done": done, "refused": [one.key for one in refused]}
    response["HX-Trigger"] = json.dumps({"list:acted": news})
    return response


def _each(
    request: HttpRequest, declared: Declared, action: Action, keys: list[str], given: dict[str, Any]
) -> tuple[list[str], list[Refused]]:
    """Run the verb for each row; a refusal of one leaves the others alone."""
    user = request.user
    assert isinstance(user, User), "behind the log-in"
    found = _rows(declared, user, keys)
    done: list[str] = []
    refused: list[Refused] = []
    for key in keys:
        row = found.get(key)
        if row is None:
            refused.append(Refused(key, _("没有找到，或您无权查看。")))
            continue
        try:
            commands.run(action.verb, row, actor=user, key=_key(request, row), **given)
            done.append(key)
        except errors.DomainError as error:
            refused.append(Refused(key, str(error)))
    return done, refused


def _rows(declared: Declared, user: User, keys: list[str]) -> dict[str, Model]:
    wanted = keys if declared.key != "id" else [key for key in keys if key.isdecimal() and len(key) < 19]
    rows = declared.rows(user).filter(**{f"{declared.key}__in": wanted})
    return {str(getattr(row, declared.key)): row for row in rows}


def _key(request: HttpRequest, row: Model) -> commands.Key | None:
    """The form's key, for this row: a second click does no row twice, and takes up those not done yet."""
    whole = commands.key_of(request)
    if whole is None:
        return None
    said = sorted((name, values) for name, values in request.POST.lists() if name not in _NOT_SAID)
    asked = hashlib.sha256(f"{request.path}\n{row._meta.label_lower}:{row.pk}\n{said!r}".encode())
    return commands.Key(whole.principal, f"{whole.value[:150]}:{row.pk}", asked.hexdigest(), patient=True)
