"""Times told late by a device: what counts at once, what a supervisor confirms, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.translation import override

from service_center.kernel import commands, journal, late_truth, setting_changes, sweep
from service_center.kernel.models import Approval, Event, Setting
from staff.models import Branch, Person
from tests.tickets.conftest import Story, hours
from tickets.actions import late_truth as steps
from tickets.models import CustomerContact, Ticket, Visit

pytestmark = pytest.mark.django_db
TOLD = 8.0
"""Hours ago that the engineer came: after the dispatch nine hours ago, before response and acceptance were due."""


@pytest.fixture
def late(story: Story) -> Ticket:
    """Dispatched nine hours ago; two hours later response and acceptance were due and the breach was told."""
    with commands.as_of(hours(-9)):
        ticket = story.dispatched(tier="general")
    sweep.fire_all()
    return ticket


def sent(ago: float | None, *, off: timedelta | None) -> dict[str, Any]:
    """Body and headers of a device whose clock is off by so much, about something so many hours ago."""
    fault = off or timedelta()
    body = {} if ago is None else {"at": (hours(-ago) + fault).isoformat()}
    return {"body": body} | ({} if off is None else {"Device-Time": (hours(0) + fault).isoformat()})


def states(client: Any, ticket: Ticket) -> dict[str, str]:
    found = client.get(f"tickets/{ticket.number}/clocks/").json()["results"]
    return {clock["kind"]: clock["state"] for clock in found}


def retracted(ticket: Ticket) -> list[str]:
    rows = Event.objects.filter(name="clock.retracted", subject_id=ticket.pk).order_by("id")
    return sorted(row.data["kind"] for row in rows)


def near(moment: datetime | None, ago: float) -> bool:
    return moment is not None and abs(moment - hours(-ago)) < timedelta(minutes=2)


def arrive(client: Any, ticket: Ticket, ago: float | None, off: timedelta | None = None) -> Any:
    return client.post(f"tickets/{ticket.number}/arrival/", **sent(ago, off=off))


FAST = timedelta(minutes=3)
YEARS = timedelta(days=-2500)


@pytest.mark.req("APT-02", "SLA-02")
def test_arrival_of_a_right_clock_counts_at_once_and_retracts_alone(
    late: Ticket, story: Story, api: Callable[..., Any]
) -> None:
    field = api(story.engineer)
    assert states(field, late)["response"] == "breached"
    request = sent(TOLD, off=timedelta(seconds=60))
    answer = field.post(f"tickets/{late.number}/arrival/", **request)
    assert (answer.status_code, answer.json()["arrival"]["arrival_told_at"]) == (201, None)
    assert near(Visit.objects.get().arrived_at, TOLD)
    assert (states(field, late)["response"], states(field, late)["acknowledge"]) == ("met", "met")
    assert retracted(late) == ["acknowledge", "response"]
    told = Event.objects.get(name="visit.arrived")
    measured = datetime.fromisoformat(request["Device-Time"]) - told.at
    assert told.data["offset_s"] == round(measured.total_seconds(), 3)
    assert "told_at" not in told.data
    assert not Approval.objects.exists()


@pytest.mark.req("APT-02", "SLA-02")
@pytest.mark.parametrize("off", [FAST, YEARS, None], ids=["three-minutes", "years", "not-measured"])
def test_arrival_in_doubt_is_taken_and_waits_for_the_supervisor(
    off: timedelta | None, late: Ticket, story: Story, supervisor: Person, api: Callable[..., Any]
) -> None:
    """The state moves, nothing is lost; the server's time counts until the word is confirmed."""
    answer = arrive(api(story.engineer), late, TOLD, off)
    assert (answer.status_code, answer.json()["ticket"]["status"]) == (201, "in_handling")
    assert near(Visit.objects.get().arrived_at, 0) and near(Visit.objects.get().arrival_told_at, TOLD)
    assert (states(api(supervisor), late)["response"], retracted(late)) == ("breached", [])
    waiting = api(supervisor).get("approvals/?awaiting_me=true").json()["results"]
    assert [(row["kind"], row["subject"]["label"]) for row in waiting] == [("clock.retraction", late.number)]
    url = f"approvals/{waiting[0]['id']}/decision/"
    assert api(supervisor).post(url, {"approve": True}).status_code == 201
    assert (states(api(supervisor), late)["response"], retracted(late)) == (
        "met",
        ["acknowledge", "response"],
    )
    visit, ticket = Visit.objects.get(), Ticket.objects.get()
    assert near(visit.arrived_at, TOLD) and near(ticket.arrived_at, TOLD)
    names = [event.name for event in journal.timeline(ticket)]
    assert {"ticket.time_doubted", "approval.requested", "approval.granted", "ticket.time_confirmed"} <= set(
        names
    )


