"""Pages of a list by keyset: every row once, forward and back, and marks that are none."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.http import Http404

from service_center.kernel.models import User
from service_center.kernel.web.lists import keyset

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def users(db: None) -> list[User]:
    """Seven people, three of whom were made at the same instant."""
    minutes = [0, 1, 1, 1, 2, 3, 4]
    return User.objects.bulk_create(
        User(username=f"u{number}", created_at=FIRST + timedelta(minutes=minute))
        for number, minute in enumerate(minutes)
    )


def database(ordering: tuple[str, ...]) -> list[keyset.Stretch | keyset.Known]:
    return [
        keyset.Stretch(User.objects.filter(username__startswith="u").values("id", "created_at"), ordering)
    ]


def memory(ordering: tuple[str, ...]) -> list[keyset.Stretch | keyset.Known]:
    rows = list(User.objects.filter(username__startswith="u").order_by("?").values("id", "created_at"))
    return [keyset.Known(User, rows, ordering)]


def in_two(ordering: tuple[str, ...]) -> list[keyset.Stretch | keyset.Known]:
    """The first four rows of the order, then the others: as an order that two queries tell."""
    rows = User.objects.filter(username__startswith="u").order_by(*ordering)
    first = list(rows.values_list("pk", flat=True)[:4])
    known = list(rows.filter(pk__in=first).values("id", "created_at"))
    rest = rows.exclude(pk__in=first).values("id", "created_at")
    return [keyset.Known(User, known, ordering), keyset.Stretch(rest, ordering)]


@pytest.mark.parametrize("stretches", [database, memory, in_two])
@pytest.mark.parametrize("ordering", [("created_at", "id"), ("-created_at", "-id")])
@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8])
def test_pages_forward_and_back_hold_every_row_once(
    users: list[User], stretches: Any, ordering: tuple[str, ...], size: int
) -> None:
    wanted = list(
        User.objects.filter(username__startswith="u").order_by(*ordering).values_list("id", flat=True)
    )
    pages = [keyset.cut(stretches(ordering), None, size)]
    while pages[-1].next is not None:
        pages.append(keyset.cut(stretches(ordering), pages[-1].next, size))
    assert [row["id"] for page in pages for row in page.rows] == wanted
    back = [pages[-1]]
    while back[-1].previous is not None:
        back.append(keyset.cut(stretches(ordering), back[-1].previous, size))
    assert back[-1].rows == pages[0].rows
    assert {row["id"] for page in back for row in page.rows} == set(wanted)


def test_a_page_whose_rows_are_gone_gives_way_to_the_first(users: list[User]) -> None:
    order = ("created_at", "id")
    first = keyset.cut(database(order), None, 5)
    User.objects.filter(username__in=["u5", "u6"]).delete()
    assert keyset.cut(database(order), first.next, 5).rows == first.rows
    assert keyset.cut(database(order), first.next, 5, exactly=True).rows == []


@pytest.mark.parametrize(
    "mark",
    ["", "nonsense", "cD1hYmM", "W10", "WzAsMF0", "e30", "%00", "é", "A" * 400],
)
def test_a_mark_that_is_none_is_no_page(users: list[User], mark: str) -> None:
    with pytest.raises(Http404):
        keyset.cut(database(("created_at", "id")), mark, 5)


@pytest.mark.parametrize(
    "values",
    [
        [9, 0, ["2026-03-02T00:00:00+00:00", 1]],
        [-1, 0, ["2026-03-02T00:00:00+00:00", 1]],
        [0, 0, ["2026-03-02T00:00:00+00:00"]],
        [0, 0, ["2026-03-02T00:00:00", 1]],
        [0, 0, ["soon", 1]],
        [0, 0, [None, 1]],
        [0, 0, ["2026-03-02T00:00:00+00:00", 2**70]],
        [0, 0, ["2026-03-02T00:00:00+00:00", "x"]],
        [0, 0, ["2026-03-02T00:00:00+00:00", {}]],
        ["x", 0, []],
        [None, None, None],
    ],
)
def test_a_mark_with_what_no_row_has_is_no_page(users: list[User], values: list[Any]) -> None:
    mark = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
    with pytest.raises(Http404):
        keyset.cut(database(("created_at", "id")), mark, 5)


def test_mixed_directions_are_compared_field_by_field(users: list[User]) -> None:
    order = ("-created_at", "id")
    pages = [keyset.cut(database(order), None, 2)]
    while pages[-1].next is not None:
        pages.append(keyset.cut(database(order), pages[-1].next, 2))
    wanted = User.objects.filter(username__startswith="u").order_by(*order).values_list("id", flat=True)
    assert [row["id"] for page in pages for row in page.rows] == list(wanted)
