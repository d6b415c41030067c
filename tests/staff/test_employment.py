"""Joining, changing, leaving."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service_center.kernel.errors import Forbidden, Invalid, Stale
from service_center.kernel.models import ApiToken, Delivery, Event, User
from staff import actions as people
from staff.models import Booking, Branch, Person, Team
from staff.models.organisation import AlreadyLeft
from staff.states import BookingKind

pytestmark = pytest.mark.django_db
LIU = {"username": "liu.wei", "name": "刘伟", "role": "engineer", "password": "long-enough-secret-7"}


@pytest.mark.req("STF-01")
def test_hire_gives_log_in_post_and_branch(person: Any, hz: Branch, run: Any, told: Any) -> None:
    liu = run(
        people.hire, **LIU, branch=hz, extra_roles=["trainer"], phone="138 0000 1111", by=person("admin")
    )

    fresh = Person.objects.get(pk=liu.pk)
    assert (fresh.roles, fresh.phone, fresh.branch) == (("engineer", "trainer"), "+8613800001111", hz)
    assert (fresh.has_role("trainer"), fresh.has_role("manager")) == (True, False)
    assert (fresh.user.check_password(LIU["password"]), fresh.user.must_change_password) == (True, True)
    assert told(fresh) == ["person.hired"]


def test_hire_by_a_stranger_to_the_right_leaves_nothing(person: Any, hz: Branch, run: Any) -> None:
    for role in ("agent", "supervisor", "engineer", "director"):
        with pytest.raises(Forbidden):
            run(people.hire, **LIU, branch=hz, by=person(role))

    assert not User.objects.filter(username="liu.wei").exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "Liu"}, "username"),
        ({"username": "1liu"}, "username"),
        ({"role": "technician"}, "role"),
        ({"extra_roles": ["king"]}, "role"),
        ({"password": "12345"}, "password"),
        ({"phone": "123"}, "phone"),
    ],
)
def test_hire_refuses_bad_input_and_leaves_nothing(
    change: dict[str, Any], field: str, person: Any, hz: Branch, run: Any
) -> None:
    boss, before = person("manager"), Event.objects.count()

    with pytest.raises(Invalid) as refusal:
        run(people.hire, **{**LIU, "branch": hz, **change}, by=boss)

    assert refusal.value.field == field
    assert (Person.objects.filter(name="刘伟").exists(), Event.objects.count()) == (False, before)


def test_hire_refuses_a_taken_name_and_a_foreign_team(person: Any, hz: Branch, sh: Branch, run: Any) -> None:
    boss = person("manager", username="boss")
    foreign = Team.objects.create(code="SH-9", branch=sh, name_zh="九组", name_en="Team 9")

    with pytest.raises(Invalid) as taken:
        run(people.hire, **{**LIU, "username": "boss"}, branch=hz, by=boss)
    with pytest.raises(Invalid) as team:
        run(people.hire, **LIU, branch=hz, team=foreign, by=boss)

    assert (taken.value.code, team.value.field) == ("taken", "team")


def test_hire_twice_with_one_key_hires_once(person: Any, hz: Branch, run: Any) -> None:
    boss = person("manager")

    first = run(people.hire, **LIU, branch=hz, by=boss, key="h1")
    again = run(people.hire, **LIU, branch=hz, by=boss, key="h1")

    assert (first.pk, Person.objects.filter(name="刘伟").count()) == (again.pk, 1)


def test_edit_changes_and_counts(person: Any, run: Any, told: Any) -> None:
    liu = person("engineer")

    run(people.edit, liu, expected=0, name="刘维", extra_roles=["expert"], by=person("manager"))

    fresh = Person.objects.get(pk=liu.pk)
    assert (fresh.name, fresh.roles, fresh.version) == ("刘维", ("engineer", "expert"), 1)
    assert told(liu) == ["person.edited"]


def test_edit_refuses_stale_forbidden_and_leavers(person: Any, run: Any) -> None:
    boss, liu, gone = person("manager"), person("engineer"), person("engineer", left_at=datetime.now(UTC))

    with pytest.raises(Stale) as stale:
        run(people.edit, liu, expected=3, name="x", by=boss)
    with pytest.raises(Forbidden):
        run(people.edit, liu, name="x", by=person("supervisor"))
    with pytest.raises(AlreadyLeft):
        run(people.edit, gone, name="x", by=boss)

    assert (stale.value.extra, Person.objects.get(pk=liu.pk).name) == ({"current": 0}, liu.name)


@pytest.mark.req("STF-03")
def test_leave_ends_access_and_names_the_successor(person: Any, run: Any, hours: Any, told: Any) -> None:
    boss, liu, heir = person("manager"), person("engineer"), person("engineer")
    now = datetime.now(UTC)
    ApiToken.objects.create(user=liu.user, digest="x", expires_at=now + timedelta(days=9))
    soon = {"starts_at": now + timedelta(days=1), "ends_at": now + timedelta(days=2)}
    later = {"starts_at": now + timedelta(days=3), "ends_at": now + timedelta(days=4)}
    run(people.block, liu, **soon, by=boss)
    visit = run(people.book, liu, **later, kind=BookingKind.VISIT)

    run(people.leave, liu, hand_over_to=heir, by=boss)

    gone = Person.objects.select_related("user").get(pk=liu.pk)
    assert (gone.successor, gone.user.is_active, gone.user.session_epoch) == (heir, False, 1)
    assert gone.left_at is not None
    assert not gone.has_role("engineer")
    assert not ApiToken.objects.filter(user=liu.user, revoked_at=None).exists()
    assert list(Booking.objects.live()) == [visit]  # the app above moves the visits
    assert told(liu)[-1] == "person.left"
    fact = Event.objects.get(name="person.left")
    assert (fact.data["successor"], fact.links.filter(object_id=heir.pk).exists()) == (heir.pk, True)


def test_leave_refusals_leave_everything_as_it_was(person: Any, run: Any) -> None:
    boss, liu, gone = person("manager"), person("engineer"), person("engineer", left_at=datetime.now(UTC))

    with pytest.raises(Invalid) as same:
        run(people.leave, liu, hand_over_to=liu, by=boss)
    with pytest.raises(Invalid) as left:
        run(people.leave, liu, hand_over_to=gone, by=boss)
    with pytest.raises(AlreadyLeft):
        run(people.leave, gone, hand_over_to=liu, by=boss)
    with pytest.raises(Forbidden):
        run(people.leave, boss, hand_over_to=liu, by=boss)
    with pytest.raises(Forbidden):
        run(people.leave, liu, hand_over_to=boss, by=person("supervisor"))

    assert (same.value.field, left.value.field) == ("hand_over_to", "hand_over_to")
    assert not Event.objects.filter(name="person.left").exists()
    assert not Delivery.objects.exists()


def test_leave_twice_with_one_key_leaves_once(person: Any, run: Any) -> None:
    boss, liu, heir = person("manager"), person("engineer"), person("engineer")

    first = run(people.leave, liu, hand_over_to=heir, by=boss, key="bye")
    again = run(people.leave, liu, hand_over_to=heir, by=boss, key="bye")

    assert (first, Event.objects.filter(name="person.left").count()) == (again, 1)


def test_open_branch_and_form_team(person: Any, run: Any) -> None:
    boss = person("admin")

    branch = run(people.open_branch, code="NB", name_zh="宁波", name_en="Ningbo", by=boss)
    team = run(people.form_team, branch, code="NB-1", name_zh="一组", name_en="Team 1", by=boss)

    assert (Branch.objects.get(code="NB"), team.branch) == (branch, branch)


def test_open_branch_refuses_code_zone_and_agents(person: Any, run: Any, hz: Branch) -> None:
    words = {"name_zh": "宁波", "name_en": "Ningbo"}

    with pytest.raises(Invalid) as taken:
        run(people.open_branch, code="HZ", **words)
    with pytest.raises(Invalid) as zone:
        run(people.open_branch, code="NB", zone="Mars/Base", **words)
    with pytest.raises(Forbidden):
        run(people.open_branch, code="NB", **words, by=person("agent"))

    assert (taken.value.field, zone.value.field) == ("code", "zone")
    assert not Branch.objects.filter(code="NB").exists()


def test_visible_to_shows_the_branch_or_all(person: Any, sh: Branch) -> None:
    agent, manager, stranger = person("agent"), person("manager"), person("agent", branch=sh)

    assert set(Person.objects.visible_to(agent.user)) == {agent, manager}
    assert set(Person.objects.visible_to(manager.user)) == {agent, manager, stranger}
    assert set(Person.objects.visible_to(User.objects.create_user("nobody"))) == set()
