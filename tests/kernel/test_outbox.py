"""Messages to the outside: once owed, at least once sent, never by two senders at a time, dead
letters kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils.translation import gettext_lazy as _

from service_center.kernel import channels, commands, errors, notifications, outbox
from service_center.kernel.models import Circuit, Message, Notification
from staff.models import Person

pytestmark = pytest.mark.django_db
outbox.define("test.greeting", _("您好，%(name)s：%(link)s"), title=_("问候"))
notifications.define("test.news", _("工单 %(number)s 已派给 %(to)s"))


class Provider:
    """A provider under the test's control."""

    answer: Exception | None = None
    seen: list[channels.Outgoing] = []

    def deliver(self, message: channels.Outgoing) -> str:
        if Provider.answer is not None:
            raise Provider.answer
        Provider.seen.append(message)
        return f"p-{message.message_id}"


@pytest.fixture(autouse=True)
def provider(settings: Any) -> type[Provider]:
    settings.SMS_BACKEND = f"{__name__}.Provider"
    Provider.answer, Provider.seen = None, []
    return Provider


def owe(dedupe: str = "1", *, channel: str = "sms", to: str = "+8613800138000", **options: Any) -> Message:
    return outbox.send(
        channel=channel,
        to=to,
        template="test.greeting",
        context={"name": "王芳", "link": "https://x.test/s/abc"},
        links=["https://x.test/s/abc"],
        dedupe=dedupe,
        at=commands.now(),
        **options,
    )


def due_again() -> None:
    """As if the waiting time were over."""
    Message.objects.update(next_try_at=commands.now() - timedelta(seconds=1))


def test_send_writes_a_row_and_nothing_leaves(provider: type[Provider]) -> None:
    message = owe()
    assert (message.status, message.recipient_masked, message.text) == (
        "queued",
        "138****8000",
        "您好，王芳：https://x.test/s/abc",
    )
    assert provider.seen == []


def test_send_twice_owes_once() -> None:
    assert owe().pk == owe().pk
    assert Message.objects.count() == 1


def test_send_in_the_language_of_the_recipient() -> None:
    assert owe(language="en").language == "en"


def test_send_to_nobody_is_refused() -> None:
    with pytest.raises(errors.Invalid):
        owe(to="")


def test_send_due_sends_each_once_with_a_stable_id(provider: type[Provider]) -> None:
    first, second = owe("1"), owe("2")
    assert outbox.send_due() == 2
    assert [m.message_id for m in provider.seen] == [f"message-{first.pk}", f"message-{second.pk}"]
    assert outbox.send_due() == 0
    assert set(Message.objects.values_list("status", "provider_id")) == {
        ("sent", f"p-message-{first.pk}"),
        ("sent", f"p-message-{second.pk}"),
    }


def test_email_carries_the_stable_id(settings: Any) -> None:
    message = owe(channel="email", to="fang@example.test")
    outbox.send_due()
    assert mail.outbox[0].to == ["fang@example.test"]
    assert mail.outbox[0].subject == "问候"
    assert f"message-{message.pk}@" in mail.outbox[0].extra_headers["Message-ID"]
    assert message.recipient_masked == "f***@example.test"


def test_failure_waits_longer_each_time_and_ends_as_dead_letter(provider: type[Provider]) -> None:
    message = owe()
    provider.answer = TimeoutError("slow 13800138000")
    for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
        due_again()
        Circuit.objects.update(open_until=None)
        assert outbox.send_due() == 1
        message.refresh_from_db()
        assert message.attempts == attempt
    assert message.status == "dead"
    assert message.last_error == "TimeoutError"
    due_again()
    Circuit.objects.update(open_until=None)
    assert outbox.send_due() == 0


def test_delay_doubles_to_six_hours_with_jitter() -> None:
    assert timedelta(seconds=24) <= outbox.delay(1) <= timedelta(seconds=36)
    assert timedelta(hours=4.8) <= outbox.delay(outbox.MAX_ATTEMPTS) <= timedelta(hours=7.2)
    assert sum((outbox.delay(n) for n in range(1, outbox.MAX_ATTEMPTS)), timedelta()) > timedelta(days=2)


def test_rejected_is_dead_at_once_and_the_circuit_stays_closed(provider: type[Provider]) -> None:
    owe()
    provider.answer = channels.Rejected("no such number")
    outbox.send_due()
    assert Message.objects.get().status == "dead"
    assert not Circuit.objects.filter(failures__gt=0).exists()


