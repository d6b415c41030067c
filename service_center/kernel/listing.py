"""What people make of their lists: views kept under a name and shared, columns chosen, the view to begin with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from service_center.kernel import commands, journal
from service_center.kernel.access import has_role, require
from service_center.kernel.errors import DomainError, Invalid
from service_center.kernel.models import ListChoice, SavedView, User

Audience = SavedView.Audience
SAVED = journal.define("list_view.saved", _("保存了列表视图（%(audience)s）"), audience=Audience)
CHANGED = journal.define("list_view.changed", _("修改了列表视图（%(audience)s）"), audience=Audience)
DELETED = journal.define("list_view.deleted", _("删除了列表视图"))
SHARERS: Final = ("supervisor", "manager", "quality", "analyst", "director", "admin")
AT_MOST: Final = 50


class NameTaken(DomainError):
    code = "name_taken"
    message = _("您在这个列表已有同名的视图，请换一个名称。")


class TooManyViews(DomainError):
    code, status = "too_many_views", 422
    message = _("一个列表最多保存 50 个视图，请先删除不用的。")


@dataclass(frozen=True)
class Shape:
    """How a list stands: what a view keeps."""

    tab: str = ""
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict)
    ordering: str = ""
    columns: Sequence[str] = ()


def can_share(user: User, audience: str) -> bool:
    """Everybody shares with the own team; what the whole branch sees is put there by those who lead or report."""
    person = getattr(user, "person", None)
    if audience == Audience.PRIVATE:
        return True
    if person is None:
        return False
    return person.team_id is not None if audience == Audience.TEAM else has_role(user, *SHARERS)


def can_keep(user: User, view: SavedView) -> bool:
    """A view is its owner's; one that others see may also be tidied up by those who share with the branch."""
    if view.owner_id == user.pk:
        return True
    return view.audience != Audience.PRIVATE and has_role(user, *SHARERS)


def save_view(
    *, list_name: str, name: str, audience: str, shape: Shape, actor: User | None, at: datetime
) -> SavedView:
    """Keep how a list stands under a name, for oneself or for one's team or branch.

    Raises Forbidden, Invalid (no name), NameTaken, TooManyViews.
    """
    require(can_share, actor, audience)
    assert actor is not None, "views belong to people"
    _hold(actor)
    mine = SavedView.objects.filter(owner=actor, list_name=list_name)
    if mine.count() >= AT_MOST:
        raise TooManyViews
    view = SavedView(
        list_name=list_name,
        owner=actor,
        name=_free_name(actor, list_name, name),
        origin_key=commands.origin_key(),
    )
    _share(view, audience, actor)
    _shape(view, shape)
    view.save(force_insert=True)
    journal.record(SAVED, view, actor=actor, at=at, list=list_name, audience=audience)
    return view


def change_view(
    view: SavedView,
    *,
    name: str,
    audience: str,
    expected: int | None = None,
    actor: User | None,
    at: datetime,
) -> SavedView:
    """Give a view another name or other readers. Raises Forbidden, Stale, Invalid, NameTaken."""
    view = SavedView.objects.lock(view.pk)
    require(can_keep, actor, view)
    commands.check_version(view, expected)
    _hold(view.owner)
    view.name = _free_name(view.owner, view.list_name, name, but=view.pk)
    if audience != view.audience:
        require(can_share, actor, audience)
        _share(view, audience, view.owner)
    return _kept(view, actor=actor, at=at)


def reshape_view(view: SavedView, *, shape: Shape, actor: User | None, at: datetime) -> SavedView:
    """Let a view keep how the list stands now. Raises Forbidden."""
    view = SavedView.objects.lock(view.pk)
    require(can_keep, actor, view)
    _shape(view, shape)
    return _kept(view, actor=actor, at=at)


def delete_view(view: SavedView, *, actor: User | None, at: datetime) -> None:
    """Forget a view; whoever began with it begins with the list as it is declared. Raises Forbidden."""
    view = SavedView.objects.lock(view.pk)
    require(can_keep, actor, view)
    journal.record(DELETED, view, actor=actor, at=at, list=view.list_name)
    view.delete()


def choose_columns(*, list_name: str, columns: Sequence[str], actor: User | None, at: datetime) -> ListChoice:
    """Keep which columns somebody wants in a list; none means as the list declares them."""
    return _choose(actor, list_name, columns=list(columns))


def choose_split(*, list_name: str, split: bool, actor: User | None, at: datetime) -> ListChoice:
    """Keep whether a row opens beside the list."""
    return _choose(actor, list_name, split=split)


def begin_with(view: SavedView | None, *, list_name: str, actor: User | None, at: datetime) -> ListChoice:
    """Keep the view a list begins with; None: as the list declares it."""
    return _choose(actor, list_name, default_view=view)


def _choose(actor: User | None, list_name: str, **changes: object) -> ListChoice:
    assert actor is not None, "choices belong to people"
    return ListChoice.objects.update_or_create(user=actor, list_name=list_name, defaults=changes)[0]


def _hold(owner: User) -> None:
    """Two tabs of one person that keep a view at the same moment do so one after the other."""
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)


def _free_name(owner: User, list_name: str, name: str, *, but: int | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Invalid(_("请填写视图名称。"), field="name")
    same = SavedView.objects.filter(owner=owner, list_name=list_name, name=name)
    if (same if but is None else same.exclude(pk=but)).exists():
        raise NameTaken(field="name")
    return name


def _share(view: SavedView, audience: str, owner: User) -> None:
    person = getattr(owner, "person", None)
    groups = {
        Audience.TEAM: getattr(person, "team_id", None),
        Audience.BRANCH: getattr(person, "branch_id", None),
    }
    view.audience, view.group_id = audience, groups.get(Audience(audience))


def _shape(view: SavedView, shape: Shape) -> None:
    view.tab, view.ordering = shape.tab, shape.ordering
    view.filters = {name: list(values) for name, values in shape.filters.items()}
    view.columns = list(shape.columns)


def _kept(view: SavedView, *, actor: User | None, at: datetime) -> SavedView:
    view.version += 1
    view.save(
        update_fields=["name", "audience", "group_id", "tab", "filters", "ordering", "columns", "version"]
    )
    journal.record(CHANGED, view, actor=actor, at=at, list=view.list_name, audience=view.audience)
    return view
