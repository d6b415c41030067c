"""Somebody leaves: tickets, jobs, complaints, calls and corrections go on with somebody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from complaints import actions as complaints
from complaints.models import Complaint
from service_center.kernel.models import Event
from staff.models import Person
from surveys.models import FollowUp, Rectification
from tests.badinput.conftest import Story, complaints_of, nothing_written
from tests.surveys.conftest import deliver
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def depart(browser: Client, leaver: Person, heir: Person) -> Any:
    return browser.post(f"/people/{leaver.user.username}/departure/", {"hand_over_to": heir.pk})


def complain(story: Story, owner: Person) -> Complaint:
    from service_center.kernel import commands

    return commands.run(
        complaints.register, customer=story.unit.customer, channel="hotline", content="漏水", apology="抱歉",
        actor=owner.user,
    )  # fmt: skip


@pytest.mark.req("GEN-16", "STF-01")
def test_the_work_of_a_leaving_agent_passes_to_the_successor(story: Story, person: Any, web: Any) -> None:
    heir = person("agent", username="heir")
    open_ticket, closed = story.registered(), story.closed()
    deliver()
    complaint = complain(story, story.agent)
    deliver()
    call = FollowUp.objects.get(ticket=closed)
    FollowUp.objects.filter(pk=call.pk).update(owner=story.agent)
    low = Rectification.objects.create(
        follow_up=call, ticket=closed, branch=closed.branch, owner=story.agent, score=10,
        opened_at=timezone.now(), due_at=timezone.now(),
    )  # fmt: skip
    leaver = web(story.agent)
    assert depart(web(story.manager), story.agent, heir).status_code == 302
    assert leaver.get("/tickets/").status_code == 302
    deliver()
    owners = [
        Ticket.objects.get(pk=open_ticket.pk).owner,
        Complaint.objects.get(pk=complaint.pk).owner,
        FollowUp.objects.get(pk=call.pk).owner,
        Rectification.objects.get(pk=low.pk).owner,
    ]
    assert owners == [heir] * 4
    assert Ticket.objects.get(pk=closed.pk).owner == story.agent
    facts = ("ticket.handed_over", "complaint.handed_over", "follow_up.handed_over", "rectification.passed")
    assert all(Event.objects.filter(name=name).count() == 1 for name in facts)


@pytest.mark.req("GEN-16")
def test_seats_and_plans_of_complaints_pass_on_and_the_branch_keeps_its_own(
    story: Story, supervisor: Person, sh: Any, person: Any, web: Any
) -> None:
    """A successor in another branch gets no complaint of this one: its supervisor does."""
    from service_center.kernel import commands

    away, expert = person("agent", username="away", branch=sh), person("expert", username="expert")
    complaint = complain(story, expert_owner := person("agent", username="owner"))
    run = {"actor": story.manager.user}
    commands.run(complaints.grade, complaint, gravity="general", complexity="complex", **run)
    commands.run(complaints.form_team, complaint, leader=expert, members=[expert, story.agent], **run)
    commands.run(complaints.verify, complaint, founded=True, evidence="单", **run)
    commands.run(
        complaints.investigate,
        complaint,
        methods=["contact"],
        root_cause="老化",
        responsibility="班组",
        **run,
    )
    commands.run(
        complaints.set_plan, complaint, text="更换", department="维修部", responsible=expert,
        timetable=[{"step": "更换", "due_on": date(2030, 1, 8)}], **run,
    )  # fmt: skip
    boss = web(story.manager)
    assert depart(boss, expert, away).status_code == 302
    assert depart(boss, expert_owner, away).status_code == 302
    deliver()
    complaint = Complaint.objects.get()
    assert complaint.owner == supervisor
    assert complaint.task_group.leader == supervisor
    assert set(complaint.task_group.members.all()) == {supervisor, story.agent}
    assert complaint.plans.get().responsible == supervisor
    assert Event.objects.filter(name="complaint.tasks_passed").count() == 1


@pytest.mark.req("GEN-16", "DSP-13")
def test_jobs_of_a_leaving_engineer_wait_for_another(
    story: Story, engineer2: Person, person: Any, web: Any
) -> None:
    waiting, begun = story.dispatched(), story.in_handling()
    assert depart(web(story.manager), story.engineer, engineer2).status_code == 302
    deliver()
    waiting, begun = Ticket.objects.get(pk=waiting.pk), Ticket.objects.get(pk=begun.pk)
    assert (waiting.status, waiting.assignee) == ("classified", None)
    assert (begun.status, begun.assignee) == ("in_handling", None)
    assert not story.engineer.bookings.live().exists()


@pytest.mark.refused
@pytest.mark.req("STF-01")
def test_nobody_leaves_to_themselves_to_a_leaver_or_without_the_right(
    story: Story, supervisor: Person, person: Any, web: Any
) -> None:
    gone, boss = person("agent", username="gone"), web(story.manager)
    assert depart(boss, gone, supervisor).status_code == 302
    agent, colleague = web(supervisor), person("agent")
    with nothing_written():
        for heir in (story.agent, gone):
            answer = depart(boss, story.agent, heir)
            assert (answer.status_code, len(complaints_of(answer, "hand_over_to"))) == (422, 1)
        assert depart(agent, story.agent, colleague).status_code == 403