@pytest.mark.req("APT-02", "SLA-02")
def test_arrival_whose_time_is_refused_by_the_supervisor_is_on_record_only(
    late: Ticket, story: Story, supervisor: Person, api: Callable[..., Any]
) -> None:
    arrive(api(story.engineer), late, TOLD, FAST)
    url = f"approvals/{Approval.objects.get().pk}/decision/"
    silent = api(supervisor).post(url, {"approve": False})
    assert (silent.status_code, silent.json()["code"]) == (400, "note_required")
    assert api(supervisor).post(url, {"approve": False, "note": "客户说中午才到"}).status_code == 201
    assert near(Visit.objects.get().arrived_at, 0) and near(Visit.objects.get().arrival_told_at, TOLD)
    assert (states(api(supervisor), late)["response"], retracted(late)) == ("breached", [])
    assert "approval.rejected" in [event.name for event in journal.timeline(late)]
    again = api(supervisor).post(url, {"approve": True})
    assert (again.status_code, again.json()["code"]) == (409, "already_decided")


@pytest.mark.req("APT-02")
def test_confirmation_is_refused_to_the_engineer_and_to_other_branches(
    late: Ticket, story: Story, person: Callable[..., Person], sh: Branch, api: Callable[..., Any]
) -> None:
    arrive(api(story.engineer), late, TOLD, FAST)
    url = f"approvals/{Approval.objects.get().pk}/decision/"
    own = api(story.engineer).post(url, {"approve": True})
    assert (own.status_code, own.json()["code"]) == (403, "own_request")
    assert api(person("supervisor", branch=sh)).post(url, {"approve": True}).status_code == 404
    assert api(story.agent).post(url, {"approve": True}).status_code == 404
    assert retracted(late) == []


def test_a_live_arrival_of_a_wrong_clock_counts_as_now(
    late: Ticket, story: Story, api: Callable[..., Any]
) -> None:
    """Years off, but told as it happens: put right it is now, and there is nothing to confirm."""
    assert arrive(api(story.engineer), late, 0, YEARS).status_code == 201
    assert near(Visit.objects.get().arrived_at, 0)
    assert not Approval.objects.exists()


def test_an_unmeasured_time_that_undoes_nothing_counts_at_once(story: Story, api: Callable[..., Any]) -> None:
    with commands.as_of(hours(-1)):
        ticket = story.dispatched(tier="general")
    assert arrive(api(story.engineer), ticket, 0.5).status_code == 201
    assert near(Visit.objects.get().arrived_at, 0.5)
    assert not Approval.objects.exists()


def test_what_is_tolerated_is_a_setting(
    late: Ticket, story: Story, person: Callable[..., Person], api: Callable[..., Any]
) -> None:
    setting = Setting.objects.get(code="ticket.device.offset_seconds")
    commands.run(setting_changes.change_setting, setting, value="240")
    arrive(api(story.engineer), late, TOLD, FAST)
    assert near(Visit.objects.get().arrived_at, TOLD)
    assert not Approval.objects.exists()


@pytest.mark.req("APT-02")
@pytest.mark.parametrize(
    ("ago", "off", "header"),
    [
        (30, None, None),
        (30, timedelta(), None),
        (-1, None, None),
        (-1, YEARS, None),
        (9000 * 24, timedelta(), None),
        (TOLD, None, "2026-03-02 09:00"),
        (TOLD, None, "yesterday"),
        (TOLD, None, "2026-03-02T09:00:00"),
        (TOLD, None, "0001-01-01T00:00:00+14:00"),
    ],
)
def test_absurd_times_are_refused_and_nothing_moves(
    ago: float, off: timedelta | None, header: str | None, late: Ticket, story: Story, api: Callable[..., Any]
) -> None:
    """Before the dispatch or in the future, once put right; or a header that is no instant with its zone."""
    request = sent(ago, off=off) | ({} if header is None else {"Device-Time": header})
    answer = api(story.engineer).post(f"tickets/{late.number}/arrival/", **request)
    wrong = "at" if header is None else "Device-Time"
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, wrong)
    assert (Ticket.objects.get().status, Visit.objects.exists()) == ("dispatched", False)


