"""Steps of a ticket on its pages: refused where the state, the right, the hour or the store forbids; the text stays."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from parts.models import Reservation
from staff.models import Booking, Branch
from tests.badinput.conftest import Story, complaints_of, form_in, nothing_written, text_of
from tests.tickets.test_nouns_api import ENGINEERS, at_state, body_of
from tickets.models import PartLine, Ticket
from tickets.states import Status
from tickets.web import nouns

pytestmark = pytest.mark.django_db
TYPED = "客户说的原话 «typed» 0571"


def local(instant: datetime) -> str:
    return timezone.localtime(instant).strftime("%Y-%m-%dT%H:%M")


# -- steps -----------------------------------------------------------------------------------------------------------


def form_of(noun: str, story: Story, heir: Any) -> dict[str, Any]:
    """What a browser would send for a noun."""
    if noun in {"hold-undo", "assignment-undo", "closure", "report", "arrival", "departure"}:
        return {}
    if noun == "appointment-undo":
        return {"reason": TYPED, "customer_absent": "on"}
    if noun == "report-preview":
        return {"work_done": TYPED, "tested": "on", "demonstrated": "on", "customer_comment": ""}
    if noun == "attachments":
        return {"kind": "photo"}
    body = body_of(noun)
    if noun == "hold":
        return {"reason": "customer", "notice_channel": "phone", "notice_text": TYPED}
    for name, value in body.items():
        if name in {"expected_at", "starts_at", "ends_at", "started_at"}:
            body[name] = local(datetime.fromisoformat(value))
        elif isinstance(value, bool):
            body[name] = "yes" if value else "no"
        elif name in {"reason", "note", "text", "cause", "place", "signed_by"}:
            body[name] = TYPED
    people = {"engineer": story.engineer.pk, "owner": heir.pk}
    return body | {name: people[name] for name in people if name in body}


@pytest.mark.refused
@pytest.mark.req("TKT-14", "GEN-16")
@pytest.mark.parametrize("state", [str(state) for state in Status])
def test_every_step_the_state_forbids_is_refused_and_keeps_the_text(
    state: str, story: Story, part: Any, supervisor: Any, person: Any, web: Any
) -> None:
    heir = person("agent")
    ticket = Ticket.objects.get(pk=at_state(story, state).pk)
    desk, field = web(story.agent), web(story.engineer)
    allowed = nouns.open_nouns(ticket)
    with nothing_written():
        for step in nouns.STEPS:
            engineers = step.noun in ENGINEERS | {"report-preview"}
            if step.noun in allowed or (engineers and not ticket.assignee_id):
                continue
            browser = field if engineers else desk
            sent = form_of(step.noun, story, heir) | {"command_key": f"{state}-{step.noun}"}
            answer = browser.post(f"/tickets/{ticket.number}/{step.noun}/", sent)
            assert (step.noun, answer.status_code) == (step.noun, 409)
            assert complaints_of(answer), step.noun
            shown = text_of(answer)
            assert all(said in shown for said in complaints_of(answer))
            assert (TYPED in shown) == (TYPED in sent.values()), step.noun


@pytest.mark.req("TKT-14")
@pytest.mark.parametrize("state", [str(state) for state in Status])
def test_every_step_offered_shows_its_form(
    state: str, story: Story, part: Any, supervisor: Any, web: Any
) -> None:
    """On the desk and on the phone; a step that is not offered shows no error either."""
    ticket = Ticket.objects.get(pk=at_state(story, state).pk)
    for who in (story.agent, supervisor, story.manager, story.engineer):
        if not Ticket.objects.visible_to(who.user).filter(pk=ticket.pk).exists():
            continue
        browser = web(who)
        page = browser.get(f"/tickets/{ticket.number}/")
        for step in page.context["steps"]:
            answer = browser.get(f"/tickets/{ticket.number}/?step={step.noun}")
            assert (step.noun, answer.status_code) == (step.noun, 200)
            assert f'action="/tickets/{ticket.number}/{step.noun}/"' in text_of(answer)
    browser = web(story.engineer if ticket.assignee_id else story.agent)
    for step in nouns.STEPS:
        for path in ("tickets", "phone") if step.noun in ENGINEERS else ("tickets",):
            answer = browser.get(f"/{path}/{ticket.number}/?step={step.noun}")
            assert (step.noun, answer.status_code) == (step.noun, 200)


def test_links_of_a_refused_page_lead_on(story: Story, web: Any) -> None:
    """After a refusal the page stands at the step's address; its step buttons must not be relative to that."""
    ticket = story.registered()
    answer = web(story.agent).post(f"/tickets/{ticket.number}/triage/", {})
    assert answer.status_code == 409
    assert 'href="?' not in text_of(answer)


