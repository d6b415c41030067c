"""What becomes of complaints when somebody leaves."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from complaints import events
from complaints.actions.grading import hand_over
from complaints.models import Complaint
from complaints.queries.people import holders
from service_center.kernel import journal
from staff.states import Role

if TYPE_CHECKING:
    from staff.models import Person


def pass_on(person: Person, successor: Person, *, at: datetime) -> None:
    """Open complaints, places in task groups and plans still to be carried out pass to the successor (GEN-16).

    A complaint stays in its branch: a successor elsewhere gives way to the supervisor there. Harmless twice.
    """
    for pk in Complaint.objects.open().filter(owner=person).order_by("pk").values_list("pk", flat=True):
        complaint = Complaint.objects.lock(pk)
        hand_over(complaint, owner=_heir(complaint, successor), actor=None, at=at)
    for pk in Complaint.objects.open().working(person).order_by("pk").values_list("pk", flat=True):
        _pass_tasks(Complaint.objects.lock(pk), person, successor, at)


def _heir(complaint: Complaint, successor: Person) -> Person:
    if successor.branch_id == complaint.branch_id or successor.has_role(Role.MANAGER):
        return successor
    here = holders(Role.SUPERVISOR, branch_id=complaint.branch_id)
    return next((one for one in here if one.branch_id == complaint.branch_id), successor)


def _pass_tasks(complaint: Complaint, person: Person, successor: Person, at: datetime) -> None:
    """The person's seat in the task group and the newest plan."""
    heir = _heir(complaint, successor)
    passed = _pass_seat(complaint, person, heir)
    plan = complaint.plans.order_by("-number").first()
    if plan is not None and plan.responsible_id == person.pk:
        plan.responsible = heir
        plan.save(update_fields=["responsible"])
        passed = True
    if passed:
        complaint.version += 1
        complaint.save(update_fields=["version"])
        journal.record(events.TASKS_PASSED, complaint, actor=None, at=at, to=heir.user.username)


def _pass_seat(complaint: Complaint, person: Person, heir: Person) -> bool:
    group = getattr(complaint, "task_group", None)
    if group is None:
        return False
    leads, works = group.leader_id == person.pk, group.members.filter(pk=person.pk).exists()
    if leads:
        group.leader = heir
        group.save(update_fields=["leader"])
    if works:
        group.members.remove(person)
        group.members.add(heir)
    return leads or works
