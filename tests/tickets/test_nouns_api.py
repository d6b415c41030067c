"""Every pair of state and noun through the REST interface: the contract's table, and 409 with `allowed` for the rest."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from tests.tickets.conftest import PNG, Story, hours
from tickets import states
from tickets.models import Ticket

pytestmark = pytest.mark.django_db

S = states.Status
OPEN = {str(state) for state in states.OPEN}

TABLE: dict[str, set[str]] = {
    "verification": {S.REGISTERED},
    "answer": {S.REGISTERED, S.VERIFIED},
    "triage": {S.VERIFIED},
    "assignment": {S.CLASSIFIED},
    "acceptance": {S.DISPATCHED},
    "contacts": OPEN,
    "appointment": {S.DISPATCHED, S.APPOINTED},
    "arrival": {S.DISPATCHED, S.APPOINTED},
    "departure": {S.IN_HANDLING, S.ON_HOLD, S.HANDLED, S.RESULT_TOLD},
    "diagnosis": {S.IN_HANDLING},
    "consent": {S.IN_HANDLING},
    "hold": {S.IN_HANDLING},
    "part-lines": {S.IN_HANDLING},
    "faulty-parts": {S.IN_HANDLING, S.ON_HOLD},
    "time-entries": {S.IN_HANDLING, S.ON_HOLD},
    "escalation": {S.IN_HANDLING},
    "signature": {S.IN_HANDLING},
    "report": {S.IN_HANDLING},
    "result-call": {S.HANDLED},
    "closure": {S.RESULT_TOLD},
    "reopening": {S.CLOSED, S.ANSWERED},
    "cancellation": OPEN,
    "refusal": OPEN,
    "handover": OPEN,
}
"""Where a noun is open (contract C). `departure` needs the engineer on site, who is in all these stories."""

ENGINEERS = {
    "acceptance", "arrival", "departure", "diagnosis", "consent", "part-lines", "faulty-parts", "time-entries",
    "signature", "report",
}  # fmt: skip
UNDO = {
    "assignment": {S.DISPATCHED, S.APPOINTED},
    "appointment": {S.APPOINTED},
    "hold": {S.ON_HOLD},
}


def body_of(noun: str) -> dict[str, Any]:
    """A body in good shape; references that cannot exist yet are told only where the noun is open."""
    return {
        "verification": {"confirmed": True, "note": ""},
        "answer": {"text": "长按复位键三秒"},
        "triage": {
            "nature": "fault", "product_line": "AC", "tier": "general", "complexity": "simple",
            "service_category": "free", "mode": "onsite",
        },
        "assignment": {"engineer": "engineer", "expected_at": hours(30).isoformat()},
        "acceptance": {"accepted": True},
        "contacts": {"channel": "phone", "outcome": "unreachable", "note": ""},
        "appointment": {
            "starts_at": hours(40).isoformat(), "ends_at": hours(42).isoformat(), "place": "文三路 1 号",
        },
        "arrival": {},
        "departure": {},
        "diagnosis": {"fault_class": "device", "fault_code": "E1", "cause": "主板", "plan": "更换"},
        "consent": {"plan": "更换", "amount": "80.00", "method": "verbal", "signed_by": "王芳"},
        "hold": {"reason": "customer", "notice": {"channel": "phone", "text": "等您回电"}},
        "part-lines": {"part": "P-1", "quantity": 1, "source": "store"},
        "faulty-parts": {"part_line": 1, "disposition": "customer"},
        "time-entries": {"category": "free", "started_at": hours(0).isoformat(), "minutes": 1},
        "escalation": {"to": "manager", "reason": "需要协助"},
        "signature": {"png": base64.b64encode(PNG).decode(), "signed_by": "王芳", "report_hash": "0" * 64},
        "report": {
            "work_done": "更换", "tested": True, "demonstrated": True, "customer_comment": "", "signature": 1,
        },
        "result-call": {"outcome": "reached", "satisfied": True},
        "closure": {},
        "reopening": {"reason": "又坏了"},
        "cancellation": {"reason": "客户不修了"},
        "refusal": {"reason": "不在服务范围"},
        "handover": {"owner": "agent-b"},
    }[noun]  # fmt: skip


def at_state(story: Story, state: str) -> Ticket:
    if state in {S.CANCELLED, S.REFUSED}:
        return story.ended(state)
    return getattr(story, state)()


@pytest.fixture
def colleague(person: Callable[..., Any]) -> Any:
    return person("agent", username="agent-b")


@pytest.mark.req("TKT-01", "TKT-14", "TKT-25", "DSP-13", "GEN-16")
@pytest.mark.parametrize("state", [str(state) for state in S])
def test_every_noun_in_every_state(
    state: str, story: Story, part: Any, supervisor: Any, colleague: Any, api: Callable[..., Any]
) -> None:
    """A wrong pair answers 409, names what is allowed, and leaves the ticket as it was."""
    ticket = at_state(story, state)
    desk, field = api(story.agent), api(story.engineer)
    offered = {noun for noun, where in TABLE.items() if state in where}
    for noun in TABLE:
        if noun in offered:
            continue
        door = field if noun in ENGINEERS and ticket.assignee_id else desk
        if noun in ENGINEERS and not ticket.assignee_id:
            continue  # nobody may yet: test_engineer_nouns_before_dispatch
        before = Ticket.objects.get(pk=ticket.pk)
        answer = door.post(f"tickets/{ticket.number}/{noun}/", body_of(noun))
        assert (noun, answer.status_code, answer.json()["code"]) == (noun, 409, "transition_not_allowed")
        assert set(answer.json()["allowed"]) == offered | extra(before)
        after = Ticket.objects.get(pk=ticket.pk)
        assert (after.status, after.version) == (before.status, before.version)


def extra(ticket: Ticket) -> set[str]:
    """What opens by circumstance: a job without an engineer may be assigned, one off site appointed and entered."""
    if ticket.status != S.IN_HANDLING or ticket.on_site:
        return set()
    return {"assignment"} if ticket.assignee_id is None else {"appointment", "arrival"}


@pytest.mark.parametrize("state", [str(state) for state in S])
def test_undo_in_every_state(state: str, story: Story, api: Callable[..., Any]) -> None:
    ticket = at_state(story, state)
    for noun, where in UNDO.items():
        if state in where:
            continue
        answer = api(story.agent).delete(
            f"tickets/{ticket.number}/{noun}/", {"reason": "x"} if noun == "appointment" else None
        )
        assert (noun, answer.status_code, answer.json()["code"]) == (noun, 409, "transition_not_allowed")


@pytest.mark.parametrize("noun", sorted(TABLE))
def test_empty_body_in_wrong_state_is_told_the_state(
    noun: str, story: Story, api: Callable[..., Any]
) -> None:
    """The step that is impossible is told before the faults of the body."""
    ticket = story.ended("cancelled")
    if noun in ENGINEERS:
        return_to = story.closed()
        answer = api(story.engineer).post(f"tickets/{return_to.number}/{noun}/", {})
    elif noun == "reopening":
        answer = api(story.agent).post(f"tickets/{story.registered().number}/{noun}/", {})
    else:
        answer = api(story.agent).post(f"tickets/{ticket.number}/{noun}/", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "transition_not_allowed")


@pytest.mark.parametrize("noun", sorted(ENGINEERS - {"part-lines"}))
def test_engineer_nouns_are_nobody_elses(noun: str, story: Story, part: Any, api: Callable[..., Any]) -> None:
    """The agent may see the ticket, so the missing right is 403, whatever the state."""
    ticket = story.in_handling()
    answer = api(story.agent).post(f"tickets/{ticket.number}/{noun}/", body_of(noun))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    "noun", sorted(set(TABLE) - ENGINEERS - {"verification", "contacts", "appointment", "hold", "escalation"})
)
def test_desk_nouns_are_not_the_engineers(noun: str, story: Story, api: Callable[..., Any]) -> None:
    ticket = story.in_handling()
    answer = api(story.engineer).post(f"tickets/{ticket.number}/{noun}/", body_of(noun))
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("noun", sorted(TABLE))
def test_anothers_ticket_is_not_found(
    noun: str, story: Story, sh: Any, person: Callable[..., Any], api: Callable[..., Any]
) -> None:
    ticket = story.registered()
    stranger = person("engineer" if noun in ENGINEERS else "agent", branch=sh)
    answer = api(stranger).post(f"tickets/{ticket.number}/{noun}/", body_of(noun))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize("noun", ["verification", "answer", "contacts", "cancellation"])
def test_write_needs_a_key_and_is_harmless_twice(noun: str, story: Story, api: Callable[..., Any]) -> None:
    ticket, desk = story.registered(), api(story.agent)
    url = f"tickets/{ticket.number}/{noun}/"
    without = desk.post(url, body_of(noun), key=None)
    assert (without.status_code, without.json()["code"]) == (400, "idempotency_key_required")
    first = desk.post(url, body_of(noun), key="one")
    again = desk.post(url, body_of(noun), key="one")
    assert (again.status_code, again["Idempotency-Replayed"]) == (first.status_code, "true")
    assert again.json() == first.json()
    other = desk.post(
        url,
        body_of(noun) | {"reason" if noun == "cancellation" else "note" if noun != "answer" else "text": "x"},
        key="one",
    )
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
