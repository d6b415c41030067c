"""Parts of a ticket computed in memory: drawn, waited for, let go, built in; and what becomes of the old ones."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone

from service_center.kernel import rulebook
from service_center.kernel.drafting import Row, about
from service_center.kernel.journal import EventType
from tickets import events
from tickets.actions.part_lines import add_months
from tickets.demo.beginning import TICKET
from tickets.demo.company import Item
from tickets.demo.desk import Desk
from tickets.demo.steps import Script
from tickets.demo.stockroom import PART, Held
from tickets.demo.working import Working
from tickets.models import FaultyPart, PartLine

LINE, FAULTY = PartLine._meta.label_lower, FaultyPart._meta.label_lower
SUPPLIED = "到货入账"
"""Why there is more in the store than before."""


@dataclass(slots=True)
class Drawn:
    """A part line with its reservation, and where the old part went."""

    row: Row
    held: Held
    old_part: str | None = None


class Drawing(Working):
    """`drawn` are the part lines in the order in which they were asked for."""

    def __init__(self, desk: Desk, script: Script) -> None:
        super().__init__(desk, script)
        self.drawn: list[Drawn] = []

    def supply(self, *, item: Item, quantity: int) -> None:
        """More of a part comes in; a line of this ticket that waits for it gets it."""
        self.desk.stock.supply(item.part, item.store, quantity, reason=SUPPLIED, at=self.tick)
        for line in self.lines("short"):
            if line.held.part is item.part:
                self.desk.stock.fill(line.held, self.tick)

    def lines(self, *statuses: str) -> list[Drawn]:
        """Those in one of the states, in the order of their parts."""
        found = [line for line in self.drawn if line.row["status"] in statuses]
        return sorted(found, key=lambda line: (line.held.part.id, line.row.pk)) if len(found) > 1 else found

    def add_part(self, *, item: Item, quantity: int, short: bool) -> None:
        self.case.version += 1
        status = "short" if short else "reserved"
        row = self.new(PartLine, part_id=item.part.id, quantity=quantity, status=status)
        held = self.desk.stock.reserve(
            item.part, item.store, quantity, short=short, source=(LINE, row.pk), reference=self.case.number,
            actor=self.actor, at=self.tick,
        )  # fmt: skip
        row["reservation_id"] = held.row.pk
        line = Drawn(row, held)
        self.drawn.append(line)
        self.tell_of_line(events.PART_ADDED, line, self.actor, quantity=quantity, status=status)

    def tell_of_line(self, kind: EventType, line: Drawn, actor: int | None, **data: Any) -> None:
        """A fact about a part line, on the part's timeline too."""
        draft, part = self.draft, line.held.part
        subject = about(self.case.pk, self.case.version, actor)
        timelines = (*self.timelines, draft.timeline(PART, part.id))
        told = {"part": part.code, "part_line": line.row.pk, **data}
        draft.say(draft.head(kind, TICKET), subject, self.tick, self.tick, told, timelines)

    def release_part(self, *, line: int) -> None:
        self.case.version += 1
        self._let_go(self.drawn[line - 1])

    def _let_go(self, line: Drawn) -> None:
        self.desk.stock.release(line.held, None, self.tick)
        line.row["status"] = "released"
        self.tell_of_line(events.PART_RELEASED, line, self.actor, quantity=line.row["quantity"])

    def issue_part(self, *, line: int) -> None:
        """The storekeeper hands it out, and the ticket hears of it (news.part_issued)."""
        drawn = self.drawn[line - 1]
        self.desk.stock.issue(drawn.held, self.actor, self.tick)
        drawn.row["status"] = "issued"
        self.case.version += 1
        self.tell_of_line(events.PART_ISSUED, drawn, None, quantity=drawn.row["quantity"])

    def part_came(self, *, line: int) -> None:
        """The line has its part, and the ticket that waited for it goes on (news.part_came)."""
        drawn = self.drawn[line - 1]
        drawn.row["status"] = "reserved"
        self.case.version += 1
        self.tell_of_line(events.PART_FILLED, drawn, None)
        self.resume()

    def dispose(self, *, line: int, disposition: str) -> None:
        self.case.version += 1
        drawn = self.drawn[line - 1]
        drawn.old_part = disposition
        kept = disposition == "custody"
        retention: timedelta = rulebook.setting("faulty_part.retention", at=self.at)
        until = timezone.localdate(self.at + retention) if kept else None
        row = self.put(FaultyPart, part_line_id=drawn.row.pk, disposition=disposition, keep_until=until)
        if kept:
            part, quantity, branch = drawn.held.part, drawn.row["quantity"], self.case.customer.branch_id
            self.desk.stock.take_custody(part, quantity, branch_id=branch, source=(FAULTY, row), at=self.tick)
        self.tell_of_line(events.FAULTY_DISPOSED, drawn, self.actor, disposition=disposition)

    def use_all(self) -> list[str]:
        """Everything drawn is built in, what is still waited for was not needed; the codes of the parts used."""
        used = self.lines("reserved", "issued")
        for line in self.lines("short"):
            self._let_go(line)
        for line in used:
            if line.held.row["status"] == "reserved":
                self.desk.stock.issue(line.held, None, self.tick)
            self.desk.stock.consume(line.held, None, self.tick)
            months = line.held.part.warranty_months or int(rulebook.setting("warranty.part_term", at=self.at))
            line.row.update(status="used", warranty_until=add_months(timezone.localdate(self.at), months))
            self.tell_of_line(events.PART_USED, line, self.actor, quantity=line.row["quantity"])
        return [line.held.part.code for line in used]

    def let_go_all(self) -> None:
        """The job ends without the parts it holds."""
        for line in self.lines("reserved", "short", "issued"):
            if line.row["status"] == "issued":
                self.desk.stock.give_back(line.held, None, self.tick)
                line.row["status"] = "released"
            else:
                self._let_go(line)

    def parts_on_record(self) -> list[dict[str, Any]]:
        """What a report says of them (`queries.report`)."""
        return [
            {
                "part": line.held.part.code,
                "quantity": line.row["quantity"],
                "serials": [],
                "old_part": line.old_part,
            }
            for line in self.drawn
            if line.row["status"] not in ("short", "released")
        ]
