"""Text templates and symptoms: written by those who lead, offered where they fit, filled in by the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from customers.models import Customer, ProductLine
from service_center.kernel.models import Event
from service_center.kernel.pinyin import initials
from staff.models import Branch
from tests.tickets.conftest import Story
from tickets.models import Symptom, TextTemplate
from tickets.queries import phrases

pytestmark = pytest.mark.django_db

WORDS = {
    "code": "visit-agreed", "kind": "note", "name_zh": "已约上门", "name_en": "Visit agreed",
    "body_zh": "已与{customer}约定，工单{number}，工程师{engineer}，{expected}。", "body_en": "Agreed with {customer}: {number}.",
}  # fmt: skip


@pytest.fixture
def template(manager: Any, api: Callable[..., Any]) -> TextTemplate:
    assert api(manager).post("text-templates/", WORDS).status_code == 201
    return TextTemplate.objects.get()


def refusal(answer: Any) -> tuple[int, list[str]]:
    return answer.status_code, [error["field"] for error in answer.json().get("errors", [])]


# -- over REST ---------------------------------------------------------------------------------------------------------


def test_write_gives_the_template_and_tells(manager: Any, api: Callable[..., Any]) -> None:
    made = api(manager).post("text-templates/", WORDS)
    assert (made.status_code, made["Location"]) == (201, "/api/v1/text-templates/visit-agreed/")
    assert made.json() == WORDS | {"branch": None, "active": True, "version": 1}
    assert Event.objects.get(name="text_template.written").data == {"code": "visit-agreed"}


def test_write_twice_under_one_key_is_one(manager: Any, api: Callable[..., Any]) -> None:
    first, again = (api(manager).post("text-templates/", WORDS, key="once") for _ in range(2))
    assert (first.status_code, again.status_code, again["Idempotency-Replayed"]) == (201, 201, "true")
    assert TextTemplate.objects.count() == 1


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("{customer}您好，{phone}", "{phone}"),
        ("{客户}您好", "{客户}"),
        ("{}", "{}"),
        ("价格 {", "{"),
        ("价格 }", "}"),
        ("{customer!r}", "{customer!r}"),
        ("{customer.phone}", "{customer.phone}"),
        ("{{customer}}", "{"),
    ],
)
@pytest.mark.parametrize("field", ["body_zh", "body_en"])
def test_unknown_placeholder_is_refused_beside_its_field(
    body: str, named: str, field: str, manager: Any, api: Callable[..., Any]
) -> None:
    answer = api(manager).post("text-templates/", WORDS | {field: body})
    assert refusal(answer) == (400, [field])
    assert named in answer.json()["errors"][0]["message"]
    assert TextTemplate.objects.count() == 0
    assert not Event.objects.filter(name="text_template.written").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"code": "visit-agreed"}, "code"),
        ({"code": "a b"}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"kind": "poem"}, "kind"),
        ({"name_zh": ""}, "name_zh"),
        ({"body_zh": ""}, "body_zh"),
        ({"body_zh": "长" * 10_001}, "body_zh"),
        ({"body_zh": "a\x00b"}, "body_zh"),
        ({"branch": "XX"}, "branch"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_words_are_refused_beside_their_field(
    change: dict[str, str], field: str, template: TextTemplate, manager: Any, api: Callable[..., Any]
) -> None:
    answer = api(manager).post("text-templates/", WORDS | {"code": "another"} | change)
    assert refusal(answer) == (400, [field])
    assert TextTemplate.objects.count() == 1


def test_words_of_the_company_are_the_managers_those_of_a_branch_its_supervisors(
    sh: Branch, manager: Any, person: Callable[..., Any], api: Callable[..., Any]
) -> None:
    supervisor, other = person("supervisor"), person("supervisor", branch=sh)
    assert api(person("agent")).post("text-templates/", WORDS).status_code == 403
    assert api(supervisor).post("text-templates/", WORDS).status_code == 403
    assert api(supervisor).post("text-templates/", WORDS | {"branch": "SH"}).status_code == 403
    assert api(supervisor).post("text-templates/", WORDS | {"branch": "HZ"}).status_code == 201
    path = "text-templates/visit-agreed/"
    assert api(other).get(path).status_code == 404
    assert api(manager).patch(path, {"name_zh": "新"}, version=1).status_code == 200
    assert api(supervisor).patch(path, {"name_zh": "更新"}, version=2).status_code == 200
    assert TextTemplate.objects.get().name_zh == "更新"


def test_edit_on_an_older_version_is_stale(
    template: TextTemplate, manager: Any, api: Callable[..., Any]
) -> None:
    path = f"text-templates/{template.code}/"
    assert api(manager).patch(path, {"body_zh": "{number}"}, version=1).status_code == 200
    assert api(manager).patch(path, {"body_zh": "{status}"}, version=1).status_code == 412
    assert refusal(api(manager).patch(path, {"body_zh": "{nothing}"}, version=2)) == (400, ["body_zh"])
    assert (TextTemplate.objects.get().body_zh, TextTemplate.objects.get().version) == ("{number}", 2)


def test_list_is_filtered_and_searched(template: TextTemplate, manager: Any, api: Callable[..., Any]) -> None:
    api(manager).post("text-templates/", WORDS | {"code": "answer", "kind": "reply", "active": False})
    for query, wanted in {
        "": ["answer", "visit-agreed"],
        "kind=reply": ["answer"],
        "active=true": ["visit-agreed"],
        "search=visit-": ["visit-agreed"],
        "search=约定": ["answer", "visit-agreed"],
    }.items():
        rows = api(manager).get(f"text-templates/?{query}").json()["results"]
        assert (query, [row["code"] for row in rows]) == (query, wanted)
    assert api(manager).get("text-templates/?colour=red").status_code == 400


# -- filled in ---------------------------------------------------------------------------------------------------------


def test_placeholders_are_filled_once_and_say_what_is_not_known_yet(
    story: Story, template: TextTemplate, api: Callable[..., Any]
) -> None:
    ticket = story.registered()
    Customer.objects.filter(pk=ticket.customer_id).update(name="{number} <b>王</b> & 芳")
    (filled,) = api(story.agent).get(f"tickets/{ticket.number}/text-templates/").json()["results"]
    assert (
        filled["text"]
        == f"已与{{number}} <b>王</b> & 芳约定，工单{ticket.number}，工程师（待定），（待定）。"
    )
    english = api(story.agent).get(f"tickets/{ticket.number}/text-templates/", **{"Accept-Language": "en"})
    assert english.json()["results"][0]["name"] == "Visit agreed"


def test_the_picker_escapes_what_customers_are_called(
    story: Story, template: TextTemplate, web: Callable[..., Any]
) -> None:
    ticket = story.registered()
    Customer.objects.filter(pk=ticket.customer_id).update(name='"><script>alert(1)</script>')
    page = web(story.agent).get(f"/tickets/{ticket.number}/phrases/?kind=note").content.decode()
    assert "<script>" not in page
    assert "&quot;&gt;&lt;script&gt;" in page


def test_only_templates_in_use_of_ones_branch_and_of_the_field_are_offered(
    story: Story, sh: Branch, manager: Any, person: Callable[..., Any], api: Callable[..., Any]
) -> None:
    desk, ticket = api(manager), story.registered()
    for code, change in {
        "ours": {"branch": "HZ"}, "theirs": {"branch": "SH"}, "everybodys": {}, "old": {"active": False},
        "reply": {"kind": "reply"},
    }.items():  # fmt: skip
        assert desk.post("text-templates/", WORDS | {"code": code} | change).status_code == 201
    path = f"tickets/{ticket.number}/text-templates/"
    offered = api(story.agent).get(f"{path}?kind=note").json()["results"]
    assert [one["code"] for one in offered] == ["ours", "everybodys"]
    assert [one["code"] for one in api(story.agent).get(f"{path}?kind=reply").json()["results"]] == ["reply"]
    assert api(story.agent).get(f"{path}?kind=poem").status_code == 400
    stranger = person("agent", branch=sh)
    assert api(stranger).get(path).status_code == 404


def test_every_placeholder_has_a_value_for_a_ticket_with_nothing(story: Story) -> None:
    ticket = story.registered(unit=None)
    body = " ".join(f"{{{name}}}" for name in phrases.PLACEHOLDERS)
    assert phrases.unknown_placeholders(body) == []
    assert "{" not in phrases.fill(body, ticket, story.agent.user)


# -- on the pages ------------------------------------------------------------------------------------------------------


def test_supervisor_writes_and_rewords_on_the_pages(
    hz: Branch, person: Callable[..., Any], web: Callable[..., Any]
) -> None:
    browser = web(person("supervisor"))
    form = WORDS | {"branch": "HZ", "active": "on", "command_key": "k1"}
    assert browser.post("/phrases/new/", form).status_code == 302
    row = TextTemplate.objects.get()
    assert (row.branch, row.active, row.body_zh) == (hz, True, WORDS["body_zh"])
    changed = form | {"name_zh": "改名", "version": "1", "command_key": "k2"}
    assert browser.post("/phrases/visit-agreed/", changed).status_code == 302
    assert TextTemplate.objects.get().name_zh == "改名"
    stale = browser.post("/phrases/visit-agreed/", changed | {"name_zh": "再改", "command_key": "k3"})
    assert stale.status_code == 412
    assert "再改" in stale.content.decode()


def test_unknown_placeholder_is_refused_on_the_page_with_the_words_kept(
    manager: Any, web: Callable[..., Any]
) -> None:
    answer = web(manager).post("/phrases/new/", WORDS | {"body_zh": "请拨 {phone}", "command_key": "k"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "请拨 {phone}" in page
    assert "没有这样的占位符：{phone}" in page
    assert TextTemplate.objects.count() == 0


def test_agents_read_and_may_not_write(
    template: TextTemplate, person: Callable[..., Any], web: Callable[..., Any]
) -> None:
    browser = web(person("agent"))
    assert "visit-agreed" in browser.get("/phrases/").content.decode()
    assert '<form method="post" novalidate>' not in browser.get("/phrases/visit-agreed/").content.decode()
    assert browser.get("/phrases/new/").status_code == 403
    assert browser.post("/phrases/visit-agreed/", WORDS).status_code == 403
    assert browser.post("/symptoms/new/", {"code": "X", "name_zh": "漏水"}).status_code == 403


# -- symptoms ----------------------------------------------------------------------------------------------------------


def test_symptom_is_found_by_two_letters_of_pinyin(
    line: ProductLine, person: Callable[..., Any], api: Callable[..., Any], web: Callable[..., Any]
) -> None:
    supervisor = person("supervisor")
    body = {"code": "AC-1", "name_zh": "制冷效果差", "name_en": "Cools badly", "product_line": line.code}
    made = api(supervisor).post("symptoms/", body)
    assert (made.status_code, made.json()["initials"], made.json()["product_line"]) == (
        201,
        "zlxgc",
        line.code,
    )
    page = web(person("agent")).get("/desk/")
    assert page.context["symptoms"] == [["制冷效果差", "zlxgc", line.code]]
    path = "symptoms/AC-1/"
    assert api(supervisor).patch(path, {"name_zh": "漏水"}, version=1).json()["initials"] == "ls"
    assert api(supervisor).patch(path, {"active": False}, version=1).status_code == 412
    assert api(supervisor).patch(path, {"active": False}, version=2).status_code == 200
    assert web(person("agent")).get("/desk/").context["symptoms"] == []


@pytest.mark.parametrize(
    ("change", "field"),
    [({"code": "AC-1"}, "code"), ({"name_zh": ""}, "name_zh"), ({"product_line": "??"}, "product_line")],
)
def test_wrong_symptom_is_refused(
    change: dict[str, str], field: str, person: Callable[..., Any], api: Callable[..., Any]
) -> None:
    desk = api(person("supervisor"))
    assert desk.post("symptoms/", {"code": "AC-1", "name_zh": "漏水"}).status_code == 201
    assert refusal(desk.post("symptoms/", {"code": "AC-2", "name_zh": "异响"} | change)) == (400, [field])
    assert api(person("agent")).post("symptoms/", {"code": "AC-3", "name_zh": "异响"}).status_code == 403
    assert Symptom.objects.count() == 1


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("制冷效果差", "zlxgc"),
        ("E5 故障", "e5gz"),
        ("门封不严", "mfby"),
        ("鳗鱼 A-1", "ya1"),
        ("😀", ""),
        ("", ""),
    ],
)
def test_initials(text: str, letters: str) -> None:
    assert initials(text) == letters
