"""What an address of the dashboard asks for: period, branch, product line, team; all of them to bookmark and to mail."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.db.models import CharField, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from customers.models import ProductLine
from service_center.kernel import commands, languages
from service_center.kernel.models import User
from service_center.reports.permissions import can_read_figures
from service_center.reports.queries import periods, words
from service_center.reports.queries.addresses import Addresses
from service_center.reports.queries.periods import Choice, Period
from service_center.reports.queries.scope import Scope, zone
from staff.models import Branch, Team
from staff.permissions import sees_all

NARROWINGS: Mapping[str, StrPromise] = {"branch": _("网点"), "line": _("产品线"), "team": _("班组")}


@dataclass(frozen=True)
class Option:
    """One value a filter may take."""

    pk: int
    code: str
    label: str
    branch_id: int


@dataclass(frozen=True)
class Filter:
    """A filter with its values, and the one chosen."""

    name: str
    label: StrPromise
    options: list[Option]
    chosen: Option | None


@dataclass(frozen=True)
class Menu:
    """A filter as the page shows it: what is chosen and how to let go of it, or the addresses to choose by."""

    label: StrPromise
    chosen: str
    clear: str
    items: list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """A reader's question. `filters` are the narrowings open to the reader."""

    scope: Scope
    period: Period
    filters: list[Filter]
    now: datetime

    def filter(self, name: str) -> Filter:
        return next(one for one in self.filters if one.name == name)

    def only(self, *names: str) -> Asked:
        """The same question where no more than these may be chosen."""
        return replace(self, filters=[one for one in self.filters if one.name in names])

    @property
    def addresses(self) -> Addresses:
        chosen = {one.name: one.chosen.code for one in self.filters if one.chosen is not None}
        return Addresses(chosen, self.period.span)

    @property
    def query(self) -> str:
        """The question as the query of an address."""
        return urlencode(self.parameters)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The question as an address asks it."""
        return dict(self.addresses.filters) | self._when

    @property
    def _when(self) -> dict[str, str]:
        if self.period.choice == Choice.OWN:
            return {"since": self.period.first.isoformat(), "until": self.period.last.isoformat()}
        return {"period": self.period.choice.value}

    @property
    def period_links(self) -> list[tuple[StrPromise | str, str, bool]]:
        """Label, address and whether it is shown, of each running period."""
        kept = self.addresses.filters
        return [
            (one.label, f"?{urlencode({**kept, 'period': one.value})}", one == self.period.choice)
            for one in Choice
            if one != Choice.OWN
        ]

    @property
    def menus(self) -> list[Menu]:
        return [self._menu(one) for one in self.filters]

    def _menu(self, one: Filter) -> Menu:
        others = {name: value for name, value in self.parameters.items() if name != one.name}
        return Menu(
            one.label,
            languages.labelled(one.label, one.chosen.label) if one.chosen else "",
            f"?{urlencode(others)}",
            [(option.label, f"?{urlencode({one.name: option.code, **others})}") for option in one.options],
        )

    @property
    def today(self) -> date:
        return self.now.astimezone(zone()).date()

    @property
    def days(self) -> str:
        return words.days(self.period.span)

    @property
    def days_before(self) -> str:
        return words.days(self.period.before)


def asked(request: HttpRequest) -> Asked:
    """What the request asks, within what its reader may see. Raises PermissionDenied for those who read no figures.

    Unknown values count as not asked for: a kept address outlives the team it names.
    """
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    if not can_read_figures(user):
        raise PermissionDenied
    return question(user, request.GET, now=commands.now())


def question(user: User, parameters: Mapping[str, str], *, now: datetime) -> Asked:
    """The question of a reader in these words."""
    period = periods.chosen(parameters, now=now)
    filters = _filters(user, parameters)
    chosen = {one.name: one.chosen.pk for one in filters if one.chosen is not None}
    scope = Scope(
        user,
        period.span.since,
        period.span.until,
        branch_id=chosen.get("branch"),
        line_id=chosen.get("line"),
        team_id=chosen.get("team"),
    )
    return Asked(scope, period, filters, now)


def _filters(user: User, parameters: Mapping[str, str]) -> list[Filter]:
    """What may be chosen, in one query: who sees one branch chooses no other, and no team of another."""
    options = _options()
    person = getattr(user, "person", None)
    own = None if sees_all(user) else getattr(person, "branch_id", None)
    found = []
    for name, label in NARROWINGS.items():
        if name == "branch" and own is not None:
            continue
        mine = [one for one in options[name] if own is None or name == "line" or one.branch_id == own]
        chosen = next((one for one in mine if one.code == parameters.get(name)), None)
        found.append(Filter(name, label, mine, chosen))
    return found


def _options() -> dict[str, list[Option]]:
    name = "name_en" if languages.english() else "name_zh"

    def some(kind: str, model: Any, branch: str) -> Any:
        rows = model.objects.order_by().annotate(_kind=Value(kind, output_field=CharField()))
        return rows.values_list("_kind", "pk", "code", name, branch)

    rows = some("branch", Branch, "pk").union(
        some("line", ProductLine, "pk"), some("team", Team, "branch_id"), all=True
    )
    found: dict[str, list[Option]] = defaultdict(list)
    for kind, pk, code, label, branch_id in rows.order_by("_kind", "code"):
        found[kind].append(Option(pk, code, label or code, branch_id))
    return found
