"""What the tickets of one transaction share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile

from service_center.kernel import attachments, bigrams, copying, numbering, rulebook
from service_center.kernel.clock_drafts import ClockDrafts
from service_center.kernel.copying import Sheet
from service_center.kernel.drafting import Draft
from tickets.demo.case import Case
from tickets.demo.stockroom import Stockroom
from tickets.demo.words import PNG
from tickets.models import SearchDocument


class Desk:
    """What the tickets of one transaction share: rows to be, clocks, numbers, the one picture of a signature."""

    def __init__(self, numbers: numbering.Run, *, keys_ahead: int = 200) -> None:
        self.draft = Draft(keys_ahead=keys_ahead)
        self.clocks = ClockDrafts(self.draft)
        self.stock = Stockroom(self.draft)
        self.numbers = numbers
        self.picture = attachments.keep(SimpleUploadedFile("signature.png", PNG, content_type="image/png"))
        self.visit = timedelta(minutes=int(rulebook.setting("dispatch.visit.minutes")))
        self.travel = timedelta(minutes=int(rulebook.setting("dispatch.travel.minutes")))
        self._found_by: dict[tuple[int, str, str, bool], tuple[frozenset[str], bytes]] = {}
        self.searches: Sheet = self.draft.sheet(SearchDocument, ("ticket_id", "document"))

    def close(self, now: datetime, turn: Callable[[], None] = lambda: None) -> int:
        """Let the clocks ring up to now, then write everything; returns how many rows (`Draft.write`)."""
        self.clocks.run_to(now)
        self.stock.close()
        return self.draft.write(turn)

    def index(self, case: Case) -> None:
        """The words a ticket may be found by (`search.document`): the number's are its own, the others shared by many."""
        shown = (case.machine.pk, case.subject, case.symptom, case.unit is not None)
        known = self._found_by.get(shown)
        if known is None:
            model = case.product_model
            told = [case.subject, case.symptom, case.customer.name]
            if case.unit is not None and model is not None:
                told += [case.unit.serial, f"{model.code} {model.name_zh} {model.name_en}"]
            shared = sorted({word for text in told for word in bigrams.words(text)})
            known = self._found_by[shown] = frozenset(shared), b"".join(map(_word, shared))
        number = case.number.lower().split("-")
        own = {*number, number[-1].lstrip("0")} - known[0]
        document = copying.vector(len(known[0]) + len(own), known[1] + b"".join(map(_word, sorted(own))))
        self.searches.rows.append(self.searches.start + copying.bigint(case.pk) + document)


def _word(word: str) -> bytes:
    return word.encode() + b"\x00\x00\x00"
