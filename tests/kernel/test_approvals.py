"""Approvals: asked for by those who may not alone, decided by the chain, performed as the requester."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from service_center.kernel import approvals, commands, errors, rulebook
from service_center.kernel.models import Approval, Event, User
from staff.models import Branch
from tests.kernel.asking import Make, Person, Renamed, ask, decide, facts


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
