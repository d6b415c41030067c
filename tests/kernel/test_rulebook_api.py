"""REST doors of the rulebook and of approvals, with the refused cases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service_center.kernel import approvals, commands
from service_center.kernel.models import Approval, Rule, Setting
from staff.models import Branch
from tests.kernel.asking import ask

Make = Callable[..., Any]


def body(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()


# rules


@pytest.mark.django_db
def test_rules_are_open_to_staff_with_clause_and_alternatives(person: Make, api: Make) -> None:
    rows = body(api(person("engineer")).get("rules/?code=ticket.response&page_size=100"))["results"]

    in_force = {row["key"]: row for row in rows if row["status"] == "in_force"}
    assert {key: row["value"] for key, row in in_force.items()} == {
        "ticket.response@tier=general": "2",
        "ticket.response@tier=ordinary": "4",
        "ticket.response@tier=urgent": "1",
    }
    assert in_force["ticket.response@tier=urgent"]["clause"] == {
        "document": "003",
        "article": "3.1",
        "title": "三级响应与解决时限",
    }
    assert {row["clause"]["document"] for row in rows if row["alternative"]} >= {"003", "001-P"}


@pytest.mark.django_db
@pytest.mark.req("GEN-15")
def test_rules_are_closed_to_strangers_and_unknown_filters(person: Make, api: Make) -> None:
    for path in ("rules/", "settings/", "calendars/", "calendars/duty/", "approvals/"):
        assert body(api(None).get(path), 401)["status"] == 401
    assert body(api(person("agent")).get("rules/?colour=red"), 400)["code"] == "invalid"
    assert body(api(person("agent")).get("rules/999999/"), 404)["status"] == 404


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    ["rules/", "settings/", "settings/?status=superseded", "calendars/", "rules/?in_force=true&search=响应"],
)
def test_lists_cost_the_same_for_any_number_of_rows(
    person: Make, api: Make, query_count: Callable[[Callable[[], Any]], int], path: str
) -> None:
    client = api(person("manager"))
    mark = "&" if "?" in path else "?"

    client.get(path)
    few = query_count(lambda: client.get(f"{path}{mark}page_size=1"))
    many = query_count(lambda: client.get(f"{path}{mark}page_size=100"))

    assert few == many


@pytest.mark.django_db
def test_rule_speaks_the_readers_language(person: Make, api: Make) -> None:
    client, rule = api(person("agent")), Rule.objects.get(seed="ticket.critical#003 3.1")

    assert body(client.get(f"rules/{rule.pk}/"))["name"] == "安全、质量、功能问题"
    english = body(client.get(f"rules/{rule.pk}/", **{"Accept-Language": "en"}))
    assert (english["name"], english["code"]) == ("Safety, quality or function at stake", "ticket.critical")


@pytest.mark.django_db
@pytest.mark.req("GEN-15")
def test_calendars_show_hours_and_exceptions(person: Make, api: Make) -> None:
    duty = body(api(person("agent")).get("calendars/duty/"))

    assert duty["weekly"]["mon"] == [["08:30", "17:30"]]
    assert "sat" not in duty["weekly"]
    assert duty["exceptions"]


# settings


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
def test_setting_is_edited_under_its_version(person: Make, api: Make) -> None:
    manager = person("manager")
    client = api(manager)
    before = client.get("settings/fee.onsite_max/")
    assert (before["ETag"], body(before)["value"], body(before)["demo"]) == ('"1"', "200.00", True)

    drafted = body(client.patch("settings/fee.onsite_max/", {"value": "350"}, version=1), 202)
    assert (drafted["value"], drafted["version"]) == ("200.00", 1)
    assert drafted["draft"] == {"version": 2, "value": "350", "drafted_by": manager.user.username}
    after = api(person("director")).post("settings/fee.onsite_max/approval/")

    shown = body(after, 201)["setting"]
    assert (shown["value"], shown["version"], shown["demo"]) == ("350", 2, False)
    assert after["ETag"] == '"2"'
    assert body(client.get("settings/fee.onsite_max/"))["draft"] is None
    assert body(client.patch("settings/fee.onsite_max/", {"value": "360"}, version=1), 412)["current"] == 2
    old = body(client.get("settings/?code=fee.onsite_max&status=superseded"))["results"]
    assert [(row["version"], row["value"]) for row in old] == [(1, "200.00")]


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
def test_setting_approved_by_its_author_or_a_stranger_is_refused(person: Make, api: Make) -> None:
    client, path = api(person("manager")), "settings/fee.onsite_max/approval/"
    assert body(client.post(path), 409)["code"] == "nothing_drafted"
    client.patch("settings/fee.onsite_max/", {"value": "350"}, version=1)
    assert body(client.post(path), 403)["code"] == "own_draft"
    assert body(api(person("supervisor")).post(path), 403)["code"] == "forbidden"
    assert body(client.post("settings/no.such/approval/"), 404)["status"] == 404
    assert body(client.get("settings/fee.onsite_max/"))["value"] == "200.00"
    assert body(client.post("settings/fee.onsite_max/withdrawal/"), 201)["setting"]["version"] == 1
    assert body(api(person("director")).post(path), 409)["code"] == "nothing_drafted"
    dropped = body(client.get("settings/?code=fee.onsite_max&status=dropped"))["results"]
    assert [row["version"] for row in dropped] == [2]


@pytest.mark.django_db
@pytest.mark.req("GEN-08")
def test_rule_is_drafted_by_one_approved_by_another_and_put_in_force(person: Make, api: Make) -> None:
    rule = Rule.objects.get(seed="ticket.critical#003 3.1")
    author, other = api(person("manager")), api(person("admin"))
    sent = {"value": "20", "unit": "hour", "calendar": "24x7", "notes": "试行"}
    draft = body(author.post(f"rules/{rule.pk}/versions/", sent), 201)["versions"]
    assert (draft["version"], draft["status"], draft["value"]) == (2, "draft", "20")
    path = f"rules/{draft['id']}"
    assert body(author.post(f"{path}/force/"), 409)["code"] == "not_approved"
    assert body(other.post(f"{path}/approval/"), 201)["rule"]["status"] == "approved"
    assert body(author.post(f"{path}/force/"), 201)["force"]["status"] == "in_force"
    assert body(author.get(f"rules/{rule.pk}/"))["status"] == "superseded"


@pytest.mark.django_db
@pytest.mark.req("GEN-08")
def test_rule_approved_by_its_author_or_drafted_by_a_stranger_is_refused(person: Make, api: Make) -> None:
    rule = Rule.objects.get(seed="ticket.critical#003 3.1")
    author, stranger = api(person("manager")), api(person("supervisor"))
    sent = {"value": "20", "unit": "hour", "calendar": "24x7"}
    assert body(stranger.post(f"rules/{rule.pk}/versions/", sent), 403)["code"] == "forbidden"
    wrong = body(author.post(f"rules/{rule.pk}/versions/", sent | {"calendar": "moon"}), 400)
    assert [error["field"] for error in wrong["errors"]] == ["calendar"]
    draft = body(author.post(f"rules/{rule.pk}/versions/", sent), 201)["versions"]
    refused = body(author.post(f"rules/{draft['id']}/approval/"), 403)
    assert refused["code"] == "own_draft"
    assert body(author.get(f"rules/{draft['id']}/"))["status"] == "draft"
    assert body(author.post(f"rules/{rule.pk}/end/", {"valid_to": "2001-01-01T00:00:00Z"}), 400)["code"] == (
        "backdated"
    )


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["agent", "engineer", "supervisor", "storekeeper"])
def test_setting_is_not_for_everybody(person: Make, api: Make, role: str) -> None:
    answer = api(person(role)).patch("settings/fee.onsite_max/", {"value": "1"}, version=1)

    assert body(answer, 403)["code"] == "forbidden"
    assert Setting.objects.filter(key="fee.onsite_max").count() == 1


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "value"),
        ({"value": "much"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": ["\x00"]}, "value"),
        ({"value": {"deep": ["x" * 10_001]}}, "value"),
        ({"value": "1", "demo": False}, "demo"),
        ({"value": "1", "together": {"no.such": 1}}, "together"),
    ],
)
def test_setting_refuses_bad_input(person: Make, api: Make, sent: dict[str, Any], field: str) -> None:
    answer = body(api(person("manager")).patch("settings/fee.onsite_max/", sent, version=1), 400)

    assert [error["field"] for error in answer["errors"]] == [field]
    assert Setting.objects.filter(key="fee.onsite_max").count() == 1


@pytest.mark.django_db
def test_setting_needs_version_and_key_and_repeats_once(person: Make, api: Make) -> None:
    client = api(person("admin"))

    assert body(client("PATCH", "settings/fee.onsite_max/", {"value": "9"}), 428)["status"] == 428
    keyless = client("PATCH", "settings/fee.onsite_max/", {"value": "9"}, key=None, **{"If-Match": "1"})
    assert body(keyless, 400)["code"] == "idempotency_key_required"
    first = client.patch("settings/fee.onsite_max/", {"value": "9"}, version=1, key="k")
    again = client.patch("settings/fee.onsite_max/", {"value": "9"}, version=1, key="k")
    drafted = [body(answer, 202)["draft"]["version"] for answer in (first, again)]
    assert (drafted, again["Idempotency-Replayed"]) == ([2, 2], "true")
    other = client.patch("settings/fee.onsite_max/", {"value": "10"}, version=1, key="k")
    assert body(other, 422)["code"] == "idempotency_key_reused"
    assert body(client.get("settings/no.such/"), 404)["status"] == 404


@pytest.mark.django_db
def test_weight_of_satisfaction_shares_out_the_rest_and_never_falls_below_40(person: Make, api: Make) -> None:
    client, path = api(person("director")), "settings/appraisal.staff.weight.satisfaction/"

    refused = body(client.patch(path, {"value": "39"}, version=1), 400)
    assert refused["errors"][0]["field"] == "value"
    assert body(client.patch(path, {"value": "46"}, version=1), 202)["draft"]["value"] == "46"
    assert body(api(person("manager")).post(f"{path}approval/"), 201)["setting"]["value"] == "46"
    assert body(client.get("settings/appraisal.staff.weight.skill/"))["value"] == "18.00"
    alone = client.patch("settings/appraisal.staff.weight.skill/", {"value": "30"}, version=2)
    assert body(alone, 400)["code"] == "weights_not_100"


# approvals


@pytest.fixture
def asked(person: Make, hz: Branch) -> tuple[Any, Approval]:
    agent = person("agent")
    return agent, ask(agent, hz)


@pytest.mark.django_db
def test_approval_is_decided_by_its_role_and_performed(
    person: Make, api: Make, asked: tuple[Any, Approval], hz: Branch
) -> None:
    manager = api(person("manager"))
    waiting = body(manager.get("approvals/?awaiting_me=true"))["results"]
    assert [(row["id"], row["role"], row["subject"]["label"]) for row in waiting] == [
        (asked[1].pk, "manager", str(hz))
    ]

    answer = body(manager.post(f"approvals/{asked[1].pk}/decision/", {"approve": True, "note": "ok"}), 201)

    assert answer["decision"]["approve"] is True
    assert (answer["approval"]["status"], answer["approval"]["version"]) == ("approved", 1)
    hz.refresh_from_db()
    assert hz.name_en.startswith("Renamed")
    late = manager.post(f"approvals/{asked[1].pk}/decision/", {"approve": False, "note": "no"})
    assert body(late, 409)["code"] == "already_decided"
    assert body(api(asked[0]).get(f"approvals/{asked[1].pk}/"))["decided_by"] == answer["decision"]["by"]


@pytest.mark.django_db
def test_approval_decision_repeats_once(person: Make, api: Make, asked: tuple[Any, Approval]) -> None:
    manager, path = api(person("manager")), f"approvals/{asked[1].pk}/decision/"

    first = manager.post(path, {"approve": True}, key="k")
    again = manager.post(path, {"approve": True}, key="k")

    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert body(first, 201)["approval"] == body(again, 201)["approval"]


@pytest.mark.django_db
def test_approval_is_hidden_from_those_it_does_not_concern(
    person: Make, api: Make, asked: tuple[Any, Approval]
) -> None:
    path = f"approvals/{asked[1].pk}/"

    for role in ("agent", "engineer", "director"):
        stranger = api(person(role))
        assert body(stranger.get(path), 404)["status"] == 404
        assert body(stranger.post(f"{path}decision/", {"approve": True}), 404)["status"] == 404
        assert body(stranger.get("approvals/"))["results"] == []


@pytest.mark.django_db
def test_approval_own_request_and_missing_reason_are_refused(
    person: Make, api: Make, asked: tuple[Any, Approval]
) -> None:
    path = f"approvals/{asked[1].pk}/decision/"

    assert body(api(asked[0]).post(path, {"approve": True}), 403)["code"] == "own_request"
    silent = body(api(person("manager")).post(path, {"approve": False}), 400)
    assert (silent["code"], silent["errors"][0]["field"]) == ("note_required", "note")
    assert body(api(person("manager")).post(path, {"note": "?"}), 400)["errors"][0]["field"] == "approve"
    asked[1].refresh_from_db()
    assert asked[1].status == "pending"


@pytest.mark.django_db
def test_approval_can_be_withdrawn_by_the_requester(
    person: Make, api: Make, asked: tuple[Any, Approval]
) -> None:
    path = f"approvals/{asked[1].pk}/withdrawal/"

    assert body(api(person("manager")).post(path), 403)["code"] == "forbidden"
    assert body(api(asked[0]).post(path), 201)["approval"]["status"] == "withdrawn"
    assert body(api(asked[0]).post(path), 409)["code"] == "already_decided"


@pytest.mark.django_db
def test_approvals_list_costs_the_same_for_any_number_of_rows(
    person: Make,
    api: Make,
    asked: tuple[Any, Approval],
    sh: Branch,
    query_count: Callable[[Callable[[], Any]], int],
) -> None:
    agent = api(asked[0])
    agent.get("approvals/")
    one = query_count(lambda: agent.get("approvals/"))
    for _ in range(2):
        again = ask(asked[0], sh)
        commands.run(approvals.decide, again, approve=False, note="n", actor=person("manager").user)

    assert (
        query_count(lambda: agent.get("approvals/")) == one + 1
    )  # the decisions' people, once there are any
