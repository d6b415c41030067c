"""REST doors of calendars in change: drafted by one person, approved by another, in force from an instant."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import calendar_changes, calendars, commands, holiday_years, rulemaking
from service_center.kernel.api.rules import CalendarOutput, CalendarRow, Calendars
from service_center.kernel.api.serializers import Empty, Instant, StrictSerializer, Text
from service_center.kernel.api.views import NounView, RowView, of_any
from service_center.kernel.models import Calendar, CalendarVersion, VersionStatus


def windows() -> serializers.ListField:
    """Opening hours of a day: [["08:30", "12:00"], ...]."""
    return serializers.ListField(child=serializers.ListField(child=serializers.CharField(max_length=8)))


class DayName(StrictSerializer):
    zh = serializers.CharField(max_length=80, label=_("中文名称"))
    en = serializers.CharField(
        max_length=80, required=False, allow_blank=True, default="", label=_("英文名称")
    )


class PlanInput(StrictSerializer):
    """A whole plan: `weekly` by mon..sun, `exceptions` by date (no windows: closed), their `names` by date."""

    zone = serializers.CharField(max_length=60, label=_("时区"))
    weekly = serializers.DictField(child=windows())
    exceptions = serializers.DictField(child=windows(), required=False)
    names = serializers.DictField(child=DayName(), required=False, label=_("名称"))
    notes = Text(required=False, allow_blank=True)


class CalendarInput(StrictSerializer):
    """A new calendar with the hours of its first draft."""

    code = serializers.RegexField(r"^[a-z0-9][a-z0-9-]*$", max_length=40)
    name_zh = serializers.CharField(max_length=80)
    name_en = serializers.CharField(max_length=80)
    zone = serializers.CharField(max_length=60, label=_("时区"))
    weekly = serializers.DictField(child=windows())
    owner_kind = serializers.ChoiceField(choices=Calendar.Owner.choices, required=False, label=_("归属"))
    owner_code = serializers.CharField(
        max_length=40, required=False, allow_blank=True, label=_("网点或供应商代码")
    )


class CalendarVersionOutput(serializers.Serializer[Any]):
    """A version with its plan; `source` is empty for one that a person wrote, else `holidays YEAR`."""

    id = serializers.IntegerField()
    calendar = serializers.CharField(source="calendar.code")
    number = serializers.IntegerField()
    status = serializers.ChoiceField(choices=VersionStatus.choices)
    plan = serializers.JSONField(label=_("安排"))
    source = serializers.CharField(label=_("来源"))  # type: ignore[assignment]  # DRF takes it as a field
    notes = serializers.CharField()
    valid_from = Instant(allow_null=True)
    valid_to = Instant(allow_null=True)
    drafted_by = serializers.CharField(source="drafted_by.username", allow_null=True, default=None)
    approved_by = serializers.CharField(
        source="approved_by.username", allow_null=True, default=None, label=_("批准人")
    )


def create_draft(calendar: Calendar, *, notes: str = "", actor: Any, at: Any, **plan: Any) -> CalendarVersion:
    """The verb `draft` with the plan's parts as the body has them."""
    return calendar_changes.draft(calendar, plan=plan, notes=notes, actor=actor, at=at)


class CalendarsEdited(Calendars):
    """Every calendar; POST makes one with its first draft (403 for who does not keep the rulebook)."""

    input, verb, may, lookup = (
        CalendarInput,
        staticmethod(calendar_changes.create),
        rulemaking.can_change,
        "code",
    )


class CalendarRowEdited(CalendarRow):
    """GET a calendar; DELETE one that never counted and that nobody names (409 `calendar_in_use` otherwise)."""

    may = of_any(rulemaking.can_change)

    @property
    def allowed_methods(self) -> list[str]:
        return ["GET", "DELETE"]

    def delete(self, request: Request, **kwargs: Any) -> Response:
        row = self.row(request)
        self.body_of(request, lambda: Empty.parse(request.data or {}, request=request), row)
        commands.run(calendar_changes.remove, row, by=request)
        return Response(status=204)

    def request_shape(self, method: str) -> Any:
        return None

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {204: None} if method == "DELETE" else super().response_shapes(method)


class CalendarNoun(NounView):
    model, lookup, parent, parent_output, tag = Calendar, "code", "calendar", CalendarOutput, "rulebook"
    output, may = CalendarVersionOutput, of_any(rulemaking.can_change)


class CalendarVersions(CalendarNoun):
    """GET all versions, POST the next as a draft; it takes the place of a draft that waits."""

    noun, input, verb = "versions", PlanInput, staticmethod(create_draft)
    listed = staticmethod(lambda row: row.versions.select_related("calendar", "drafted_by", "approved_by"))


class HolidaysInput(StrictSerializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100, label=_("年份"))


class CalendarHolidays(CalendarNoun):
    """Drafts a version with the public holidays of a year; 400 `nothing_to_import` when they stand already."""

    noun, input, verb = "holidays", HolidaysInput, staticmethod(calendar_changes.import_year)


class CalendarYearOutput(serializers.Serializer[Any]):
    """What is known of a year: announced, tentative (no make-up days yet), missing, none (keeps no holidays)."""

    year = serializers.IntegerField(label=_("年份"))
    state = serializers.ChoiceField(choices=["announced", "tentative", "missing", "none"])


class CalendarYears(RowView):
    """The years around now, each with what is known of it."""

    model, output, lookup, name, tag = Calendar, CalendarYearOutput, "code", "calendar_years", "rulebook"

    def reply(self, request: Request, row: Any) -> Response:
        value = calendars.current_value(row.code)
        this = commands.now().year
        years = [
            {"year": year, "state": holiday_years.state(value, year)} for year in range(this - 1, this + 3)
        ]
        return Response({"results": years})

    def response_shapes(self, method: str) -> dict[int, Any]:
        shape = type(
            "CalendarYearList", (serializers.Serializer,), {"results": CalendarYearOutput(many=True)}
        )
        return {200: shape}


class Version(RowView):
    model, output, name, tag = CalendarVersion, CalendarVersionOutput, "calendar_version", "rulebook"

    def rows(self, request: Request) -> QuerySet[CalendarVersion]:
        return CalendarVersion.objects.select_related("calendar", "drafted_by", "approved_by")


class VersionNoun(NounView):
    model, lookup, parent, tag = CalendarVersion, "pk", "calendar_version", "rulebook"
    parent_output = output = CalendarVersionOutput
    may = of_any(rulemaking.can_change)


class CalendarForceInput(StrictSerializer):
    valid_from = Instant(required=False)


class VersionApproval(VersionNoun):
    """Agrees to what somebody else drafted; 403 `own_draft` otherwise."""

    noun, verb = "approval", staticmethod(calendar_changes.approve)


class VersionForce(VersionNoun):
    """Lets an approved version count, now or from an instant; open clocks come under it in batches."""

    noun, input, verb = "force", CalendarForceInput, staticmethod(calendar_changes.put_in_force)


class VersionWithdrawal(VersionNoun):
    noun, verb = "withdrawal", staticmethod(calendar_changes.drop)