def test_redrive_gives_dead_letters_a_new_life(provider: type[Provider]) -> None:
    owe()
    provider.answer = channels.Rejected()
    outbox.send_due()
    provider.answer = None
    assert outbox.redrive() == 1
    assert outbox.send_due() == 1
    assert Message.objects.get().status == "sent"


def test_a_leased_message_is_left_alone_until_the_lease_ends(provider: type[Provider]) -> None:
    owe()
    claimed = outbox.claim("sms")
    assert claimed is not None
    assert outbox.claim("sms") is None
    Message.objects.update(lease_until=commands.now() - timedelta(seconds=1))
    again = outbox.claim("sms")
    assert again is not None
    assert again.lease_token == claimed.lease_token + 1


def test_a_sender_that_was_paused_too_long_changes_nothing() -> None:
    owe()
    paused = outbox.claim("sms")
    assert paused is not None
    Message.objects.update(lease_until=commands.now() - timedelta(seconds=1))
    other = outbox.claim("sms")
    assert other is not None
    assert outbox.settle(other, "p-other", None) is True
    assert outbox.settle(paused, "p-paused", None) is False
    assert outbox.settle(paused, "", TimeoutError()) is False
    assert Message.objects.get().provider_id == "p-other"


def test_a_failing_channel_rests_without_stopping_the_other(provider: type[Provider]) -> None:
    for number in range(outbox.CIRCUIT_FAILURES + 3):
        owe(str(number))
    owe("mail", channel="email", to="fang@example.test")
    provider.answer = ConnectionError()
    assert outbox.send_due() == outbox.CIRCUIT_FAILURES + 1
    assert len(mail.outbox) == 1
    provider.answer = None
    Circuit.objects.update(open_until=commands.now() - timedelta(seconds=1))
    assert outbox.send_due() == 3
    assert Circuit.objects.get().failures == 0


def test_console_sms_logs_no_number_and_no_text(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    message = channels.Outgoing("message-1", "+8613800138000", "138****8000", "", "secret words")
    assert channels.ConsoleSms().deliver(message) == "console-message-1"
    assert "138****8000" in caplog.text
    assert "13800138000" not in caplog.text + repr(message)
    assert "secret words" not in caplog.text + repr(message)


def test_outbox_command_lists_masked_and_redrives(provider: type[Provider]) -> None:
    owe()
    out = StringIO()
    call_command("outbox", "--json", stdout=out)
    [listed] = json.loads(out.getvalue())
    assert listed["channel"] == "sms"
    assert listed["recipient"] == "138****8000"
    assert listed["links"] == ["https://x.test/s/abc"]
    assert listed["text"] == "您好，王芳：https://x.test/s/abc"
    assert "13800138000" not in out.getvalue()
    provider.answer = channels.Rejected()
    outbox.send_due()
    out = StringIO()
    call_command("outbox", "--redrive", stdout=out)
    assert out.getvalue() == "1 messages queued again\n"


def test_notify_once_in_words_of_the_reader(person: Callable[..., Person]) -> None:
    somebody = person("engineer")
    for _attempt in range(2):
        news = notifications.notify(
            somebody,
            template="test.news",
            params={"number": "T-1"},
            url="/tickets/T-1/",
            dedupe="e1",
            at=commands.now(),
        )
    assert news is not None
    assert news.text == "工单 T-1 已派给 –"
    assert Notification.objects.filter(user=somebody.user).count() == 1


def test_notify_leaves_inactive_people_alone_and_refuses_unknown_templates(
    person: Callable[..., Person],
) -> None:
    somebody = person("engineer")
    with pytest.raises(ValueError, match="not declared"):
        notifications.notify(somebody, template="test.unknown", at=commands.now())
    somebody.user.is_active = False
    assert notifications.notify(somebody, template="test.news", at=commands.now()) is None


def test_news_over_rest_are_ones_own(person: Callable[..., Person], api: Callable[..., Any]) -> None:
    mine, other = person("agent"), person("agent")
    news = notifications.notify(
        mine, template="test.news", params={"number": "T-1", "to": "李"}, at=commands.now()
    )
    assert news is not None
    [listed] = api(mine).get("notifications/?unread=true").json()["results"]
    assert (listed["text"], listed["read_at"]) == ("工单 T-1 已派给 李", None)
    assert api(other).get("notifications/").json()["results"] == []
    assert api(other).post(f"notifications/{news.pk}/reading/").status_code == 404
    assert api(mine).post(f"notifications/{news.pk}/reading/").status_code == 201
    assert api(mine).get("notifications/?unread=true").json()["results"] == []
