"""The dashboard by mail: asked for, sent once for each period whatever crashes, the page's figures, nobody's name."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.test import Client

from service_center.kernel import commands, jobs
from service_center.kernel.jobs import REGISTRY
from service_center.kernel.models import Event, Message
from service_center.reports import jobs as letter_jobs
from service_center.reports.actions import subscriptions
from service_center.reports.actions.subscriptions import AlreadySubscribed, NoAddress
from service_center.reports.models import Mailing, Subscription
from service_center.reports.queries import letters
from service_center.reports.states import Rhythm
from staff.models import Person

SHANGHAI = ZoneInfo("Asia/Shanghai")
EIGHT = time(8, 0)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def reader(person: Callable[..., Person]) -> Person:
    """Somebody who may read figures and has an address."""
    return person("manager", username="reader", email="reader@company.example")


def subscribed(reader: Person, **more: Any) -> Subscription:
    wish = {"rhythm": "daily", "send_at": EIGHT, "language": "zh-hans"} | more
    return commands.run(subscriptions.subscribe, reader, **wish, actor=reader.user)


def make_due(subscription: Subscription) -> None:
    Subscription.objects.filter(pk=subscription.pk).update(next_at=LONG_AGO)


def work() -> None:
    """What a worker does when the job's minute has come."""
    letter_jobs.letters(at=LONG_AGO)


# -- when -------------------------------------------------------------------------------------------------------------


def at(year: int, month: int, day: int, hour: int = 9) -> datetime:
    return datetime(year, month, day, hour, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("rhythm", "now", "first", "last", "following"),
    [
        ("daily", at(2026, 3, 1), date(2026, 2, 28), date(2026, 2, 28), at(2026, 3, 2, 8)),
        ("daily", at(2026, 3, 1, 7), date(2026, 2, 28), date(2026, 2, 28), at(2026, 3, 1, 8)),
        ("weekly", at(2026, 3, 2), date(2026, 2, 23), date(2026, 3, 1), at(2026, 3, 9, 8)),
        ("weekly", at(2026, 3, 4), date(2026, 2, 23), date(2026, 3, 1), at(2026, 3, 9, 8)),
        ("monthly", at(2026, 3, 1, 7), date(2026, 2, 1), date(2026, 2, 28), at(2026, 3, 1, 8)),
        ("monthly", at(2026, 12, 31), date(2026, 11, 1), date(2026, 11, 30), at(2027, 1, 1, 8)),
    ],
)
def test_a_letter_covers_what_is_over_and_comes_at_its_hour(
    rhythm: str, now: datetime, first: date, last: date, following: datetime
) -> None:
    assert letters.covered(rhythm, at=now) == (first, last)
    assert letters.following(rhythm, EIGHT, after=now) == following


# -- once -------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_mail_sends_each_period_once_and_says_when_the_next_is_due(reader: Person) -> None:
    subscription = subscribed(reader)
    assert subscription.next_at > datetime.now(UTC)
    work()
    assert not Message.objects.exists(), "nothing is due yet"
    make_due(subscription)
    for _ in range(3):
        work()
    mailing = Mailing.objects.get()
    yesterday = datetime.now(SHANGHAI).date() - timedelta(days=1)
    assert (mailing.first, mailing.last) == (yesterday, yesterday)
    message = Message.objects.get()
    assert (message.channel, message.recipient) == ("email", "reader@company.example")
    subscription.refresh_from_db()
    assert subscription.next_at > datetime.now(UTC)
    assert [event.name for event in Event.objects.order_by("pk")] == [
        "dashboard.subscribed",
        "dashboard.mailed",
    ]


@pytest.mark.django_db
def test_mail_after_days_without_workers_sends_the_last_period_alone(reader: Person) -> None:
    make_due(subscribed(reader))
    work()
    assert Message.objects.count() == 1


@pytest.mark.django_db
def test_mail_due_again_for_a_period_already_sent_sends_nothing(reader: Person) -> None:
    subscription = subscribed(reader)
    for _ in range(2):
        make_due(subscription)
        work()
    assert (Message.objects.count(), Mailing.objects.count()) == (1, 1)
    subscription.refresh_from_db()
    assert subscription.next_at > datetime.now(UTC)


@pytest.mark.django_db
def test_mail_lost_in_a_crash_is_sent_by_the_next_worker_once(reader: Person) -> None:
    subscription = subscribed(reader)
    make_due(subscription)
    with transaction.atomic():
        work()
        assert Message.objects.count() == 1
        transaction.set_rollback(True)  # the worker dies before its transaction is through
    assert (Message.objects.count(), Mailing.objects.count()) == (0, 0)
    work()
    work()
    assert (Message.objects.count(), Mailing.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_mail_written_by_two_workers_at_once_goes_out_once(reader: Person) -> None:
    for rhythm in Rhythm.values:
        make_due(subscribed(reader, rhythm=rhythm))
    together = threading.Barrier(2)

    def worker() -> None:
        together.wait()
        try:
            work()
        finally:
            connection.close()

    workers = [threading.Thread(target=worker) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert Message.objects.count() == Mailing.objects.count() == 3
    assert len(set(Message.objects.values_list("dedupe_key", flat=True))) == 3


@pytest.mark.django_db
def test_mail_that_cannot_be_written_waits_without_holding_up_the_others(
    reader: Person, person: Callable[..., Person]
) -> None:
    broken, fine = subscribed(reader), subscribed(reader, rhythm="weekly")
    make_due(broken)
    make_due(fine)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_daily() RETURNS trigger AS $$ BEGIN"
            " IF NEW.first = NEW.last THEN RAISE 'no daily letters'; END IF; RETURN NEW; END $$ LANGUAGE plpgsql"
        )
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON reports_mailing"
            " FOR EACH ROW EXECUTE FUNCTION refuse_daily()"
        )
    work()
    assert [mailing.subscription_id for mailing in Mailing.objects.all()] == [fine.pk]
    broken.refresh_from_db()
    assert datetime.now(UTC) < broken.next_at < datetime.now(UTC) + timedelta(minutes=11)
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON reports_mailing")
    make_due(broken)
    work()
    assert Mailing.objects.filter(subscription=broken).count() == 1


