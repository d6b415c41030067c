"""Figures cut into pieces: open tickets by state, age and engineer, answers by score, faults by class and code.

The same expression that counts a piece finds its rows, so a bar and the list behind it cannot differ.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, CharField, Count, F, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from parts.queries import below_reorder
from service_center.kernel import languages
from service_center.reports.queries import prepared
from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.scope import ONE_DAY, Scope, midnight, zone
from staff.models import Branch, Person
from tickets.states import FaultClass, Status

AGES: tuple[tuple[str, int, StrPromise], ...] = (
    ("0", 0, _("今天")),
    ("1-3", 3, _("1–3 天")),
    ("4-7", 7, _("4–7 天")),
    ("8-14", 14, _("8–14 天")),
    ("15-30", 30, _("15–30 天")),
)
OLDER = ("31", _("30 天以上"))
SCORES: tuple[tuple[str, int, StrPromise], ...] = (
    ("90", 90, _("90 分以上")),
    ("80", 80, _("80–89 分")),
    ("70", 70, _("70–79 分")),
    ("60", 60, _("60–69 分")),
)
LOWEST = ("0", _("60 分以下"))
NOBODY = "-"


@dataclass(frozen=True)
class Cut:
    """`key` names the piece a row belongs to, `told` what people call it where the key alone does not say."""

    code: str
    figures: tuple[str, ...]
    key: Callable[[datetime], Any]
    label: Callable[[str, str], str]
    told: Callable[[], Any] = lambda: Value("")
    pieces: Callable[[Scope], QuerySet[Any]] | None = None
    """Other rows that are counted instead, each naming one row of the figure by `part`."""
    names: Callable[[Sequence[str]], dict[str, str]] = lambda keys: {}
    """What people call these keys, where it takes a look into the tables."""

    def words(self, keys: Sequence[str]) -> str:
        """The pieces in words, as far as there are such."""
        names = self.names(keys)
        return languages.listed(self.label(key, names.get(key, "")) for key in keys)

    def only(self, rows: QuerySet[Any], keys: Sequence[str], scope: Scope, now: datetime) -> QuerySet[Any]:
        """The rows of these pieces."""
        if self.pieces is not None:
            found = self.pieces(scope).annotate(_key=self.key(now)).filter(_key__in=keys)
            return rows.filter(pk__in=found.values("part"))
        return rows.annotate(_key=self.key(now)).filter(_key__in=keys)


@dataclass(frozen=True)
class Piece:
    key: str
    label: str
    count: int


def counts(
    wanted: Sequence[tuple[str, str]], scope: Scope, *, now: datetime
) -> dict[tuple[str, str], list[Piece]]:
    """The pieces of each (figure, cut), the largest first; one query for all of them."""

    def statement(values: prepared.Values) -> QuerySet[Any, Any]:
        since, until, *rest = values
        about = scope.about(rest).within(since, until)  # type: ignore[arg-type]  # stand-ins of the same kind
        selects = [_counted(code, CUTS[cut], about, now) for code, cut in wanted]
        return selects[0].union(*selects[1:], all=True)

    today = now.astimezone(zone()).date()
    shape = ("cuts", tuple(wanted), scope.shape, today, languages.english())
    found: dict[tuple[str, str], list[Piece]] = defaultdict(list)
    for code, cut, key, told, count in prepared.rows(
        shape, statement, [scope.since, scope.until, *scope.values]
    ):
        found[code, cut].append(Piece(key, CUTS[cut].label(key, told), count))
    for pieces in found.values():
        pieces.sort(key=lambda piece: (-piece.count, piece.key))
    return {pair: found[pair] for pair in wanted}


def _counted(code: str, cut: Cut, scope: Scope, now: datetime) -> QuerySet[Any, Any]:
    rows, counted = CATALOGUE[code].measure(scope).rows, Count("*")
    if cut.pieces is not None:
        rows, counted = cut.pieces(scope).filter(part__in=rows.values("pk")), Count("part", distinct=True)
    text = CharField()
    named = rows.order_by().annotate(
        _figure=Value(code, output_field=text),
        _cut=Value(cut.code, output_field=text),
        _key=Cast(cut.key(now), text),
        _told=Cast(cut.told(), text),
    )
    return named.values_list("_figure", "_cut", "_key", "_told").annotate(_count=counted)


def _age(now: datetime) -> Case:
    today = now.astimezone(zone()).date()
    whens = [
        When(reported_at__gte=midnight(today - days * ONE_DAY), then=Value(key)) for key, days, _label in AGES
    ]
    return Case(*whens, default=Value(OLDER[0]), output_field=CharField())


def _score(now: datetime) -> Case:
    whens = [When(score__gte=lowest, then=Value(key)) for key, lowest, _label in SCORES]
    return Case(*whens, default=Value(LOWEST[0]), output_field=CharField())


def _fault(now: datetime) -> Any:
    return Concat("fault_class", Value(":"), "fault_code", output_field=CharField())


def _fault_label(key: str, told: str) -> str:
    kind, _colon, code = key.partition(":")
    return f"{dict(FaultClass.choices).get(kind, kind)} {code}".strip()


def _people(keys: Sequence[str]) -> dict[str, str]:
    return dict(Person.objects.filter(user__username__in=keys).values_list("user__username", "name"))


def _branches(keys: Sequence[str]) -> dict[str, str]:
    return {branch.code: languages.pick(branch) for branch in Branch.objects.filter(code__in=keys)}


def _branch() -> Any:
    return F("location__branch__name_en" if languages.english() else "location__branch__name_zh")


_AGE_WORDS = {key: label for key, _days, label in AGES} | dict([OLDER])
_SCORE_WORDS = {key: label for key, _lowest, label in SCORES} | dict([LOWEST])

CUTS = {
    cut.code: cut
    for cut in (
        Cut(
            "status",
            ("tickets.open",),
            lambda now: F("status"),
            lambda key, told: str(dict(Status.choices).get(key, key)),
        ),
        Cut("age", ("tickets.open",), _age, lambda key, told: str(_AGE_WORDS.get(key, key))),
        Cut(
            "engineer",
            ("tickets.open", "tickets.in_hand"),
            lambda now: Coalesce(F("assignee__user__username"), Value(NOBODY)),
            lambda key, told: str(_("尚未派工")) if key == NOBODY else told or key,
            told=lambda: Coalesce(F("assignee__name"), Value("")),
            names=_people,
        ),
        Cut("score", ("satisfaction.score",), _score, lambda key, told: str(_SCORE_WORDS.get(key, key))),
        Cut("fault", ("faults.found",), _fault, _fault_label),
        Cut(
            "branch",
            ("stock.below_reorder",),
            lambda now: F("location__branch__code"),
            lambda key, told: told or key,
            told=_branch,
            pieces=lambda scope: below_reorder(scope.reach),
            names=_branches,
        ),
    )
}
