"""Statements put together once in a process and planned once on a connection.

A page of figures asks one statement of dozens of parts, at every visit of the same shape and about other instants. To put
it together takes longer than to run it, and to plan it as long again. So its text is kept with places where the values
go, and PostgreSQL keeps the plan: one that suits any values, for few rows of large tables are always few.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from weakref import WeakKeyDictionary

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

Values = Sequence[datetime | int | list[datetime]]
Build = Callable[[Values], QuerySet[Any, Any]]

TEXTS, PLANS = 64, 8
"""How many texts a process keeps, and how many plans a connection: the ones asked for last."""
_FEW = """
    SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;
    SET LOCAL max_parallel_workers_per_gather = 0;
"""
"""A plan that does not know the values guesses that they meet many rows; these let it go from row to row by index."""
_MANY = "SET LOCAL plan_cache_mode = force_custom_plan;"
_AS_EVER = """
    RESET plan_cache_mode; RESET enable_hashjoin; RESET enable_mergejoin; RESET max_parallel_workers_per_gather
"""
"""Said in a transaction that goes on."""
_EARLY = datetime(1, 1, 2, tzinfo=UTC)
_LOW = -(2**62)
_texts: OrderedDict[Hashable, str] = OrderedDict()
_planned: WeakKeyDictionary[Any, OrderedDict[str, None]] = WeakKeyDictionary()


def rows(shape: Hashable, build: Build, values: Values, *, few: bool = True) -> list[tuple[Any, ...]]:
    """The rows of `build(values)`; in one round trip, but for the first time on a connection.

    Where these are not `few` of the rows there are, a plan for the very values is worth its time.

    `shape` has to tell apart whatever else the statement depends on: two questions of one shape differ in nothing but
    their values. `build` is called with stand-ins and must not look into them.
    """
    text = _texts.get(shape)
    if text is None:
        text = _texts[shape] = _compiled(build, values)
        _forget(_texts, TEXTS)
    else:
        _texts.move_to_end(shape)
    if not text:
        return []
    with connection.cursor() as cursor:
        name = _prepare(cursor, text, values)
        told = ", ".join(cursor.mogrify(f"%s::{_type(value)}", [value]).decode() for value in values)
        cursor.execute(f"{_FEW if few else _MANY} EXECUTE {name}({told})")
        found = cursor.fetchall()
        if connection.in_atomic_block:
            cursor.execute(_AS_EVER)
        return found


def _compiled(build: Build, values: Values) -> str:
    """The statement with $1, $2, ... for the values; empty where no row can come of it."""
    stands = [_stand_in(number, value) for number, value in enumerate(values)]
    places = {_hashable(stand): f"${number}" for number, stand in enumerate(stands, start=1)}
    try:
        sql, params = build(stands).query.sql_with_params()
    except EmptyResultSet:
        return ""
    with connection.cursor() as cursor:
        told = [places.get(_hashable(one)) or cursor.mogrify("%s", [one]).decode() for one in params]
    return str(sql % tuple(told))


def _stand_in(number: int, value: datetime | int | list[datetime]) -> datetime | int | list[datetime]:
    """Something of the same kind that no question asks for."""
    if isinstance(value, int):
        return _LOW - number
    instant = _EARLY + timedelta(seconds=number)
    return [instant] if isinstance(value, list) else instant


def _hashable(value: Any) -> Hashable:
    if isinstance(value, list):
        return tuple(map(_hashable, value))
    return value if isinstance(value, Hashable) else repr(value)


def _prepare(cursor: Any, text: str, values: Values) -> str:
    """The name under which this connection knows the statement."""
    planned = _planned.setdefault(connection.connection, OrderedDict())
    name = "figures_" + hashlib.sha256(text.encode()).hexdigest()[:16]
    if name not in planned:
        cursor.execute(f"PREPARE {name}({', '.join(map(_type, values))}) AS {text}")
    planned[name] = None
    planned.move_to_end(name)
    for old in _forget(planned, PLANS):
        cursor.execute(f"DEALLOCATE {old}")
    return name


def _type(value: datetime | int | list[datetime]) -> str:
    if isinstance(value, list):
        return "timestamptz[]"
    return "bigint" if isinstance(value, int) else "timestamptz"


def _forget(kept: OrderedDict[Any, Any], most: int) -> list[Any]:
    """Let go of those not asked for the longest."""
    return [kept.popitem(last=False)[0] for _ in range(len(kept) - most)]
