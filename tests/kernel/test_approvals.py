"""Approvals: asked for by those who may not alone, decided by the chain, performed as the requester."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from service_center.kernel import approvals, commands, errors, notifications, rulebook, subscribers
from service_center.kernel.access import require
from service_center.kernel.models import Approval, Delivery, Event, Notification, User
from staff.models import Branch

Person = Any
Make = Callable[..., Person]


class Renamed(errors.DomainError):
    code = "already_renamed"


@approvals.performs("test.rename")
def rename(approval: Approval, *, actor: User | None, at: datetime) -> Branch:
    """Give a branch the name asked for; refuses an inactive requester and a branch renamed meanwhile."""
    require(lambda user: user.is_active, actor)
    branch = Branch.objects.select_for_update().get(pk=approval.subject_id)
    if branch.name_en != approval.payload["from"]:
        raise Renamed
    branch.name_en = f"{approval.payload['to']} by {actor}"
    branch.save()
    return branch


def ask(who: Person, branch: Branch, kind: str = "ticket.cancellation", **more: Any) -> Approval:
    payload = {"from": branch.name_en, "to": "Renamed"}
    return commands.run(
        approvals.ask,
        "test.rename",
        branch,
        kind=kind,
        payload=payload,
        reason="because",
        actor=who.user,
        **more,
    )


def decide(approval: Approval, who: Person, *, approve: bool = True, note: str = "") -> Approval:
    return commands.run(approvals.decide, approval, approve=approve, note=note, actor=who.user)


def facts(approval: Approval) -> list[str]:
    rows = Event.objects.filter(subject_type="kernel.approval", subject_id=approval.pk).order_by("id")
    return [fact.name for fact in rows]


@pytest.fixture
def people(person: Make) -> dict[str, Person]:
    return {role: person(role) for role in ("agent", "manager", "director", "supervisor", "engineer")}


@pytest.mark.django_db
def test_ask_changes_nothing_but_tells(people: dict[str, Person], hz: Branch) -> None:
    approval = ask(people["agent"], hz)

    assert (approval.status, approval.current_role, approval.requester) == (
        "pending",
        "manager",
        people["agent"].user,
    )
    assert approval.steps[0]["role"] == "manager"
    hz.refresh_from_db()
    assert hz.name_en == "Hangzhou"
    assert facts(approval) == ["approval.requested"]
    assert Event.objects.filter(links__kind="staff.branch", links__object_id=hz.pk).count() == 1


@pytest.mark.django_db
def test_decide_performs_as_the_requester(people: dict[str, Person], hz: Branch) -> None:
    approval = decide(ask(people["agent"], hz), people["manager"], note="fine")

    hz.refresh_from_db()
    assert hz.name_en == f"Renamed by {people['agent'].user}"
    assert (approval.status, approval.decided_by, approval.note) == (
        "approved",
        people["manager"].user,
        "fine",
    )
    assert facts(approval) == ["approval.requested", "approval.granted"]
    assert [(one.role, one.approve) for one in approval.decisions.all()] == [("manager", True)]


@pytest.mark.django_db
def test_decide_no_leaves_the_subject_and_needs_a_reason(people: dict[str, Person], hz: Branch) -> None:
    approval = ask(people["agent"], hz)
    with pytest.raises(approvals.NoteRequired):
        decide(approval, people["manager"], approve=False, note=" ")

    approval = decide(approval, people["manager"], approve=False, note="too late")

    hz.refresh_from_db()
    assert (hz.name_en, approval.status) == ("Hangzhou", "rejected")
    assert facts(approval) == ["approval.requested", "approval.rejected"]


@pytest.mark.django_db
def test_decide_twice_is_refused_and_writes_once(people: dict[str, Person], hz: Branch) -> None:
    approval = decide(ask(people["agent"], hz), people["manager"])

    with pytest.raises(approvals.AlreadyDecided):
        decide(approval, people["manager"])

    assert facts(approval) == ["approval.requested", "approval.granted"]


@pytest.mark.django_db
def test_decide_goes_through_every_step_above_the_limit(people: dict[str, Person], hz: Branch) -> None:
    approval = ask(people["agent"], hz, kind="return.case", amount=Decimal("9000.00"))

    with pytest.raises(approvals.NotYourStep):
        decide(approval, people["director"])
    approval = decide(approval, people["manager"])
    assert (approval.status, approval.current_role) == ("pending", "director")
    with pytest.raises(approvals.NotYourStep):
        decide(approval, people["manager"])
    approval = decide(approval, people["director"])

    assert approval.status == "approved"
    assert facts(approval) == ["approval.requested", "approval.step_taken", "approval.granted"]


@pytest.mark.django_db
def test_decide_within_the_limit_needs_one_step(people: dict[str, Person], hz: Branch) -> None:
    approval = ask(people["agent"], hz, kind="return.case", amount=Decimal("5000.00"))

    assert decide(approval, people["manager"]).status == "approved"


@pytest.mark.django_db
def test_decide_own_request_is_refused(people: dict[str, Person], hz: Branch) -> None:
    approval = ask(people["manager"], hz)

    with pytest.raises(approvals.OwnRequest):
        decide(approval, people["manager"])


@pytest.mark.django_db
def test_database_refuses_a_decision_by_the_requester(people: dict[str, Person], hz: Branch) -> None:
    """Negative control: with the verb's guard out of the way PostgreSQL still says no."""
    approval = ask(people["manager"], hz)
    values = {"status": "approved", "decided_by": people["manager"].user, "decided_at": approval.requested_at}

    with pytest.raises(IntegrityError, match="approval_not_by_requester"), transaction.atomic():
        Approval.objects.filter(pk=approval.pk).update(**values)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["agent", "engineer", "supervisor", "director"])
