"""A history of any size: scripts are written here one after another, and worker processes make tickets of them.

Each worker takes keys as it needs them and copies its tickets in one transaction. The transactions end in the order of the
scripts, because what one ticket takes out of the store an earlier one may have let in. Numbers are taken here, in the same
order.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from service_center.kernel import numbering
from service_center.kernel.clock_drafts import lay_out
from service_center.kernel.crews import Crew, Progress, Turn
from tickets.demo.desk import Desk
from tickets.demo.in_bulk import Life, numbers_for
from tickets.demo.steps import Script

KEYS = 4000


@dataclass
class Share:
    """What one worker does."""

    scripts: list[Script]
    numbers: numbering.Run = field(init=False)

    def __post_init__(self) -> None:
        self.numbers = numbers_for(self.scripts)
        with transaction.atomic():
            self.numbers.take()


def fill(scripts: Iterator[Script], *, now: datetime, workers: int, size: int, told: Progress) -> int:
    """Make tickets of all scripts, so many in one transaction, with so many workers (0: right here); returns how many.

    `told(tickets so far)` after each share. Raises WorkerFailed.
    """
    lay_out()
    with Crew(workers, told) as crew:
        while some := list(itertools.islice(scripts, size)):
            crew.give(partial(make, Share(some), now), len(some))
        return crew.finish()


def make(share: Share, now: datetime, turn: Turn) -> None:
    """Make tickets of a share in one transaction, which ends when it is its turn."""
    desk = Desk(share.numbers, keys_ahead=KEYS)
    for script in share.scripts:
        Life(desk, script).play()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL synchronous_commit TO off")
        desk.close(now, turn)
