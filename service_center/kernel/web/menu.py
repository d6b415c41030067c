"""The navigation: apps add their entries, a role sees what it works with."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django_stubs_ext import StrPromise

from service_center.kernel.access import has_role
from service_center.kernel.models import User


@dataclass(frozen=True)
class Entry:
    """One line of the menu. `roles` empty means everybody; `order` groups by tens."""

    label: StrPromise
    url_name: str
    icon: str
    order: int
    roles: tuple[str, ...] = ()
    home_of: tuple[str, ...] = ()
    phone: bool = False
    keys: str = ""


_entries: list[Entry] = []


def add(
    label: StrPromise,
    url_name: str,
    *,
    icon: str,
    order: int,
    roles: tuple[str, ...] = (),
    home_of: tuple[str, ...] = (),
    phone: bool = False,
    keys: str = "",
) -> None:
    """Register an entry; `home_of` names the roles whose first page it is, `phone` puts it on the phone's tab bar, `keys`
    are typed to go there (`g t`).
    """
    _entries.append(Entry(label, url_name, icon, order, roles, home_of, phone, keys))
    _entries.sort(key=lambda entry: entry.order)


def entries_for(user: User) -> list[Entry]:
    """The user's menu in order."""
    return [entry for entry in _entries if not entry.roles or has_role(user, *entry.roles)]


def home_for(user: User) -> str:
    """Address of the page the user's work begins on."""
    mine = entries_for(user)
    for entry in mine:
        if entry.home_of and has_role(user, *entry.home_of):
            return reverse(entry.url_name)
    return reverse(mine[0].url_name) if mine else reverse("account")
