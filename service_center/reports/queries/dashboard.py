"""The manager's first screen in the morning."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from service_center.reports.queries import catalogue, figures
from service_center.reports.queries.appraisals import FOLLOW_UP, PROCESS, appraise
from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.rows import Line, draw, related
from service_center.reports.queries.scope import Scope
from staff.models import Branch, Person
from tickets.queries import desk
from tickets.states import OPEN, Status

FIRST = ("tickets.open", "clocks.broken", "clocks.at_risk", "stock.below_reorder")
SHARES = (
    "sla.response",
    "sla.arrival",
    "sla.solution",
    "service.first_time_fix",
    "satisfaction.score",
    "complaints.rate",
)
SECOND = (
    "service.response_hours",
    "service.efficiency",
    "service.coverage",
    "complaints.handled",
    "followup.coverage",
    "followup.score",
    "followup.solution",
    "followup.hours",
    "followup.response",
)
LATE_SHOWN = 10


def dashboard(scope: Scope, *, now: datetime) -> dict[str, Any]:
    """Everything on the page, straight from the rows."""
    broken = catalogue.broken(scope).rows.select_related(*related(figures_model("clocks.broken", scope)))
    late = list(broken.order_by("due_at")[:LATE_SHOWN])
    return {
        "first": [figures.read(CATALOGUE[code], scope, now=now) for code in FIRST],
        "shares": [figures.read(CATALOGUE[code], scope, now=now) for code in SHARES],
        "second": [figures.read(CATALOGUE[code], scope, now=now) for code in SECOND],
        "late": _lines(late),
        "states": _states(scope),
        "load": _load(scope),
        "process": appraise("process", PROCESS, scope, now=now),
        "follow_up": appraise("followup", FOLLOW_UP, scope, now=now),
        "as_of": now,
    }


def figures_model(code: str, scope: Scope) -> type:
    """The model whose rows a figure counts."""
    return CATALOGUE[code].measure(scope).rows.model


def _lines(late: list[Any]) -> list[Line]:
    return draw(type(late[0]), late) if late else []


def _load(scope: Scope) -> QuerySet[Person]:
    load = desk.load_of_engineers(scope.user)
    return load if scope.branch_id is None else load.filter(branch_id=scope.branch_id)


def _states(scope: Scope) -> dict[str, Any]:
    """Open tickets by state, for the chart: labels, counts and the list each bar opens."""
    counted = dict(
        scope.tickets().filter(status__in=OPEN).order_by().values_list("status").annotate(n=Count("pk"))
    )
    branch = f"&branch={Branch.objects.get(pk=scope.branch_id).code}" if scope.branch_id is not None else ""
    open_states = [state for state in Status if state in OPEN]
    return {
        "type": "bar",
        "labels": [str(state.label) for state in open_states],
        "series": [
            {
                "name": "",
                "values": [counted.get(state.value, 0) for state in open_states],
                "urls": [f"/tickets/?corner=all&status={state.value}{branch}" for state in open_states],
            }
        ],
    }