# -- whose, and may one ----------------------------------------------------------------------------------------------


@pytest.mark.refused
@pytest.mark.req("SEC-01")
def test_anothers_ticket_is_not_there(story: Story, person: Any, sh: Branch, web: Any) -> None:
    number = story.in_handling().number
    strangers = person("agent", branch=sh), person("engineer"), person("engineer", branch=sh)
    with nothing_written():
        for who in strangers:
            browser = web(who)
            for path in ("", "edit/", "live/", "clocks/1/"):
                assert browser.get(f"/tickets/{number}/{path}").status_code == 404
            assert browser.get(f"/phone/{number}/").status_code == 404
            assert browser.post(f"/phone/{number}/reach/", {"how": "call"}).status_code == 404
            for noun in ("verification", "attachments", "contacts", "report"):
                assert browser.post(f"/tickets/{number}/{noun}/", {"note": "x"}).status_code == 404
            assert browser.post(f"/tickets/{number}/edit/", {"subject": "x"}).status_code == 404
        assert web(story.agent).get("/tickets/T-2026-999999/").status_code == 404
        assert web(story.agent).post(f"/tickets/{number}/nonsense/", {}).status_code == 404


@pytest.mark.refused
@pytest.mark.req("SEC-01")
def test_missing_right_is_403_and_keeps_the_text(
    story: Story, supervisor: Any, person: Any, web: Any
) -> None:
    ticket, keeper = story.in_handling(), person("storekeeper")
    with nothing_written():
        for who, noun in (
            (story.agent, "diagnosis"),
            (story.engineer, "handover"),
            (story.engineer, "cancellation"),
            (supervisor, "signature"),
        ):
            sent = form_of(noun, story, supervisor)
            answer = web(who).post(f"/tickets/{ticket.number}/{noun}/", sent)
            assert (noun, answer.status_code) == (noun, 403)
            assert complaints_of(answer)
            assert (TYPED in text_of(answer)) == (TYPED in sent.values())
        assert web(story.engineer).get("/desk/").status_code == 403
        assert web(keeper).get("/board/").status_code == 403


@pytest.mark.refused
@pytest.mark.req("DSP-03")
def test_a_complex_job_is_not_the_agents_to_give(story: Story, web: Any) -> None:
    ticket = story.classified(complexity="complex")
    with nothing_written():
        answer = web(story.agent).post(
            f"/tickets/{ticket.number}/assignment/", form_of("assignment", story, story.agent)
        )
    assert answer.status_code == 403


# -- time, stock, other editors --------------------------------------------------------------------------------------


