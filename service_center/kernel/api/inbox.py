"""The user's own news over REST."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from service_center.kernel import notifications
from service_center.kernel.api.serializers import Instant
from service_center.kernel.api.views import CollectionView, NounView, Output
from service_center.kernel.models import Notification, User


class NotificationOutput(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    template = serializers.CharField()
    text = serializers.CharField()
    url = serializers.CharField()
    created_at = Instant()
    read_at = Instant(allow_null=True)


class NotificationFilter(django_filters.FilterSet):
    unread = django_filters.BooleanFilter(field_name="read_at", lookup_expr="isnull")

    class Meta:
        model = Notification
        fields = ("unread",)


class Notifications(CollectionView):
    """What the user was told, newest first."""

    model = Notification
    output = NotificationOutput
    filterset_class = NotificationFilter
    tag: ClassVar[str] = "notifications"
    name = "notifications"

    def rows(self, request: Request) -> QuerySet[Notification]:
        assert isinstance(request.user, User)
        return Notification.objects.visible_to(request.user)


class Reading(NounView):
    """Mark one piece of news as read."""

    model = Notification
    lookup = "pk"
    parent = "notification"
    parent_output: ClassVar[Output] = NotificationOutput
    noun = "reading"
    verb = notifications.mark_read
    tag: ClassVar[str] = "notifications"
