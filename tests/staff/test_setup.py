"""The first day of an empty production: rules, a branch, an administrator who must choose a password."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from service_center.kernel import rulebook
from service_center.kernel.models import Calendar
from staff.models import Branch, Person

pytestmark = pytest.mark.django_db
PASSWORD = "Kingfisher-77-boat"


@pytest.fixture(autouse=True)
def _given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SETUP_PASSWORD", PASSWORD)


def setup(*options: str) -> str:
    out = StringIO()
    call_command("setup", *options, stdout=out)
    return out.getvalue()


def test_setup_makes_rules_branch_and_an_administrator_who_must_change_the_password() -> None:
    told = setup("--username", "first", "--branch", "BJ", "--branch-zh", "北京", "--branch-en", "Beijing")
    assert PASSWORD not in told
    person = Person.objects.get()
    assert (person.role, person.branch.code, person.user.must_change_password) == ("admin", "BJ", True)
    assert Calendar.objects.filter(code="duty").exists()
    assert rulebook.setting("appraisal.staff.weight.satisfaction") == 40
    client = Client()
    assert client.post("/login/", {"username": "first", "password": PASSWORD}).status_code == 302
    assert client.get("/account/").url == "/account/password/"


def test_setup_is_for_an_empty_installation_only(person: Callable[..., Person]) -> None:
    person("agent")
    with pytest.raises(CommandError):
        setup()
    assert Person.objects.count() == 1


@pytest.mark.parametrize("options", [("--zone", "Mars/Base"), ("--username", "Not A Name")])
def test_setup_refuses_odd_words(options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        setup(*options)
    assert not Person.objects.exists()


def test_setup_refuses_a_weak_password_and_takes_up_where_it_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError):
        setup("--username", "Not A Name")
    monkeypatch.setenv("SETUP_PASSWORD", "short")
    with pytest.raises(CommandError):
        setup()
    monkeypatch.setenv("SETUP_PASSWORD", PASSWORD)
    setup()
    assert (Person.objects.count(), Branch.objects.count()) == (1, 1)
