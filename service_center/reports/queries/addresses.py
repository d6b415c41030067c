"""The addresses behind the numbers: which rows a mark opens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.periods import Span


@dataclass(frozen=True)
class Addresses:
    """Addresses with what was asked for: `filters` hold the codes of branch, line, team."""

    filters: Mapping[str, str]
    span: Span

    def rows(
        self,
        code: str,
        span: Span | None = None,
        *,
        part: str = "",
        cut: str = "",
        keys: Sequence[str] = (),
    ) -> str:
        """The rows a figure counts: of the period or of one point, of one part, of one piece of a cut."""
        asked = list(self.filters.items())
        if not CATALOGUE[code].now:
            stretch = span or self.span
            asked += [("since", stretch.first.isoformat()), ("until", stretch.last.isoformat())]
        if part:
            asked.append(("part", part))
        if cut:
            asked += [("cut", cut), *(("key", key) for key in keys)]
        return f"/reports/{code}/" + (f"?{urlencode(asked)}" if asked else "")
