"""Bodies and answers of the staff doors. People are named by username, branches and teams by code."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from service_center.kernel.api.naming import NameOf
from service_center.kernel.api.serializers import Instant, StrictSerializer, Text
from service_center.kernel.languages import pick
from staff import permissions
from staff.models import Appraisal, Booking, Branch, Person, Skill, Team
from staff.states import AppraisalStatus, BookingKind, Criterion, LicenceBasis, Role, TimeCategory


class Named(serializers.CharField):
    """`name_zh` or `name_en` of a row in the reader's language."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"source": "*", "read_only": True, **kwargs})

    def to_representation(self, value: Any) -> str:
        return pick(value)


class PersonField(NameOf):
    """A colleague by username."""

    called = "user__username"

    def rows(self, user: Any) -> QuerySet[Person]:
        return Person.objects.visible_to(user).select_related("user", "branch")


@extend_schema_field({"type": "string", "pattern": r"^\d{4}-\d{2}$", "example": "2026-10"})
class Month(serializers.Field[date, str, str, Any]):
    """A month as `2026-10`; inside its first day."""

    default_error_messages = {"invalid": _("月份格式有误，应如 2026-10。")}

    def to_internal_value(self, data: Any) -> date:
        try:
            return date.fromisoformat(f"{data}-01")
        except ValueError:
            self.fail("invalid")

    def to_representation(self, value: date) -> str:
        return f"{value:%Y-%m}"


class MeOutput(serializers.Serializer[Any]):
    """Who is asking."""

    username = serializers.CharField(source="user.username")
    name = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    branch = serializers.CharField(source="branch.code")


class BranchOutput(serializers.Serializer[Branch]):
    code = serializers.CharField()
    name = Named()
    zone = serializers.CharField()


class SkillOutput(serializers.Serializer[Skill]):
    code = serializers.CharField()
    name = Named()


class PersonOutput(serializers.Serializer[Person]):
    """A colleague; reachability is not shown."""

    username = serializers.CharField(source="user.username")
    name = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    extra_roles = serializers.ListField(child=serializers.ChoiceField(Role.choices))
    branch = serializers.CharField(source="branch.code")
    team = serializers.CharField(source="team.code", default=None, allow_null=True)
    is_available = serializers.BooleanField()
    joined_on = serializers.DateField(allow_null=True)
    left_at = Instant(allow_null=True)
    version = serializers.IntegerField()


class PersonChange(StrictSerializer):
    name = Text(max_length=60)
    role = serializers.ChoiceField(Role.choices)
    extra_roles = serializers.ListField(
        child=serializers.ChoiceField(Role.choices), required=False, max_length=15
    )
    branch = serializers.SlugRelatedField(slug_field="code", queryset=Branch.objects.all())
    team = serializers.SlugRelatedField(
        slug_field="code", queryset=Team.objects.all(), required=False, allow_null=True
    )
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(required=False, allow_blank=True)
    joined_on = serializers.DateField(required=False, allow_null=True)
    is_available = serializers.BooleanField(required=False)


class PersonInput(PersonChange):
    username = serializers.CharField(max_length=40)
    password = serializers.CharField(max_length=128, trim_whitespace=False)
    is_available = None  # type: ignore[assignment]  # somebody new is available


class DepartureInput(StrictSerializer):
    hand_over_to = PersonField()


class BookingInput(StrictSerializer):
    kind = serializers.ChoiceField(
        [(kind.value, kind.label) for kind in BookingKind if kind != BookingKind.VISIT],
        required=False,
        default=BookingKind.LEAVE.value,
    )
    starts_at = Instant()
    ends_at = Instant()
    note = Text(max_length=200, required=False, allow_blank=True, default="")