@pytest.mark.django_db
def test_letters_are_a_job_that_every_sweeper_knows(reader: Person) -> None:
    assert REGISTRY["reports.letters"].every == 60
    make_due(subscribed(reader))
    jobs.sync()
    connection.cursor().execute("UPDATE kernel_periodicjob SET next_at = now() - interval '1 s'")
    while jobs.sweep():
        pass
    assert Message.objects.filter(template="dashboard.letter").count() == 1


# -- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_person_subscribes_previews_and_gives_up_on_the_page(
    reader: Person, web: Callable[..., Client]
) -> None:
    browser = web(reader)
    page = browser.get("/dashboard/subscriptions/?branch=HZ")
    assert "r***@company.example" in page.content.decode()
    preview = browser.get("/dashboard/subscriptions/letter/?branch=HZ&rhythm=weekly&language=zh-hans")
    assert "售后服务仪表盘 · 每周" in preview.content.decode()
    body = {"rhythm": "weekly", "send_at": "07:30", "language": "zh-hans"}
    assert browser.post("/dashboard/subscriptions/?branch=HZ", body).status_code == 302
    one = Subscription.objects.get()
    assert (one.person, one.rhythm, one.send_at, one.branch.code) == (reader, "weekly", time(7, 30), "HZ")
    assert (one.next_at.astimezone(SHANGHAI).weekday(), one.next_at.astimezone(SHANGHAI).hour) == (0, 7)
    again = browser.post("/dashboard/subscriptions/?branch=HZ", body)
    assert (again.status_code, Subscription.objects.count()) == (409, 1)
    assert str(AlreadySubscribed.message) in again.content.decode()
    assert browser.post(f"/dashboard/subscriptions/{one.pk}/ending/").status_code == 302
    one.refresh_from_db()
    assert one.ended_at is not None
    make_due(one)
    work()
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_subscriptions_are_refused_without_address_right_or_ownership(
    reader: Person, person: Callable[..., Person], web: Callable[..., Client]
) -> None:
    body = {"rhythm": "daily", "send_at": "08:00", "language": "zh-hans"}
    for role in ("agent", "engineer"):
        other = web(person(role, email="x@company.example"))
        assert other.get("/dashboard/subscriptions/").status_code == 403
        assert other.post("/dashboard/subscriptions/", body).status_code == 403
    nowhere = web(person("director")).post("/dashboard/subscriptions/", body)
    assert (nowhere.status_code, str(NoAddress.message) in nowhere.content.decode()) == (422, True)
    odd = web(reader).post("/dashboard/subscriptions/", {"rhythm": "hourly", "send_at": "25:00"})
    assert odd.status_code == 422
    mine = subscribed(reader)
    stranger = web(person("manager", email="y@company.example"))
    assert stranger.post(f"/dashboard/subscriptions/{mine.pk}/ending/").status_code == 404
    assert Subscription.objects.filter(ended_at=None).count() == 1


@pytest.mark.django_db
def test_the_address_in_the_letter_ends_it_without_a_log_in(reader: Person, client: Client) -> None:
    subscription = subscribed(reader)
    make_due(subscription)
    work()
    way_out = re.search(r"(/unsubscribe/\S+/)", Message.objects.get().text)
    assert way_out is not None
    assert client.get(way_out.group(1)).status_code == 200
    subscription.refresh_from_db()
    assert subscription.ended_at is None, "opening the address only asks"
    for _ in range(2):
        assert client.post(way_out.group(1)).status_code == 302
    subscription.refresh_from_db()
    assert subscription.ended_at is not None
    assert Event.objects.filter(name="dashboard.unsubscribed").count() == 1
    for forged in ("/unsubscribe/1/", f"/unsubscribe/{letters.token(subscription)[:-1]}x/"):
        assert client.get(forged).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("loss", ["role", "left", "account", "address"])
def test_who_may_read_no_figures_any_more_is_sent_none(reader: Person, loss: str) -> None:
    subscription = subscribed(reader)
    make_due(subscription)
    match loss:
        case "role":
            Person.objects.filter(pk=reader.pk).update(role="agent")
        case "left":
            Person.objects.filter(pk=reader.pk).update(left_at=datetime.now(UTC))
        case "account":
            type(reader.user).objects.filter(pk=reader.user_id).update(is_active=False)
        case _:
            reader.email = ""
            reader.save(update_fields=["email"])
    work()
    assert not Message.objects.exists()
    subscription.refresh_from_db()
    assert subscription.ended_at is not None
