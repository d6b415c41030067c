"""The staff doors of the REST interface."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import commands
from service_center.kernel.api import timeline
from service_center.kernel.api.views import CollectionView, Door, NounView, Output, RowView, ref
from staff import actions, permissions, queries
from staff.api import filters, shapes
from staff.models import (
    Appraisal,
    Booking,
    Branch,
    Licence,
    Person,
    PersonSkill,
    ScoreEntry,
    Skill,
    TimeEntry,
)

TAG = "staff"


class Me(Door):
    """Who the token or session belongs to."""

    operation_ids: ClassVar[dict[str, str]] = {"GET": "get_me"}
    tag = TAG

    def get(self, request: Request) -> Response:
        person = Person.objects.select_related("user", "branch").get(user=request.user.pk)
        return Response(shapes.MeOutput(person).data)

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {200: shapes.MeOutput}


class Branches(CollectionView):
    model, output, name, tag, ordering = Branch, shapes.BranchOutput, "branch", TAG, ("code",)
    operation_ids: ClassVar[dict[str, str]] = {"GET": "list_branches"}

    def rows(self, request: Request) -> QuerySet[Branch]:
        return Branch.objects.all()


class Skills(CollectionView):
    model, output, name, tag, ordering = Skill, shapes.SkillOutput, "skill", TAG, ("code",)
    operation_ids: ClassVar[dict[str, str]] = {"GET": "list_skills"}

    def rows(self, request: Request) -> QuerySet[Skill]:
        return Skill.objects.all()


def colleagues(request: Request) -> QuerySet[Person]:
    """Everybody the user may see, with what PersonOutput shows."""
    return Person.objects.visible_to(request.user).select_related("user", "branch", "team")  # type: ignore[arg-type]


class People(CollectionView):
    model, output, input, verb = Person, shapes.PersonOutput, shapes.PersonInput, actions.hire
    filterset_class, name, lookup, tag = filters.PersonFilters, "person", "username", TAG
    operation_ids: ClassVar[dict[str, str]] = {"GET": "list_staff", "POST": "create_person"}
    ordering_fields, may = ("name", "joined_on"), permissions.can_hire

    def rows(self, request: Request) -> QuerySet[Person]:
        return colleagues(request)


class OnePerson(RowView):
    model, output, input, verb = Person, shapes.PersonOutput, shapes.PersonChange, actions.edit
    lookup, lookup_kwarg, name, tag = "user__username", "username", "person", TAG
    may = permissions.can_edit

    def rows(self, request: Request) -> QuerySet[Person]:
        return colleagues(request)


class PersonNoun(NounView):
    """What is done to one person, who is named by username."""

    model, lookup, parent, parent_output, tag = Person, "username", "person", shapes.PersonOutput, TAG

    def row(self, request: Request) -> Person:
        return get_object_or_404(colleagues(request), user__username=self.kwargs["username"])


class Departure(PersonNoun):
    noun, input, output, verb = "departure", shapes.DepartureInput, shapes.PersonOutput, actions.leave
    may = permissions.can_depart


class Bookings(PersonNoun):
    noun, input, output, verb = "booking", shapes.BookingInput, shapes.BookingOutput, actions.block
    may = permissions.can_block

    @staticmethod
    def listed(person: Person) -> QuerySet[Booking]:
        return Booking.objects.live().filter(person=person).select_related("person")


class Licences(PersonNoun):
    noun, input, output, verb = "licence", shapes.LicenceInput, shapes.LicenceOutput, actions.license_for
    may = permissions.can_qualify

    @staticmethod
    def listed(person: Person) -> QuerySet[Licence]:
        return Licence.objects.filter(person=person)


class Mastery(PersonNoun):
    noun, input, output, verb = "skill", shapes.SkillInput, shapes.PersonSkillOutput, actions.assess
    may = permissions.can_qualify

    @staticmethod
    def listed(person: Person) -> QuerySet[PersonSkill]:
        return PersonSkill.objects.filter(person=person).select_related("skill")


class Figures(PersonNoun):
    """What is known of a person's work: only for them, their superiors and those who oversee all."""

    def row(self, request: Request) -> Person:
        person = super().row(request)
        if not permissions.sees_figures_of(request.user, person):  # type: ignore[arg-type]  # signed in
            raise NotFound
        return person