def test_absurd_time_can_be_sent_again_without_it(
    late: Ticket, story: Story, api: Callable[..., Any]
) -> None:
    """The clock was set right between the event and the sending: the device says so by leaving `at` out."""
    field = api(story.engineer)
    assert arrive(field, late, 24 * 2500, timedelta()).status_code == 400
    assert arrive(field, late, None, timedelta()).status_code == 201
    assert near(Visit.objects.get().arrived_at, 0)


def test_departure_after_a_doubted_arrival_keeps_its_time(
    late: Ticket, story: Story, supervisor: Person, api: Callable[..., Any]
) -> None:
    """Both told by one wrong clock: never before the arrival counts, right once that is confirmed."""
    field = api(story.engineer)
    arrive(field, late, TOLD, YEARS)
    left = field.post(f"tickets/{late.number}/departure/", **sent(7.5, off=YEARS))
    assert left.status_code == 201
    visit = Visit.objects.get()
    assert visit.departed_at == visit.arrived_at and near(visit.departure_told_at, 7.5)
    api(supervisor).post(f"approvals/{Approval.objects.get().pk}/decision/", {"approve": True})
    visit.refresh_from_db()
    assert near(visit.arrived_at, TOLD) and near(visit.departed_at, 7.5)


def contact(client: Any, ticket: Ticket, ago: float, off: timedelta | None, outcome: str = "reached") -> Any:
    request = sent(ago, off=off)
    request["body"] |= {"channel": "phone", "outcome": outcome}
    return client.post(f"tickets/{ticket.number}/contacts/", **request)


@pytest.mark.req("TKT-19", "SLA-02")
def test_contact_in_doubt_meets_the_response_when_confirmed(
    late: Ticket, story: Story, supervisor: Person, api: Callable[..., Any]
) -> None:
    assert contact(api(story.agent), late, TOLD, FAST).status_code == 201
    row = CustomerContact.objects.get()
    assert near(row.occurred_at, 0) and near(row.told_at, TOLD) and near(Ticket.objects.get().responded_at, 0)
    assert states(api(supervisor), late)["response"] == "breached"
    api(supervisor).post(f"approvals/{Approval.objects.get().pk}/decision/", {"approve": True})
    row.refresh_from_db()
    assert near(row.occurred_at, TOLD) and near(Ticket.objects.get().responded_at, TOLD)
    assert (states(api(supervisor), late)["response"], retracted(late)) == ("met", ["response"])


def test_contact_that_meets_no_clock_asks_nobody(late: Ticket, story: Story, api: Callable[..., Any]) -> None:
    assert contact(api(story.agent), late, TOLD, YEARS, "unreachable").status_code == 201
    assert near(CustomerContact.objects.get().occurred_at, TOLD)
    assert not Approval.objects.exists()


@pytest.mark.req("SLA-02")
def test_an_earlier_truth_takes_the_place_of_a_later_one(
    late: Ticket, story: Story, api: Callable[..., Any]
) -> None:
    """The agent reached the customer just now, too late; the engineer had been there in time, without a network."""
    contact(api(story.agent), late, 0, None)
    assert states(api(story.agent), late)["response"] == "breached"
    arrive(api(story.engineer), late, TOLD, timedelta())
    assert (states(api(story.agent), late)["response"], retracted(late)) == (
        "met",
        ["acknowledge", "response"],
    )


