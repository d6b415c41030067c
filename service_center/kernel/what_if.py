"""Another target, or another calendar: how many of a past quarter's deadlines would have been met under it.

Nothing is estimated: each clock's own history (when it started, paused, stopped) is folded once as it was and once with the
asked duration in place of its rule's. Where a quarter holds more clocks than can be folded while somebody waits, a
sample is drawn by a digest of their ids (the same one each time) and its margin told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from math import sqrt
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from service_center.kernel import calendars, clock_history, errors, folding, policies, rulebook
from service_center.kernel.access import has_role
from service_center.kernel.folding import Fact
from service_center.kernel.models import Calendar, Clock, ClockEvent, Rule
from service_center.kernel.worktime import Calendar as Hours

if TYPE_CHECKING:
    from service_center.kernel.models import User

LIMIT = 2000
CHUNK = 250
Z_95 = 1.96
ASKERS = ("manager", "director", "analyst", "quality", "admin")


def can_ask(actor: User) -> bool:
    """Who answers for targets, and who works out their figures."""
    return has_role(actor, *ASKERS)


@dataclass(frozen=True, order=True)
class Quarter:
    """Three months of the company's calendar."""

    year: int
    number: int

    @classmethod
    def before(cls, at: datetime) -> Quarter:
        """The last whole quarter."""
        local = at.astimezone(ZoneInfo(settings.TIME_ZONE))
        here = cls(local.year, (local.month + 2) // 3)
        return here.previous()

    @classmethod
    def parse(cls, text: str) -> Quarter:
        """2026Q3. Raises Invalid(quarter)."""
        year, _q, number = text.upper().partition("Q")
        if len(year) == 4 and year.isdecimal() and number in {"1", "2", "3", "4"} and int(year) >= 2000:
            return cls(int(year), int(number))
        raise errors.Invalid(_("请按 2026Q3 的格式填写季度。"), field="quarter")

    def previous(self) -> Quarter:
        return Quarter(self.year, self.number - 1) if self.number > 1 else Quarter(self.year - 1, 4)

    def following(self) -> Quarter:
        return Quarter(self.year, self.number + 1) if self.number < 4 else Quarter(self.year + 1, 1)

    @property
    def start(self) -> datetime:
        zone = ZoneInfo(settings.TIME_ZONE)
        return datetime(self.year, self.number * 3 - 2, 1, tzinfo=zone).astimezone(UTC)

    def __str__(self) -> str:
        return f"{self.year}Q{self.number}"


@dataclass
class Tally:
    """How clocks ended: by the verdict they got and by the one they would have got."""

    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)

    def count(self, side: int, *verdicts: str) -> int:
        return sum(number for pair, number in self.pairs.items() if pair[side] in verdicts)

    def rate(self, side: int) -> float | None:
        """Met of decided, as a share; None when none is decided."""
        decided = self.count(side, "met", "late")
        return self.count(side, "met") / decided if decided else None

    @property
    def total(self) -> int:
        return sum(self.pairs.values())

    @property
    def real(self) -> float | None:
        return self.rate(0)

    @property
    def asked(self) -> float | None:
        return self.rate(1)

    @property
    def gained(self) -> int:
        """Late in truth, in time under what is asked."""
        return self.pairs["late", "met"]

    @property
    def lost(self) -> int:
        """In time in truth, late under what is asked."""
        return self.pairs["met", "late"]

    @property
    def undecided(self) -> int:
        """Still open and, under what is asked, not due yet."""
        return self.count(1, "open")


@dataclass(frozen=True)
class Answer:
    """The figures of one question. `margin`: half the width of the 95 % interval of the asked rate, when a sample was drawn."""

    quarter: Quarter
    population: int
    whole: Tally
    by_rule: list[tuple[Rule, Tally]]
    margin: float | None

    @property
    def sampled(self) -> bool:
        return self.whole.total < self.population


def ask(
    rule: Rule,
    *,
    value: Decimal | None = None,
    unit: str = "",
    calendar: Calendar | None = None,
    whole_code: bool = False,
    quarter: Quarter,
    at: datetime,
) -> Answer:
    """Last quarter's attainment of a rule (or of all rules of its code) as it was and under another value or calendar.

    What is left out stays as each rule has it. Raises Invalid (nothing asked; a value that makes no deadline; a quarter
    that has not begun).
    """
    if value is None and calendar is None:
        raise errors.Invalid(_("请填写新的数值，或选择另一个日历。"), field="value")
    if calendar is not None and not calendar.version:
        raise errors.Invalid(_("这个日历还没有生效的版本。"), field="calendar")
    if quarter.start > at:
        raise errors.Invalid(_("这个季度还没有开始。"), field="quarter")
    hours = None if calendar is None else hours_of(calendar, at)
    wanted = _Wanted(value, unit or rule.unit, hours)
    wanted.check(rule, at)
    found = decided(rule, quarter, whole_code=whole_code)
    population = found.count()
    by_rule: dict[int, Tally] = {}
    for clocks in _chunks(_sample(found) if population > LIMIT else found.order_by("pk")):
        for clock, pair in _judged(clocks, wanted, at):
            by_rule.setdefault(clock.rule_id, Tally()).pairs[pair] += 1
    return _answer(quarter, population, by_rule)


