"""Behind a number: the figure in full, how it is counted, and its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from service_center.kernel import exports
from service_center.kernel.web import downloads, lists
from service_center.reports.queries import charts, compared, words
from service_center.reports.queries import dashboard as boards
from service_center.reports.queries.cuts import CUTS, Cut
from service_center.reports.queries.figures import CATALOGUE, Figure
from service_center.reports.queries.rows import draw, related
from service_center.reports.web.asking import Asked, asked

PARTS = {"hits": gettext_lazy("达成的"), "misses": gettext_lazy("未达成的")}
ASKED = ("period", "since", "until", "branch", "line", "team", "part", "cut", "key")
COUNTED = 10_000
"""Rows are counted up to here; what is more is told as more."""


@dataclass(frozen=True)
class Rows:
    """The rows asked for: of a figure, of one part of it, of some pieces of a cut."""

    figure: Figure
    question: Asked
    part: str
    cut: Cut | None
    keys: list[str]

    def found(self) -> QuerySet[Any]:
        rows = self.figure.measure(self.question.scope).of(self.part)
        if self.cut is not None:
            rows = self.cut.only(rows, self.keys, self.question.scope, self.question.now)
        return rows.select_related(*related(rows.model))

    @property
    def pieces(self) -> str:
        """The pieces in words."""
        return "" if self.cut is None else self.cut.words(self.keys)


@login_required
@require_GET
def rows(request: HttpRequest, code: str) -> HttpResponseBase:
    """The rows a number counts; `?part=hits` those that hit, `?cut=status&key=verified` those of one bar."""
    wanted = _wanted(request, code)
    found = wanted.found()
    if "format" in request.GET:
        return downloads.export(request, _table(wanted.figure, found), filters=_filters(request))
    page = lists.page(request, found)
    figures = compared.read(wanted.question.scope, wanted.question.period, now=wanted.question.now)
    total = found.order_by()[: COUNTED + 1].count()
    context = {
        "asked": wanted.question,
        "wanted": wanted,
        "figure": wanted.figure,
        "tile": boards.tile(figures, code, wanted.question.addresses),
        "chart": charts.trend(figures, wanted.question.addresses, code),
        "page": page,
        "lines": draw(found.model, page.rows),
        "total": total,
        "total_text": _("多于 %(n)s") % {"n": words.number(COUNTED)}
        if total > COUNTED
        else words.number(total),
        "parts": _parts(wanted),
        "may_export": exports.can_export(wanted.question.scope.user),
    }
    return render(request, "reports/rows.html", context)


def _wanted(request: HttpRequest, code: str) -> Rows:
    """What the address names. Raises Http404 for a figure or a cut there is none of."""
    question = asked(request)
    kind = CATALOGUE.get(code)
    cut = CUTS.get(request.GET.get("cut", ""))
    if kind is None or (cut is not None and code not in cut.figures):
        raise Http404
    part = request.GET.get("part", "")
    keys = [key for key in request.GET.getlist("key") if "\x00" not in key]
    return Rows(kind, question, part if part in PARTS else "", cut, keys)


def _parts(wanted: Rows) -> list[tuple[str, str]]:
    """The parts one may choose: none where the figure counts rows only, no misses where hits are other rows."""
    measure = wanted.figure.measure(wanted.question.scope)
    if measure.hits is None or wanted.cut is not None:
        return []
    names = ["hits"] if measure.hits_when else list(PARTS)
    return [(name, str(PARTS[name])) for name in names]


def _filters(request: HttpRequest) -> dict[str, str]:
    return {name: ",".join(request.GET.getlist(name)) for name in ASKED if name in request.GET}


def _table(kind: Figure, found: QuerySet[Any]) -> exports.Table:
    """The rows behind a number, as a file; one too many is fetched, so that too many are refused and not cut."""
    rows = found.order_by("-pk")[: exports.MAX_ROWS + 1]
    return exports.Table(
        kind.code,
        [
            exports.Column(_("记录"), lambda line: line.title),
            exports.Column(_("说明"), lambda line: line.detail),
            exports.Column(_("地址"), lambda line: line.url),
        ],
        draw(found.model, list(rows)),
    )
