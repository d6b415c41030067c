"""REST doors of where rules come from: a first draft with its clause, the whole book as a file, reviews of documents."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from service_center.kernel import commands, reviews, rulebook_file, rulemaking
from service_center.kernel.api.rules import Rules
from service_center.kernel.api.serializers import Instant, StrictSerializer, Text
from service_center.kernel.api.views import CollectionView, Door, NounView, of_any
from service_center.kernel.models import Calendar, Clause, Review, Rule

if TYPE_CHECKING:
    from service_center.kernel.models import User


class ClauseInput(StrictSerializer):
    document = serializers.CharField(max_length=20)
    article = serializers.CharField(max_length=40)


class RuleInput(StrictSerializer):
    """A first or next version of a rule; `clause` names the article it rests on."""

    code = serializers.CharField(max_length=80)
    conditions = serializers.JSONField(required=False)
    value = serializers.DecimalField(max_digits=12, decimal_places=4, min_value=0)
    unit = serializers.ChoiceField(choices=Rule.Unit.choices, label=_("计量单位"))
    calendar = serializers.SlugRelatedField(slug_field="code", queryset=Calendar.objects.all())
    clause = ClauseInput()
    rungs = serializers.ListField(child=serializers.JSONField(), required=False)
    pausing_reasons = serializers.ListField(child=serializers.CharField(max_length=40), required=False)
    notes = Text(required=False, allow_blank=True)

    def validate_conditions(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise serializers.ValidationError(_("应为一个对象。"))
        return value

    def validate_clause(self, value: dict[str, str]) -> Clause:
        found = Clause.objects.filter(document__code=value["document"], article=value["article"]).first()
        if found is None:
            raise serializers.ValidationError(_("没有这一条款。"))
        return found


def create_rule(code: str, *, actor: User | None, at: datetime, **given: Any) -> Rule:
    return rulemaking.draft_rule(code, actor=actor, at=at, **given)


class RulesDrafted(Rules):
    """Every version of every rule; POST drafts one, which somebody else must approve."""

    input, verb, may = RuleInput, staticmethod(create_rule), rulemaking.can_change


class FileInput(StrictSerializer):
    """A file as it was exported, changed where it should change."""

    format = serializers.CharField(max_length=40, label=_("格式"))
    exported_at = serializers.CharField(max_length=40, required=False, label=_("导出时间"))
    rules = serializers.ListField(child=serializers.JSONField(), required=False, label=_("规则"))
    settings = serializers.ListField(child=serializers.JSONField(), required=False, label=_("参数"))


class DraftedOutput(serializers.Serializer[Any]):
    """Ids of the drafted rules, keys of the drafted settings."""

    rules = serializers.ListField(child=serializers.IntegerField(), label=_("规则"))
    settings = serializers.ListField(child=serializers.CharField(), label=_("参数"))


class RulebookFile(Door):
    """GET the rules and settings in force with the alternatives; POST a changed file: its changes become drafts."""

    name, tag, may = "rulebook_file", "rulebook", rulemaking.can_change

    def get(self, request: Request) -> Response:
        return Response(rulebook_file.exported(at=timezone.now()))

    def post(self, request: Request) -> Response:
        body = self.body_of(request, lambda: FileInput.parse(request.data, request=request))
        data = json.dumps(body, ensure_ascii=False).encode()
        fact = commands.run(rulebook_file.bring_in, data, by=request)
        return Response({"rules": fact.data["rules"], "settings": fact.data["settings"]}, status=201)

    def request_shape(self, method: str) -> Any:
        return FileInput if method == "POST" else None

    def response_shapes(self, method: str) -> dict[int, Any]:
        return {201: DraftedOutput} if method == "POST" else {200: FileInput}


class ReviewOutput(serializers.Serializer[Any]):
    """A planned or past review of a document."""

    id = serializers.IntegerField()
    document = serializers.CharField(source="document.code")
    due_on = serializers.DateField()
    done_at = Instant(allow_null=True, label=_("完成时间"))
    note = serializers.CharField()


class Reviews(CollectionView):
    model, output, name, tag = Review, ReviewOutput, "document_reviews", "rulebook"

    def rows(self, request: Request) -> QuerySet[Review]:
        return Review.objects.select_related("document")


class ReviewedInput(StrictSerializer):
    note = Text()
    next_on = serializers.DateField(required=False, label=_("下次复审"))


class Completion(NounView):
    """Notes that the document was reviewed; the next review is planned."""

    model, lookup, parent, tag = Review, "pk", "document_review", "rulebook"
    parent_output = output = ReviewOutput
    noun, input, verb = "completion", ReviewedInput, staticmethod(reviews.complete)
    may = of_any(rulemaking.can_change)
