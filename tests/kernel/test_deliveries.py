"""Deliveries in sets: one transaction for many, and none of them the others' business."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction

from service_center.kernel import commands, journal, subscriptions
from service_center.kernel.models import Delivery, Document, Event, User

pytestmark = pytest.mark.django_db(transaction=True)
HAPPENED = journal.define("test.delivered", "x")  # type: ignore[arg-type]  # a sentence nobody reads


def nothing() -> None:
    """What most effects of these tests do beside leaving their row."""


class Heard:
    """A subscriber that leaves a row for each fact it hears and does what the test asks for some of them."""

    def __init__(self) -> None:
        self.order: list[int] = []
        self.transactions: list[int] = []
        self.on: dict[int, Callable[[], None]] = {}

    def __call__(self, event: Event, *, at: datetime) -> None:
        self.order.append(event.subject_id)
        with connection.cursor() as cursor:
            cursor.execute("SELECT txid_current()")
            self.transactions.append(cursor.fetchone()[0])
        Document.objects.create(code=f"heard-{event.pk}", name_zh="x", name_en="x")
        self.on.get(event.subject_id, nothing)()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Heard:
    listener = Heard()
    monkeypatch.setitem(subscriptions._by_event, "test.delivered", ["tests.heard"])
    monkeypatch.setitem(subscriptions._by_name, "tests.heard", listener)
    return listener


def tell(*subjects: User) -> list[Event]:
    def verb(*, actor: User | None, at: datetime) -> None:
        told.extend(journal.record(HAPPENED, subject, actor=None, at=at) for subject in subjects)

    told: list[Event] = []
    commands.run(verb)
    return told


@pytest.fixture
def users(db: None) -> list[User]:
    return [User.objects.create(username=f"user{number}") for number in range(5)]


def left() -> int:
    """How many effects stayed."""
    return Document.objects.filter(code__startswith="heard-").count()


def owed() -> list[tuple[int, int]]:
    """What is still to be delivered: subject and tries."""
    return list(Delivery.objects.order_by("id").values_list("subject_id", "attempts"))


def refuse() -> None:
    raise ValueError("poison")


def test_many_deliveries_share_one_transaction(heard: Heard, users: list[User]) -> None:
    tell(*users)
    assert subscriptions.sweep() == 5
    assert (len(set(heard.transactions)), left(), owed()) == (1, 5, [])
    assert heard.order == [user.pk for user in users]


def test_one_that_fails_leaves_nothing_and_the_others_go_on(heard: Heard, users: list[User]) -> None:
    heard.on[users[1].pk] = refuse
    tell(*users)
    assert subscriptions.sweep() == 5
    assert (len(set(heard.transactions)), left(), owed()) == (1, 4, [(users[1].pk, 1)])
    assert Delivery.objects.get().last_error == "ValueError: poison"


def test_without_its_savepoint_a_failing_effect_leaves_half_of_itself(
    heard: Heard, users: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Negative control: the savepoint is what takes the half done back."""

    def bare(group: Sequence[Delivery], at: datetime) -> Exception | None:
        try:
            subscriptions._by_name[group[0].subscriber](group[0].event, at=at)
        except ValueError as error:
            return error
        return None

    monkeypatch.setattr(subscriptions, "_attempt", bare)
    heard.on[users[1].pk] = refuse
    tell(*users)
    subscriptions.sweep()
    assert (left(), owed()) == (5, [(users[1].pk, 1)])


def test_facts_of_one_subject_keep_their_order(heard: Heard, users: list[User]) -> None:
    """One after the other in batches of their own; behind one that failed they wait."""
    tell(users[0], users[1], users[0], users[1])
    heard.on[users[1].pk] = refuse
    assert subscriptions.sweep() == 3
    assert heard.order == [users[0].pk, users[1].pk, users[0].pk]
    assert len(set(heard.transactions)) == 2
    assert owed() == [(users[1].pk, 1), (users[1].pk, 0)]


def test_a_batch_that_cannot_be_committed_is_taken_apart(heard: Heard, users: list[User]) -> None:
    """A foreign key is checked at the commit: too late for a savepoint, so each has a transaction of its own then."""

    def dangle() -> None:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO kernel_eventlink (event_id, kind, object_id) VALUES (-1, 'x', 1)")

    heard.on[users[2].pk] = dangle
    tell(*users)
    assert subscriptions.sweep() >= 5
    assert (left(), owed()) == (4, [(users[2].pk, 1)])
    assert Delivery.objects.get().last_error.startswith("IntegrityError")


