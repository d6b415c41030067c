"""Pages of the rulebook desk: calendars year by year, drafts and their approval, what a change moves, sources, files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from service_center.kernel import (
    calendars,
    changeovers,
    clocks,
    commands,
    holiday_years,
    rulebook,
    rulebook_file,
)
from service_center.kernel.models import (
    Calendar,
    CalendarVersion,
    Changeover,
    Clock,
    Document,
    Review,
    Rule,
    VersionStatus,
)
from service_center.kernel.web import calendar_forms

pytestmark = pytest.mark.django_db
Make = Callable[..., Any]


def page(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return str(response.content.decode())


@pytest.fixture
def manager(person: Make, web: Make) -> Client:
    return web(person("manager"))


@pytest.fixture
def director(person: Make, web: Make) -> Client:
    """The second pair of eyes."""
    return web(person("director"))


@pytest.fixture
def agent(person: Make, web: Make) -> Client:
    return web(person("agent"))


def typed(code: str = "duty", **changes: str) -> dict[str, str]:
    """The draft form of a calendar as it opens, with some fields changed."""
    start = calendar_forms.typed(holiday_years.base_of(Calendar.objects.get(code=code)))
    return start | {"notes": "", "command_key": f"k{len(str(changes))}{sorted(changes)}"[:60]} | changes


# the year


@pytest.mark.req("GEN-15")
def test_the_year_shows_each_kind_of_day(agent: Client) -> None:
    html = page(agent.get("/calendars/duty/?year=2026"))
    assert html.count("<caption>") == 12
    for kind, count in {"holiday": 19, "makeup": 6, "special": 0}.items():
        assert len(re.findall(rf"<td><span class=\"year-day year-{kind}", html)) == count
    assert "2026-10-01 国庆节" in html and "放假与调休安排已齐" in html
    assert "起草新版本" not in html  # an agent looks
    assert "该年的节假日尚未导入" in page(agent.get("/calendars/duty/?year=2040"))
    assert "不随节假日休息" in page(agent.get("/calendars/24x7/"))
    assert page(agent.get("/calendars/moon/"), 404)


@pytest.mark.req("GEN-15")
def test_the_year_speaks_english(agent: Client) -> None:
    agent.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    html = page(agent.get("/calendars/duty/?year=2026"))
    assert "January" in html and "National Day" in html


# drafts


@pytest.mark.req("GEN-15", "GEN-08")
def test_a_calendar_is_drafted_looked_at_approved_and_put_in_force(manager: Client, director: Client) -> None:
    day = timezone.localdate() + timedelta(days=30)
    lines = typed()["exceptions"] + f"\n{day} | 08:30-12:00 | 店庆半天 | Half a day"
    answer = manager.post(
        "/calendars/duty/draft/", typed(exceptions=lines, weekly_sat="09:00-12:00, 13:00-15:00")
    )
    assert answer.status_code == 302, page(answer)
    path = "/calendars/duty/versions/2/"
    html = page(director.get(path))
    assert day.isoformat() in html and "店庆半天" in html and "09:00-12:00, 13:00-15:00" in html
    assert f"{path}approval/" in html and "生效后将变动的时限" in html
    assert f"{path}approval/" not in page(manager.get(path))
    director.post(f"{path}approval/", {"command_key": "b"})
    assert "请先勾选确认" in page(director.post(f"{path}force/", {"command_key": "c"}), 422)
    assert director.post(f"{path}force/", {"sure": "on", "command_key": "d"}).status_code == 302
    duty = calendars.current_value("duty")
    assert (len(duty.windows(day)), len(duty.weekly[5])) == (1, 2)
    year = page(manager.get(f"/calendars/duty/?year={day.year}"))
    assert "year-special" in year and "起草了日历第 2 版" in year


@pytest.mark.req("GEN-15", "GEN-08")
def test_approving_an_own_calendar_and_drafting_as_a_stranger_are_refused(
    manager: Client, agent: Client
) -> None:
    assert "没有执行此操作的权限" in page(
        agent.post("/calendars/duty/draft/", typed(weekly_sat="09:00-12:00")), 403
    )
    manager.post("/calendars/duty/draft/", typed(weekly_sat="09:00-12:00"))
    refused = manager.post("/calendars/duty/versions/2/approval/", {"command_key": "x"}, follow=True)
    assert "自己起草的版本须由另一人批准" in page(refused)
    assert CalendarVersion.objects.get(calendar__code="duty", number=2).status == VersionStatus.DRAFT


WRONG = [
    ({"weekly_mon": "08:30-12:00, 11:00-17:30"}, "weekly_mon", "时段有重叠"),
    ({"weekly_mon": "all day"}, "weekly_mon", "时段的格式不对"),
    ({"zone": "Asia/Nowhere"}, "zone", "没有这个时区"),
    ({"exceptions": "2031-01-01 | maybe"}, "exceptions", "第 1 行读不懂"),
    ({"exceptions": "2031-01-01 | 10:00-09:00"}, "exceptions", "时段有重叠、次序颠倒"),
    (
        {f"weekly_{day}": "" for day in ("mon", "tue", "wed", "thu", "fri")} | {"exceptions": ""},
        "weekly_mon",
        "未来 400 天内没有任何开放时段",
    ),
]


@pytest.mark.refused
@pytest.mark.req("GEN-15")
@pytest.mark.parametrize(
    ("change", "field", "said"), WRONG, ids=[f"{f}-{n}" for n, (_, f, _) in enumerate(WRONG)]
)
def test_a_wrong_calendar_is_refused_beside_its_field(
    manager: Client, change: dict[str, str], field: str, said: str
) -> None:
    answer = manager.post("/calendars/duty/draft/", typed(**change))
    assert answer.status_code in {400, 422}
    form = answer.context["form"]
    assert said in str(form.errors[field])
    assert CalendarVersion.objects.filter(calendar__code="duty").count() == 1


@pytest.mark.req("GEN-15")
def test_a_calendar_of_a_branch_is_made_and_deleted_again(manager: Client, agent: Client) -> None:
    sent = {
        "code": "la-desk", "name_zh": "洛杉矶", "name_en": "Los Angeles", "zone": "America/Los_Angeles",
        "owner_kind": "branch", "owner_code": "LA", "weekly_mon": "09:00-17:00", "command_key": "a",
    }  # fmt: skip
    assert manager.post("/calendars/new/", sent).status_code == 302
    listed = page(agent.get("/calendars/"))
    assert "la-desk" in listed and "尚未生效" not in listed and "有待处理的版本" in listed
    refused = manager.post("/calendars/duty/deletion/", {"command_key": "b"}, follow=True)
    assert "不能删除" in page(refused)
    manager.post("/calendars/la-desk/deletion/", {"command_key": "c"})
    assert not Calendar.objects.filter(code="la-desk").exists()


@pytest.mark.refused
def test_a_calendar_without_its_owner_is_refused(manager: Client) -> None:
    sent = {"code": "X y", "name_zh": "洛", "name_en": "L", "zone": "Asia/Shanghai", "owner_kind": "branch"}
    form = manager.post("/calendars/new/", sent | {"weekly_mon": "09:00-17:00"}).context["form"]
    assert set(form.errors) == {"code"}
    answer = manager.post(
        "/calendars/new/", sent | {"code": "xy", "weekly_mon": "09:00-17:00", "command_key": "q"}
    )
    assert "owner_code" in answer.context["form"].errors


# holidays


@pytest.mark.req("GEN-15")
def test_holidays_are_looked_at_imported_as_a_draft_and_not_twice(manager: Client, director: Client) -> None:
    html = page(manager.get("/calendars/duty/holidays/?year=2020"))
    assert "2020-10-01" in html and "作为草稿导入" in html
    assert CalendarVersion.objects.filter(calendar__code="duty").count() == 1  # looking writes nothing
    manager.post("/calendars/duty/holidays/", {"year": "2020", "command_key": "a"})
    assert CalendarVersion.objects.get(calendar__code="duty", number=2).source == "holidays 2020"
    again = director.post("/calendars/duty/holidays/", {"year": "2020", "command_key": "b"})
    assert "已经导入过" in str(again.context["form"].errors["year"])


@pytest.mark.refused
@pytest.mark.req("GEN-15")
def test_holiday_import_is_refused_to_others(agent: Client) -> None:
    assert "作为草稿导入" not in page(agent.get("/calendars/duty/holidays/?year=2020"))
    answer = agent.post("/calendars/duty/holidays/", {"year": "2020", "command_key": "a"})
    assert answer.status_code == 403
    assert CalendarVersion.objects.filter(calendar__code="duty").count() == 1


# what a change moves


@pytest.fixture
def open_clock(db: None) -> Clock:
    subject = Document.objects.create(code="S-1", name_zh="对象", name_en="Subject")
    rule = rulebook.rule("ticket.critical", at=timezone.now())
    return clocks.start(subject, "critical", rule=rule, at=timezone.now())


@pytest.mark.req("GEN-08")
def test_a_rule_shows_what_it_moves_before_and_how_far_it_is_after(
    manager: Client, director: Client, open_clock: Clock
) -> None:
    rule = open_clock.rule
    sent = {"value": "12", "unit": "hour", "calendar": rule.calendar_id, "notes": "", "command_key": "a"}
    manager.post(f"/rulebook/{rule.pk}/versions/", sent)
    draft = Rule.objects.get(key=rule.key, status=VersionStatus.DRAFT)
    html = page(director.get(f"/rulebook/{draft.pk}/approval/"))
    assert "共 1 个未到期的时限" in html and "提前 1" in html
    director.post(f"/rulebook/{draft.pk}/approval/", {"sure": "on", "command_key": "b"})
    assert "提前 1" in page(manager.get(f"/rulebook/{draft.pk}/force/"))
    director.post(f"/rulebook/{draft.pk}/force/", {"sure": "on", "command_key": "c"})
    row = Changeover.objects.get(rule=draft)
    progress = f"/changes/{row.pk}/"
    assert "every 2s" in page(manager.get(progress))
    for _round in range(2):
        changeovers.carry_on(row.pk, actor=None, at=timezone.now())
    done = page(manager.get(progress, headers={"HX-Request": "true"}))
    assert "已完成" in done and "every 2s" not in done and "<html" not in done
    assert f"/changes/{row.pk}/" in page(manager.get("/changes/"))
    assert "已完成 100 %" in page(manager.get(f"/rulebook/{draft.pk}/"))


@pytest.mark.req("GEN-08")
def test_a_rule_put_in_force_later_waits(manager: Client, director: Client, open_clock: Clock) -> None:
    rule = open_clock.rule
    sent = {"value": "12", "unit": "hour", "calendar": rule.calendar_id, "notes": "", "command_key": "a"}
    manager.post(f"/rulebook/{rule.pk}/versions/", sent)
    draft = Rule.objects.get(key=rule.key, status=VersionStatus.DRAFT)
    director.post(f"/rulebook/{draft.pk}/approval/", {"sure": "on", "command_key": "b"})
    past = {"sure": "on", "command_key": "c", "valid_from": "2020-01-01T00:00"}
    assert "生效时间不能早于现在" in page(director.post(f"/rulebook/{draft.pk}/force/", past), 400)
    later = (timezone.localtime() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    director.post(f"/rulebook/{draft.pk}/force/", {"sure": "on", "command_key": "d", "valid_from": later})
    row = Changeover.objects.get(rule=draft)
    assert changeovers.carry_on(row.pk, actor=None, at=timezone.now()) == 0
    assert "等待生效" in page(manager.get("/changes/"))
    assert rulebook.rule("ticket.critical", at=timezone.now()) == rule


@pytest.mark.refused
@pytest.mark.req("GEN-08")
def test_changes_are_refused_to_others(agent: Client) -> None:
    assert agent.get("/changes/").status_code == 403
    assert "生效后将变动" not in page(agent.get("/calendars/duty/versions/1/"))


# sources


@pytest.mark.req("GEN-07")
def test_documents_show_their_articles_and_rows(agent: Client) -> None:
    assert "/rulebook/documents/003/" in page(agent.get("/rulebook/documents/"))
    html = page(agent.get("/rulebook/documents/003/"))
    assert "三级响应与解决时限" in html and "ticket.response@tier=urgent" in html
    assert page(agent.get("/rulebook/documents/none/"), 404)


def test_every_conflict_of_the_catalogue_names_its_rows(agent: Client) -> None:
    answer = agent.get("/rulebook/conflicts/")
    html, found = page(answer), answer.context["conflicts"]
    assert [row.code for row in found] == [f"CF-{number:02}" for number in range(1, 35)]
    assert [row.code for row in found if not row.standing] == []
    assert all(f'id="CF-{number:02}"' in html for number in range(1, 35))
    first = found[0]
    assert {side.row.clause.document.code for side in first.standing} >= {"003", "001-I", "001-K"}
    assert "003 5.1" in {f"{s.row.clause.document.code} {s.row.clause.article}" for s in first.waiting}


def test_a_rule_shows_both_sides_of_its_conflict(agent: Client) -> None:
    rule = Rule.objects.get(seed="ticket.response@tier=urgent#003 3.1")
    html = page(agent.get(f"/rulebook/{rule.pk}/"))
    assert "CF-01" in html and "跟踪分级响应" in html and "三级响应与解决时限" in html


def test_the_list_offers_only_what_the_reader_may(manager: Client, agent: Client) -> None:
    doors = ("/rulebook/what-if/", "/rulebook/new/", "/changes/")
    offered = page(manager.get("/rulebook/"))
    assert all(door in offered for door in doors)
    looked = page(agent.get("/rulebook/"))
    assert not any(door in looked for door in doors)


def test_rules_are_found_by_topic_and_article(agent: Client) -> None:
    html = page(agent.get("/rulebook/?topic=complaint&article=六"))
    assert "complaint.response" in html and "ticket.response" not in html


@pytest.mark.req("GEN-07")
def test_reviews_are_listed_and_noted(manager: Client, agent: Client) -> None:
    Review.objects.planned().filter(document__code="003").update(
        due_on=timezone.localdate() - timedelta(days=1)
    )
    row = Review.objects.planned().get(document__code="003")
    html = page(manager.get("/rulebook/reviews/"))
    assert "有 1 份文件过了复审期限" in html and f"/rulebook/reviews/{row.pk}/" in html
    assert f"/rulebook/reviews/{row.pk}/" not in page(agent.get("/rulebook/reviews/"))
    path = f"/rulebook/reviews/{row.pk}/"
    assert manager.post(path, {"note": "仍然合适", "command_key": "a"}).status_code == 302
    after = page(manager.get("/rulebook/reviews/"))
    assert "过了复审期限" not in after and "仍然合适" in after


@pytest.mark.refused
@pytest.mark.req("GEN-07")
def test_review_is_refused_without_a_note_and_to_others(manager: Client, agent: Client) -> None:
    path = f"/rulebook/reviews/{Review.objects.planned().get(document__code='003').pk}/"
    assert manager.post(path, {"note": "", "command_key": "a"}).status_code == 422
    assert agent.post(path, {"note": "好", "command_key": "b"}).status_code == 403


# rules and files


@pytest.mark.req("GEN-08")
def test_a_rule_is_drafted_by_form(manager: Client) -> None:
    base = Rule.objects.get(seed="ticket.response@tier=urgent#003 3.1")
    sent = {
        "code": "ticket.response", "clause": base.clause_id, "conditions": "tier=urgent\nmode=phone, remote",
        "value": "0.5", "unit": "hour", "calendar": base.calendar_id, "notes": "", "command_key": "a",
    }  # fmt: skip
    assert manager.post("/rulebook/new/", sent).status_code == 302
    assert Rule.objects.filter(key="ticket.response@mode=phone+remote,tier=urgent", status="draft").exists()


@pytest.mark.refused
@pytest.mark.req("GEN-08")
def test_a_rule_without_clause_or_unit_is_refused(manager: Client, agent: Client) -> None:
    base = Rule.objects.get(seed="ticket.response@tier=urgent#003 3.1")
    sent = {"code": "ticket.response", "value": "1", "conditions": "colour=red", "command_key": "a"}
    form = manager.post("/rulebook/new/", sent).context["form"]
    assert set(form.errors) == {"clause", "unit", "calendar", "conditions"}
    assert "没有依据的规则不能起草" in str(form.errors["clause"])
    whole = {"clause": base.clause_id, "unit": "hour", "calendar": base.calendar_id, "conditions": ""}
    assert agent.post("/rulebook/new/", sent | whole).status_code == 403


@pytest.mark.req("GEN-08")
def test_the_rulebook_is_exported_looked_at_and_imported_as_drafts(manager: Client) -> None:
    exported = manager.get("/rulebook/export/")
    assert "attachment" in exported["Content-Disposition"]
    file = json.loads(exported.content)
    next(row for row in file["rules"] if row["key"] == "ticket.critical")["value"] = "20"
    upload = SimpleUploadedFile("rulebook.json", json.dumps(file).encode(), content_type="application/json")
    looked = manager.post("/rulebook/import/", {"file": upload, "command_key": "a"})
    assert "1 条与现在不同" in page(looked)
    assert not Rule.objects.filter(status=VersionStatus.DRAFT).exists()
    sent = {"content": looked.context["content"], "sure": "1", "command_key": "b"}
    assert manager.post("/rulebook/import/", sent).status_code == 302
    assert Rule.objects.get(status=VersionStatus.DRAFT).key == "ticket.critical"


@pytest.mark.refused
@pytest.mark.req("GEN-08")
def test_a_wrong_rulebook_file_is_refused_by_its_place(manager: Client, agent: Client) -> None:
    file = rulebook_file.exported(at=commands.now())
    next(row for row in file["rules"] if row["key"] == "ticket.critical")["clause"] = None
    place = next(n for n, row in enumerate(file["rules"]) if row["key"] == "ticket.critical")

    def sent(data: bytes, key: str) -> dict[str, Any]:
        return {"file": SimpleUploadedFile("r.json", data), "command_key": key}

    looked = page(manager.post("/rulebook/import/", sent(json.dumps(file).encode(), "a")))
    assert f"rules[{place}].clause" in looked and "没有依据的规则不能起草" in looked
    assert 'name="sure"' not in looked
    other = manager.post("/rulebook/import/", sent(b"\x00 no json", "b"))
    assert "这不是规则库文件" in str(other.context["form"].errors["file"])
    assert agent.post("/rulebook/import/", sent(b"{}", "c")).status_code == 403
    assert not Rule.objects.filter(status=VersionStatus.DRAFT).exists()


def test_pages_are_closed_to_strangers(client: Client) -> None:
    for path in (
        "/calendars/",
        "/calendars/duty/",
        "/changes/",
        "/rulebook/conflicts/",
        "/rulebook/what-if/",
    ):
        assert client.get(path).status_code == 302
