"""What a book of clocks offers: the module `clocks` keeps it in the database, `clock_drafts` in memory."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from django.db.models import Model

from service_center.kernel.models import Clock, Rule


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
    ) -> Clock: ...

    def pause(
        self, subject: Model, *, reason: str, at: datetime, kinds: Collection[str] | None = None
    ) -> list[Clock]: ...

    def resume(
        self, subject: Model, *, at: datetime, kinds: Collection[str] | None = None
    ) -> list[Clock]: ...

    def stop(
        self, subject: Model, kind: str, *, at: datetime, occurred_at: datetime | None = None
    ) -> Clock | None: ...

    def retarget(
        self,
        subject: Model,
        kind: str,
        *,
        rule: Rule,
        at: datetime,
        target: Decimal | None = None,
        due_at: datetime | None = None,
    ) -> Clock | None: ...

    def cancel(
        self, subject: Model, *, at: datetime, kinds: Collection[str] | None = None
    ) -> list[Clock]: ...

    def reopen(
        self, subject: Model, kind: str, *, policy: Literal["continue", "new_cycle"], at: datetime
    ) -> Clock | None: ...

    def lock_for(self, subject: Model) -> list[Clock]: ...