def test_one_that_breaks_the_connection_is_put_off_by_the_next_sweep(heard: Heard, users: list[User]) -> None:
    """Nothing of its batch is lost or done twice, and it does not stop the others for ever."""

    def break_off() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    heard.on[users[1].pk] = break_off
    tell(*users)
    with pytest.raises(OperationalError):
        subscriptions.sweep()
    connection.close()
    assert left() == 0
    assert subscriptions.sweep() == 4
    assert (left(), owed()) == (4, [(users[1].pk, 1)])


def test_a_long_batch_is_committed_early(
    heard: Heard, users: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscriptions, "BUDGET_S", -1.0)
    tell(*users)
    assert subscriptions.sweep() == 5
    assert (len(set(heard.transactions)), left(), owed()) == (5, 5, [])


@contextmanager
def held(user: User) -> Iterator[None]:
    """The user's row, locked by somebody else."""
    ready, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            User.objects.select_for_update().get(pk=user.pk)
            ready.set()
            done.wait(30)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    ready.wait(30)
    try:
        yield
    finally:
        done.set()
        thread.join()


def test_locks_in_the_way_count_only_against_one_that_comes_first(heard: Heard, users: list[User]) -> None:
    """In the middle of a batch the batch may be to blame: it is committed, and the delivery is tried alone."""

    def want() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '50ms'")
        User.objects.select_for_update().get(pk=users[4].pk)

    heard.on[users[1].pk] = want
    tell(*users[:4])
    with held(users[4]):
        assert subscriptions.sweep() == 4
    assert heard.order == [user.pk for user in [users[0], users[1], users[1], users[2], users[3]]]
    assert (left(), owed()) == (3, [(users[1].pk, 1)])


def test_sweepers_side_by_side_deliver_each_once(heard: Heard) -> None:
    people = [User.objects.create(username=f"many{number}") for number in range(120)]
    for start in range(0, 120, 30):
        tell(*people[start : start + 30])

    def work() -> None:
        while subscriptions.sweep(20):
            pass
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    subscriptions.sweep()
    assert (sorted(heard.order), left(), owed()) == (sorted(user.pk for user in people), 120, [])


def test_an_unknown_subscriber_is_put_off(heard: Heard, users: list[User], monkeypatch: Any) -> None:
    """A release took a listener away: its deliveries wait for the dead letters, nobody else's do."""
    tell(users[0])
    Delivery.objects.update(subscriber="tests.gone")
    tell(users[1])
    assert subscriptions.sweep() == 2
    assert (heard.order, owed()) == ([users[1].pk], [(users[0].pk, 1)])


@pytest.fixture
def together(heard: Heard, monkeypatch: pytest.MonkeyPatch) -> list[list[int]]:
    """The same subscriber, asked for many facts at once; the subjects of each call."""
    calls: list[list[int]] = []

    def listen(events: Sequence[Event], *, at: datetime) -> None:
        calls.append([event.subject_id for event in events])
        for event in events:
            heard(event, at=at)

    monkeypatch.setitem(subscriptions._by_name, "tests.heard", listen)
    monkeypatch.setattr(subscriptions, "_together", {"tests.heard"})
    monkeypatch.setattr(subscriptions, "_apart", set())
    return calls


def test_a_set_listener_is_asked_once_for_many_subjects(together: list[list[int]], users: list[User]) -> None:
    """Different subjects only: two facts of one subject never meet in a call."""
    tell(*users, users[0])
    assert subscriptions.sweep() == 6
    assert together == [[user.pk for user in users], [users[0].pk]]
    assert (left(), owed()) == (6, [])


def test_a_set_that_fails_is_asked_one_by_one(
    together: list[list[int]], heard: Heard, users: list[User]
) -> None:
    heard.on[users[2].pk] = refuse
    tell(*users)
    assert subscriptions.sweep() == 5
    assert together == [[user.pk for user in users], *([user.pk] for user in users)]
    assert (left(), owed()) == (4, [(users[2].pk, 1)])


def test_a_set_that_breaks_the_connection_is_searched_for_the_one(
    together: list[list[int]], heard: Heard, users: list[User]
) -> None:
    """Nobody in the set is blamed for the others: from then on they come alone, and only the one is put off."""

    def break_off() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    heard.on[users[1].pk] = break_off
    tell(*users)
    for _ in range(2):
        with pytest.raises(OperationalError):
            subscriptions.sweep()
        connection.close()
    assert left() == 0
    assert subscriptions.sweep() == 4
    assert (left(), owed()) == (4, [(users[1].pk, 1)])
