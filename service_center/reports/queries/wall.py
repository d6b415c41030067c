"""The wall: deadlines that press just now, counted by branch, team, person and clause, and the most pressing by name.

Two statements whatever the number of deadlines; names of those shown come in one query for each kind of name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import connection

from service_center.kernel import clock_subjects, commands
from service_center.kernel.languages import pick
from service_center.kernel.models import Clause, Clock, User
from staff.models import Branch, Person, Team
from staff.permissions import sees_all

LATE, RISK, PAUSED = "late", "risk", "paused"
STANDINGS: Final = (LATE, RISK, PAUSED)
FEW, MANY = 5, 12
"""Rows of a panel, and lines of the list: what a television shows without scrolling."""

_PRESSING = """
    WITH pressing AS (
        SELECT c.id, c.subject_type, c.subject_id, c.kind, c.due_at, c.breached_at, c.acknowledged_at, r.clause_id,
               CASE c.state WHEN 'breached' THEN 'late' WHEN 'paused' THEN 'paused' ELSE 'risk' END AS standing,
               coalesce(t.branch_id, p.branch_id, f.branch_id, x.branch_id) AS branch_id,
               coalesce(t.assignee_id, t.owner_id, p.owner_id, f.owner_id, x.owner_id) AS person_id,
               coalesce(t.number, p.number, c.subject_id::text) AS number
        FROM kernel_clock c
        JOIN kernel_rule r ON r.id = c.rule_id
        LEFT JOIN tickets_ticket t ON c.subject_type = 'tickets.ticket' AND t.id = c.subject_id
        LEFT JOIN complaints_complaint p ON c.subject_type = 'complaints.complaint' AND p.id = c.subject_id
        LEFT JOIN surveys_followup f ON c.subject_type = 'surveys.followup' AND f.id = c.subject_id
        LEFT JOIN surveys_rectification x ON c.subject_type = 'surveys.rectification' AND x.id = c.subject_id
        WHERE c.stopped_at IS NULL
          AND (c.state IN ('breached', 'paused') OR (c.state = 'running' AND c.warned_at IS NOT NULL))
    ), seen AS (SELECT * FROM pressing WHERE branch_id = %(branch)s OR %(branch)s IS NULL)
"""
_COUNTS = f"""{_PRESSING}
    SELECT CASE WHEN grouping(s.branch_id) = 0 THEN 'branch' WHEN grouping(team.team_id) = 0 THEN 'team'
                WHEN grouping(s.person_id) = 0 THEN 'person' WHEN grouping(s.clause_id) = 0 THEN 'clause' ELSE 'all' END,
           coalesce(s.branch_id, team.team_id, s.person_id, s.clause_id), s.standing, count(*)
    FROM seen s LEFT JOIN staff_person team ON team.id = s.person_id
    GROUP BY GROUPING SETS (
        (s.standing), (s.branch_id, s.standing), (team.team_id, s.standing), (s.person_id, s.standing),
        (s.clause_id, s.standing))
"""  # noqa: S608 - the statement is a constant
_LIST = f"""{_PRESSING}
    SELECT id, subject_type, subject_id, kind, due_at, standing, person_id, number, acknowledged_at FROM seen
    WHERE standing <> 'paused'
    ORDER BY standing = 'risk', acknowledged_at IS NOT NULL, due_at NULLS LAST, id LIMIT %(limit)s
"""  # noqa: S608 - the statement is a constant


@dataclass
class Row:
    """One branch, team, person or clause with how much presses there."""

    name: str
    late: int = 0
    risk: int = 0
    paused: int = 0


@dataclass(frozen=True)
class Line:
    """A deadline by name: how many seconds it is broken for, or left until it is."""

    number: str
    label: str
    seconds: float
    standing: str
    person: str
    address: str
    acknowledged: bool


@dataclass
class Wall:
    """What hangs on the wall at an instant."""

    at: datetime
    totals: dict[str, int] = field(default_factory=dict)
    panels: dict[str, list[Row]] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    more: dict[str, int] = field(default_factory=dict)


def look(user: User) -> Wall:
    """The wall as this reader may see it: the own branch, or everything."""
    person = getattr(user, "person", None)
    branch = None if sees_all(user) or person is None else person.branch_id
    counts = _counts(branch)
    wall = Wall(
        commands.now(), {standing: counts["all"].get(None, {}).get(standing, 0) for standing in STANDINGS}
    )
    shown = {kind: _foremost(counts[kind]) for kind in ("branch", "team", "person", "clause")}
    listed = _rows(_LIST, branch=branch, limit=MANY)
    people = dict(
        Person.objects.filter(pk__in={*shown["person"], *(row[6] for row in listed)}).values_list(
            "pk", "name"
        )
    )
    names = {
        "branch": {row.pk: pick(row) for row in Branch.objects.filter(pk__in=shown["branch"])},
        "team": {row.pk: pick(row) for row in Team.objects.filter(pk__in=shown["team"])},
        "person": people,
        "clause": _clauses(shown["clause"]),
    }
    for kind, keys in shown.items():
        wall.panels[kind] = [Row(names[kind].get(key, "–"), **counts[kind][key]) for key in keys]
        wall.more[kind] = len([key for key in counts[kind] if key is not None]) - len(keys)
    wall.lines = [_line(row, people, wall.at) for row in listed]
    return wall


Counts = dict[Any, dict[str, int]]


def _counts(branch: int | None) -> dict[str, Counts]:
    """By kind of row and its key: how many are late, at risk, paused."""
    found: dict[str, Counts] = defaultdict(dict)
    for kind, key, standing, number in _rows(_COUNTS, branch=branch):
        found[kind].setdefault(key, dict.fromkeys(STANDINGS, 0))[standing] = number
    return found


def _rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _foremost(counts: Counts) -> list[Any]:
    """The keys with the most broken deadlines, then the most at risk."""
    known = [key for key in counts if key is not None]
    return sorted(known, key=lambda key: (-counts[key][LATE], -counts[key][RISK], -counts[key][PAUSED], key))[
        :FEW
    ]


def _clauses(keys: Iterable[int]) -> dict[int, str]:
    rows = Clause.objects.filter(pk__in=list(keys)).select_related("document")
    return {row.pk: f"{row.document.code} {row.article} {pick(row, 'title')}" for row in rows}


def _line(row: tuple[Any, ...], people: dict[int, str], now: datetime) -> Line:
    _pk, subject_type, subject_id, kind, due_at, standing, person, number, acknowledged_at = row
    known = clock_subjects.SUBJECTS[subject_type]
    label = clock_subjects.label(Clock(subject_type=subject_type, kind=kind))
    stand_in = known.model(pk=subject_id, **({"number": number} if hasattr(known.model, "number") else {}))
    address = known.address(stand_in)
    distance = abs((now - due_at).total_seconds()) if due_at is not None else 0.0
    return Line(
        number, label, distance, standing, people.get(person, "–"), address, acknowledged_at is not None
    )
