"""What people keep of a list: views under a name, the view it begins with, its columns, whether a row opens beside it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from service_center.kernel import commands, listing
from service_center.kernel.access import require
from service_center.kernel.models import SavedView, User
from service_center.kernel.web.forms import Styled, refusals_into, renew, status_of
from service_center.kernel.web.lists import asking
from service_center.kernel.web.lists.declaration import Declared, named

Audience = SavedView.Audience


class ViewForm(Styled):
    """A view's name and who finds it."""

    name = forms.CharField(label=gettext_lazy("视图名称"), max_length=60)
    audience = forms.ChoiceField(
        label=gettext_lazy("谁能看到"),
        choices=Audience.choices,
        widget=forms.RadioSelect,
        initial=Audience.PRIVATE,
    )

    def __init__(self, *args: Any, user: User, kept: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["audience"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            (code, label) for code, label in Audience.choices if code == kept or listing.can_share(user, code)
        ]


class NewViewForm(ViewForm):
    """A view about to be kept."""

    first = forms.BooleanField(label=gettext_lazy("打开列表时先显示这个视图"), required=False)


class EditViewForm(ViewForm):
    """A view that is there already."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


def _list(name: str) -> Declared:
    declared = named(name)
    if declared is None:
        raise Http404
    return declared


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # behind the log-in
    return request.user


def _view(request: HttpRequest, name: str, pk: int) -> SavedView:
    """A view the reader may change. Raises Http404 for one that is not shown to them, Forbidden for others'."""
    view = get_object_or_404(SavedView.objects.visible_to(_user(request)).of_list(name), pk=pk)
    require(listing.can_keep, _user(request), view)
    return view


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, name: str) -> HttpResponse:
    """Keep the list as its address asks for it under a name."""
    declared, user = _list(name), _user(request)
    ask = asking.read(request, declared)
    form = NewViewForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        first = form.cleaned_data.pop("first")
        with refusals_into(form):
            view = commands.run(
                listing.save_view, list_name=name, shape=ask.shape(), by=request, **form.cleaned_data
            )
            if first:
                commands.run(listing.begin_with, view, list_name=name, actor=user)
            messages.success(request, _("已保存视图“%(name)s”。") % {"name": view.name})
            return redirect(f"{declared.url}?view={view.pk}")
    context = {
        "list": declared,
        "form": form,
        "title": _("保存为视图"),
        "ask": ask,
        "back": f"{declared.url}{ask.address()}",
    }
    return render(request, "kernel/list_view.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Another name, other readers; the way to its deletion."""
    declared, view = _list(name), _view(request, name, pk)
    known = {"name": view.name, "audience": view.audience, "version": view.version}
    form = EditViewForm(request.POST or None, user=_user(request), kept=view.audience, initial=known)
    if request.method == "POST" and form.is_valid():
        expected = form.cleaned_data.pop("version")
        with refusals_into(form):
            commands.run(listing.change_view, view, expected=expected, by=request, **form.cleaned_data)
        if not form.errors:
            messages.success(request, _("已保存。"))
            return redirect(f"{declared.url}?view={pk}")
        renew(form, SavedView.objects.get(pk=pk).version)
    context = {
        "list": declared,
        "view": view,
        "form": form,
        "title": _("修改视图"),
        "back": f"{declared.url}?view={pk}",
    }
    return render(request, "kernel/list_view.html", context, status=status_of(form))


@login_required
@require_POST
def shape(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """Let the view keep the list as its address asks for it."""
    declared, view = _list(name), _view(request, name, pk)
    asked = asking.read(request, declared).shape()
    commands.run(listing.reshape_view, view, shape=asked, by=request)
    messages.success(request, _("视图“%(name)s”已更新。") % {"name": view.name})
    return redirect(f"{declared.url}?view={pk}")


@login_required
@require_http_methods(["GET", "POST"])
def deletion(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """GET asks whether it is meant; POST forgets the view."""
    declared, view = _list(name), _view(request, name, pk)
    if request.method == "GET":
        return render(request, "kernel/list_view_deletion.html", {"list": declared, "view": view})
    commands.run(listing.delete_view, view, by=request)
    messages.success(request, _("已删除视图“%(name)s”。") % {"name": view.name})
    return redirect(declared.url)


@login_required
@require_POST
def start(request: HttpRequest, name: str) -> HttpResponse:
    """Begin the list with the view posted, or as it is declared when none is."""
    declared, user = _list(name), _user(request)
    view = None
    if number := request.POST.get("view", ""):
        if not number.isdecimal() or len(number) > 18:
            raise Http404
        view = get_object_or_404(SavedView.objects.visible_to(user).of_list(name), pk=int(number))
    commands.run(listing.begin_with, view, list_name=name, actor=user)
    messages.success(
        request, _("以后打开这个列表先显示“%(name)s”。") % {"name": view.name} if view else _("已恢复默认。")
    )
    return redirect(f"{declared.url}?view={view.pk}" if view else declared.url)


@login_required
@require_POST
def columns(request: HttpRequest, name: str) -> HttpResponse:
    """Choose the columns: for the person, or, on a view, for this look at it until the view is kept anew."""
    declared, ask = _list(name), asking.read(request, _list(name))
    posted = [] if "reset" in request.POST else request.POST.getlist("column")
    keys = (
        tuple(column.key for column in declared.columns if column.fixed or column.key in posted)
        if posted
        else ()
    )
    if ask.view is not None:
        return redirect(f"{declared.url}{ask.address(columns_asked=keys)}")
    commands.run(listing.choose_columns, list_name=name, columns=keys, actor=_user(request))
    return redirect(f"{declared.url}{ask.address(columns_asked=())}")


@login_required
@require_POST
def split(request: HttpRequest, name: str) -> HttpResponse:
    """Remember whether a row opens beside the list."""
    _list(name)
    wanted = request.POST.get("split") == "1"
    commands.run(listing.choose_split, list_name=name, split=wanted, actor=_user(request))
    return HttpResponse(status=204)
