"""The staff pages, as a browser asks for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from staff import actions as people
from staff.models import Booking, Branch, Licence, Person, ScoreEntry

pytestmark = pytest.mark.django_db
TOMORROW = datetime.now(UTC) + timedelta(days=1)
LEAVE = {
    "kind": "leave",
    "starts_at": f"{TOMORROW:%Y-%m-%dT09:00}",
    "ends_at": f"{TOMORROW:%Y-%m-%dT17:00}",
    "note": "年假",
}


@pytest.mark.parametrize("address", ["people/", "people/new/", "people/liu/", "appraisals/"])
def test_pages_need_a_log_in(address: str, client: Any) -> None:
    assert client.get(f"/{address}")["Location"].startswith("/login/")


def test_people_list_filters_and_hides_other_branches(person: Any, web: Any, sh: Branch) -> None:
    person("engineer", name="刘伟")
    person("engineer", name="顾海涛", branch=sh)
    browser = web(person("supervisor"))

    page = browser.get("/people/?role=engineer").content.decode()

    assert ("刘伟" in page, "顾海涛" in page) == (True, False)
    assert "刘伟" not in browser.get("/people/?q=顾").content.decode()


def test_people_list_costs_the_same_for_one_and_three(person: Any, web: Any, query_count: Any) -> None:
    browser = web(person("manager"))
    browser.get("/people/")  # the first request opens the session
    one = query_count(lambda: browser.get("/people/"))
    person("engineer")
    person("agent")

    assert query_count(lambda: browser.get("/people/")) == one


@pytest.mark.req("STF-01")
def test_hire_page_hires_and_keeps_what_was_typed_on_refusal(person: Any, web: Any, hz: Branch) -> None:
    browser = web(person("admin"))
    typed = {
        "name": "刘伟",
        "username": "Liu",
        "password": "long-enough-secret-7",
        "role": "engineer",
        "branch": hz.pk,
    }

    refused = browser.post("/people/new/", {**typed, "command_key": "a"})
    done = browser.post("/people/new/", {**typed, "username": "liu.wei", "command_key": "b"})

    assert (refused.status_code, 'value="刘伟"' in refused.content.decode()) == (422, True)
    assert (done.status_code, done["Location"]) == (302, "/people/liu.wei/")
    assert web(person("agent")).get("/people/new/").status_code == 403


def test_person_page_shows_figures_to_superiors_only(person: Any, web: Any, run: Any) -> None:
    liu = person("engineer", username="liu")
    run(people.post_score, liu, criterion="attitude", value=Decimal("87.5"), note="抽查通话")

    superior = web(person("supervisor")).get("/people/liu/").content.decode()
    colleague = web(person("agent")).get("/people/liu/").content.decode()

    assert ("抽查通话" in superior, "抽查通话" in colleague) == (True, False)
    assert ("办理离职" in superior, "登记请假或培训" in superior, "登记请假或培训" in colleague) == (
        False,
        True,
        False,
    )


def test_leave_through_the_page_and_back(person: Any, web: Any) -> None:
    person("engineer", username="liu")
    browser = web(person("supervisor"))

    form = browser.get("/people/liu/?step=block").content.decode()
    done = browser.post("/people/liu/block/", {**LEAVE, "command_key": "a"})
    taken = browser.post("/people/liu/block/", {**LEAVE, "command_key": "b"})
    booking = Booking.objects.get()

    assert ('name="starts_at"' in form, done.status_code, taken.status_code) == (True, 302, 422)
    assert "此员工在该时段已有安排" in taken.content.decode()
    assert booking.starts_at.astimezone(UTC).hour == 1  # typed in the branch's zone
    browser.post(f"/people/liu/bookings/{booking.pk}/release/", {"command_key": "c"})
    assert not Booking.objects.live().exists()


def test_refused_right_is_a_page_that_says_so(person: Any, web: Any) -> None:
    person("engineer", username="liu")

    refused = web(person("agent")).post("/people/liu/block/", {**LEAVE, "command_key": "a"})

    assert (refused.status_code, Booking.objects.exists()) == (403, False)
    assert "您没有执行此操作的权限" in refused.content.decode()


def test_licence_skill_and_score_through_the_page(person: Any, web: Any, run: Any) -> None:
    run(people.define_skill, code="welding", name_zh="焊接", name_en="Welding")
    liu, trainer = person("engineer", username="liu"), web(person("trainer"))
    skill = liu.skills.model.skill.field.related_model.objects.get()

    trainer.post("/people/liu/licence/", {"product_line": "AC", "basis": "test", "command_key": "a"})
    trainer.post("/people/liu/skill/", {"skill": skill.pk, "level": 4, "command_key": "b"})
    trainer.post(
        "/people/liu/score/", {"criterion": "skill", "value": "91", "note": "实操", "command_key": "c"}
    )
    page = trainer.get("/people/liu/").content.decode()

    assert all(word in page for word in ("AC", "焊接", "4 级", "91.00", "实操"))
    entry, licence = ScoreEntry.objects.get(), Licence.objects.get()
    trainer.post(f"/people/liu/scores/{entry.pk}/retraction/", {"reason": "记错人", "command_key": "d"})
    trainer.post(f"/people/liu/licences/{licence.pk}/revocation/", {"command_key": "e"})
    assert (ScoreEntry.objects.counting().exists(), Licence.objects.get().revoked_at is not None) == (
        False,
        True,
    )


def test_stale_edit_keeps_the_text_and_can_be_sent_again(person: Any, web: Any, run: Any, hz: Branch) -> None:
    liu, browser = person("engineer", username="liu"), web(person("manager"))
    run(people.edit, liu, name="刘维")
    typed = {"name": "刘伟伟", "role": "engineer", "branch": hz.pk, "version": 0}

    stale = browser.post("/people/liu/edit/", {**typed, "command_key": "a"})
    page = stale.content.decode()
    again = browser.post("/people/liu/edit/", {**typed, "version": 1, "command_key": "b"})

    assert (stale.status_code, 'value="刘伟伟"' in page, 'name="version" value="1"' in page) == (
        422,
        True,
        True,
    )
    assert (again.status_code, Person.objects.get(pk=liu.pk).name) == (302, "刘伟伟")


@pytest.mark.req("STF-03")
def test_departure_through_the_page(person: Any, web: Any) -> None:
    person("engineer", username="liu")
    heir, browser = person("engineer", name="张强"), web(person("manager"))

    assert "张强" in browser.get("/people/liu/?step=departure").content.decode()
    browser.post("/people/liu/departure/", {"hand_over_to": heir.pk, "command_key": "a"})
    browser.get("/people/liu/")  # the first page says that it was done
    page = browser.get("/people/liu/").content.decode()

    assert ("已离职" in page, "办理离职" in page) == (True, False)


@pytest.mark.req("STF-06", "STF-07")
def test_appraisal_pages_compile_open_entries_and_confirm(person: Any, web: Any, run: Any) -> None:
    liu, browser = person("engineer"), web(person("manager"))
    at = datetime(2026, 10, 15, tzinfo=UTC)
    run(people.post_score, liu, criterion="satisfaction", value=Decimal(75), note="问卷", occurred_at=at)

    made = browser.post("/appraisals/", {"person": liu.pk, "period": "2026-10", "command_key": "a"})
    page = browser.get(made["Location"]).content.decode()
    future = browser.post("/appraisals/", {"person": liu.pk, "period": "2099-10", "command_key": "b"})
    confirmed = browser.post(f"{made['Location']}confirmation/", {"command_key": "c"})
    twice = browser.post(f"{made['Location']}confirmation/", {"command_key": "d"})

    assert (made.status_code, future.status_code, confirmed.status_code, twice.status_code) == (
        302,
        422,
        302,
        409,
    )
    assert all(word in page for word in ("75.00", "问卷", "40.00%", "没有评分的项目不计入"))
    assert web(person("engineer")).get(made["Location"]).status_code == 404


def test_appraisal_list_costs_the_same_for_one_and_three(
    person: Any, web: Any, run: Any, query_count: Any
) -> None:
    browser = web(person("director"))
    run(people.compile_appraisal, person=person("engineer"), period=date(2026, 9, 1))
    browser.get("/appraisals/")  # the first request opens the session
    one = query_count(lambda: browser.get("/appraisals/"))
    for _ in range(2):
        run(people.compile_appraisal, person=person("agent"), period=date(2026, 9, 1))

    assert query_count(lambda: browser.get("/appraisals/")) == one


@pytest.mark.req("SEC-09")
def test_export_has_its_own_right(person: Any, web: Any) -> None:
    person("engineer", name="=1+1")

    allowed = web(person("manager")).get("/people/?format=csv")
    refused = web(person("agent")).get("/people/?format=csv")

    assert "'=1+1" in b"".join(allowed.streaming_content).decode()
    assert refused.status_code == 403


def test_pages_in_english(person: Any, web: Any) -> None:
    browser = web(person("manager"))

    page = browser.get("/people/", headers={"accept-language": "en"})

    assert page.status_code == 200
