"""The staff doors of the REST interface."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from staff import actions as people
from staff.models import Appraisal, Booking, Branch, Person, Skill

pytestmark = pytest.mark.django_db
NEXT_WEEK = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=7)
LEAVE = {"starts_at": NEXT_WEEK.isoformat(), "ends_at": (NEXT_WEEK + timedelta(hours=8)).isoformat()}
LIU = {
    "username": "liu.wei",
    "name": "刘伟",
    "role": "engineer",
    "branch": "HZ",
    "password": "long-enough-secret-7",
}


@pytest.mark.req("STF-01")
def test_me_says_who_one_is(person: Any, api: Any) -> None:
    agent = person("agent", username="agent", name="陈静")

    answer = api(agent).get("me/")

    assert (answer.status_code, answer.json()) == (
        200, {"username": "agent", "name": "陈静", "role": "agent", "branch": "HZ"},
    )  # fmt: skip
    assert api(None).get("me/").status_code == 401


@pytest.mark.req("STF-01")
def test_hire_through_the_api(person: Any, api: Any, hz: Branch) -> None:
    boss = api(person("manager"))

    made = boss.post("staff/", {**LIU, "extra_roles": ["trainer"]})

    assert (made.status_code, made["Location"]) == (201, "/api/v1/staff/liu.wei/")
    assert made.json()["extra_roles"] == ["trainer"]
    assert "password" not in made.json()
    assert boss.get(made["Location"]).json() == made.json()
    refused = api(person("agent")).post("staff/", {**LIU, "username": "other"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    for change, field in (
        ({"username": "liu.wei"}, "username"),
        ({"role": "king"}, "role"),
        ({"pay": 1}, "pay"),
    ):
        bad = boss.post("staff/", {**LIU, "username": "x.y", **change})
        assert (bad.status_code, bad.json()["errors"][0]["field"]) == (400, field)


@pytest.mark.req("STF-01")
def test_hire_refused_without_the_right(person: Any, api: Any, hz: Branch) -> None:
    answers = [
        api(person(role)).post("staff/", LIU) for role in ("agent", "supervisor", "engineer", "director")
    ]

    assert [answer.json()["code"] for answer in answers] == ["forbidden"] * 4
    assert not Person.objects.filter(user__username="liu.wei").exists()


@pytest.mark.req("STF-03")
def test_departure_refused_to_the_leaver_and_without_the_right(person: Any, api: Any) -> None:
    boss = person("manager", username="boss")
    person("engineer", username="liu")

    own = api(boss).post("staff/boss/departure/", {"hand_over_to": "liu"})
    weak = api(person("supervisor")).post("staff/liu/departure/", {"hand_over_to": "boss"})

    assert (own.status_code, weak.status_code, Person.objects.filter(left_at=None).count()) == (403, 403, 3)


@pytest.mark.req("STF-04", "STF-05")
def test_qualification_refused_to_oneself_and_others(person: Any, api: Any) -> None:
    Skill.objects.create(code="welding", name_zh="焊接", name_en="Welding")
    trainer, liu = person("trainer", username="he"), person("engineer", username="liu")

    licences = [api(who).post(f"staff/{name}/licences/", {}) for who, name in ((liu, "liu"), (trainer, "he"))]
    skills = [
        api(who).post(f"staff/{name}/skills/", {"skill": "welding", "level": 5})
        for who, name in ((liu, "liu"), (trainer, "he"))
    ]

    assert {answer.status_code for answer in licences + skills} == {403}


@pytest.mark.req("STF-06", "STF-07")
def test_appraisal_refused_to_those_who_do_not_lead(person: Any, api: Any, run: Any) -> None:
    liu, boss = person("engineer", username="liu"), person("manager", username="boss")
    own = run(people.compile_appraisal, person=boss, period=date(2026, 9, 1))
    body = {"person": "liu", "period": "2026-09"}

    compiled = [
        api(who).post("appraisals/", body).status_code for who in (liu, person("agent"), person("analyst"))
    ]
    confirmed = api(boss).post(f"appraisals/{own.pk}/confirmation/").status_code

    assert (compiled, confirmed, Appraisal.objects.filter(person=liu).exists()) == ([403] * 3, 403, False)


def test_hire_replayed_with_its_key_hires_once(person: Any, api: Any, hz: Branch) -> None:
    boss = api(person("manager"))

    first = boss.post("staff/", LIU, key="same")
    again = boss.post("staff/", LIU, key="same")
    reused = boss.post("staff/", {**LIU, "name": "别人"}, key="same")

    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
    assert (reused.status_code, Person.objects.filter(user__username="liu.wei").count()) == (422, 1)


def test_staff_list_filters_and_hides_other_branches(person: Any, api: Any, sh: Branch) -> None:
    agent, engineer = person("agent"), person("engineer", extra_roles=["expert"], name="刘伟")
    person("engineer", branch=sh)
    client = api(agent)

    def names(query: str) -> list[str]:
        return [row["username"] for row in client.get(f"staff/?{query}").json()["results"]]

    assert names("role=expert") == names("search=刘伟") == [engineer.user.username]
    assert (names("branch=SH"), len(names(""))) == ([], 2)
    assert client.get("staff/?colour=red").status_code == 400


def test_staff_list_costs_the_same_for_one_and_three(person: Any, api: Any, query_count: Any) -> None:
    client = api(person("manager"))
    client.get("staff/")  # the first request opens the session
    one = query_count(lambda: client.get("staff/"))
    person("engineer")
    person("agent")

    assert query_count(lambda: client.get("staff/")) == one


def test_edit_person_needs_the_version(person: Any, api: Any) -> None:
    boss, liu = api(person("manager")), person("engineer", username="liu")

    done = boss.patch("staff/liu/", {"name": "刘维"}, version=0)
    stale = boss.patch("staff/liu/", {"name": "x"}, version=0)
    blind = boss("PATCH", "staff/liu/", {"name": "x"})

    assert (done.status_code, done.json()["name"], done["ETag"]) == (200, "刘维", '"1"')
    assert (stale.status_code, stale.json()["current"], blind.status_code) == (412, 1, 428)
    assert Person.objects.get(pk=liu.pk).name == "刘维"


def test_other_branch_is_404(person: Any, api: Any, sh: Branch) -> None:
    person("engineer", username="far", branch=sh)
    client = api(person("agent"))

    answers = [
        client.get(f"staff/far/{part}") for part in ("", "bookings/", "licences/", "scores/", "timeline/")
    ]

    assert {answer.status_code for answer in answers} == {404}


def test_leave_blocks_and_double_booking_answers_409(person: Any, api: Any, run: Any) -> None:
    person("engineer", username="liu")
    boss = api(person("supervisor"))

    made = boss.post("staff/liu/bookings/", {**LEAVE, "note": "年假"})
    twice = boss.post("staff/liu/bookings/", LEAVE)
    turned = boss.post("staff/liu/bookings/", {"starts_at": LEAVE["ends_at"], "ends_at": LEAVE["starts_at"]})
    naive = boss.post(
        "staff/liu/bookings/", {"starts_at": "2026-12-01T09:00:00", "ends_at": "2026-12-01T10:00:00"}
    )

    assert (made.status_code, made.json()["booking"]["kind"], made.json()["person"]["username"]) == (
        201, "leave", "liu",
    )  # fmt: skip
    assert (twice.status_code, twice.json()["code"]) == (409, "double_booked")
    assert (turned.json()["errors"][0]["field"], naive.json()["errors"][0]["code"]) == ("ends_at", "zone")
    assert api(person("engineer")).post("staff/liu/bookings/", LEAVE).status_code == 403
    assert boss.delete(f"staff/liu/bookings/{made.json()['booking']['id']}/").status_code == 204
    assert not Booking.objects.live().exists()


def test_why_somebody_is_away_is_not_for_colleagues(person: Any, api: Any) -> None:
    liu, boss = person("engineer", username="liu"), api(person("supervisor"))
    boss.post("staff/liu/bookings/", {**LEAVE, "note": "病假"})

    def note(client: Any) -> str:
        return client.get("staff/liu/bookings/").json()["results"][0]["note"]

    assert [note(boss), note(api(liu)), note(api(person("agent")))] == ["病假", "病假", ""]


@pytest.mark.req("STF-04")
def test_licences_through_the_api(person: Any, api: Any) -> None:
    liu, trainer = person("engineer", username="liu"), api(person("trainer"))

    made = trainer.post(
        "staff/liu/licences/", {"product_line": "AC", "basis": "certificate", "certificate": "A-77"}
    )
    own = api(liu).post("staff/liu/licences/", {"product_line": "AC"})
    listed = trainer.get("staff/liu/licences/").json()["results"]

    assert (made.status_code, own.status_code, [row["certificate"] for row in listed]) == (201, 403, ["A-77"])
    address = f"staff/liu/licences/{made.json()['licence']['id']}/"
    again = [trainer.delete(address).status_code, trainer.delete(address).json()["code"]]
    assert again == [204, "licence_revoked"]


@pytest.mark.req("STF-05")
def test_skills_through_the_api(person: Any, api: Any) -> None:
    person("engineer", username="liu")
    Skill.objects.create(code="welding", name_zh="焊接", name_en="Welding")
    trainer = api(person("trainer"))

    made = trainer.post("staff/liu/skills/", {"skill": "welding", "level": 4})
    bad = trainer.post("staff/liu/skills/", {"skill": "welding", "level": 9})

    assert (made.status_code, bad.status_code, bad.json()["errors"][0]["field"]) == (201, 400, "level")
    assert trainer.get("staff/liu/skills/").json()["results"][0]["level"] == 4
    assert [row["code"] for row in trainer.get("skills/").json()["results"]] == ["welding"]


@pytest.mark.req("STF-03")
def test_departure_through_the_api(person: Any, api: Any) -> None:
    liu, boss = person("engineer", username="liu"), api(person("manager"))
    person("engineer", username="heir")
    mine = api(liu)
    assert mine.get("me/").status_code == 200

    refused = api(person("supervisor")).post("staff/liu/departure/", {"hand_over_to": "heir"})
    self_heir = boss.post("staff/liu/departure/", {"hand_over_to": "liu"})
    nobody = boss.post("staff/liu/departure/", {"hand_over_to": "ghost"})
    done = boss.post("staff/liu/departure/", {"hand_over_to": "heir"})
    twice = boss.post("staff/liu/departure/", {"hand_over_to": "heir"})

    assert (refused.status_code, self_heir.json()["errors"][0]["field"]) == (403, "hand_over_to")
    assert (nobody.status_code, done.status_code, done.json()["person"]["left_at"] is not None) == (
        400,
        201,
        True,
    )
    assert (twice.status_code, twice.json()["code"]) == (409, "already_left")
    assert mine.get("me/").status_code in {401, 403}


def test_scores_and_time_are_for_oneself_and_superiors(person: Any, api: Any) -> None:
    liu, boss = person("engineer", username="liu"), api(person("supervisor"))

    score = boss.post("staff/liu/scores/", {"criterion": "attitude", "value": "88.5", "note": "抽查"})
    time = api(liu).post(
        "staff/liu/time-entries/",
        {"category": "administrative", "started_at": "2026-01-05T09:00:00+08:00", "minutes": 30},
    )

    assert (score.status_code, score.json()["score"]["value"], time.status_code) == (201, "88.50", 201)
    assert api(liu).get("staff/liu/scores/").json()["results"][0]["note"] == "抽查"
    assert (
        api(liu).post("staff/liu/scores/", {"criterion": "skill", "value": "100", "note": "x"}).status_code
        == 403
    )
    assert api(person("agent")).get("staff/liu/scores/").status_code == 404
    address = f"staff/liu/scores/{score.json()['score']['id']}/retraction/"
    assert boss.post(address, {"reason": "记错人"}).status_code == 201
    assert boss.post(address, {"reason": "记错人"}).json()["code"] == "already_retracted"
    assert boss.get("staff/liu/scores/").json()["results"] == []
    names = [item["name"] for item in boss.get("staff/liu/timeline/").json()["results"]]
    assert names == ["person.score_retracted", "person.time_logged", "person.scored"]


@pytest.mark.req("STF-06", "STF-07")
def test_appraisal_from_scores_to_confirmation(person: Any, api: Any, run: Any) -> None:
    liu, boss = person("engineer", username="liu"), api(person("manager"))
    for value in (60, 90):
        run(
            people.post_score, liu, criterion="satisfaction", value=Decimal(value),
            occurred_at=datetime(2026, 10, 15, tzinfo=UTC),
        )  # fmt: skip

    made = boss.post("appraisals/", {"person": "liu", "period": "2026-10"})
    detail = boss.get(made["Location"]).json()
    line = next(line for line in detail["lines"] if line["criterion"] == "satisfaction")

    assert (made.status_code, made.json()["total"], made.json()["period"]) == (201, "75.00", "2026-10")
    assert (line["weight"], line["figure"], [e["value"] for e in line["entries"]]) == (
        "40.00",
        "75.00",
        ["60.00", "90.00"],
    )
    assert api(liu).get(made["Location"]).status_code == 200
    assert api(person("engineer")).get(made["Location"]).status_code == 404
    refused = api(person("supervisor")).post(f"{made['Location']}confirmation/")
    done = boss.post(f"{made['Location']}confirmation/")
    again = boss.post(f"{made['Location']}confirmation/")
    recompiled = boss.post("appraisals/", {"person": "liu", "period": "2026-10"})
    assert (refused.status_code, done.status_code, done.json()["appraisal"]["status"]) == (
        403,
        201,
        "confirmed",
    )
    assert [(a.status_code, a.json()["code"]) for a in (again, recompiled)] == [
        (409, "transition_not_allowed")
    ] * 2


def test_appraisals_refuse_bad_months_and_list_by_filters(person: Any, api: Any, run: Any) -> None:
    liu, boss = person("engineer", username="liu"), api(person("manager"))
    run(people.compile_appraisal, person=liu, period=date(2026, 9, 1))

    bad = [
        boss.post("appraisals/", {"person": "liu", "period": text})
        for text in ("2026-13", "x", "2099-01", None)
    ]

    assert {(a.status_code, a.json()["errors"][0]["field"]) for a in bad} == {(400, "period")}
    assert [
        len(boss.get(f"appraisals/?{q}").json()["results"])
        for q in ("period=2026-09", "period=2026-08", "person=liu")
    ] == [1, 0, 1]
    assert boss.get("appraisals/?period=x").status_code == 400


def test_appraisal_list_costs_the_same_for_one_and_three(
    person: Any, api: Any, run: Any, query_count: Any
) -> None:
    boss = api(person("manager"))
    run(people.compile_appraisal, person=person("engineer"), period=date(2026, 9, 1))
    boss.get("appraisals/")  # the first request opens the session
    one = query_count(lambda: boss.get("appraisals/"))
    for _ in range(2):
        run(people.compile_appraisal, person=person("agent"), period=date(2026, 9, 1))

    assert query_count(lambda: boss.get("appraisals/")) == one
    assert Appraisal.objects.count() == 3
