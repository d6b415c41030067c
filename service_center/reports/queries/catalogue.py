"""The figures of the manager's dashboard (KPI-01 to KPI-04, requirements K1 to K18; formulas of the field)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import DurationField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.db.models.functions import Least
from django.utils.translation import gettext_lazy as _

from complaints.models import Complaint
from customers.models import Customer
from parts.models import Part
from parts.queries import parts_below_reorder
from service_center.kernel.models import Clock
from service_center.reports.queries.figures import Measure, figure
from service_center.reports.queries.scope import Scope
from surveys.models import FollowUp
from tickets.models import Diagnosis, Ticket, Visit
from tickets.states import ENDED, OPEN, UNDER_WORK, Status

FIX_WINDOW = timedelta(days=30)
MET = Q(responded_at__isnull=False) | Q(arrived_at__isnull=False)
"""Somebody has spoken with the customer: on the phone, in an answer, or at the door."""


@figure("tickets.open", "count", "DSP-13", _("未结工单"), _("当前未结的工单数"), fewer=True, now=True)
def open_tickets(scope: Scope) -> Measure:
    return Measure(scope.tickets().filter(status__in=OPEN))


@figure("tickets.reported", "count", "KPI-15", _("报修量"), _("期间内报修的工单数"), neutral=True)
def reported(scope: Scope) -> Measure:
    return Measure(scope.reported(), when=("reported_at",))


@figure(
    "tickets.ended",
    "count",
    "KPI-15",
    _("结束量"),
    _("期间内关闭、答复、取消或拒绝的工单数；又被重新打开的不计"),
    neutral=True,
)
def ended(scope: Scope) -> Measure:
    over = scope.tickets().filter(scope.during("closed_at"), status__in=ENDED)
    return Measure(over, when=("closed_at",))


@figure(
    "tickets.in_hand",
    "count",
    "DSP-13",
    _("处理中的工单"),
    _("当前处理中或挂起的工单数"),
    neutral=True,
    now=True,
)
def in_hand(scope: Scope) -> Measure:
    return Measure(scope.tickets().filter(status__in=UNDER_WORK))


@figure(
    "tickets.reopened",
    "percent",
    "K13",
    _("重开率"),
    _("重新打开过的工单 ÷ 期间内关闭的工单"),
    fewer=True,
)
def reopened(scope: Scope) -> Measure:
    return Measure(scope.closed(), scope.closed().filter(reopen_count__gt=0), when=("closed_at",))


@figure("faults.found", "count", "KPI-09", _("故障诊断"), _("期间内作出的故障诊断数"), neutral=True)
def faults(scope: Scope) -> Measure:
    return Measure(scope.diagnoses().filter(scope.during("at")))


@figure(
    "clocks.broken", "count", "SLA-22", _("已超时的时限"), _("当前未停且已过期的时钟数"), fewer=True, now=True
)
def broken(scope: Scope) -> Measure:
    return Measure(scope.clocks().late())


@figure(
    "clocks.at_risk",
    "count",
    "SLA-22",
    _("将超时的时限"),
    _("已预警、尚未到期的时钟数"),
    fewer=True,
    now=True,
)
def at_risk(scope: Scope) -> Measure:
    return Measure(scope.clocks().at_risk())


def _attainment(scope: Scope, *kinds: str) -> Measure:
    """Met clocks over clocks decided in the period: stopped in time, or breached. Undecided ones wait their turn."""
    met = scope.during("stopped_at") & Q(state=Clock.State.MET, breached_at=None)
    decided = scope.clocks(*kinds).filter(met | scope.during("breached_at"))
    return Measure(decided, decided.filter(met), when=("breached_at", "stopped_at"))


ATTAINMENT = _("期间内按时达成的时钟 ÷ 期间内已判定的时钟（达成或超时）")


@figure("sla.response", "percent", "KPI-01 K9", _("响应达成率"), ATTAINMENT)
def response(scope: Scope) -> Measure:
    return _attainment(scope, "response")


@figure("sla.arrival", "percent", "SLA-09 K17", _("到达达成率"), ATTAINMENT)
def arrival(scope: Scope) -> Measure:
    return _attainment(scope, "arrival")


@figure("sla.solution", "percent", "KPI-01 K10", _("解决达成率"), ATTAINMENT)
def solution(scope: Scope) -> Measure:
    return _attainment(scope, "solution")


@figure(
    "service.response_hours",
    "hours",
    "KPI-01 K9",
    _("平均响应时间"),
    _("首次人工联系客户 − 报修，取均值"),
    fewer=True,
)
def response_hours(scope: Scope) -> Measure:
    took = Least("responded_at", "arrived_at") - F("reported_at")
    return _mean_time(scope.reported().filter(MET), took, when="reported_at")


def _mean_time(rows: QuerySet[Any], took: Any, *, when: str) -> Measure:
    """The mean of a difference of two instants over the rows."""
    timed = rows.annotate(took=ExpressionWrapper(took, output_field=DurationField()))
    return Measure(timed, mean_of="took", when=(when,))


@figure(
    "service.first_time_fix",
    "percent",
    "K18",
    _("一次解决率"),
    _(
        "一次上门解决、未重开且 30 天内同机同类故障无再次上门的工单 ÷ 期间内关闭的上门工单；最近 30 天为暂定值"
    ),
)
def first_time_fix(scope: Scope) -> Measure:
    came = Visit.objects.filter(arrived_at__isnull=False)
    closed = scope.closed().filter(Exists(came.filter(ticket=OuterRef("pk"))))
    earlier = came.filter(ticket=OuterRef("ticket"), pk__lt=OuterRef("pk"))
    second = came.filter(Exists(earlier), ticket=OuterRef("pk"))
    fixed = closed.filter(reopen_count=0).exclude(Exists(second))
    # Nobody comes after a ticket's end: of the machine's tickets an index finds those that went on after this one's.
    for going_on in (Q(ticket__closed_at=None), Q(ticket__closed_at__gt=OuterRef("closed_at"))):
        fixed = fixed.exclude(Exists(_came_again(came.filter(going_on))))
    return Measure(closed, fixed, when=("closed_at",))


def _came_again(came: QuerySet[Visit]) -> QuerySet[Visit]:
    """Visits to the ticket's machine within 30 days of its closing, for the same class of fault or one not found yet."""
    found = Diagnosis.objects.filter(ticket=OuterRef("ticket"))
    mine = Diagnosis.objects.filter(ticket=OuterRef(OuterRef(OuterRef("pk"))))  # past found and visit
    same = found.filter(fault_class__in=mine.values("fault_class"))
    return came.filter(
        Exists(same) | ~Exists(found),
        ticket__unit=OuterRef("unit"),
        arrived_at__gt=OuterRef("closed_at"),
        arrived_at__lte=OuterRef("closed_at") + FIX_WINDOW,
    ).exclude(ticket=OuterRef("pk"))