@pytest.mark.refused
@pytest.mark.req("DSP-02", "APT-01")
def test_one_engineer_is_not_in_two_places(story: Story, web: Any) -> None:
    when = timezone.now() + timedelta(hours=50)
    first, second = story.classified(), story.classified()
    body = {"engineer": story.engineer.pk, "expected_at": local(when)}
    desk, field = web(story.agent), web(story.engineer)
    assert desk.post(f"/tickets/{first.number}/assignment/", body).status_code == 302
    with nothing_written():
        clash = desk.post(f"/tickets/{second.number}/assignment/", body)
    assert clash.status_code == 409
    assert complaints_of(clash, "expected_at")
    assert local(when) in text_of(clash)
    later = {"engineer": story.engineer.pk, "expected_at": local(when + timedelta(hours=9))}
    assert desk.post(f"/tickets/{second.number}/assignment/", later).status_code == 302
    slot = {"starts_at": local(when), "ends_at": local(when + timedelta(hours=1)), "place": TYPED}
    with nothing_written():
        visit = field.post(f"/tickets/{second.number}/appointment/", slot)
    assert visit.status_code == 409
    assert complaints_of(visit, "starts_at")
    assert TYPED in text_of(visit)
    assert Booking.objects.live().count() == 2


@pytest.mark.refused
def test_times_turned_round_or_long_past_are_refused(story: Story, web: Any) -> None:
    now = timezone.now()
    ticket, browser = story.dispatched(), web(story.engineer)
    turned = {"starts_at": local(now + timedelta(hours=9)), "ends_at": local(now), "place": TYPED}
    with nothing_written():
        answer = browser.post(f"/tickets/{ticket.number}/appointment/", turned)
        assert (answer.status_code, bool(complaints_of(answer, "ends_at"))) == (422, True)
        assert TYPED in text_of(answer)
    ticket = story.in_handling()
    long_ago = {"category": "free", "started_at": "2020-01-01T08:00", "minutes": "30"}
    soon = local(now + timedelta(days=2))
    wrong: list[tuple[dict[str, str], str]] = [
        ({}, "started_at"),
        ({"started_at": soon}, "minutes"),
        ({"started_at": "soon"}, "started_at"),
        ({"minutes": "0"}, "minutes"),
        ({"minutes": "x"}, "minutes"),
    ]
    with nothing_written():
        for change, field in wrong:
            answer = browser.post(f"/tickets/{ticket.number}/time-entries/", long_ago | change)
            assert (change, answer.status_code) == (change, 422)
            assert complaints_of(answer, field), change


@pytest.mark.refused
@pytest.mark.req("PRT-07", "RPR-20")
def test_part_not_in_stock_waits_and_cannot_be_issued(story: Story, part: Any, person: Any, web: Any) -> None:
    ticket, field = story.diagnosed(), web(story.engineer)
    line = {"part": part.code, "quantity": "6", "serials": "", "source": "store"}
    with nothing_written():
        for change, where in (
            ({"quantity": "0"}, "quantity"),
            ({"quantity": "many"}, "quantity"),
            ({"part": "P-NONE"}, "part"),
            ({"serials": "S-1"}, "serials"),
        ):
            answer = field.post(f"/tickets/{ticket.number}/part-lines/", line | change)
            assert (change, answer.status_code) == (change, 422)
            assert complaints_of(answer, where), change
    assert field.post(f"/tickets/{ticket.number}/part-lines/", line).status_code == 302
    short = Reservation.objects.get()
    assert (short.status, PartLine.objects.get().status) == ("short", "short")
    keeper = web(person("storekeeper"))
    with nothing_written():
        answer = keeper.post(f"/reservations/{short.pk}/issue/", {})
    assert answer.status_code == 422
    assert answer.context["refusals"][0] in text_of(answer)