def hours_of(calendar: Calendar, at: datetime) -> Hours:
    """The calendar's version in force, as a value."""
    return calendars.load(calendars.current(calendar.pk, at=at).pk)


def decided(rule: Rule, quarter: Quarter, *, whole_code: bool) -> QuerySet[Clock]:
    """The clocks of the rule that were stopped, or ran late without a stop, in the quarter; cancelled ones are left out."""
    begin, end = quarter.start, quarter.following().start
    rows = Clock.objects.filter(rule__code=rule.code).exclude(state=Clock.State.CANCELLED)
    if not whole_code:
        rows = rows.filter(rule__key=rule.key)
    stopped = Q(stopped_at__gte=begin, stopped_at__lt=end)
    late = Q(stopped_at=None, state=Clock.State.BREACHED, breached_at__gte=begin, breached_at__lt=end)
    return rows.filter(stopped | late, promised_at=None)


def _sample(rows: QuerySet[Clock]) -> QuerySet[Clock]:
    """So many of them, as good as drawn by lot and yet the same ones each time."""
    digest = Func(
        Cast(F("pk"), TextField()),
        Value(""),
        function="md5",
        template="md5(%(expressions)s)",
        arg_joiner="||",
    )
    return rows.order_by(digest)[:LIMIT]


def _chunks(rows: QuerySet[Clock]) -> Iterator[list[Clock]]:
    ids = list(rows.values_list("pk", flat=True))
    for begin in range(0, len(ids), CHUNK):
        yield list(Clock.objects.filter(pk__in=ids[begin : begin + CHUNK]))


@dataclass(frozen=True)
class _Wanted:
    """The duration asked about; None keeps what each rule has."""

    value: Decimal | None
    unit: str
    hours: Hours | None

    def check(self, rule: Rule, at: datetime) -> None:
        try:
            policies.of(self._rule(rule), self.hours or hours_of(rule.calendar, at))
        except (ValueError, KeyError, ArithmeticError) as error:
            raise errors.Invalid(_("数值、单位或提醒步骤不能组成时限。"), field="value") from error

    def _rule(self, rule: Rule) -> Rule:
        """An unsaved copy with the asked duration; what happens on the way does not matter to the verdict."""
        value, unit = (rule.value, rule.unit) if self.value is None else (self.value, self.unit)
        return Rule(code=rule.code, value=value, unit=unit, pausing_reasons=rule.pausing_reasons, rungs=[])

    def instead(self, event: ClockEvent, fact: Fact, code: str) -> Fact:
        """The fact with the asked policy where the event brought one of these rules."""
        if event.rule is None or event.rule.code != code or fact.policy is None:
            return fact
        hours = self.hours or fact.policy.calendar
        return replace(fact, policy=policies.of(self._rule(event.rule), hours))


def _judged(
    clocks: Sequence[Clock], wanted: _Wanted, at: datetime
) -> Iterator[tuple[Clock, tuple[str, str]]]:
    """Each clock with the verdict of its history as it was and as it would be."""
    histories = clock_history.of(clocks)
    rules = rulebook.rules(clock.rule_id for clock in clocks)
    for clock in clocks:
        events = histories[clock.pk]
        facts = clock_history.facts(events)
        code = rules[clock.rule_id].code
        asked = [wanted.instead(event, fact, code) for event, fact in zip(events, facts, strict=True)]
        yield clock, (_verdict(facts, at), _verdict(asked, at))


def _verdict(facts: Iterable[Fact], at: datetime) -> str:
    fold = folding.fold(facts, at)
    if fold.breached_at is not None:
        return "late"
    return "met" if fold.cycle.stopped_at is not None else "open"


def _answer(quarter: Quarter, population: int, by_rule: dict[int, Tally]) -> Answer:
    """Versions of one rule are told together, by their latest."""
    rules, whole = rulebook.rules(by_rule), Tally()
    latest: dict[str, Rule] = {}
    together: dict[str, Tally] = {}
    for pk, tally in by_rule.items():
        rule = rules[pk]
        whole.pairs += tally.pairs
        together.setdefault(rule.key, Tally()).pairs += tally.pairs
        if rule.key not in latest or latest[rule.key].version < rule.version:
            latest[rule.key] = rule
    lines = [(latest[key], together[key]) for key in sorted(together)]
    rate, number = whole.asked, whole.count(1, "met", "late")
    margin = None
    if whole.total < population and rate is not None:
        margin = Z_95 * sqrt(rate * (1 - rate) / number)
    return Answer(quarter, population, whole, lines, margin)
