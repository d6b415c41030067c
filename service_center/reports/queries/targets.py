"""What a figure should be: settings of the rulebook, each with its clause. A figure without a setting has no target."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from service_center.kernel import languages, rulebook
from service_center.kernel.models import Setting
from service_center.reports.queries.figures import Figure

OWN_CODES = {"service.response_hours": "dashboard.response_target"}
"""Figures whose target stands under another name than `dashboard.target.<figure>`."""


@dataclass(frozen=True)
class Target:
    """The value to reach, or not to exceed where less is better, and the setting it comes from."""

    value: Decimal
    at_most: bool
    setting: Setting

    @property
    def clause(self) -> str:
        """Where the target comes from: document, article and title."""
        clause = self.setting.clause
        if clause is None:
            return ""
        return f"{clause.document.code} {clause.article} {languages.pick(clause, 'title')}"

    def met_by(self, value: Decimal) -> bool:
        return value <= self.value if self.at_most else value >= self.value


def of(kind: Figure, *, at: datetime) -> Target | None:
    """The target in force for a figure, None when nobody has set one."""
    code = OWN_CODES.get(kind.code, f"dashboard.target.{kind.code}")
    try:
        row = rulebook.setting_row(code, at)
    except rulebook.NoSetting:
        return None
    value = rulebook.typed(row)
    if isinstance(value, timedelta):
        value = Decimal(str(value / timedelta(hours=1)))
    assert isinstance(value, Decimal)
    return Target(value, at_most=kind.more_is_better is False, setting=row)


def smallest_sample(*, at: datetime) -> int:
    """From how many rows on a share or a mean says something."""
    return int(rulebook.setting("dashboard.minimum_sample", at))
