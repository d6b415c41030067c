"""Log-in, lock-out, passwords, reset links and sessions: the same for known and unknown names, ended when
asked.
"""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client, RequestFactory
from django.utils import timezone

from service_center.kernel.models import Event, Message, PasswordReset, User, UserSession
from staff.models import Person

pytestmark = pytest.mark.django_db
PASSWORD, NEW = "demo-password", "Kingfisher-77-boat"


@pytest.fixture
def agent(person: Callable[..., Person]) -> Person:
    return person("agent", username="wang", email="wang@example.test", phone="+8613800138000")


def log_in(
    username: str = "wang", password: str = PASSWORD, client: Client | None = None, **more: Any
) -> Any:
    client = client or Client()
    response = client.post("/login/", {"username": username, "password": password, **more})
    response.browser = client
    return response


def words(response: Any) -> str:
    """The page without what differs in every answer (the CSRF token)."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())


def test_log_in_goes_home_or_where_one_came_from(agent: Person) -> None:
    assert log_in().url == "/"
    assert log_in(next="/account/").url == "/account/"


@pytest.mark.parametrize(
    "target", ["https://evil.test/", "//evil.test", "javascript:alert(1)", "/\\evil.test"]
)
def test_log_in_never_leads_out_of_the_house(agent: Person, target: str) -> None:
    assert log_in(next=target).url == "/"


def test_log_in_tells_unknown_names_wrong_passwords_and_disabled_users_alike(agent: Person) -> None:
    User.objects.create_user("gone", PASSWORD, is_active=False)
    answers = [log_in("wang", "wrong"), log_in("nobo", "wrong"), log_in("gone", PASSWORD)]
    assert {answer.status_code for answer in answers} == {400}
    texts = {words(answer).replace("nobo", "wang").replace("gone", "wang") for answer in answers}
    assert len(texts) == 1
    assert "用户名或密码不正确" in texts.pop()


@pytest.mark.parametrize("username", ["", "\0", "x" * 10_000, "👋", "\u202ewang", "' OR 1=1 --"])
def test_log_in_survives_odd_names(agent: Person, username: str) -> None:
    assert log_in(username).status_code == 400


def test_lock_out_after_eight_failures_survives_a_redis_flush_and_lets_other_addresses_in(
    agent: Person,
) -> None:
    for _attempt in range(django_settings.AXES_FAILURE_LIMIT - 1):
        assert log_in(password="wrong").status_code == 400
    assert log_in(password="wrong").status_code == 429
    redis.Redis.from_url(django_settings.REDIS_URL).flushdb()
    locked = log_in(password=PASSWORD)
    assert locked.status_code == 429
    assert locked["Retry-After"] == "900"
    assert "15 分钟" in locked.content.decode()
    other = Client(REMOTE_ADDR="10.9.8.7")
    assert log_in(client=other).status_code == 302


def test_lock_out_looks_the_same_for_names_nobody_has(agent: Person) -> None:
    pages = []
    for name in ("wang", "nobo"):
        for _attempt in range(django_settings.AXES_FAILURE_LIMIT):
            response = log_in(name, "wrong")
        pages.append((response.status_code, words(response)))
    assert pages[0] == pages[1]


def test_log_out_ends_the_session_by_post_only(agent: Person) -> None:
    client = log_in().browser
    assert client.get("/logout/").status_code == 405
    assert client.post("/logout/").status_code == 302
    assert client.get("/account/").status_code == 302
    assert not UserSession.objects.exists()


def test_log_in_changes_the_session_key(agent: Person) -> None:
    client = Client()
    client.get("/login/")
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    client.cookies[django_settings.SESSION_COOKIE_NAME] = before
    log_in(client=client)
    assert client.session.session_key != before


def test_sessions_are_listed_and_one_can_be_ended_by_its_owner_only(
    agent: Person, person: Callable[..., Person]
) -> None:
    here = log_in().browser
    there = log_in(client=Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone) Safari/604.1")).browser
    page = here.get("/account/")
    assert page.status_code == 200
    assert "Safari · iPhone" in page.content.decode()
    row = UserSession.objects.get(session_key=there.session.session_key)
    stranger = Client()
    stranger.force_login(person("agent").user, backend="service_center.kernel.access.Backend")
    assert stranger.post(f"/account/sessions/{row.pk}/ending/").status_code == 404
    assert here.post(f"/account/sessions/{row.pk}/ending/").status_code == 302
    assert there.get("/account/").status_code == 302
    assert here.get("/account/").status_code == 200


def test_sign_out_everywhere_ends_every_browser(agent: Person) -> None:
    here, there = log_in().browser, log_in().browser
    assert here.post("/account/sessions/ending/").status_code == 302
    assert here.get("/account/").status_code == there.get("/account/").status_code == 302
    assert Event.objects.filter(name="session.all_ended").count() == 1


def test_a_session_restored_after_sign_out_everywhere_is_refused(agent: Person) -> None:
    client = log_in().browser
    client.get("/account/")
    User.objects.filter(pk=agent.user.pk).update(session_epoch=5)
    assert client.get("/account/").status_code == 302


@pytest.mark.parametrize(("stamp", "age"), [("seen", 4 * 3600 + 60), ("since", 12 * 3600 + 60)])
def test_idle_and_old_sessions_end(agent: Person, stamp: str, age: int) -> None:
    client = log_in().browser
    session = client.session
    session["guard"] = session["guard"] | {stamp: session["guard"][stamp] - age}
    session.save()
    assert client.get("/account/").status_code == 302
    assert not UserSession.objects.exists()


def test_disabled_user_is_out_at_the_next_request(agent: Person) -> None:
    client = log_in().browser
    User.objects.filter(pk=agent.user.pk).update(is_active=False)
    assert client.get("/account/").status_code == 302


def change(client: Client, old: str = PASSWORD, new: str = NEW, repeated: str | None = None) -> Any:
    return client.post(
        "/account/password/", {"old_password": old, "new_password": new, "repeated": repeated or new}
    )


def test_password_change_keeps_this_browser_and_ends_the_others(agent: Person) -> None:
    here, there = log_in().browser, log_in().browser
    assert change(here).status_code == 302
    assert here.get("/account/").status_code == 200
    assert there.get("/account/").status_code == 302
    assert log_in(password=PASSWORD).status_code == 400
    assert log_in(password=NEW).status_code == 302


@pytest.mark.parametrize(
    ("old", "new", "repeated", "said"),
    [
        ("wrong", NEW, None, "当前密码不正确"),
        (PASSWORD, "short", None, "10"),
        (PASSWORD, "password123", None, "常见"),
        (PASSWORD, NEW, "other-words-99", "不一致"),
        (PASSWORD, PASSWORD, None, "不能与当前密码相同"),
    ],
)
def test_password_change_refused_beside_the_field(
    agent: Person, old: str, new: str, repeated: str | None, said: str
) -> None:
    response = change(log_in().browser, old, new, repeated)
    assert response.status_code == 400
    assert said in response.content.decode()
    assert User.objects.get(pk=agent.user.pk).check_password(PASSWORD)
    assert not Event.objects.filter(name="password.changed").exists()


def test_first_password_must_be_changed_before_anything_else(agent: Person) -> None:
    User.objects.filter(pk=agent.user.pk).update(must_change_password=True)
    client = log_in().browser
    assert client.get("/account/").url == "/account/password/"
    assert client.get("/api/v1/notifications/").status_code == 403
    change(client)
    assert client.get("/account/").status_code == 200


def ask(username: str) -> Any:
    return Client().post("/account/reset/", {"username": username}, follow=True)


def link_of(message: Message) -> str:
    return str(message.links[0]).removeprefix(django_settings.PUBLIC_URL)


def reset(client: Client, new: str = NEW) -> Any:
    return client.post("/account/reset/new/", {"new_password": new, "repeated": new})


def test_reset_by_link_works_once_and_signs_out_everywhere(agent: Person) -> None:
    signed_in = log_in().browser
    ask("wang")
    message = Message.objects.get()
    assert (message.channel, message.recipient) == ("email", "wang@example.test")
    link, client = link_of(message), Client()
    opened = client.get(link)
    assert opened.url == "/account/reset/new/"
    assert reset(client).url == "/login/"
    assert log_in(password=NEW).status_code == 302
    assert signed_in.get("/account/").status_code == 302
    assert Client().get(link).status_code == 404
    assert reset(client).status_code == 404


def test_reset_goes_by_sms_without_an_address(person: Callable[..., Person]) -> None:
    person("engineer", username="li", phone="+8613900139000")
    ask("li")
    assert Message.objects.get().channel == "sms"


def test_reset_answers_alike_for_unknown_disabled_and_unreachable_users(
    agent: Person, person: Callable[..., Person]
) -> None:
    person("engineer", username="nobo")
    User.objects.create_user("gone", PASSWORD, is_active=False)
    answers = [ask(name) for name in ("wang", "none", "nobo", "gone")]
    assert {(answer.status_code, words(answer)) for answer in answers} == {(200, words(answers[0]))}
    assert Message.objects.count() == 1


def test_reset_secret_is_stored_hashed_and_not_in_the_journal(agent: Person) -> None:
    ask("wang")
    secret = link_of(Message.objects.get()).split("/")[3]
    assert secret not in str(vars(PasswordReset.objects.get()))
    assert secret not in str(list(Event.objects.values_list("data", flat=True)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT kernel_message::text FROM kernel_message")
        assert secret not in cursor.fetchone()[0]


def test_reset_link_expires(agent: Person) -> None:
    ask("wang")
    link = link_of(Message.objects.get())
    assert PasswordReset.objects.get().expires_at - timezone.now() <= timedelta(minutes=30)
    client = Client()
    client.get(link)
    PasswordReset.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(link).status_code == 404
    assert reset(client).status_code == 404


def test_reset_with_a_weak_password_is_refused_and_the_link_stays_good(agent: Person) -> None:
    ask("wang")
    client = Client()
    client.get(link_of(Message.objects.get()))
    assert reset(client, "short").status_code == 400
    assert reset(client).status_code == 302


def test_reset_messages_are_at_most_three_an_hour(agent: Person) -> None:
    for _attempt in range(5):
        ask("wang")
    assert Message.objects.count() == 3


def test_language_by_cookie_and_for_the_user(agent: Person) -> None:
    client = log_in().browser
    assert "账户与会话" in client.get("/account/").content.decode()
    client.post("/account/language/", {"language": "en", "next": "/account/"})
    assert User.objects.get(pk=agent.user.pk).language == "en"
    assert client.get("/account/").headers["Content-Language"] == "en"
    fresh = log_in().browser
    assert fresh.get("/account/").headers["Content-Language"] == "en"
    client.post("/account/language/", {"language": "xx"})
    assert User.objects.get(pk=agent.user.pk).language == "en"


def test_theme_is_one_of_three_and_switched_by_post(agent: Person) -> None:
    client = log_in().browser
    client.post("/account/theme/", {"theme": "dark"})
    client.post("/account/theme/", {"theme": "<script>"})
    assert User.objects.get(pk=agent.user.pk).theme == "dark"
    assert client.get("/account/theme/").status_code == 405


def test_passwords_are_kept_by_argon2id_and_unknown_names_cost_the_same_work(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["service_center.kernel.passwords.Argon2"]
    user = User.objects.create_user("zhao", PASSWORD)
    assert user.password.startswith("argon2$argon2id$")
    medians = []
    for name in ("zhao", "none"):
        spent = []
        for address in range(9):
            request = RequestFactory().post("/login/", REMOTE_ADDR=f"10.0.0.{address}")
            started = time.process_time()
            assert authenticate(request, username=name, password="wrong") is None
            spent.append(time.process_time() - started)
        medians.append(statistics.median(spent))
    assert abs(medians[0] - medians[1]) < 0.5 * max(medians)


@pytest.mark.parametrize(
    "wanted", ["not-an-address", "?page=2", "//elsewhere.example", "https://elsewhere.example/"]
)
def test_switching_the_language_goes_on_only_to_an_address_of_ours(wanted: str, client: Client) -> None:
    answer = client.post("/account/language/", {"language": "en", "next": wanted})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.post("/account/language/", {"language": "en", "next": "/login/"})["Location"] == "/login/"


def test_the_language_is_switched_on_the_page_of_sessions_too(agent: Person) -> None:
    page = log_in().browser.get("/account/").content.decode()
    assert '<input type="hidden" name="next" value="/account/">' in page
