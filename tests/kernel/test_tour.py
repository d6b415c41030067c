"""The tour of a first log-in: on one's first page, once, and again on demand."""

from __future__ import annotations

import pytest

from service_center.kernel.models import Event

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["agent", "engineer", "parts", "storekeeper", "supervisor"])
def test_the_tour_comes_on_the_first_page_until_it_was_seen(role, person, web):
    reader = web(person(role))
    home = reader.get("/")["Location"]
    assert b'id="tour"' in reader.get(home).content
    assert b'id="tour"' not in reader.get("/account/").content

    assert reader.post("/account/tour/", headers={"HX-Request": "true"}).status_code == 200

    assert b'id="tour"' not in reader.get(home).content
    assert b'id="tour"' in reader.get(f"{home}?tour=1").content


def test_the_tour_tells_a_role_of_its_own_work_only(person, web):
    agent, store = (web(person(role)) for role in ("agent", "storekeeper"))
    assert "电话一响，从这里开始" in agent.get("/", follow=True).content.decode()
    told = store.get("/", follow=True).content.decode()
    assert "等着领料的工单" in told
    assert "电话一响，从这里开始" not in told


def test_the_tour_seen_twice_is_one_fact_and_strangers_are_refused(person, web, client):
    reader = web(person("agent"))
    for _again in range(2):
        assert reader.post("/account/tour/").status_code == 302
    assert Event.objects.filter(name="tour.seen").count() == 1
    assert client.post("/account/tour/")["Location"].startswith("/login/")
    assert reader.get("/account/tour/").status_code == 405
