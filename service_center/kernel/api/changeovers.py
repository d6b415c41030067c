"""REST doors of what a change does: foreseen for a draft, followed while it is applied, tried on a past quarter."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import changeovers, clock_subjects, rulemaking, what_if
from service_center.kernel.access import require
from service_center.kernel.api.serializers import Instant, StrictSerializer
from service_center.kernel.api.views import CollectionView, RowView
from service_center.kernel.models import Calendar, CalendarVersion, Changeover, Rule

LEAF = 200
WAYS = ["later", "earlier", "at_once", "same"]


class MoveOutput(serializers.Serializer[Any]):
    """One open clock: due before and after (null: it stands still)."""

    clock = serializers.IntegerField(label=_("时钟"))
    kind = serializers.CharField()
    subject = serializers.CharField(label=_("单据"))
    due_from = Instant(allow_null=True, label=_("原到期"))
    due_to = Instant(allow_null=True, label=_("新到期"))
    way = serializers.ChoiceField(choices=WAYS, label=_("变化"))


class ForecastOutput(serializers.Serializer[Any]):
    """`total` open clocks would come under the version; `results` are up to 200 of them from `after` on, `counts` theirs."""

    total = serializers.IntegerField(label=_("总数"))
    counts = serializers.DictField(child=serializers.IntegerField(), label=_("计数"))
    results = MoveOutput(many=True)
    next = serializers.IntegerField(allow_null=True, label=_("下一段从"))


class AfterInput(StrictSerializer):
    after = serializers.IntegerField(min_value=0, max_value=10**17, required=False, default=0)


class Forecast(RowView):
    """What the version would do to the open clocks if it counted from now; nothing is written."""

    output, tag = ForecastOutput, "rulebook"

    def reply(self, request: Request, row: Any) -> Response:
        require(rulemaking.can_change, request.user)  # type: ignore[arg-type]  # behind the log-in
        after = AfterInput.parse(request.query_params.dict())["after"]
        at = timezone.now()
        rows = list(changeovers.soonest(row, at=at, after=after, limit=LEAF))
        found = changeovers.foresee(row, rows, at=at)
        counts = Counter(forecast.way for forecast in found)
        body = {
            "total": changeovers.concerned(row, at=at).count(),
            "counts": {way: counts[way] for way in WAYS},
            "results": _moves(found),
            "next": rows[-1].pk if len(rows) == LEAF else None,
        }
        return Response(ForecastOutput(body).data)


def _moves(found: list[changeovers.Forecast]) -> list[dict[str, Any]]:
    rows = clock_subjects.rows_of([forecast.clock for forecast in found])
    return [
        {
            "clock": forecast.clock.pk,
            "kind": forecast.clock.kind,
            "subject": _called(forecast, rows),
            "due_from": forecast.was,
            "due_to": forecast.now,
            "way": forecast.way,
        }
        for forecast in found
    ]


def _called(forecast: changeovers.Forecast, rows: dict[tuple[str, int], Any]) -> str:
    clock = forecast.clock
    known, row = (
        clock_subjects.SUBJECTS.get(clock.subject_type),
        rows.get((clock.subject_type, clock.subject_id)),
    )
    return known.number(row) if known and row is not None else f"{clock.subject_type}:{clock.subject_id}"


class RuleForecast(Forecast):
    model, name = Rule, "rule_forecast"


class CalendarForecast(Forecast):
    model, name = CalendarVersion, "calendar_version_forecast"


class ChangeoverOutput(serializers.Serializer[Any]):
    """How far open clocks have come under a new version of a rule or calendar."""

    id = serializers.IntegerField()
    rule = serializers.IntegerField(source="rule_id", allow_null=True)
    calendar_version = serializers.IntegerField(
        source="calendar_version_id", allow_null=True, label=_("日历版本")
    )
    state = serializers.ChoiceField(choices=Changeover.State.choices)
    starts_at = Instant()
    finished_at = Instant(allow_null=True, label=_("完成时间"))
    total = serializers.IntegerField(label=_("总数"))
    moved = serializers.IntegerField(label=_("已改到期"))
    kept = serializers.IntegerField(label=_("不变"))
    percent = serializers.IntegerField(label=_("百分比"))


class Changeovers(CollectionView):
    model, output, name, tag = Changeover, ChangeoverOutput, "changeovers", "rulebook"


class ChangeoverRow(RowView):
    model, output, name, tag = Changeover, ChangeoverOutput, "changeover", "rulebook"


class QuestionInput(StrictSerializer):
    """Another duration for the rule; what is left out stays. `quarter`: 2026Q3, by default the last whole one."""

    value = serializers.DecimalField(max_digits=12, decimal_places=4, min_value=0, required=False)
    unit = serializers.ChoiceField(choices=Rule.Unit.choices, required=False, label=_("计量单位"))
    calendar = serializers.SlugRelatedField(
        slug_field="code", queryset=Calendar.objects.all(), required=False
    )
    quarter = serializers.CharField(max_length=6, required=False, label=_("季度"))
    whole_code = serializers.BooleanField(required=False, default=False)


class TallyOutput(serializers.Serializer[Any]):
    """Shares are met of decided, null when none is; `gained` and `lost` changed their verdict."""

    rule = serializers.IntegerField(allow_null=True)
    clocks = serializers.IntegerField(source="tally.total")
    real = serializers.FloatField(source="tally.real", allow_null=True, label=_("实际达成率"))
    asked = serializers.FloatField(source="tally.asked", allow_null=True, label=_("试算达成率"))
    gained = serializers.IntegerField(source="tally.gained", label=_("由超时变达成"))
    lost = serializers.IntegerField(source="tally.lost", label=_("由达成变超时"))
    undecided = serializers.IntegerField(source="tally.undecided", label=_("尚未到期"))


class WhatIfOutput(serializers.Serializer[Any]):
    """Attainment as it was and as it would have been; `margin` (95 %) when only a sample of `population` was folded."""

    quarter = serializers.CharField(label=_("季度"))
    population = serializers.IntegerField(label=_("总数"))
    sampled = serializers.BooleanField(label=_("抽样"))
    margin = serializers.FloatField(allow_null=True, label=_("误差"))
    whole = TallyOutput(label=_("合计"))
    results = TallyOutput(many=True)


class WhatIf(RowView):
    """A past quarter's attainment of the rule beside what another target or calendar would have given."""

    model, output, name, tag = Rule, WhatIfOutput, "rule_what_if", "rulebook"

    def reply(self, request: Request, row: Any) -> Response:
        require(what_if.can_ask, request.user)  # type: ignore[arg-type]  # behind the log-in
        asked, at = QuestionInput.parse(request.query_params.dict(), request=request), timezone.now()
        text = asked.pop("quarter", "")
        quarter = what_if.Quarter.parse(text) if text else what_if.Quarter.before(at)
        if "value" not in asked and "calendar" not in asked:
            asked["value"] = row.value
        answer = what_if.ask(row, **asked, quarter=quarter, at=at)
        body = {
            "quarter": str(answer.quarter),
            "population": answer.population,
            "sampled": answer.sampled,
            "margin": answer.margin,
            "whole": {"rule": None, "tally": answer.whole},
            "results": [{"rule": rule.pk, "tally": tally} for rule, tally in answer.by_rule],
        }
        return Response(WhatIfOutput(body).data)
