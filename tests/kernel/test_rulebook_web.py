"""Pages of the rulebook, the settings and approvals."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from service_center.kernel import commands, rulebook, setting_changes
from service_center.kernel.models import Approval, Calendar, Rule, Setting, VersionStatus
from staff.models import Branch
from tests.kernel.asking import ask

Make = Callable[..., Any]


def page(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return str(response.content.decode())


@pytest.fixture
def manager(person: Make, web: Make) -> Client:
    return web(person("manager"))


@pytest.fixture
def agent(person: Make, web: Make) -> Client:
    return web(person("agent"))


@pytest.fixture
def director(person: Make, web: Make) -> Client:
    """The second pair of eyes."""
    return web(person("director"))


# rules


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("query", "there", "not_there"),
    [
        ("", "ticket.critical", "003 5.1"),
        ("?show=alternative", "003 5.1", "ticket.critical"),
        ("?document=002-1", "ticket.arrival", "ticket.critical"),
        ("?q=返厂", "ticket.factory_cycle", "ticket.critical"),
        ("?show=over", "没有符合条件的规则", "ticket.critical"),
    ],
)
def test_rules_are_listed_by_document_and_state(
    agent: Client, query: str, there: str, not_there: str
) -> None:
    html = page(agent.get(f"/rulebook/{query}"))

    assert there in html
    assert not_there not in html.split("<table")[1]


@pytest.mark.django_db
def test_rules_cost_the_same_for_any_number(
    agent: Client, query_count: Callable[[Callable[[], Any]], int]
) -> None:
    agent.get("/rulebook/")
    one = query_count(lambda: agent.get("/rulebook/?q=ticket.critical"))

    assert query_count(lambda: agent.get("/rulebook/?q=ticket")) == one


@pytest.mark.django_db
def test_rule_page_shows_clause_ladder_and_versions(agent: Client) -> None:
    rule = Rule.objects.get(seed="ticket.response@tier=urgent#003 3.1")

    html = page(agent.get(f"/rulebook/{rule.pk}/"))

    for words in (
        "三级响应与解决时限",
        "紧急程度：紧急",
        "1 小时",
        "全天候",
        "服务主任",
        "2 小时 · 全天候",
        "CF-01",
    ):
        assert words in html
    assert "起草新版本" not in html


@pytest.mark.django_db
@pytest.mark.req("GEN-08")
def test_rule_is_drafted_approved_by_another_and_put_in_force(manager: Client, director: Client) -> None:
    rule = Rule.objects.get(seed="ticket.response@tier=urgent#003 3.1")
    duty = Calendar.objects.get(code="duty")
    sent = {"value": "0.5", "unit": "hour", "calendar": duty.pk, "notes": "试行", "command_key": "a"}

    manager.post(f"/rulebook/{rule.pk}/versions/", sent)
    manager.post(f"/rulebook/{rule.pk}/versions/", sent)  # a double click
    draft = Rule.objects.get(key=rule.key, status=VersionStatus.DRAFT)
    approval = f"/rulebook/{draft.pk}/approval/"
    assert approval in page(director.get(f"/rulebook/{draft.pk}/"))
    assert "请先勾选确认" in page(director.post(approval, {"command_key": "b"}), 400)
    assert director.post(approval, {"sure": "on", "command_key": "c"}).status_code == 302
    assert "1 小时" in page(manager.get(f"/rulebook/{draft.pk}/force/"))
    assert manager.post(f"/rulebook/{draft.pk}/force/", {"sure": "on", "command_key": "d"}).status_code == 302

    draft.refresh_from_db()
    counting = rulebook.rule("ticket.response", at=draft.valid_from, tier="urgent")
    assert (counting, counting.value, counting.rungs) == (draft, Decimal("0.5"), rule.rungs)


@pytest.mark.django_db
@pytest.mark.req("GEN-08")
def test_rule_change_is_refused_without_approval_and_to_others(manager: Client, agent: Client) -> None:
    rule = Rule.objects.get(seed="ticket.response@tier=urgent#003 3.1")
    sent = {"value": "3", "unit": "hour", "calendar": rule.calendar_id, "notes": "", "command_key": "a"}

    assert "没有执行此操作的权限" in page(agent.post(f"/rulebook/{rule.pk}/versions/", sent), 400)
    manager.post(f"/rulebook/{rule.pk}/versions/", sent | {"command_key": "b"})
    draft = Rule.objects.get(key=rule.key, status=VersionStatus.DRAFT)
    refused = manager.post(f"/rulebook/{draft.pk}/force/", {"sure": "on", "command_key": "c"})
    assert "请先批准" in page(refused, 400)
    assert "大于或等于" in page(manager.post(f"/rulebook/{rule.pk}/versions/", sent | {"value": "-1"}), 400)
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT


@pytest.mark.django_db
@pytest.mark.req("GEN-08")
def test_approving_an_own_rule_is_refused_and_not_offered(manager: Client) -> None:
    rule = Rule.objects.get(seed="ticket.response@tier=urgent#003 3.1")
    sent = {"value": "3", "unit": "hour", "calendar": rule.calendar_id, "notes": "", "command_key": "a"}
    manager.post(f"/rulebook/{rule.pk}/versions/", sent)
    draft = Rule.objects.get(key=rule.key, status=VersionStatus.DRAFT)
    shown = page(manager.get(f"/rulebook/{draft.pk}/"))
    assert "须由另一人批准" in shown and f"/rulebook/{draft.pk}/approval/" not in shown
    refused = manager.post(f"/rulebook/{draft.pk}/approval/", {"sure": "on", "command_key": "b"})
    assert "自己起草的版本须由另一人批准" in page(refused, 400)
    draft.refresh_from_db()
    assert draft.status == VersionStatus.DRAFT


# settings


@pytest.mark.django_db
def test_settings_list_what_must_be_set(manager: Client) -> None:
    html = page(manager.get("/settings/?show=demo"))

    assert "fee.onsite_max" in html
    assert "ticket.reopen.escalate_after" not in html
    assert "演示值" in html


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
def test_setting_change_counts_when_another_person_approves_it(manager: Client, director: Client) -> None:
    path = "/settings/fee.onsite_max/"
    assert 'value="200.00"' in page(manager.get(path))

    sent = {"value": "350", "version": "1", "command_key": "a"}
    assert "请先勾选确认" in page(manager.post(path, sent), 400)
    assert manager.post(path, sent | {"sure": "on", "command_key": "b"}).status_code == 302

    assert rulebook.setting("fee.onsite_max") == Decimal("200.00")
    waiting = page(director.get(path))
    assert "待批准的修改" in waiting and "350 元" in waiting
    assert "fee.onsite_max" in page(director.get("/settings/?show=draft"))
    assert director.post(f"{path}approval/", {"command_key": "c"}).status_code == 302
    assert rulebook.setting("fee.onsite_max") == Decimal(350)
    assert "350 元" in page(manager.get(path))


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
def test_approving_an_own_setting_is_refused_and_not_offered(
    manager: Client, agent: Client, director: Client
) -> None:
    path = "/settings/fee.onsite_max/"
    manager.post(path, {"value": "350", "version": "1", "sure": "on", "command_key": "a"})
    shown = page(manager.get(path))
    assert "须由另一人批准" in shown and f"{path}approval/" not in shown
    assert f"{path}approval/" not in page(agent.get(path))
    refused = manager.post(f"{path}approval/", {"command_key": "b"}, follow=True)
    assert "自己起草的版本须由另一人批准" in page(refused)
    refused = agent.post(f"{path}approval/", {"command_key": "c"}, follow=True)
    assert "没有执行此操作的权限" in page(refused)
    assert rulebook.setting("fee.onsite_max") == Decimal("200.00")
    director.post(f"{path}withdrawal/", {"command_key": "d"})
    assert "待批准的修改" not in page(manager.get(path))
    nothing = director.post(f"{path}approval/", {"command_key": "e"}, follow=True)
    assert "没有待批准的修改" in page(nothing)


@pytest.mark.django_db
def test_setting_stale_edit_keeps_the_text_and_can_be_sent_again(manager: Client, director: Client) -> None:
    path, setting = "/settings/fee.onsite_max/", Setting.objects.get(key="fee.onsite_max")
    commands.run(setting_changes.change_setting, setting, value="300")

    html = page(manager.post(path, {"value": "350", "version": "1", "sure": "on", "command_key": "a"}), 400)

    assert "别人刚刚修改了此参数，现在是第 2 版：300 元" in html
    assert 'value="350"' in html
    assert 'name="version" value="2"' in html
    manager.post(path, {"value": "350", "version": "2", "sure": "on", "command_key": "b"})
    director.post(f"{path}approval/", {"command_key": "c"})
    assert rulebook.setting("fee.onsite_max") == Decimal(350)


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
def test_setting_change_is_refused_to_others_and_out_of_bounds(manager: Client, agent: Client) -> None:
    path = "/settings/fee.onsite_max/"
    sent = {"value": "1", "version": "1", "sure": "on", "command_key": "a"}

    assert "提交修改" not in page(agent.get(path))
    assert agent.post(path, sent).status_code == 400
    assert "超出允许范围" in page(manager.post(path, sent | {"value": "-5"}), 400)
    assert "请填写数字" in page(manager.post(path, sent | {"value": "很多", "command_key": "b"}), 400)
    assert page(manager.get("/settings/no.such/"), 404)
    assert Setting.objects.filter(key="fee.onsite_max").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        ("penalty.enabled", "true", True),
        ("customer.levels", "ordinary\n vip \n", ["ordinary", "vip"]),
        ("survey.scale", '{"min": 0, "max": 10}', {"min": 0, "max": 10}),
        ("warranty.without_proof", "serial", "serial"),
        ("ticket.reopen.escalate_after", "3", 3),
    ],
)
def test_setting_is_typed_as_its_kind(
    manager: Client, director: Client, key: str, typed: str, value: Any
) -> None:
    answer = manager.post(
        f"/settings/{key}/", {"value": typed, "version": "1", "sure": "on", "command_key": "a"}
    )

    assert answer.status_code == 302, answer.content.decode()
    director.post(f"/settings/{key}/approval/", {"command_key": "b"})
    assert rulebook.setting(key) == value


@pytest.mark.django_db
def test_setting_table_that_is_none_is_refused(manager: Client) -> None:
    sent = {"value": "min=1", "version": "1", "sure": "on", "command_key": "a"}

    assert "不是有效的 JSON 对照表" in page(manager.post("/settings/survey.scale/", sent), 400)


WEIGHTS = [
    pytest.param(
        "appraisal.process",
        "complaint_rate response efficiency coverage",
        "15",
        marks=pytest.mark.req("KPI-02"),
    ),
    pytest.param("appraisal.followup", "solution coverage efficiency", "20", marks=pytest.mark.req("KPI-03")),
    ("appraisal.staff", "knowledge skill attitude", "20"),
]


def typed_weights(group: str, rest: str, weight: str) -> dict[str, str]:
    others = {f"weight-{group}.weight.{name}": weight for name in rest.split()}
    return {"value": "40", "version": "1", "sure": "on", "command_key": "a"} | others


@pytest.mark.django_db
@pytest.mark.parametrize(("group", "rest", "weight"), WEIGHTS)
def test_setting_weights_are_edited_as_a_set(
    manager: Client, director: Client, group: str, rest: str, weight: str
) -> None:
    first, second = [f"weight-{group}.weight.{name}" for name in rest.split()[:2]]
    changed = {first: str(int(weight) + 5), second: str(int(weight) - 5)}

    answer = manager.post(
        f"/settings/{group}.weight.satisfaction/", typed_weights(group, rest, weight) | changed
    )

    assert answer.status_code == 302
    director.post(f"/settings/{group}.weight.satisfaction/approval/", {"command_key": "b"})
    assert rulebook.setting(first.removeprefix("weight-")) == int(weight) + 5
    assert rulebook.setting(f"{group}.weight.satisfaction") == 40


@pytest.mark.django_db
@pytest.mark.parametrize(("group", "rest", "weight"), WEIGHTS)
def test_setting_weights_below_40_or_not_100_are_refused(
    manager: Client, group: str, rest: str, weight: str
) -> None:
    path, sent = f"/settings/{group}.weight.satisfaction/", typed_weights(group, rest, weight)
    first = f"weight-{group}.weight.{rest.split()[0]}"

    short = manager.post(path, sent | {first: str(int(weight) - 10)})
    assert "同一组权重之和必须是 100，现在是 90" in page(short, 400)
    assert "超出允许范围" in page(manager.post(path, sent | {"value": "39"}), 400)
    assert rulebook.setting(f"{group}.weight.satisfaction") == 40


# approvals


@pytest.mark.django_db
def test_approval_is_found_decided_and_told(
    person: Make, web: Make, agent: Client, manager: Client, hz: Branch
) -> None:
    who = person("agent")
    row = ask(who, hz)
    assert f"/approvals/{row.pk}/" in page(manager.get("/approvals/"))
    assert f"/approvals/{row.pk}/" not in page(agent.get("/approvals/?box=all"))

    html = page(manager.get(f"/approvals/{row.pk}/"))
    assert "取消工单" in html
    assert "because" in html
    path = f"/approvals/{row.pk}/"
    assert manager.post(path, {"approve": "yes", "note": "同意", "command_key": "a"}).status_code == 302

    row.refresh_from_db()
    assert (row.status, row.note) == ("approved", "同意")
    mine = page(web(who).get("/approvals/?box=mine"))
    assert "已批准" in mine
    assert "同意" in page(web(who).get(path))


@pytest.mark.django_db
def test_approval_refused_without_reason_or_button_or_right(
    person: Make, web: Make, agent: Client, manager: Client, hz: Branch
) -> None:
    who = person("agent")
    row = ask(who, hz)
    path = f"/approvals/{row.pk}/"

    assert "驳回时请写明原因" in page(
        manager.post(path, {"approve": "no", "note": "", "command_key": "a"}), 400
    )
    assert "请选择批准或驳回" in page(manager.post(path, {"note": "x", "command_key": "b"}), 400)
    own = page(web(who).post(path, {"approve": "yes", "note": "", "command_key": "c"}), 400)
    assert "不能审批自己提交的申请" in own
    assert agent.get(path).status_code == 404
    assert agent.post(path, {"approve": "yes", "command_key": "d"}).status_code == 404
    row.refresh_from_db()
    assert row.status == "pending"


@pytest.mark.django_db
def test_approval_is_withdrawn_once(person: Make, web: Make, manager: Client, hz: Branch) -> None:
    who = person("agent")
    row = ask(who, hz)
    client = web(who)

    assert "撤回申请" in page(client.get(f"/approvals/{row.pk}/"))
    assert client.post(f"/approvals/{row.pk}/withdrawal/", {"command_key": "a"}).status_code == 302
    again = client.post(f"/approvals/{row.pk}/withdrawal/", {"command_key": "b"})
    assert "已经有结论" in page(again, 400)
    assert Approval.objects.get().status == "withdrawn"
    assert "没有审批" in page(manager.get("/approvals/"))


@pytest.mark.django_db
def test_pages_are_closed_to_strangers(client: Client) -> None:
    for path in ("/rulebook/", "/settings/", "/approvals/"):
        assert client.get(path).status_code == 302