class BookingOutput(serializers.Serializer[Booking]):
    """A stretch of taken time; why somebody is away is for them and their superiors."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(BookingKind.choices)
    starts_at = Instant()
    ends_at = Instant()
    status = serializers.CharField()
    note = serializers.SerializerMethodField()

    def get_note(self, booking: Booking) -> str:
        user = self.context["request"].user
        return booking.note if permissions.sees_figures_of(user, booking.person) else ""


class LicenceInput(StrictSerializer):
    product_line = serializers.CharField(max_length=30, required=False, allow_blank=True, default="")
    product_model = serializers.CharField(max_length=40, required=False, allow_blank=True, default="")
    basis = serializers.ChoiceField(LicenceBasis.choices, required=False, default=LicenceBasis.TEST)
    certificate = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    valid_from = Instant(required=False)
    valid_to = Instant(required=False, allow_null=True)


class LicenceOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    product_line = serializers.CharField()
    product_model = serializers.CharField()
    basis = serializers.ChoiceField(LicenceBasis.choices)
    certificate = serializers.CharField()
    valid_from = Instant()
    valid_to = Instant(allow_null=True)
    revoked_at = Instant(allow_null=True)


class SkillInput(StrictSerializer):
    skill = serializers.SlugRelatedField(slug_field="code", queryset=Skill.objects.all())
    level = serializers.IntegerField()


class PersonSkillOutput(serializers.Serializer[Any]):
    skill = serializers.CharField(source="skill.code")
    name = Named(source="skill")
    level = serializers.IntegerField()
    assessed_at = Instant()


class ScoreInput(StrictSerializer):
    criterion = serializers.ChoiceField(Criterion.choices)
    value = serializers.DecimalField(max_digits=5, decimal_places=2)
    note = Text(max_length=200)


class RetractionInput(StrictSerializer):
    reason = Text(max_length=200)


class ScoreOutput(serializers.Serializer[Any]):
    """An entry of the ledger of scores and where it came from."""

    id = serializers.IntegerField()
    criterion = serializers.ChoiceField(Criterion.choices)
    value = serializers.DecimalField(max_digits=5, decimal_places=2)
    at = Instant()
    period = Month()
    source = serializers.SerializerMethodField()  # type: ignore[assignment]  # the answer's name, not the option
    note = serializers.CharField()
    posted_by = serializers.CharField(source="posted_by.username", default=None, allow_null=True)

    def get_source(self, entry: Any) -> dict[str, Any] | None:
        return {"kind": entry.source_type, "id": entry.source_id} if entry.source_type else None


class TimeInput(StrictSerializer):
    category = serializers.ChoiceField(TimeCategory.choices)
    started_at = Instant()
    minutes = serializers.IntegerField()
    note = Text(max_length=200, required=False, allow_blank=True, default="")


class TimeOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    category = serializers.ChoiceField(TimeCategory.choices)
    started_at = Instant()
    minutes = serializers.IntegerField()
    note = serializers.CharField()


class AppraisalInput(StrictSerializer):
    person = PersonField()
    period = Month()


class AppraisalLineOutput(serializers.Serializer[Any]):
    criterion = serializers.ChoiceField(Criterion.choices)
    weight = serializers.DecimalField(max_digits=5, decimal_places=2)
    figure = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)


class AppraisalLineWithEntries(AppraisalLineOutput):
    entries = ScoreOutput(many=True, source="entries.all")


class AppraisalOutput(serializers.Serializer[Appraisal]):
    id = serializers.IntegerField()
    person = serializers.CharField(source="person.user.username")
    name = serializers.CharField(source="person.name")
    period = Month()
    status = serializers.ChoiceField(AppraisalStatus.choices)
    total = serializers.DecimalField(max_digits=5, decimal_places=2, allow_null=True)
    compiled_at = Instant()
    confirmed_at = Instant(allow_null=True)
    confirmed_by = serializers.CharField(source="confirmed_by.username", default=None, allow_null=True)
    version = serializers.IntegerField()
    lines = AppraisalLineOutput(many=True, source="lines.all")


class AppraisalDetail(AppraisalOutput):
    """A month whose figures open the entries they were made of (STF-06)."""

    lines = AppraisalLineWithEntries(many=True, source="lines.all")


class ConfirmationOutput(serializers.Serializer[Appraisal]):
    confirmed_at = Instant()
    confirmed_by = serializers.CharField(source="confirmed_by.username")