@pytest.mark.refused
def test_the_loser_of_a_stale_edit_keeps_the_text_and_may_send_again(story: Story, web: Any) -> None:
    ticket, browser = story.registered(), web(story.agent)
    page = browser.get(f"/tickets/{ticket.number}/edit/")
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    done = browser.post(f"/tickets/{ticket.number}/edit/", form | {"subject": "先改的"})
    assert done.status_code == 302
    with nothing_written():
        stale = browser.post(f"/tickets/{ticket.number}/edit/", form | {"subject": "后改的"})
    assert stale.status_code == 412
    shown = text_of(stale)
    assert "先改的" in shown
    assert "后改的" in shown
    sent = form | {"version": Ticket.objects.get().version, "promised_at": "2020-01-01T08:00"}
    early = browser.post(f"/tickets/{ticket.number}/edit/", sent)
    assert (early.status_code, early.context["current"]) == (422, [])
    assert complaints_of(early, "promised_at")
    again = {name: form_in(stale)[name].value() or "" for name in form_in(stale).fields}
    assert browser.post(f"/tickets/{ticket.number}/edit/", again).status_code == 302
    assert Ticket.objects.get().subject == "后改的"


def test_an_edit_changes_only_what_was_changed(story: Story, web: Any) -> None:
    """Seconds a field does not show and line ends a browser rewrites are no changes."""
    promised = timezone.now() + timedelta(hours=30)
    ticket = story.registered(promised_at=promised, description="一\n二")
    browser = web(story.agent)
    page = browser.get(f"/tickets/{ticket.number}/edit/")
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    sent = form | {"description": "一\r\n二", "subject": "新的"}
    assert browser.post(f"/tickets/{ticket.number}/edit/", sent).status_code == 302
    after = Ticket.objects.get()
    assert (after.subject, after.description, after.promised_at) == ("新的", "一\n二", promised)


@pytest.mark.refused
def test_dissatisfied_without_reason_is_refused_beside_the_reason(story: Story, web: Any) -> None:
    ticket = story.handled()
    with nothing_written():
        answer = web(story.agent).post(
            f"/tickets/{ticket.number}/result-call/", {"outcome": "reached", "satisfied": "no", "reason": ""}
        )
    assert answer.status_code == 422
    assert complaints_of(answer, "reason")


@pytest.mark.refused
def test_a_signature_without_a_drawing_says_so_in_plain_words(story: Story, web: Any) -> None:
    ticket = story.diagnosed()
    with nothing_written():
        for png in (
            "",
            "data:image/png;base64,",
            "data:image/png;base64,!!",
            "data:image/png;base64,aGVsbG8=",
        ):
            answer = web(story.engineer).post(
                f"/tickets/{ticket.number}/signature/",
                {"png": png, "signed_by": TYPED, "report_hash": "0" * 64},
            )
            assert (png, answer.status_code in {409, 415, 422}) == (png, True)
            shown = text_of(answer)
            assert TYPED in shown
            assert "(Hidden field" not in shown
            assert "隐藏字段" not in shown


@pytest.mark.refused
def test_odd_addresses_are_no_server_error(story: Story, supervisor: Any, web: Any) -> None:
    story.registered()
    browser = web(supervisor)
    for path in (
        "/tickets/?q=%00",
        "/tickets/?after=%00",
        "/tickets/?after=nonsense",
        "/tickets/?after=cD1hYmM%3D",
        "/tickets/?status=%00&tier=x&corner=y",
        "/tickets/%00/",
        "/tickets/%F0%9F%98%80/",
        "/customers/?q=%00",
        "/customers/?after=cD1hYmM%3D",
        "/customers/99999999999999999999/",
        "/units/9223372036854775808/",
        "/search/?q=%00",
        "/desk/caller/?phone=%00%00",
        "/desk/?customer=99999999999999999999",
        "/desk/file/99999999999999999999/",
        "/parts/?q=%00&part_class=%00",
        "/parts/%00/",
        "/people/?q=%00&branch=%00&role=%00",
        "/complaints/?q=%00&after=x",
        "/complaints/new/?customer=99999999999999999999",
        "/complaints/new/?ticket=%00",
        "/follow-ups/?after=x",
        "/surveys/?since=%00&until=9999-12-31",
        "/approvals/?after=x",
        "/s/%00/",
        "/c/nonsense/",
    ):
        assert (path, browser.get(path).status_code < 500) == (path, True)