@figure("service.coverage", "percent", "KPI-01 K11", _("服务覆盖率"), _("期间内已响应的请求 ÷ 期间内的请求"))
def coverage(scope: Scope) -> Measure:
    return Measure(scope.reported(), scope.reported().filter(MET), when=("reported_at",))


@figure(
    "service.efficiency", "percent", "KPI-01 K10", _("服务处理效率"), _("按时解决的工单 ÷ 期间内解决的工单")
)
def efficiency(scope: Scope) -> Measure:
    closed = _served(scope)
    late = Clock.objects.filter(
        subject_type="tickets.ticket", subject_id=OuterRef("pk"), kind="solution", breached_at__isnull=False
    )
    return Measure(closed, closed.exclude(Exists(late)), when=("closed_at",))


def _served(scope: Scope) -> QuerySet[Ticket]:
    """Services ended in the period: closed after the work, or answered at the first contact."""
    return scope.tickets().filter(scope.during("closed_at"), status__in=[Status.CLOSED, Status.ANSWERED])


@figure(
    "satisfaction.score",
    "score",
    "KPI-01 KPI-02 K1",
    _("客户满意度评分"),
    _("期间内回答的问卷得分均值（折算为 0–100）"),
)
def satisfaction(scope: Scope) -> Measure:
    answered = scope.invitations().filter(scope.during("answered_at"))
    return Measure(answered.filter(score__isnull=False), mean_of="score", when=("answered_at",))


