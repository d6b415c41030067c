"""What a book of clocks offers: the module `clocks` keeps it in the database, `clock_drafts` in memory."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

from django.db.models import Model

from service_center.kernel.models import Rule


class Kept(Protocol):
    """What every book tells of a clock."""

    @property
    def kind(self) -> str: ...

    @property
    def state(self) -> str: ...

    @property
    def started_at(self) -> datetime: ...

    @property
    def due_at(self) -> datetime | None: ...

    @property
    def stopped_at(self) -> datetime | None: ...


class Book(Protocol):
    """The verbs of clocks; the meaning of each stands in `clocks`."""

    def start(
        self,
        subject: Model,
        kind: str,
        *,
        rule: Rule,
        at: datetime,
        started_at: datetime | None = None,
        target: Decimal | None = None,
        due_at: datetime | None = None,
    ) -> Kept: ...

    def start_each(
        self, subject: Model, rules: Mapping[str, Rule], *, at: datetime, started_at: datetime | None = None
    ) -> None: ...

    def rule(self, code: str, facts: Mapping[str, Any], *, at: datetime) -> Rule: ...

    def stop_each(
        self, subject: Model, kinds: Collection[str], *, at: datetime, occurred_at: datetime | None = None
    ) -> None: ...

    def pause(
        self, subject: Model, *, reason: str, at: datetime, kinds: Collection[str] | None = None
    ) -> Sequence[Kept]: ...

    def resume(
        self, subject: Model, *, at: datetime, kinds: Collection[str] | None = None
    ) -> Sequence[Kept]: ...

    def stop(
        self, subject: Model, kind: str, *, at: datetime, occurred_at: datetime | None = None
    ) -> Kept | None: ...

    def retarget(
        self,
        subject: Model,
        kind: str,
        *,
        rule: Rule,
        at: datetime,
        target: Decimal | None = None,
        due_at: datetime | None = None,
    ) -> Kept | None: ...

    def cancel(
        self, subject: Model, *, at: datetime, kinds: Collection[str] | None = None
    ) -> Sequence[Kept]: ...

    def reopen(
        self, subject: Model, kind: str, *, policy: Literal["continue", "new_cycle"], at: datetime
    ) -> Kept | None: ...

    def lock_for(self, subject: Model) -> Sequence[Kept]: ...