def test_decide_is_only_for_the_role_of_the_step(
    people: dict[str, Person], person: Make, hz: Branch, role: str
) -> None:
    approval = ask(people["agent"], hz)

    with pytest.raises(approvals.NotYourStep):
        decide(approval, person(role))


@pytest.mark.django_db
def test_decide_in_another_branch_is_refused_where_the_step_asks_for_the_branch(
    people: dict[str, Person], person: Make, hz: Branch, sh: Branch
) -> None:
    stranger = person("supervisor", branch=sh)
    approval = ask(people["engineer"], hz, kind="vehicle.request")

    with pytest.raises(approvals.NotYourStep):
        decide(approval, stranger)
    assert not Approval.objects.visible_to(stranger.user).exists()

    assert decide(approval, people["supervisor"]).status == "approved"


@pytest.mark.django_db
def test_decide_checks_the_guards_again_and_leaves_nothing_behind(
    people: dict[str, Person], hz: Branch
) -> None:
    approval = ask(people["agent"], hz)
    Branch.objects.filter(pk=hz.pk).update(name_en="Moved on")

    with pytest.raises(Renamed):
        decide(approval, people["manager"])

    approval.refresh_from_db()
    assert (approval.status, approval.version, approval.decisions.count()) == ("pending", 0, 0)
    assert facts(approval) == ["approval.requested"]


@pytest.mark.django_db
def test_decide_after_the_requester_left_is_refused(people: dict[str, Person], hz: Branch) -> None:
    approval = ask(people["agent"], hz)
    User.objects.filter(pk=people["agent"].user_id).update(is_active=False)

    with pytest.raises(errors.Forbidden):
        decide(approval, people["manager"])


@pytest.mark.django_db
def test_ask_again_while_pending_is_refused(people: dict[str, Person], person: Make, hz: Branch) -> None:
    approval = ask(people["agent"], hz)

    with pytest.raises(approvals.AlreadyAsked) as refusal:
        ask(person("agent"), hz)

    assert refusal.value.extra == {"approval": approval.pk}
    decide(approval, people["manager"], approve=False, note="no")
    hz.refresh_from_db()
    assert ask(people["agent"], hz).pk != approval.pk


@pytest.mark.django_db
def test_database_refuses_two_pending_requests(people: dict[str, Person], hz: Branch) -> None:
    """Negative control: two requests at the same moment, past the verb's look."""
    twin = ask(people["agent"], hz)
    twin.pk, twin._state.adding = None, True

    with pytest.raises(IntegrityError, match="approval_one_pending"), transaction.atomic():
        twin.save()


@pytest.mark.django_db
def test_ask_for_what_nobody_decides_or_performs_is_refused(people: dict[str, Person], hz: Branch) -> None:
    with pytest.raises(rulebook.NoChain):
        ask(people["agent"], hz, kind="no.such.kind")
    with pytest.raises(LookupError):
        commands.run(approvals.ask, "no.such.verb", hz, kind="ticket.refusal", actor=people["agent"].user)
    with pytest.raises(errors.Forbidden):
        commands.run(approvals.ask, "test.rename", hz, kind="ticket.refusal", actor=None)
    assert not Approval.objects.exists()


@pytest.mark.django_db
def test_ask_with_the_same_key_asks_once(people: dict[str, Person], hz: Branch) -> None:
    key = commands.Key(f"user:{people['agent'].user_id}", "once", "same")

    first = ask(people["agent"], hz, key=key)
    again = ask(people["agent"], hz, key=key)

    assert (again.pk, Approval.objects.count()) == (first.pk, 1)


@pytest.mark.django_db
def test_withdraw_is_for_the_requester_while_it_waits(people: dict[str, Person], hz: Branch) -> None:
    approval = ask(people["agent"], hz)

    with pytest.raises(errors.Forbidden):
        commands.run(approvals.withdraw, approval, actor=people["manager"].user)
    approval = commands.run(approvals.withdraw, approval, actor=people["agent"].user)
    assert (approval.status, facts(approval)) == ("withdrawn", ["approval.requested", "approval.withdrawn"])
    with pytest.raises(approvals.AlreadyDecided):
        commands.run(approvals.withdraw, approval, actor=people["agent"].user)