@figure(
    "complaints.rate",
    "percent",
    "KPI-01 KPI-04 K7",
    _("客户投诉率"),
    _("期间内的投诉（不含查无实据的）÷ 期间内结束的服务"),
    fewer=True,
)
def complaint_rate(scope: Scope) -> Measure:
    complained = _complained(scope).exclude(founded=False)
    return Measure(_served(scope), complained, when=("closed_at",), hits_when=("reported_at",))


@figure(
    "complaints.handled",
    "percent",
    "CMP-24 K8",
    _("投诉处理率"),
    _("期间内收到且已关闭的投诉 ÷ 期间内收到的投诉"),
)
def complaints_handled(scope: Scope) -> Measure:
    received = _complained(scope)
    return Measure(received, received.filter(status="closed"), when=("reported_at",))


def _complained(scope: Scope) -> QuerySet[Complaint]:
    return scope.complaints().filter(scope.during("reported_at"))


@figure(
    "stock.below_reorder",
    "count",
    "PRT-03",
    _("低于补货点的配件"),
    _("库存位置不高于补货点的配件数"),
    fewer=True,
    now=True,
)
def stock(scope: Scope) -> Measure:
    rows: QuerySet[Part] = parts_below_reorder(scope.reach)
    return Measure(rows.filter(pk__in=Part.objects.visible_to(scope.user).values("pk")))


def _due_follow_ups(scope: Scope) -> QuerySet[FollowUp]:
    return scope.follow_ups().filter(scope.during("due_at")).exclude(status="cancelled")


@figure(
    "followup.coverage", "percent", "KPI-04 K3 CF-26", _("回访覆盖率"), _("已回访的客户 ÷ 期间内应回访的客户")
)
def followup_coverage(scope: Scope) -> Measure:
    due = _due_follow_ups(scope)
    return Measure(_customers_of(due), _customers_of(due.filter(status="completed")))


def _customers_of(follow_ups: QuerySet[FollowUp]) -> QuerySet[Customer]:
    return Customer.objects.filter(pk__in=follow_ups.values("customer"))


@figure("followup.score", "score", "KPI-04 K1", _("回访满意度评分"), _("回访中客户给出的 1–10 分均值"))
def followup_score(scope: Scope) -> Measure:
    done = scope.follow_ups().filter(scope.during("completed_at"))
    return Measure(done.filter(score__isnull=False), mean_of="score", when=("completed_at",))


@figure("followup.solution", "percent", "KPI-04 K4", _("问题解决率"), _("回访确认已解决 ÷ 完成的回访"))
def followup_solution(scope: Scope) -> Measure:
    done = _followed_up(scope)
    return Measure(done, done.filter(solved=True), when=("completed_at",))


def _followed_up(scope: Scope) -> QuerySet[FollowUp]:
    return scope.follow_ups().filter(scope.during("completed_at"), status="completed")


@figure(
    "followup.hours", "hours", "KPI-04 K5", _("平均回访时间"), _("回访完成 − 回访生成，取均值"), fewer=True
)
def followup_hours(scope: Scope) -> Measure:
    return _mean_time(_followed_up(scope), F("completed_at") - F("opened_at"), when="completed_at")


@figure(
    "followup.response",
    "percent",
    "KPI-04 K6",
    _("回访请求响应率"),
    _("已有人联系的回访请求 ÷ 客户提出的回访请求"),
)
def followup_response(scope: Scope) -> Measure:
    asked = scope.follow_ups().filter(scope.during("requested_at"))
    return Measure(asked, asked.filter(first_attempt_at__isnull=False), when=("requested_at",))