def test_two_doubted_steps_wait_side_by_side(
    late: Ticket, story: Story, supervisor: Person, api: Callable[..., Any]
) -> None:
    """Either one disproves the breach of the response; refusing the other changes nothing."""
    contact(api(story.engineer), late, 8.5, YEARS)
    arrive(api(story.engineer), late, TOLD, YEARS)
    spoken, came = Approval.objects.order_by("id")
    api(supervisor).post(f"approvals/{spoken.pk}/decision/", {"approve": False, "note": "没有打过电话"})
    assert states(api(supervisor), late)["response"] == "breached"
    api(supervisor).post(f"approvals/{came.pk}/decision/", {"approve": True})
    assert states(api(supervisor), late)["response"] == "met"


def test_a_doubted_arrival_sent_twice_asks_once(late: Ticket, story: Story, api: Callable[..., Any]) -> None:
    request = sent(TOLD, off=YEARS)
    url = f"tickets/{late.number}/arrival/"
    first = api(story.engineer).post(url, key="op-1", **request)
    request["Device-Time"] = (hours(0) + YEARS + timedelta(seconds=5)).isoformat()
    again = api(story.engineer).post(url, key="op-1", **request)
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert again.json()["arrival"] == first.json()["arrival"]
    assert (Approval.objects.count(), Visit.objects.count()) == (1, 1)


def test_without_the_guard_any_word_undoes_a_breach(
    late: Ticket, story: Story, api: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: it is the judgement of the time that keeps the breach on record, nothing else."""
    monkeypatch.setattr(late_truth, "doubted", lambda *about: False)
    arrive(api(story.engineer), late, TOLD, YEARS)
    assert retracted(late) == ["acknowledge", "response"]


@pytest.mark.req("APT-02")
def test_form_tells_both_times_and_the_supervisor_reads_them(
    late: Ticket, story: Story, supervisor: Person, web: Callable[..., Any]
) -> None:
    phone = web(story.engineer)
    page = phone.get(f"/tickets/{late.number}/?step=arrival").content.decode()
    assert 'name="device_time"' in page and 'name="at"' in page
    wrong = {"at": "2026-03-02", "device_time": "", "from": "phone"}
    refused = phone.post(f"/tickets/{late.number}/arrival/", wrong)
    assert (refused.status_code, "设备报告的时间无法识别" in refused.content.decode()) == (422, True)
    body = {
        "at": (hours(-TOLD) + YEARS).isoformat(),
        "device_time": (hours(0) + YEARS).isoformat(),
        "from": "phone",
    }
    assert phone.post(f"/tickets/{late.number}/arrival/", body).status_code == 302
    request = Approval.objects.get()
    desk = web(supervisor)
    assert late.number in desk.get("/approvals/").content.decode()
    shown = desk.get(f"/approvals/{request.pk}/").content.decode()
    assert f'href="/tickets/{late.number}/"' in shown
    assert "更正迟报的时间" in shown and "设备报告的时间" in shown and "慢 2500 天" in shown
    assert desk.post(f"/approvals/{request.pk}/", {"approve": "yes"}).status_code == 302
    assert retracted(late) == ["acknowledge", "response"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(None, "未测得"), (185.4, "快 3 分钟"), (-7300, "慢 2 小时"), (-45, "慢 45 秒"), (216e6, "快 2500 天")],
)
def test_offsets_in_words(seconds: float | None, words: str) -> None:
    request = Approval(
        verb=steps.ARRIVAL,
        payload={
            "told_at": "2026-03-02T01:00:00Z",
            "counted_at": "2026-03-02T03:00:00Z",
            "offset_s": seconds,
        },
    )
    with override("zh-hans"):
        shown = dict(steps.describe(request))
    assert shown == {
        "步骤": "到达现场",
        "设备报告的时间": "2026-03-02 09:00",
        "服务器收到的时间": "2026-03-02 11:00",
        "设备时钟偏差": words,
    }


def test_document_names_the_header_of_exactly_these_operations(story: Story, api: Callable[..., Any]) -> None:
    document = api(story.agent).get("/api/v1/schema/?format=json").json()
    carrying = {
        operation["operationId"]
        for path in document["paths"].values()
        for operation in path.values()
        for parameter in operation.get("parameters", [])
        if (parameter["name"], parameter["in"]) == ("Device-Time", "header")
    }
    doors = ["ticket_contacts", "ticket_arrival", "ticket_departure", "complaint_contacts"]
    assert carrying == {f"create_{door}" for door in doors}
