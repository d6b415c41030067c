"""What clocks belong to: who may see it, where its page is, who held it when. Each app declares its own rows.

`declare` in an app's `subscribers.py`; the kernel asks without knowing tickets or complaints.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model

if TYPE_CHECKING:
    from service_center.kernel.models import Clock, User


@dataclass(frozen=True)
class Held:
    """From an instant on somebody had the case in hand, as `part` (owner, assignee); the next one ends it."""

    since: datetime
    name: str
    part: str


Holders = Callable[[Any], Sequence[Held]]


def _nobody(row: Any) -> Sequence[Held]:
    return ()


@dataclass(frozen=True)
class Subject:
    """How the kernel speaks of rows of one model.

    `kinds` are the names of their deadlines, `number` what people call a row, `address` its page, `holders` who had it
    in hand, oldest first.
    """

    model: type[Model]
    kinds: Mapping[str, Any]
    number: Callable[[Any], str]
    address: Callable[[Any], str]
    holders: Holders = _nobody


SUBJECTS: dict[str, Subject] = {}


def declare(
    model: type[Model],
    *,
    kinds: Mapping[str, Any],
    number: Callable[[Any], str],
    address: Callable[[Any], str],
    holders: Holders = _nobody,
) -> None:
    """Let clocks of this model's rows be shown and acknowledged by themselves."""
    SUBJECTS[model._meta.label_lower] = Subject(model, kinds, number, address, holders)


def label(clock: Clock) -> str:
    """What the deadline is called where its subject is known."""
    known = SUBJECTS.get(clock.subject_type)
    return str(known.kinds.get(clock.kind, clock.kind)) if known else clock.kind


def row_of(clock: Clock, user: User) -> Any | None:
    """The row the clock belongs to, when the user may see it."""
    known = SUBJECTS.get(clock.subject_type)
    if known is None:
        return None
    return known.model._default_manager.visible_to(user).filter(pk=clock.subject_id).first()  # type: ignore[attr-defined]


def find(pk: int, user: User) -> tuple[Clock, Any] | None:
    """A clock with its subject, when the user may see the subject."""
    from service_center.kernel.models import Clock

    clock = Clock.objects.with_rule().filter(pk=pk).first()
    row = None if clock is None else row_of(clock, user)
    return None if clock is None or row is None else (clock, row)


def rows_of(clocks: Iterable[Clock]) -> dict[tuple[str, int], Any]:
    """The rows of many clocks by (type, id), one query for each model."""
    wanted: dict[str, set[int]] = {}
    for clock in clocks:
        wanted.setdefault(clock.subject_type, set()).add(clock.subject_id)
    return {
        (name, pk): row
        for name, ids in wanted.items()
        if name in SUBJECTS
        for pk, row in SUBJECTS[name].model._default_manager.in_bulk(ids).items()
    }
