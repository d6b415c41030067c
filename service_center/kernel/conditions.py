"""Conditions of rules: which cases they describe, and which of two is the more specific. Pure.

Conditions map a fact's name to a value or to a list of values, any of which will do. Those without any
condition describe every case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol, TypeVar

Conditions = Mapping[str, Any]


class Conditional(Protocol):
    @property
    def conditions(self) -> Any: ...


Row = TypeVar("Row", bound=Conditional)


def normal(conditions: Conditions) -> dict[str, Any]:
    """One way to write them: sorted names, sorted lists without doubles, a list of one as its value."""
    return {name: _normal_value(conditions[name]) for name in sorted(conditions)}


def _normal_value(value: Any) -> Any:
    values = sorted(_values(value))
    return values[0] if len(values) == 1 else values


def _values(value: Any) -> set[str]:
    return (
        {str(item) for item in value} if isinstance(value, list | tuple | set | frozenset) else {str(value)}
    )


def key_of(code: str, conditions: Conditions) -> str:
    """Code and conditions as one readable text: `ticket.solution@mode=bringin+mailin,tier=general`."""
    words = [f"{name}={'+'.join(sorted(_values(value)))}" for name, value in sorted(conditions.items())]
    return f"{code}@{','.join(words)}" if words else code


def describes(conditions: Conditions, facts: Mapping[str, Any]) -> bool:
    """Whether the case has every fact asked for. A fact that is None is not known and fulfils nothing."""
    return all(
        facts.get(name) is not None and str(facts[name]) in _values(conditions[name]) for name in conditions
    )


def at_least_as_specific(one: Conditions, other: Conditions) -> bool:
    """Whether every case of `one` is a case of `other`."""
    return all(name in one and _values(one[name]) <= _values(other[name]) for name in other)


def comparable(one: Conditions, other: Conditions) -> bool:
    """Whether one of the two describes a part of the other's cases."""
    return at_least_as_specific(one, other) or at_least_as_specific(other, one)


def overlap(one: Conditions, other: Conditions) -> bool:
    """Whether some case fits both."""
    return all(_values(one[name]) & _values(other[name]) for name in one.keys() & other.keys())


def ambiguous(one: Conditions, other: Conditions) -> bool:
    """Whether some case fits both and neither is the more specific: nobody could say which one counts."""
    return overlap(one, other) and not comparable(one, other)


def most_specific(rows: Iterable[Row], facts: Mapping[str, Any]) -> Row | None:
    """The row that describes the case most closely; None when none does. Ambiguous rows were refused."""
    best: Row | None = None
    for row in rows:
        if describes(row.conditions, facts) and (
            best is None or at_least_as_specific(row.conditions, best.conditions)
        ):
            best = row
    return best
