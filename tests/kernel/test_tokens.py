"""Bearer tokens: shown once, hashed, expiring, revocable, read-only when asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from service_center.kernel import commands, tokens
from service_center.kernel.models import ApiToken, Event
from staff.models import Person

pytestmark = pytest.mark.django_db
ME = "/api/v1/notifications/"


def issue(person: Person, *options: str) -> str:
    out = StringIO()
    call_command("token", person.user.username, *options, stdout=out)
    return out.getvalue().removesuffix("\n")


def get(secret: str, path: str = ME) -> Any:
    return Client().get(path, HTTP_AUTHORIZATION=f"Bearer {secret}")


def test_token_command_prints_only_the_token_and_keeps_its_hash(person: Callable[..., Person]) -> None:
    agent = person("agent")
    secret = issue(agent)
    assert secret == "".join(secret.split())
    assert len(secret) >= 43
    kept = ApiToken.objects.get()
    assert kept.digest == tokens.digest(secret)
    assert secret not in str(vars(kept))
    assert Event.objects.filter(name="token.issued").count() == 1
    assert get(secret).status_code == 200


@pytest.mark.parametrize("options", [("--days", "0"), ("--days", "9999")])
def test_token_command_refuses_odd_terms(person: Callable[..., Person], options: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        issue(person("agent"), *options)


def test_token_command_refuses_unknown_users(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("token", "nobody", stdout=StringIO())


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer x", "Bearer a b", "Token x", "Bearer \u00e9\u00ff", "Basic eDp5"]
)
def test_without_a_good_token_401_with_www_authenticate(db: None, header: str) -> None:
    response = Client().get(ME, HTTP_AUTHORIZATION=header)
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Bearer")
    assert response["Content-Type"] == "application/problem+json"


def test_expired_and_revoked_and_disabled_are_the_same_401(person: Callable[..., Person]) -> None:
    agent = person("agent")
    answers = []
    secret = issue(agent, "--days", "1")
    ApiToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    answers.append(get(secret))
    secret = issue(agent)
    token = ApiToken.objects.order_by("-id")[0]
    commands.run(tokens.revoke, token, actor=agent.user)
    commands.run(tokens.revoke, token, actor=agent.user)
    answers.append(get(secret))
    secret = issue(agent)
    agent.user.is_active = False
    agent.user.save()
    answers += [get(secret), get("unknown")]
    assert {(answer.status_code, answer.content) for answer in answers} == {(401, answers[0].content)}
    assert Event.objects.filter(name="token.revoked").count() == 1


@pytest.mark.req("SEC-06")
def test_read_only_token_reads_and_never_writes(person: Callable[..., Person]) -> None:
    secret = issue(person("agent"), "--read-only")
    assert get(secret).status_code == 200
    for method in ("post", "patch", "put", "delete"):
        response = getattr(Client(), method)(
            ME,
            data="{}",
            content_type="application/json",
            HTTP_AUTHORIZATION=f"Bearer {secret}",
            HTTP_IDEMPOTENCY_KEY="k",
        )
        assert (response.status_code, response.json()["code"]) == (403, "forbidden")


def test_token_of_somebody_without_person_or_with_first_password_is_403(
    person: Callable[..., Person],
) -> None:
    agent = person("agent")
    secret = issue(agent)
    agent.user.must_change_password = True
    agent.user.save()
    assert get(secret).status_code == 403


def test_session_write_without_csrf_is_403(person: Callable[..., Person]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(person("agent").user, backend="service_center.kernel.access.Backend")
    response = client.post(
        "/api/v1/notifications/1/reading/",
        data="{}",
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY="k",
    )
    assert response.status_code == 403
