"""People's time: PostgreSQL forbids that two things take the same stretch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection

from service_center.kernel import commands
from service_center.kernel.errors import Forbidden, Invalid
from service_center.kernel.models import Event
from staff import actions as people
from staff import queries
from staff.models import Booking, Branch
from staff.models.bookings import BookingReleased, DoubleBooked
from staff.models.organisation import AlreadyLeft
from staff.states import BookingKind, BookingStatus

pytestmark = pytest.mark.django_db


def test_book_takes_the_time_with_the_way_there(
    person: Any, run: Any, hours: Any, hz: Branch, told: Any
) -> None:
    liu = person("engineer")

    booking = run(
        people.book, liu, **hours(2, 4), kind=BookingKind.VISIT, source=hz, travel=timedelta(minutes=30)
    )

    booking.refresh_from_db()
    assert (booking.span.lower, booking.span.upper) == (
        booking.starts_at - timedelta(minutes=30),
        booking.ends_at,
    )
    assert list(Booking.objects.of_source(hz)) == [booking]
    assert told(liu) == ["person.booked"]


def test_book_refuses_overlap_and_the_transaction_lives_on(person: Any, run: Any, hours: Any) -> None:
    liu, other = person("engineer"), person("engineer")
    run(people.book, liu, **hours(0, 2), kind=BookingKind.VISIT)

    with pytest.raises(DoubleBooked) as refusal:
        run(people.book, liu, **hours(1, 3), kind=BookingKind.VISIT, proposed=True)
    with pytest.raises(DoubleBooked):
        run(people.book, liu, **hours(2, 3), kind=BookingKind.VISIT, travel=timedelta(minutes=1))
    run(people.book, liu, **hours(2, 3), kind=BookingKind.VISIT)
    run(people.book, other, **hours(0, 2), kind=BookingKind.VISIT)

    assert (refusal.value.code, refusal.value.status, refusal.value.field) == (
        "double_booked",
        409,
        "starts_at",
    )
    assert Booking.objects.count() == Event.objects.count() == 3


def test_book_inside_a_verb_can_go_on_after_a_refusal(person: Any, hours: Any) -> None:
    """A savepoint: the outer transaction is not spoiled by the refused insert."""
    liu = person("engineer")

    def verb(*, actor: Any, at: datetime) -> int:
        people.book(liu, **hours(0, 2), kind=BookingKind.VISIT, actor=actor, at=at)
        with pytest.raises(DoubleBooked):
            people.book(liu, **hours(0, 2), kind=BookingKind.VISIT, actor=actor, at=at)
        return Booking.objects.count()

    assert commands.run(verb) == 1


def test_exclusion_constraint_is_what_refuses(person: Any, run: Any, hours: Any) -> None:
    """Negative control: without the constraint the same booking is written twice."""
    liu = person("engineer")
    run(people.book, liu, **hours(0, 2), kind=BookingKind.VISIT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE staff_booking DROP CONSTRAINT booking_no_overlap")

    run(people.book, liu, **hours(0, 2), kind=BookingKind.VISIT)

    assert Booking.objects.live().count() == 2


def test_another_constraint_is_not_mistaken_for_a_double_booking(person: Any, hours: Any) -> None:
    from staff.actions.booking import double_booking_refused

    liu = person("engineer")
    with pytest.raises(IntegrityError), double_booking_refused():
        Booking.objects.create(
            person=liu, kind="visit", starts_at=datetime(2026, 1, 2, tzinfo=UTC),
            ends_at=datetime(2026, 1, 1, tzinfo=UTC),
            span=(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 2, tzinfo=UTC)),
        )  # fmt: skip


def test_book_refuses_leavers_and_turned_times(person: Any, run: Any, hours: Any) -> None:
    gone = person("engineer", left_at=datetime.now(UTC))

    with pytest.raises(AlreadyLeft):
        run(people.book, gone, **hours(0, 2), kind=BookingKind.VISIT)
    with pytest.raises(Invalid) as turned:
        run(people.book, person("engineer"), **hours(2, 2), kind=BookingKind.VISIT)

    assert (turned.value.field, Booking.objects.exists()) == ("ends_at", False)


def test_rebook_moves_and_may_overlap_its_own_old_time(person: Any, run: Any, hours: Any) -> None:
    liu = person("engineer")
    booking = run(people.book, liu, **hours(0, 2), kind=BookingKind.VISIT, proposed=True)
    run(people.book, liu, **hours(5, 6), kind=BookingKind.VISIT)

    moved = run(people.rebook, booking, **hours(1, 3))
    with pytest.raises(DoubleBooked):
        run(people.rebook, booking, **hours(4, 6))

    fresh = Booking.objects.get(pk=booking.pk)
    assert (fresh.starts_at, fresh.status, fresh.version) == (moved.starts_at, BookingStatus.CONFIRMED, 1)


def test_release_gives_the_time_back_once(person: Any, run: Any, hours: Any, hz: Branch, told: Any) -> None:
    liu = person("engineer")
    booking = run(people.book, liu, **hours(0, 2), kind=BookingKind.VISIT, source=hz)

    assert (run(people.release, hz), run(people.release, hz)) == (1, 0)
    run(people.book, liu, **hours(0, 2), kind=BookingKind.VISIT)
    with pytest.raises(BookingReleased):
        run(people.rebook, booking, **hours(8, 9))
    with pytest.raises(BookingReleased):
        run(people.confirm_booking, booking)

    assert told(liu) == ["person.booked", "person.booking_released", "person.booked"]


def test_confirm_booking_fixes_a_proposal(person: Any, run: Any, hours: Any) -> None:
    booking = run(people.book, person("engineer"), **hours(0, 2), kind=BookingKind.VISIT, proposed=True)

    run(people.confirm_booking, booking)

    assert Booking.objects.get(pk=booking.pk).status == BookingStatus.CONFIRMED


def test_block_keeps_dispatch_away(person: Any, run: Any, hours: Any) -> None:
    liu = person("engineer")

    run(people.block, liu, **hours(0, 9), note="年假", by=person("supervisor"))

    with pytest.raises(DoubleBooked):
        run(people.book, liu, **hours(3, 4), kind=BookingKind.VISIT)


def test_block_needs_a_superior_of_the_branch_and_no_visit(
    person: Any, run: Any, hours: Any, sh: Branch
) -> None:
    liu, boss = person("engineer"), person("manager")
    run(people.book, liu, **hours(3, 4), kind=BookingKind.VISIT)

    for who in (liu, person("agent"), person("supervisor", branch=sh)):
        with pytest.raises(Forbidden):
            run(people.block, liu, **hours(5, 9), by=who)
    with pytest.raises(Invalid):
        run(people.block, liu, **hours(5, 9), kind=BookingKind.VISIT, by=boss)
    with pytest.raises(DoubleBooked):
        run(people.block, liu, **hours(0, 9), by=boss)

    assert Booking.objects.count() == 1


def test_block_twice_with_one_key_blocks_once(person: Any, run: Any, hours: Any) -> None:
    liu, boss = person("engineer"), person("manager")

    first = run(people.block, liu, **hours(0, 2), by=boss, key="b")
    again = run(people.block, liu, **hours(0, 2), by=boss, key="b")

    assert (first, Booking.objects.count()) == (again, 1)


def test_release_booking_takes_leave_back_but_no_visit(person: Any, run: Any, hours: Any) -> None:
    liu, boss = person("engineer"), person("manager")
    leave = run(people.block, liu, **hours(0, 2), by=boss)
    visit = run(people.book, liu, **hours(3, 4), kind=BookingKind.VISIT)

    with pytest.raises(Forbidden):
        run(people.release_booking, leave, by=liu)
    run(people.release_booking, leave, by=boss)
    with pytest.raises(BookingReleased):
        run(people.release_booking, leave, by=boss)
    with pytest.raises(Invalid):
        run(people.release_booking, visit, by=boss)

    assert list(Booking.objects.live()) == [visit]


def test_load_and_busy_for_many_people_in_one_query(
    person: Any, run: Any, hours: Any, django_assert_num_queries: Any
) -> None:
    liu, chen, gu = (person("engineer") for _ in range(3))
    run(people.book, liu, **hours(0, 2), kind=BookingKind.VISIT)
    run(people.book, liu, **hours(3, 4), kind=BookingKind.VISIT)
    run(people.book, chen, **hours(0, 4), kind=BookingKind.LEAVE)
    day = queries.day_of(hours(0, 1)["starts_at"], zone="Asia/Shanghai")
    ids = [liu.pk, chen.pk, gu.pk]

    with django_assert_num_queries(1):
        assert queries.load(ids, start=day[0], end=day[1]) == {liu.pk: queries.Load(2, 180)}
    with django_assert_num_queries(1):
        found = queries.busy(ids, start=hours(1, 2)["starts_at"], end=hours(1, 2)["ends_at"])
    assert {pk: [b.kind for b in rows] for pk, rows in found.items()} == {
        liu.pk: ["visit"],
        chen.pk: ["leave"],
    }
