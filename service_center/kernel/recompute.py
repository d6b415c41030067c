"""Rebuild what is cached from what is true, and say where they differed: clocks, balances, versions, rollups.

Every app registers its own: `recompute.register("stock", check)` in `jobs.py` or `subscribers.py`. The nightly job and
`manage.py recompute` run them all; a healthy system prints 0.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from datetime import datetime

Check = Callable[..., Iterable[str]]
REGISTRY: dict[str, Check] = {}


def register(name: str, check: Check) -> Check:
    """Register `check(*, at, fix)`: it yields one line for each difference found and, with `fix`, mends it.

    It may open transactions of its own and must be harmless while the system works. Raises ValueError for a name
    taken by another function.
    """
    known = REGISTRY.setdefault(name, check)
    if (known.__module__, known.__qualname__) != (check.__module__, check.__qualname__):
        raise ValueError(f"two recomputations are called {name}")
    return check


def run(*, at: datetime, fix: bool, names: Collection[str] = ()) -> dict[str, list[str]]:
    """The differences by name, of all or of the named ones. Raises KeyError for an unknown name."""
    return {name: list(REGISTRY[name](at=at, fix=fix)) for name in (names or sorted(REGISTRY))}
