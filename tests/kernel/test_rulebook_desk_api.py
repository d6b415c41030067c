"""REST doors of the rulebook desk: calendars in change, what a change moves, the book as a file, reviews, what-if."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from service_center.kernel import calendars, changeovers, clocks, commands, rulebook
from service_center.kernel.models import (
    Calendar,
    CalendarVersion,
    Clock,
    ClockEvent,
    Document,
    Notification,
    Review,
    Rule,
    VersionStatus,
)

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]
MORNINGS = {day: [["08:00", "12:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def body(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content.decode()[:2000]
    return response.json() if response.content else None


@pytest.fixture
def keeper(person: Make, api: Make) -> Any:
    return api(person("manager"))


@pytest.fixture
def second(person: Make, api: Make) -> Any:
    return api(person("director"))


@pytest.fixture
def stranger(person: Make, api: Make) -> Any:
    """Somebody who works here and does not keep the rulebook."""
    return api(person("agent"))


# calendars


@pytest.mark.req("GEN-15", "GEN-08")
def test_calendar_is_made_agreed_to_and_counts(keeper: Any, second: Any) -> None:
    sent = {
        "code": "sh-store", "name_zh": "上海门店", "name_en": "Shanghai shop", "zone": "Asia/Shanghai",
        "weekly": {"sat": [["09:00", "12:00"], ["13:00", "18:00"]]}, "owner_kind": "branch", "owner_code": "SH",
    }  # fmt: skip
    made = keeper.post("calendars/", sent)
    assert body(made, 201)["version"] == 0
    assert made["Location"] == "/api/v1/calendars/sh-store/"
    [draft] = body(keeper.get("calendars/sh-store/versions/"))["results"]
    path = f"calendar-versions/{draft['id']}/"
    body(second.post(f"{path}approval/"), 201)
    forced = body(second.post(f"{path}force/"), 201)
    assert forced["calendar_version"]["status"] == "in_force"
    assert body(keeper.get("calendars/sh-store/"))["version"] == 1
    assert len(calendars.current_value("sh-store").weekly[5]) == 2


@pytest.mark.req("GEN-15", "GEN-08")
def test_calendar_change_is_refused_to_author_and_others(keeper: Any, stranger: Any, second: Any) -> None:
    plan = {"zone": "Asia/Shanghai", "weekly": MORNINGS}
    assert body(stranger.post("calendars/duty/versions/", plan), 403)["code"] == "forbidden"
    draft = body(keeper.post("calendars/duty/versions/", plan), 201)["versions"]
    path = f"calendar-versions/{draft['id']}/"
    assert body(keeper.post(f"{path}approval/"), 403)["code"] == "own_draft"
    assert body(second.post(f"{path}force/"), 409)["code"] == "not_approved"
    assert body(stranger.get(f"{path}forecast/"), 403)["code"] == "forbidden"
    body(keeper.post(f"{path}withdrawal/"), 201)
    assert CalendarVersion.objects.get(pk=draft["id"]).status == VersionStatus.DROPPED


WRONG_PLANS = [
    ({"zone": "Asia/Shanghai", "weekly": {}}, "weekly"),
    ({"zone": "Asia/Nowhere", "weekly": MORNINGS}, "zone"),
    ({"zone": "Asia/Shanghai", "weekly": {"mon": [["08:00", "12:00"], ["11:30", "18:00"]]}}, "weekly.mon"),
    ({"zone": "Asia/Shanghai", "weekly": MORNINGS, "exceptions": {"tomorrow": []}}, "exceptions.tomorrow"),
]


@pytest.mark.refused
@pytest.mark.req("GEN-15")
@pytest.mark.parametrize(("plan", "field"), WRONG_PLANS, ids=[field for _, field in WRONG_PLANS])
def test_wrong_calendar_is_refused_by_its_field(keeper: Any, plan: dict[str, Any], field: str) -> None:
    answer = body(keeper.post("calendars/duty/versions/", plan), 400)
    assert (answer["code"], [error["field"] for error in answer["errors"]]) == ("invalid_calendar", [field])


@pytest.mark.refused
def test_calendar_in_use_is_not_deleted(keeper: Any, stranger: Any) -> None:
    answer = body(keeper.delete("calendars/duty/"), 409)
    assert (answer["code"], answer["errors"][0]["field"]) == ("calendar_in_use", "code")
    assert body(stranger.delete("calendars/duty/"), 403)["code"] == "forbidden"
    sent = {"code": "spare", "name_zh": "备", "name_en": "Spare", "zone": "Asia/Shanghai", "weekly": MORNINGS}
    body(keeper.post("calendars/", sent), 201)
    assert keeper.delete("calendars/spare/").status_code == 204
    assert not Calendar.objects.filter(code="spare").exists()


@pytest.mark.req("GEN-15")
def test_holidays_are_imported_as_a_draft(keeper: Any, second: Any) -> None:
    draft = body(keeper.post("calendars/duty/holidays/", {"year": 2020}), 201)["holidays"]
    assert (draft["status"], draft["source"]) == ("draft", "holidays 2020")
    assert draft["plan"]["exceptions"]["2020-10-01"] == []
    years = body(keeper.get("calendars/duty/years/"))["results"]
    this = timezone.now().year
    assert {"year": this + 2, "state": "missing"} in years
    again = body(second.post("calendars/duty/holidays/", {"year": 2020}), 400)
    assert (again["code"], again["errors"][0]["field"]) == ("nothing_to_import", "year")


@pytest.mark.refused
@pytest.mark.req("GEN-15")
def test_holiday_import_is_refused_to_others_and_for_no_year(keeper: Any, stranger: Any) -> None:
    assert body(stranger.post("calendars/duty/holidays/", {"year": 2020}), 403)["code"] == "forbidden"
    assert body(keeper.post("calendars/duty/holidays/", {"year": 20}), 400)["errors"][0]["field"] == "year"


# what a change moves


@pytest.fixture
def open_clock(db: None) -> Clock:
    """A solution clock that has just begun, under its shipped rule of 24 hours around the clock."""
    subject = Document.objects.create(code="S-1", name_zh="对象", name_en="Subject")
    rule = rulebook.rule("ticket.critical", at=timezone.now())
    return clocks.start(subject, "critical", rule=rule, at=timezone.now())


@pytest.mark.req("GEN-08")
def test_rule_change_is_foreseen_and_moves_open_clocks(
    keeper: Any, second: Any, open_clock: Clock, db: None
) -> None:
    sent = {"value": "12", "unit": "hour", "calendar": "24x7"}
    draft = body(keeper.post(f"rules/{open_clock.rule_id}/versions/", sent), 201)["versions"]
    foreseen = body(keeper.get(f"rules/{draft['id']}/forecast/"))
    assert (foreseen["total"], foreseen["counts"]["earlier"], foreseen["next"]) == (1, 1, None)
    [line] = foreseen["results"]
    assert (line["clock"], line["way"]) == (open_clock.pk, "earlier")
    open_clock.refresh_from_db()
    assert open_clock.rule_id != draft["id"]  # looking changes nothing

    body(second.post(f"rules/{draft['id']}/approval/"), 201)
    body(second.post(f"rules/{draft['id']}/force/"), 201)
    [waiting] = body(keeper.get("changeovers/"))["results"]
    assert (waiting["rule"], waiting["state"]) == (draft["id"], "waiting")
    while changeovers.carry_on(waiting["id"], actor=None, at=timezone.now()):
        pass
    changeovers.carry_on(waiting["id"], actor=None, at=timezone.now())
    done = body(keeper.get(f"changeovers/{waiting['id']}/"))
    assert (done["state"], done["moved"], done["kept"], done["percent"]) == ("done", 1, 0, 100)
    open_clock.refresh_from_db()
    assert (open_clock.rule_id, open_clock.target) == (draft["id"], Decimal(12))
    kept = ClockEvent.objects.get(clock=open_clock, kind="retarget").data
    assert (kept["due_from"], kept["due_to"] < kept["due_from"]) == (line["due_from"], True)


@pytest.mark.refused
@pytest.mark.req("GEN-08")
def test_forecast_is_refused_to_others(stranger: Any, open_clock: Clock) -> None:
    assert body(stranger.get(f"rules/{open_clock.rule_id}/forecast/"), 403)["code"] == "forbidden"


# rules and files

FIRST = {
    "code": "ticket.response", "conditions": {"channel": "counter"}, "value": "1", "unit": "hour", "calendar": "24x7",
    "clause": {"document": "003", "article": "3.1"},
}  # fmt: skip


@pytest.mark.req("GEN-08")
def test_rule_is_drafted_with_its_clause(keeper: Any) -> None:
    made = body(keeper.post("rules/", FIRST | {"conditions": {"tier": "urgent", "mode": "phone"}}), 201)
    assert (made["status"], made["key"]) == ("draft", "ticket.response@mode=phone,tier=urgent")
    assert made["clause"]["article"] == "3.1"


WRONG_RULES = [
    ({"clause": {"document": "003", "article": "99"}}, "clause"),
    ({"clause": None}, "clause"),
    ({"unit": None}, "unit"),
    ({"unit": "fortnight"}, "unit"),
    ({"calendar": "moon"}, "calendar"),
    ({"conditions": {"tier": ""}}, "conditions"),
    ({"value": "1.5", "unit": "working_day"}, "value"),
]


@pytest.mark.refused
@pytest.mark.req("GEN-08")
@pytest.mark.parametrize(
    ("change", "field"), WRONG_RULES, ids=[f"{f}-{n}" for n, (_, f) in enumerate(WRONG_RULES)]
)
def test_rule_without_clause_or_unit_is_refused(keeper: Any, change: dict[str, Any], field: str) -> None:
    answer = body(keeper.post("rules/", FIRST | change), 400)
    assert answer["errors"][0]["field"].split(".")[0] == field
    assert not Rule.objects.filter(status=VersionStatus.DRAFT).exists()


@pytest.mark.refused
@pytest.mark.req("GEN-08")
def test_incomparable_rules_are_refused_at_approval(keeper: Any, second: Any, stranger: Any) -> None:
    """A rule for the counter and one for urgent problems: nobody could say which counts at an urgent counter."""
    assert body(stranger.post("rules/", FIRST), 403)["code"] == "forbidden"
    draft = body(keeper.post("rules/", FIRST), 201)
    answer = body(second.post(f"rules/{draft['id']}/approval/"), 409)
    assert (answer["code"], answer["errors"][0]["field"]) == ("ambiguous_rule", "conditions")
    assert "ticket.response@tier=" in answer["detail"]


@pytest.mark.req("GEN-08")
def test_rulebook_file_goes_out_and_comes_in_as_drafts(keeper: Any, second: Any) -> None:
    file = body(keeper.get("rulebook-file/"))
    assert len(file["rules"]) == Rule.objects.exclude(status=VersionStatus.DRAFT).count()
    nothing = body(keeper.post("rulebook-file/", file), 201)
    assert nothing == {"rules": [], "settings": []}
    changed = next(row for row in file["rules"] if row["key"] == "ticket.critical")
    changed["value"] = "20"
    setting = next(row for row in file["settings"] if row["key"] == "fee.onsite_max")
    setting["value"] = "250.00"
    drafted = body(keeper.post("rulebook-file/", file, key="once"), 201)
    assert body(keeper.post("rulebook-file/", file, key="once"), 201) == drafted  # told again, not done again
    assert drafted["settings"] == ["fee.onsite_max"]
    [pk] = drafted["rules"]
    draft = Rule.objects.get(pk=pk)
    assert (draft.status, draft.value, draft.clause.article) == ("draft", Decimal(20), "3.1")
    assert rulebook.rule("ticket.critical", at=timezone.now()).value == Decimal(24)
    assert rulebook.setting("fee.onsite_max") == Decimal(200)
    assert body(keeper.get("settings/fee.onsite_max/"))["draft"]["value"] == "250.00"
    assert body(keeper.post(f"rules/{pk}/approval/"), 403)["code"] == "own_draft"
    body(second.post(f"rules/{pk}/approval/"), 201)


WRONG_ENTRIES = [
    ({"clause": None}, "rules[0].clause"),
    ({"unit": ""}, "rules[0].unit"),
    ({"value": "soon"}, "rules[0].value"),
    ({"calendar": "moon"}, "rules[0].calendar"),
    ({"colour": "red"}, "rules[0].colour"),
]


@pytest.mark.refused
@pytest.mark.req("GEN-08")
@pytest.mark.parametrize(("change", "place"), WRONG_ENTRIES, ids=[place for _, place in WRONG_ENTRIES])
def test_wrong_rulebook_file_is_refused_by_its_place(
    keeper: Any, stranger: Any, change: dict[str, Any], place: str
) -> None:
    file = body(keeper.get("rulebook-file/"))
    file["rules"] = [next(row for row in file["rules"] if row["key"] == "ticket.critical") | change]
    answer = body(keeper.post("rulebook-file/", file), 400)
    assert [error["field"] for error in answer["errors"]] == [place]
    assert not Rule.objects.filter(status=VersionStatus.DRAFT).exists()
    assert body(stranger.post("rulebook-file/", file), 403)["code"] == "forbidden"


# reviews


@pytest.mark.req("GEN-07")
def test_review_is_noted_and_the_next_one_planned(keeper: Any) -> None:
    first = Review.objects.planned().get(document__code="003")
    done = body(keeper.post(f"document-reviews/{first.pk}/completion/", {"note": "仍然合适"}), 201)
    assert done["document_review"]["note"] == "仍然合适"
    following = Review.objects.planned().get(document__code="003")
    assert following.due_on == timezone.localdate() + rulebook.setting("standard.review_interval")
    shown = body(keeper.get("document-reviews/"))["results"]
    assert {row["document"] for row in shown} >= {"003"}


@pytest.mark.refused
@pytest.mark.req("GEN-07")
def test_review_is_refused_without_a_note_to_others_and_twice(keeper: Any, stranger: Any) -> None:
    path = f"document-reviews/{Review.objects.planned().get(document__code='003').pk}/completion/"
    assert body(stranger.post(path, {"note": "好"}), 403)["code"] == "forbidden"
    assert body(keeper.post(path, {"note": " "}), 400)["errors"][0]["field"] == "note"
    late = (timezone.localdate() + timedelta(days=4000)).isoformat()
    assert body(keeper.post(path, {"note": "好", "next_on": late}), 400)["errors"][0]["field"] == "next_on"
    body(keeper.post(path, {"note": "好"}), 201)
    assert body(keeper.post(path, {"note": "好"}), 409)["code"] == "already_reviewed"


@pytest.mark.req("GEN-07")
def test_who_keeps_the_rulebook_is_reminded_of_a_review(person: Make, api: Make) -> None:
    from service_center.kernel import chores

    manager, agent = person("manager"), person("agent")
    Review.objects.planned().filter(document__code="003").update(
        due_on=timezone.localdate() - timedelta(days=1)
    )
    for _twice in range(2):
        commands.run(_morning, chores.remind_of_reviews)
    [news] = Notification.objects.filter(template="review.due")
    assert news.user == manager.user
    assert not Notification.objects.filter(user=agent.user).exists()
    told = body(api(manager).get("notifications/"))["results"]
    assert "2025年家电行业售后服务流程手册" in told[0]["text"]


def _morning(job: Any, *, actor: Any, at: Any) -> None:
    job(at=at)