class Scores(Figures):
    noun, input, output, verb = "score", shapes.ScoreInput, shapes.ScoreOutput, actions.score
    may = permissions.can_score

    @staticmethod
    def listed(person: Person) -> QuerySet[ScoreEntry]:
        return ScoreEntry.objects.counting().filter(person=person).select_related("posted_by")


class TimeEntries(Figures):
    noun, input, output, verb = "time-entry", shapes.TimeInput, shapes.TimeOutput, actions.log_time
    may = permissions.can_log_time

    @staticmethod
    def listed(person: Person) -> QuerySet[TimeEntry]:
        return TimeEntry.objects.filter(person=person)


class Timeline(Figures):
    noun, output = "timeline", timeline.TimelineItem
    listed = staticmethod(timeline.of)


class Undone(Door):
    """DELETE takes back one thing of a person."""

    tag = TAG
    model: ClassVar[Any]
    undo: ClassVar[Any]

    def delete(self, request: Request, username: str, pk: int) -> Response:
        person = get_object_or_404(colleagues(request), user__username=username)
        row = get_object_or_404(self.model, person=person, pk=pk)
        commands.run(type(self).undo, row, by=request)
        return Response(status=204)

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {204: None}


class OneBooking(Undone):
    model, undo = Booking, actions.release_booking
    operation_ids: ClassVar[dict[str, str]] = {"DELETE": "undo_person_booking"}


class OneLicence(Undone):
    model, undo = Licence, actions.revoke_licence
    operation_ids: ClassVar[dict[str, str]] = {"DELETE": "undo_person_licence"}


class Retraction(Door):
    """POST takes one score back; both entries stay."""

    tag, may = TAG, permissions.can_score
    operation_ids: ClassVar[dict[str, str]] = {"POST": "create_score_retraction"}

    def post(self, request: Request, username: str, pk: int) -> Response:
        person = get_object_or_404(colleagues(request), user__username=username)
        entry = get_object_or_404(ScoreEntry, person=person, pk=pk)
        body = self.body_of(request, lambda: shapes.RetractionInput.parse(request.data), person)
        counter = commands.run(actions.retract_score, entry, by=request, **body)
        return Response({"retraction": ref(shapes.ScoreOutput, counter, request)}, status=201)

    def request_shape(self, method: str) -> Output | None:
        return shapes.RetractionInput

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {201: shapes.ScoreOutput}


class Appraisals(CollectionView):
    model, output, input = Appraisal, shapes.AppraisalOutput, shapes.AppraisalInput
    verb, may = actions.compile_appraisal, permissions.can_compile_some
    filterset_class, name, tag = filters.AppraisalFilters, "appraisal", TAG
    ordering, ordering_fields = ("-period", "-id"), ("period", "total")

    def rows(self, request: Request) -> QuerySet[Appraisal]:
        return queries.appraisals(request.user)  # type: ignore[arg-type]  # signed in


class OneAppraisal(RowView):
    model, output, name, tag = Appraisal, shapes.AppraisalDetail, "appraisal", TAG

    def rows(self, request: Request) -> QuerySet[Appraisal]:
        return queries.appraisal_with_entries(request.user)  # type: ignore[arg-type]  # signed in


class Confirmation(NounView):
    model, lookup, parent, parent_output, tag = Appraisal, "pk", "appraisal", shapes.AppraisalOutput, TAG
    noun, output, verb = "confirmation", shapes.ConfirmationOutput, actions.confirm_appraisal
    may = permissions.can_confirm
