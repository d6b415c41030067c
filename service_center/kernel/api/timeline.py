"""The outward shape of a fact, the same on every row's `timeline/`."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from rest_framework import serializers

from service_center.kernel import journal
from service_center.kernel.api.serializers import Instant
from service_center.kernel.models import Event


class TimelineLink(serializers.Serializer[Any]):
    kind = serializers.CharField()
    id = serializers.IntegerField(source="object_id")


class TimelineItem(serializers.Serializer[Any]):
    """A fact in words, with the rows it is about."""

    name = serializers.CharField()
    at = Instant()
    occurred_at = Instant()
    actor = serializers.CharField(source="actor.username", default=None, allow_null=True)
    text = serializers.SerializerMethodField()
    links = TimelineLink(many=True, source="links.all")

    def get_text(self, event: Event) -> str:
        return journal.sentence(event)


def of(row: Model) -> QuerySet[Event]:
    """The facts about a row with what TimelineItem shows of them, newest first."""
    return journal.timeline(row).prefetch_related("links")
