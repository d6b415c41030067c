"""The outer edge of every write: durable, idempotent, retried, journalled or nothing."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction

from service_center.kernel import commands, errors, journal, subscriptions
from service_center.kernel.models import CommandRecord, Counter, Delivery, Event, EventLink, User

HAPPENED = journal.define("test.happened", "%(what)s")


def count_up(name: str, *, actor: User | None, at: datetime) -> Counter:
    row, _ = Counter.objects.get_or_create(series=name)
    row.value += 1
    row.save()
    return row


def key(value: str = "k1", fingerprint: str = "f1", principal: str = "user:1") -> commands.Key:
    return commands.Key(principal, value, fingerprint)


class Row(Counter):
    """A result with an integer key, as every business row has."""

    class Meta:
        proxy = True
        app_label = "kernel"


def make_user(name: str, *, actor: User | None, at: datetime) -> User:
    return User.objects.create(username=name)


@pytest.mark.django_db
def test_run_passes_the_database_time() -> None:
    seen: list[datetime] = []

    def verb(*, actor: User | None, at: datetime) -> None:
        seen.append(at)

    commands.run(verb)
    with connection.cursor() as cursor:
        cursor.execute("SELECT transaction_timestamp()")
        assert seen == [cursor.fetchone()[0]]


@pytest.mark.django_db
def test_run_twice_with_one_key_writes_once() -> None:
    first = commands.run(make_user, "ann", key=key())
    again = commands.run(make_user, "ann", key=key())
    assert again == first
    assert User.objects.filter(username="ann").count() == 1


@pytest.mark.django_db
def test_key_reused_for_another_body_is_refused() -> None:
    commands.run(make_user, "ann", key=key())
    with pytest.raises(errors.KeyReused):
        commands.run(make_user, "bea", key=key(fingerprint="f2"))
    assert not User.objects.filter(username="bea").exists()


@pytest.mark.django_db
def test_the_same_key_of_another_principal_is_another_key() -> None:
    commands.run(make_user, "ann", key=key())
    commands.run(make_user, "bea", key=key(principal="user:2"))
    assert CommandRecord.objects.count() == 2


@pytest.mark.django_db
def test_a_refusal_leaves_nothing_behind_and_frees_the_key() -> None:
    def refuse(*, actor: User | None, at: datetime) -> None:
        User.objects.create(username="half")
        raise errors.DomainError

    with pytest.raises(errors.DomainError):
        commands.run(refuse, key=key())
    assert not User.objects.filter(username="half").exists()
    assert not CommandRecord.objects.exists()
    commands.run(make_user, "ann", key=key())


@pytest.mark.django_db(transaction=True)
def test_key_in_use_by_another_transaction_is_refused() -> None:
    inside, go_on = threading.Event(), threading.Event()

    def slow(*, actor: User | None, at: datetime) -> User:
        inside.set()
        go_on.wait(5)
        return User.objects.create(username="slow")

    def other() -> None:
        try:
            commands.run(slow, key=key())
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(5)
    with pytest.raises(errors.InProgress):
        commands.run(make_user, "fast", key=key())
    go_on.set()
    thread.join()
    assert commands.run(make_user, "slow", key=key()).username == "slow"


@pytest.mark.django_db(transaction=True)
def test_without_the_advisory_lock_two_writers_would_both_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control of the guard above: with it off, the second command enters beside the first."""
    monkeypatch.setattr(commands, "_claim", lambda key: None)
    monkeypatch.setattr(commands, "_remember", lambda *args: None)
    inside, go_on = threading.Event(), threading.Event()

    def slow(*, actor: User | None, at: datetime) -> User:
        inside.set()
        go_on.wait(5)
        return User.objects.create(username="slow")

    def other() -> None:
        try:
            commands.run(slow, key=key())
        finally:
            connection.close()

    thread = threading.Thread(target=other)
    thread.start()
    assert inside.wait(5)
    commands.run(make_user, "fast", key=key())
    go_on.set()
    thread.join()
    assert User.objects.filter(username__in=["slow", "fast"]).count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_deadlock_is_tried_again() -> None:
    tries: list[int] = []

    def verb(*, actor: User | None, at: datetime) -> None:
        tries.append(1)
        if len(tries) < 3:
            with connection.cursor() as cursor:
                cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'deadlock_detected'; END $$")

    commands.run(verb)
    assert len(tries) == 3


@pytest.mark.django_db(transaction=True)
def test_deadlocks_for_ever_end_after_three_retries() -> None:
    tries: list[int] = []

    def verb(*, actor: User | None, at: datetime) -> None:
        tries.append(1)
        with connection.cursor() as cursor:
            cursor.execute("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'deadlock_detected'; END $$")

    with pytest.raises(OperationalError):
        commands.run(verb)
    assert len(tries) == 1 + commands.RETRIES


