"""What a developer would write without a product around it: the references the product's doors are measured against."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from rest_framework import generics, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customers.models import Customer, Unit
from service_center.kernel.models import Clause, Clock, Event, Rule
from tickets.models import Ticket, TicketLink


def nothing(request: HttpRequest) -> JsonResponse:
    """A bare view: what the framework alone costs."""
    return JsonResponse({"status": "ok"})


# -- reading: the fields of the product's answer through nested model serializers -----------------------------------


class CustomerShape(serializers.ModelSerializer[Customer]):
    class Meta:
        model = Customer
        fields = ("id", "name", "phone")


class UnitShape(serializers.ModelSerializer[Unit]):
    product_model = serializers.CharField(source="product_model.code")

    class Meta:
        model = Unit
        fields = ("id", "product_model", "serial", "purchased_on", "warranty_until")


class ClauseShape(serializers.ModelSerializer[Clause]):
    document = serializers.CharField(source="document.code")
    title = serializers.CharField(source="title_zh")

    class Meta:
        model = Clause
        fields = ("document", "article", "title")


class ClockShape(serializers.ModelSerializer[Clock]):
    rule = serializers.CharField(source="rule.code")
    clause = ClauseShape(source="rule.clause")
    unit = serializers.CharField(source="rule.unit")
    calendar = serializers.CharField(source="rule.calendar.code")
    remaining_seconds = serializers.DecimalField(17, 6, source="left_seconds")

    class Meta:
        model = Clock
        fields = (
            "id", "kind", "rule", "clause", "state", "cycle", "target", "unit", "calendar", "started_at", "due_at",
            "consumed_seconds", "remaining_seconds", "breached_at",
        )  # fmt: skip


class LinkShape(serializers.ModelSerializer[TicketLink]):
    class Meta:
        model = TicketLink
        fields = ("rel", "label")


class TicketShape(serializers.ModelSerializer[Ticket]):
    customer = CustomerShape()
    contact = CustomerShape()
    unit = UnitShape()
    branch = serializers.CharField(source="branch.code")
    owner = serializers.CharField(source="owner.user.username")
    assignee = serializers.CharField(source="assignee.user.username", default=None)
    product_line = serializers.CharField(source="product_line.code", default=None)
    clocks = serializers.SerializerMethodField()
    links = LinkShape(many=True)
    allowed = serializers.SerializerMethodField()

    class Meta:
        model = Ticket
        fields = (
            "number", "status", "version", "channel", "reported_at", "registered_at", "customer", "contact", "unit",
            "subject", "description", "symptom", "demand", "promised_at", "branch", "owner", "assignee",
            "assigned_at", "expected_at", "nature", "product_line", "tier", "is_critical", "complexity",
            "service_category", "mode", "reopen_count", "first_time_fix", "responded_at", "arrived_at", "handled_at",
            "closed_at", "archived_at", "clocks", "links", "allowed",
        )  # fmt: skip

    def get_clocks(self, ticket: Ticket) -> Any:
        rows = Clock.objects.filter(subject_type="tickets.ticket", subject_id=ticket.pk)
        known = self.context.get("clocks")
        mine = known[ticket.pk] if known is not None else with_rule(rows)
        return ClockShape(mine, many=True).data

    def get_allowed(self, ticket: Ticket) -> list[str]:
        return [str(t.name) for t in ticket.get_available_status_transitions()]  # type: ignore[attr-defined]


def with_rule(clocks: Any) -> Any:
    return clocks.select_related("rule__clause__document", "rule__calendar").order_by("id")


TICKETS = Ticket.objects.select_related(
    "customer", "contact", "unit__product_model", "branch", "owner__user", "assignee__user", "product_line"
).prefetch_related("links")


class Pages(CursorPagination):
    page_size = 25
    ordering = "-id"


class TicketList(generics.ListAPIView[Ticket]):
    authentication_classes = permission_classes = throttle_classes = filter_backends = ()
    queryset = TICKETS.filter(status="closed")
    serializer_class = TicketShape
    pagination_class = Pages

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset()) or []
        clocks: dict[int, list[Clock]] = {ticket.pk: [] for ticket in page}
        for clock in with_rule(Clock.objects.filter(subject_type="tickets.ticket", subject_id__in=clocks)):
            clocks[clock.subject_id].append(clock)
        return self.get_paginated_response(TicketShape(page, many=True, context={"clocks": clocks}).data)


class TicketDetail(generics.RetrieveAPIView[Ticket]):
    authentication_classes = permission_classes = throttle_classes = ()
    queryset = TICKETS
    serializer_class = TicketShape
    lookup_field = "number"


# -- a page: fifty rows in one template, logged in as nobody --------------------------------------------------------


def page(request: HttpRequest, template: str = "bench/page.html") -> HttpResponse:
    columns = (
        "number",
        "subject",
        "status",
        "tier",
        "customer__name",
        "owner__name",
        "assignee__name",
        "reported_at",
    )
    rows = Ticket.objects.order_by("-id").values_list(*columns)[:50]
    return render(request, template, {"rows": rows})


def framed(request: HttpRequest) -> HttpResponse:
    """The same between the product's menus, for somebody who is logged in."""
    return page(request, "bench/framed.html")


# -- writing: a ticket, its first clock and its fact ----------------------------------------------------------------


class NewTicket(serializers.ModelSerializer[Ticket]):
    class Meta:
        model = Ticket
        fields = ("number", "customer", "unit", "subject", "description", "demand", "channel")


class ThreeRows(APIView):
    """Three rows through the ORM: what is left of a create without clocks, deliveries, idempotency and rules."""

    authentication_classes = permission_classes = throttle_classes = ()

    def post(self, request: Request) -> Response:
        shape = NewTicket(data=request.data)
        shape.is_valid(raise_exception=True)
        asked: Any = request.data
        now, customer = timezone.now(), shape.validated_data["customer"]
        with transaction.atomic():
            ticket = Ticket.objects.create(
                **shape.validated_data, reported_at=now, registered_at=now, branch_id=customer.branch_id,
                owner_id=asked["owner"],
            )  # fmt: skip
            rule = Rule.objects.get(pk=asked["rule"])
            clock = Clock.objects.create(
                subject_type="bench.ticket", subject_id=ticket.pk, kind="response", rule=rule, started_at=now
            )
            Event.objects.create(
                name="bench.created", subject_type="bench.ticket", subject_id=ticket.pk, at=now, occurred_at=now,
                data={"clock": clock.pk},
            )  # fmt: skip
        return Response(NewTicket(ticket).data, status=201)
