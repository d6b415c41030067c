from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict

from complaints import events, permissions
from complaints.actions import contacts
from complaints.models import Complaint, ComplaintVerification, Finding, Plan
from service_center.kernel import clocks, journal, rulebook
from service_center.kernel.access import require

if TYPE_CHECKING:
    from service_center.kernel.models import User
    from staff.models import Person


class Milestone(TypedDict):
    """A line of the timetable the customer is given (SLA-19)."""

    step: str
    due_on: date


class Agreement(TypedDict):
    """How the customer agreed to the plan (CMP-10)."""

    channel: str
    note: str


def verify(
    complaint: Complaint, *, founded: bool, evidence: str, actor: User | None, at: datetime
) -> ComplaintVerification:
    """Establish whether the facts are so, within 3 working days of receipt (SLA-18).

    Raises TransitionNotAllowed, Forbidden.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_investigate, actor, complaint)
    complaint.verify(founded=founded)
    complaint.version += 1
    complaint.save()
    verification = ComplaintVerification.objects.create(
        complaint=complaint, founded=founded, evidence=evidence, at=at, by=actor
    )
    clocks.stop(complaint, "verification", at=at)
    event = events.FOUNDED if founded else events.UNFOUNDED
    journal.record(event, complaint, actor=actor, at=at, links=(complaint.customer, complaint.ticket))
    return verification


def investigate(
    complaint: Complaint,
    *,
    methods: Sequence[str],
    root_cause: str,
    responsibility: str,
    actor: User | None,
    at: datetime,
) -> Finding:
    """Record what was found and how: root cause and responsibility (CMP-07).

    Raises TransitionNotAllowed, TeamRequired, Forbidden.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_investigate, actor, complaint)
    team_for = rulebook.setting("complaint.task_group_for", at=at)
    complaint.investigate(has_team=hasattr(complaint, "task_group"), team_for=team_for)
    complaint.version += 1
    complaint.save()
    finding = Finding.objects.create(
        complaint=complaint,
        methods=list(dict.fromkeys(methods)),
        root_cause=root_cause,
        responsibility=responsibility,
        at=at,
        by=actor,
    )
    journal.record(
        events.INVESTIGATED, complaint, actor=actor, at=at, links=(complaint.ticket, complaint.unit)
    )
    return finding


def set_plan(
    complaint: Complaint,
    *,
    text: str,
    department: str,
    responsible: Person,
    timetable: Sequence[Milestone],
    actor: User | None,
    at: datetime,
    agreement: Agreement | None = None,
) -> Plan:
    """Set, or revise, the handling plan with department, person and timetable (CMP-08, CMP-10, CMP-12, SLA-19).

    `agreement` records how the customer agreed to it. Raises TransitionNotAllowed, Forbidden, AlreadyLeft.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_investigate, actor, complaint)
    responsible.refuse_if_left()
    number = complaint.set_plan()
    complaint.version += 1
    complaint.save()
    plan = Plan(text=text, department=department, responsible=responsible, timetable=_in_order(timetable))
    plan.complaint, plan.number, plan.by, plan.at = complaint, number, actor, at
    plan.save()
    if agreement is not None:
        contacts.tell(complaint, channel=agreement["channel"], text=agreement["note"], actor=actor, at=at)
    links = (complaint.customer, complaint.ticket)
    told = {"number": number, "responsible": responsible.user.username}
    journal.record(events.PLANNED, complaint, actor=actor, at=at, links=links, **told)
    return plan


def _in_order(timetable: Sequence[Milestone]) -> list[dict[str, str]]:
    lines = sorted(timetable, key=lambda line: line["due_on"])
    return [{"step": line["step"], "due_on": line["due_on"].isoformat()} for line in lines]


def carry_out(complaint: Complaint, *, report: str, actor: User | None, at: datetime) -> Plan:
    """The responsible department reports the plan done; the owner now tells the customer (CMP-11).

    Raises TransitionNotAllowed, PlanNotRevised, Forbidden.
    """
    complaint = Complaint.objects.lock(complaint.pk)
    require(permissions.can_carry_out, actor, complaint)
    complaint.carry_out()
    complaint.version += 1
    complaint.save()
    plan = complaint.plans.order_by("-number")[0]
    plan.report_done(report, at=at)
    plan.save(update_fields=["report", "carried_out_at"])
    journal.record(events.CARRIED_OUT, complaint, actor=actor, at=at, links=(complaint.ticket,))
    return plan
