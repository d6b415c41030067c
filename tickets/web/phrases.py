"""The words of the desk: text templates and symptoms, listed, written by those who lead, picked while typing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from service_center.kernel import commands
from service_center.kernel.languages import english
from service_center.kernel.models import User
from service_center.kernel.web import lists
from service_center.kernel.web.forms import refusals_into, renew, status_of
from service_center.kernel.web.lists import cells
from tickets import permissions
from tickets.actions import phrases as words
from tickets.models import Symptom, TextTemplate, Ticket
from tickets.queries import phrases
from tickets.states import TemplateKind
from tickets.web.forms.phrases import SymptomForm, TemplateForm

PICKED = 12


def _name(row: lists.Row) -> str:
    first, second = (row["name_en"], row["name_zh"]) if english() else (row["name_zh"], row["name_en"])
    return str(first or second)


NAME = lists.Column("name", gettext_lazy("名称"), _name, ("name_zh", "name_en"))
_ACTIVE = {True: gettext_lazy("在用"), False: gettext_lazy("停用")}

TEMPLATES = lists.declare(
    lists.Declared(
        name="text-templates",
        url_name="phrases",
        title=gettext_lazy("话术"),
        model=TextTemplate,
        key="code",
        columns=(
            cells.link("code", gettext_lazy("代码"), "/phrases/%s/", order="code"),
            NAME,
            cells.choice("kind", gettext_lazy("用于"), TemplateKind.choices),
            cells.named("branch", gettext_lazy("网点"), minor=True),
            cells.choice("active", gettext_lazy("状态"), _ACTIVE.items()),
        ),
        filters=(lists.Choice("kind", gettext_lazy("用于"), TemplateKind.choices),),
        orders=(lists.Order("code", gettext_lazy("代码"), ("code",)),),
        order="code",
        search=lambda rows, text, user: rows.holding(text),
        search_label=gettext_lazy("代码、名称、内容"),
        empty=lists.Empty(title=gettext_lazy("还没有话术"), hint=gettext_lazy("由服务主任或经理新增。")),
        template="tickets/phrases.html",
    )
)
SYMPTOMS = lists.declare(
    lists.Declared(
        name="symptoms",
        url_name="symptoms",
        title=gettext_lazy("故障现象"),
        model=Symptom,
        key="code",
        columns=(
            cells.link("code", gettext_lazy("代码"), "/symptoms/%s/", order="code"),
            NAME,
            cells.text("initials", gettext_lazy("拼音首字母"), minor=True),
            cells.named("product_line", gettext_lazy("产品线")),
            cells.choice("active", gettext_lazy("状态"), _ACTIVE.items()),
        ),
        orders=(lists.Order("code", gettext_lazy("代码"), ("code",)),),
        order="code",
        search=lambda rows, text, user: rows.holding(text),
        search_label=gettext_lazy("代码、名称、拼音首字母"),
        empty=lists.Empty(title=gettext_lazy("还没有故障现象"), hint=gettext_lazy("由服务主任或经理新增。")),
        template="tickets/phrases.html",
    )
)


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # behind the log-in


@login_required
@require_GET
def templates(request: HttpRequest) -> HttpResponseBase:
    """All text templates one may use."""
    may_write = permissions.can_write_symptom(_user(request))
    return lists.respond(request, TEMPLATES, new="/phrases/new/" if may_write else "", **_tabs("phrases"))


@login_required
@require_GET
def symptoms(request: HttpRequest) -> HttpResponseBase:
    """The catalogue of symptoms."""
    may_write = permissions.can_write_symptom(_user(request))
    return lists.respond(request, SYMPTOMS, new="/symptoms/new/" if may_write else "", **_tabs("symptoms"))


def _tabs(here: str) -> dict[str, Any]:
    return {"kinds": [("phrases", TEMPLATES.title, here), ("symptoms", SYMPTOMS.title, here)]}


@login_required
@require_http_methods(["GET", "POST"])
def template(request: HttpRequest, code: str = "") -> HttpResponse:
    """Write a new template, or reword one; whoever may only read sees it with its placeholders."""
    user = _user(request)
    row = get_object_or_404(TextTemplate.objects.visible_to(user), code=code) if code else None
    may_write = (
        permissions.can_write_symptom(user) if row is None else permissions.can_write_template(user, row)
    )
    if not may_write and (row is None or request.method == "POST"):
        raise PermissionDenied
    form = TemplateForm(request.POST or None, row=row, user=user)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            if row is None:
                commands.run(words.write_template, by=request, **form.arguments())
            else:
                commands.run(words.edit_template, row, by=request, **form.changes())
        if not form.errors:
            messages.success(request, _("话术已保存。"))
            return redirect("phrases")
        if row is not None:
            renew(form, TextTemplate.objects.get(pk=row.pk).version)
    context = {"form": form, "row": row, "may_write": may_write, "placeholders": phrases.PLACEHOLDERS.items()}
    return render(request, "tickets/phrase.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def symptom(request: HttpRequest, code: str = "") -> HttpResponse:
    """Add a symptom, or reword one."""
    user = _user(request)
    row = get_object_or_404(Symptom.objects.visible_to(user), code=code) if code else None
    may_write = permissions.can_write_symptom(user)
    if not may_write and (row is None or request.method == "POST"):
        raise PermissionDenied
    form = SymptomForm(request.POST or None, row=row)
    if request.method == "POST" and form.is_valid():
        with refusals_into(form):
            if row is None:
                commands.run(words.add_symptom, by=request, **form.arguments())
            else:
                commands.run(words.edit_symptom, row, by=request, **form.changes())
        if not form.errors:
            messages.success(request, _("故障现象已保存。"))
            return redirect("symptoms")
        if row is not None:
            renew(form, Symptom.objects.get(pk=row.pk).version)
    context = {"form": form, "row": row, "may_write": may_write, "symptom": True}
    return render(request, "tickets/phrase.html", context, status=status_of(form))


@login_required
@require_GET
def offered(request: HttpRequest, number: str) -> HttpResponse:
    """The templates for a field of this ticket, filled in: `?kind=` of the field, `?q=` what is typed."""
    user = _user(request)
    row = get_object_or_404(Ticket.objects.visible_to(user).with_people(), number=number)
    text = request.GET.get("q", "")[:80]
    found = phrases.offered(row, user, kind=request.GET.get("kind", "")[:20], text=text)[:PICKED]
    return render(request, "tickets/parts/phrases.html", {"found": found})