@pytest.mark.django_db
def test_may_alone_is_for_the_system_and_whoever_holds_the_whole_chain(people: dict[str, Person]) -> None:
    at = commands.now()

    assert approvals.may_alone("ticket.cancellation", None, at=at)
    assert approvals.may_alone("ticket.cancellation", people["manager"].user, at=at)
    assert not approvals.may_alone("ticket.cancellation", people["agent"].user, at=at)
    assert not approvals.may_alone("return.case", people["manager"].user, at=at, amount=Decimal(9000))


@pytest.mark.django_db
def test_visible_to_requester_and_deciders_only(people: dict[str, Person], person: Make, hz: Branch) -> None:
    approval = ask(people["agent"], hz)

    def sees(who: Person) -> bool:
        return Approval.objects.visible_to(who.user).filter(pk=approval.pk).exists()

    seen = {role: sees(who) for role, who in people.items()}
    assert seen == {"agent": True, "manager": True, "director": False, "supervisor": False, "engineer": False}
    assert not sees(person("agent"))
    assert list(Approval.objects.awaiting(people["manager"].user)) == [approval]
    assert not Approval.objects.awaiting(people["agent"].user).exists()
    decide(approval, people["manager"])
    assert sees(people["manager"])
    assert not sees(person("manager"))
    assert not Approval.objects.awaiting(people["manager"].user).exists()


@pytest.fixture
def without_guard() -> Iterator[None]:
    """The world with the guard against own decisions off: the constraint is dropped for one test."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kernel_approval DROP CONSTRAINT approval_not_by_requester")
    return


@pytest.mark.django_db
def test_own_decision_would_stand_without_the_constraint(
    people: dict[str, Person], hz: Branch, without_guard: None
) -> None:
    """Negative control of the control: it is this constraint that says no."""
    approval = ask(people["manager"], hz)
    values = {"status": "approved", "decided_by": people["manager"].user, "decided_at": approval.requested_at}

    assert Approval.objects.filter(pk=approval.pk).update(**values) == 1


@pytest.mark.django_db(transaction=True)
def test_decide_by_two_at_once_performs_once(person: Make, hz: Branch) -> None:
    approval = ask(person("agent"), hz)
    managers, gate = [person("manager"), person("manager")], Barrier(2)
    answers: list[str] = []

    def work(who: Person) -> None:
        gate.wait()
        try:
            answers.append(str(decide(approval, who).status))
        except errors.DomainError as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=work, args=(who,)) for who in managers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(answers) == ["already_decided", "approved"]
    assert facts(approval) == ["approval.requested", "approval.granted"]


# notices


def news(who: Person) -> list[str]:
    return [notifications.text(one) for one in Notification.objects.filter(user=who.user).order_by("pk")]


@pytest.mark.django_db
def test_notices_reach_deciders_of_each_step_and_the_requester_once(
    people: dict[str, Person], person: Make, hz: Branch
) -> None:
    approval = ask(people["agent"], hz, kind="return.case", amount=Decimal("9000.00"))
    deputy = person("supervisor", extra_roles=["manager"])

    facts_of = Event.objects.filter(subject_type="kernel.approval", subject_id=approval.pk).order_by("id")
    for _ in range(2):  # a subscriber may run twice
        subscribers.tell_deciders(facts_of[0], at=approval.requested_at)
    assert news(people["manager"]) == news(deputy) == [f"有一项审批等您处理：{hz}"]
    assert news(people["director"]) == news(people["agent"]) == []
    decide(approval, deputy)
    subscribers.tell_deciders(facts_of[1], at=approval.requested_at)
    decide(approval, people["director"])
    subscribers.tell_requester(facts_of[2], at=approval.requested_at)

    assert news(people["director"]) == [f"有一项审批等您处理：{hz}"]
    assert news(people["agent"]) == [f"您的申请已批准：{hz}"]
    assert len(news(people["manager"])) == 1


@pytest.mark.django_db
def test_notices_of_a_branch_step_stay_in_the_branch(
    people: dict[str, Person], person: Make, hz: Branch, sh: Branch
) -> None:
    elsewhere = person("supervisor", branch=sh)

    approval = ask(people["engineer"], hz, kind="vehicle.request")

    assert approvals.deciders(approval) == [people["supervisor"].user]
    assert elsewhere.user not in approvals.deciders(approval)


# manage.py events


@pytest.mark.django_db
def test_events_command_prints_each_fact_and_who_listens() -> None:
    told = StringIO()

    call_command("events", stdout=told)

    lines = told.getvalue().splitlines()
    here = next(number for number, line in enumerate(lines) if line.startswith("approval.requested"))
    assert lines[here + 1] == "    -> kernel.tell_deciders"
    assert any(line.startswith("setting.changed") for line in lines)


@pytest.mark.django_db
def test_events_command_redrives_dead_letters(people: dict[str, Person], hz: Branch) -> None:
    ask(people["agent"], hz)
    Delivery.objects.update(dead_at=commands.now(), attempts=10)
    told = StringIO()

    call_command("events", stdout=told)
    assert "kernel.tell_deciders: 0 pending since -, 1 dead" in told.getvalue()
    call_command("events", redrive=True, stdout=told)

    assert "1 dead letters will be tried again" in told.getvalue()
    assert list(Delivery.objects.values_list("dead_at", "attempts")) == [(None, 0)]