@pytest.mark.django_db(transaction=True)
def test_a_lock_that_does_not_come_is_busy_not_an_error() -> None:
    Counter.objects.create(series="hot")
    held, go_on = threading.Event(), threading.Event()

    def holder() -> None:
        try:
            with transaction.atomic():
                Counter.objects.select_for_update().get(series="hot")
                held.set()
                go_on.wait(10)
        finally:
            connection.close()

    def wait_for_it(*, actor: User | None, at: datetime) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '100ms'")
        Counter.objects.select_for_update().get(series="hot")

    thread = threading.Thread(target=holder)
    thread.start()
    assert held.wait(5)
    with pytest.raises(errors.Busy):
        commands.run(wait_for_it)
    go_on.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_run_refuses_to_nest_because_it_must_be_durable() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError):
        commands.run(count_up, "nested")


@pytest.mark.django_db
def test_record_writes_fact_links_and_deliveries() -> None:
    user, other = User.objects.create(username="a"), User.objects.create(username="b")
    event = journal.record(HAPPENED, user, actor=None, at=commands.now(), links=[other, None], what="x")
    links = EventLink.objects.filter(event=event).values_list("kind", "object_id")
    assert set(links) == {("kernel.user", user.pk), ("kernel.user", other.pk)}
    assert journal.sentence(event) == "x"


@pytest.mark.django_db(transaction=True)
def test_record_refuses_to_run_outside_a_transaction() -> None:
    user = User.objects.create(username="a")
    with pytest.raises(RuntimeError):
        journal.record(HAPPENED, user, actor=None, at=user.created_at)


@pytest.mark.req("SEC-10", "TKT-26")
@pytest.mark.parametrize(
    "statement",
    ["UPDATE kernel_event SET name = 'x'", "DELETE FROM kernel_event", "TRUNCATE kernel_event CASCADE"],
)
@pytest.mark.django_db
def test_the_journal_refuses_change(statement: str) -> None:
    user = User.objects.create(username="a")
    journal.record(HAPPENED, user, actor=None, at=commands.now())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(Exception, match="append-only"), transaction.atomic():
            cursor.execute(statement)
    assert Event.objects.filter(name="test.happened").count() == 1


@pytest.mark.django_db
def test_the_journal_without_its_trigger_could_be_changed() -> None:
    """Negative control: it is the trigger that forbids, nothing else."""
    user = User.objects.create(username="a")
    journal.record(HAPPENED, user, actor=None, at=commands.now())
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE kernel_event DISABLE TRIGGER event_append_only")
        cursor.execute("UPDATE kernel_event SET name = 'x'")
        assert cursor.rowcount == 1


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """A subscriber to test.happened for the length of one test."""
    seen: list[Any] = []

    def listen(event: Event, *, at: datetime) -> None:
        seen.append(event.pk)
        if event.data.get("poison"):
            raise ValueError("poison")

    monkeypatch.setitem(subscriptions._by_event, "test.happened", ["tests.listen"])
    monkeypatch.setitem(subscriptions._by_name, "tests.listen", listen)
    return seen


def tell(user: User, **data: Any) -> Event:
    def verb(*, actor: User | None, at: datetime) -> Event:
        return journal.record(HAPPENED, user, actor=None, at=at, **data)

    return commands.run(verb)


@pytest.mark.django_db(transaction=True)
def test_a_fact_is_delivered_once_and_its_row_goes(heard: list[Any]) -> None:
    event = tell(User.objects.create(username="a"))
    assert subscriptions.sweep() == 1
    assert subscriptions.sweep() == 0
    assert heard == [event.pk]
    assert not Delivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_poison_fact_waits_blocks_only_its_subject_and_becomes_a_dead_letter(heard: list[Any]) -> None:
    sick, well = User.objects.create(username="sick"), User.objects.create(username="well")
    tell(sick, poison=True)
    later, fine = tell(sick), tell(well)
    subscriptions.sweep()
    assert fine.pk in heard
    assert later.pk not in heard
    for _ in range(subscriptions.MAX_ATTEMPTS):
        Delivery.objects.update(next_try_at="2020-01-01T00:00Z")
        subscriptions.sweep()
    assert later.pk in heard
    dead = Delivery.objects.get()
    assert dead.dead_at is not None
    assert dead.attempts == subscriptions.MAX_ATTEMPTS
    assert subscriptions.redrive() == 1
