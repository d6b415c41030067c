"""The two weighted sums over figures, and what moves them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from service_center.kernel import commands
from service_center.reports.queries import figures
from service_center.reports.queries.appraisals import FOLLOW_UP, PROCESS, Appraisal, appraise
from service_center.reports.queries.figures import CATALOGUE
from service_center.reports.queries.scope import last_days
from surveys.models import FollowUp

pytestmark = pytest.mark.django_db


def appraisal(busy: SimpleNamespace, kind: str, parts: dict[str, str]) -> Appraisal:
    now = commands.now()
    scope = last_days(busy.manager.user, now=now)
    return appraise(kind, parts, lambda code: figures.read(CATALOGUE[code], scope, now=now))


@pytest.mark.req("KPI-02", "KPI-03")
def test_appraisals_are_the_weighted_sum_of_their_marks(
    busy: SimpleNamespace, api: Callable[..., Any], web: Callable[..., Any]
) -> None:
    door = api(busy.manager)
    for kind, parts in (("process", PROCESS), ("followup", FOLLOW_UP)):
        found = appraisal(busy, kind, parts)
        weights = {
            name: Decimal(str(door.get(f"settings/appraisal.{kind}.weight.{name}/").json()["value"]))
            for name in parts
        }
        assert weights["satisfaction"] >= 40
        assert sum(weights.values()) == 100
        marks = {name: mark_of(door.get(f"kpis/{code}/").json()) for name, code in parts.items()}
        known = {name: mark for name, mark in marks.items() if mark is not None}
        total = sum(weights[name] * mark for name, mark in known.items())
        assert found.score is not None
        assert abs(found.score - total / sum(weights[name] for name in known)) < Decimal("0.02")
        board = web(busy.manager).get("/dashboard/").context["board"]
        assert found.score == (board.process if kind == "process" else board.follow_up).score


def mark_of(figure: dict[str, Any]) -> Decimal | None:
    """On 0-100, more being better, as K25 and K26 want it."""
    if figure["value"] is None:
        return None
    value = Decimal(figure["value"])
    if figure["code"] == "followup.score":
        return (value - 1) * 100 / 9
    return max(Decimal(0), 100 - value) if figure["code"] == "complaints.rate" else value


@pytest.mark.req("KPI-02", "KPI-03")
def test_a_weight_moves_the_appraisal_and_less_than_40_is_refused(
    busy: SimpleNamespace, api: Callable[..., Any], person: Callable[..., Any]
) -> None:
    door, director = api(busy.manager), person("director")
    for kind, parts in (("process", PROCESS), ("followup", FOLLOW_UP)):
        path = f"settings/appraisal.{kind}.weight.satisfaction/"
        version = door.get(path).json()["version"]
        assert door.patch(path, {"value": 39}, version=version).status_code == 400
        assert api(busy.engineer).patch(path, {"value": 60}, version=version).status_code == 403
        assert appraisal(busy, kind, parts).parts[0].weight == 40
        assert door.patch(path, {"value": 60}, version=version).status_code == 202
        assert api(director).post(f"{path}approval/").status_code == 201
        weights = [part.weight for part in appraisal(busy, kind, parts).parts]
        assert (weights[0], sum(weights)) == (60, 100)


def test_a_part_without_data_drops_out_of_the_appraisal(
    busy: SimpleNamespace, api: Callable[..., Any]
) -> None:
    """A follow-up appraisal without a request for a call: the other three keep their proportion."""
    FollowUp.objects.update(requested_at=None)
    found = appraisal(busy, "followup", FOLLOW_UP)
    missing = [part.reading.figure.code for part in found.parts if part.mark is None]
    assert "followup.response" in missing
    known = [part for part in found.parts if part.mark is not None]
    assert sum(part.weight for part in known) < 100
    total = sum(part.weight * part.mark for part in known if part.mark is not None)
    assert found.score == (total / sum(part.weight for part in known)).quantize(Decimal("0.01"))
    FollowUp.objects.update(status="cancelled", completed_at=None, score=None)
    nothing = appraisal(busy, "followup", FOLLOW_UP)
    assert (nothing.score, [part.mark for part in nothing.parts]) == (None, [None] * 4)
