"""REST doors of a version's life: drafted by one person, approved by another, put in force, ended."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import rulemaking, setting_changes
from service_center.kernel.api.rules import RuleOutput, SettingOutput, SettingRow
from service_center.kernel.api.serializers import Instant, StrictSerializer, Text
from service_center.kernel.api.views import NounView, of_any, ref
from service_center.kernel.models import Calendar, Rule, Setting


class VersionInput(StrictSerializer):
    """The next version of a rule: another duration; clause, conditions, rungs and pauses stay."""

    value = serializers.DecimalField(max_digits=12, decimal_places=4, min_value=0)
    unit = serializers.ChoiceField(choices=Rule.Unit.choices, label=_("计量单位"))
    calendar = serializers.SlugRelatedField(slug_field="code", queryset=Calendar.objects.all())
    notes = Text(required=False, allow_blank=True)


class ForceInput(StrictSerializer):
    valid_from = Instant(required=False)


class EndInput(StrictSerializer):
    valid_to = Instant(required=False)


class RuleNoun(NounView):
    model, lookup, parent, parent_output, tag = Rule, "pk", "rule", RuleOutput, "rulebook"
    output, may = RuleOutput, of_any(rulemaking.can_change)


class Versions(RuleNoun):
    noun, input, verb = "versions", VersionInput, staticmethod(rulemaking.redraft)


class Approval(RuleNoun):
    """Agrees to what somebody else drafted; 403 `own_draft` otherwise."""

    noun, verb = "approval", staticmethod(rulemaking.approve)


class Force(RuleNoun):
    noun, input, verb = "force", ForceInput, staticmethod(rulemaking.put_in_force)


class End(RuleNoun):
    noun, input, verb = "end", EndInput, staticmethod(rulemaking.supersede)


class SettingNoun(NounView):
    """On the setting as it stands, by its key."""

    model, lookup, parent, parent_output, tag = Setting, "key", "setting", SettingOutput, "rulebook"
    output, may = SettingOutput, of_any(rulemaking.can_change)

    def row(self, request: Request) -> Any:
        return SettingRow.standing(self.kwargs["key"])

    def reply(self, request: Request, row: Any, result: Any) -> Response:
        """The version that stands after the step, which may be another one than before."""
        shown = ref(SettingOutput, result, request)
        return Response(
            {self.noun: shown, "setting": shown}, status=201, headers={"ETag": f'"{result.version}"'}
        )


class SettingApproval(SettingNoun):
    """Agrees to what somebody else drafted, with the rest of its set of weights: it counts at once."""

    noun, verb = "approval", staticmethod(setting_changes.approve_change)


class SettingWithdrawal(SettingNoun):
    """Gives up what was drafted."""

    noun, verb = "withdrawal", staticmethod(setting_changes.drop_change)
