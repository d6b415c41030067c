"""The whole account of a clock: every version of its limit, each counted and skipped interval, who held it, its ladder.

Worked out from the events alone, so an explanation given today says the same next year. A version begins with the event
that brought a limit or took a verdict back, and is told as it was known until the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from service_center.kernel import alarms, calendars, clock_history, clock_subjects, folding, pausing, policies
from service_center.kernel.clock_subjects import Held
from service_center.kernel.deadlines import Interval
from service_center.kernel.explaining import REASONS
from service_center.kernel.folding import Fold
from service_center.kernel.languages import amount, pick
from service_center.kernel.models import Alarm, CalendarVersion, Clock, ClockEvent, Rule, RungFiring

Kind = ClockEvent.Kind
BRINGING = {Kind.START, Kind.RETARGET, Kind.REOPEN, Kind.RETRACT}
BEGINNINGS = {
    Kind.START: gettext_lazy("开始计时"),
    Kind.RETARGET: gettext_lazy("改用新的时限"),
    Kind.REOPEN: gettext_lazy("重新打开，接着计时"),
    Kind.RETRACT: gettext_lazy("迟到的事实撤回了超时"),
}
STATES = {
    "running": gettext_lazy("进行中"),
    "paused": gettext_lazy("暂停"),
    "met": gettext_lazy("已达成"),
    "breached": gettext_lazy("已超时"),
    "cancelled": gettext_lazy("已取消"),
}


@dataclass(frozen=True)
class Version:
    """A limit as it stood from `since` until the next version (`until`; None: it stands)."""

    number: int
    began: str
    since: datetime
    until: datetime | None
    event: ClockEvent
    calendar: CalendarVersion
    fold: Fold
    intervals: list[Interval]

    @property
    def target(self) -> str:
        """How much time it grants, or that it is a promise."""
        if self.fold.cycle.policy.promised is not None:
            return _("约定时间")
        assert self.event.rule is not None
        return amount(self.event.data.get("target", self.event.rule.value), self.event.rule.unit)

    @property
    def state(self) -> str:
        return str(STATES[self.fold.state])

    @property
    def consumed_seconds(self) -> int:
        return int(self.fold.consumed.total_seconds())

    @property
    def remaining_seconds(self) -> int:
        return int(self.fold.remaining.total_seconds())


@dataclass(frozen=True)
class Share:
    """A stretch in which one person had the case: how long by the wall clock, and how much of it counted."""

    start: datetime
    end: datetime
    name: str
    part: str
    seconds: float
    counted: float


@dataclass(frozen=True)
class Step:
    """A rung of the ladder: `fired`, `skipped`, `cancelled` by somebody's word, `coming`, or `never` (the clock stopped)."""

    name: str
    role: str
    at: datetime | None
    state: str
    alarm: Alarm | None = None


@dataclass(frozen=True)
class Story:
    """Everything that can be said of a clock at an instant."""

    clock: Clock
    now: datetime
    versions: list[Version]
    holders: list[Share] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)

    @property
    def current(self) -> Version:
        return self.versions[-1]

    @property
    def end(self) -> datetime:
        """Where the picture ends: at the stop, else at what is later of due and now."""
        cycle = self.current.fold.cycle
        if cycle.stopped_at is not None:
            return max(cycle.stopped_at, cycle.due_at or cycle.stopped_at)
        return max(self.now, cycle.due_at or self.now)


def tell(clock: Clock, row: Any, now: datetime) -> Story:
    """The account of one clock of the row (None: its subject is not known, nobody is named)."""
    events = clock_history.of([clock])[clock.pk]
    versions = _versions(events, now)
    current = versions[-1].fold
    known = clock_subjects.SUBJECTS.get(clock.subject_type)
    held = known.holders(row) if known is not None and row is not None else ()
    until = current.cycle.stopped_at or now
    told = alarms.of_clocks([clock]).get(clock.pk, [])
    return Story(
        clock,
        now,
        versions,
        _shares(held, versions[-1].intervals, current.cycle.started_at, until),
        _steps(clock, current, told),
    )


def _versions(events: Sequence[ClockEvent], now: datetime) -> list[Version]:
    """One for each event that brought a limit or took a verdict back, folded over what was known while it stood."""
    rules = Rule.objects.select_related("clause__document").in_bulk({e.rule_id for e in events if e.rule_id})
    for event in events:
        event.rule = rules.get(event.rule_id or 0)
    facts = clock_history.facts(events, language=calendars.language())
    begins = [index for index, event in enumerate(events) if event.kind in BRINGING]
    numbers = {event.calendar_version_id for event in events if event.calendar_version_id}
    known = CalendarVersion.objects.select_related("calendar").in_bulk(numbers)
    found = []
    for number, index in enumerate(begins, 1):
        following = begins[number] if number < len(begins) else None
        until = None if following is None else events[following].at
        last = len(events) if following is None else _known_before(events, following)
        asof = now if until is None else until
        fold = folding.fold(facts[:last], asof)
        brought = events[fold.cycle.policy_seq - 1]
        found.append(
            Version(
                number,
                _began(events[index]),
                events[index].occurred_at if number > 1 else fold.cycle.started_at,
                until,
                brought,
                known[brought.calendar_version_id or 0],
                fold,
                fold.cycle.explain(asof),
            )
        )
    return found


def _known_before(events: Sequence[ClockEvent], index: int) -> int:
    """How many events were known before: a retraction comes with the truth that caused it."""
    return index - 1 if events[index].kind == Kind.RETRACT else index


def _began(event: ClockEvent) -> str:
    if event.data.get("policy") == "new_cycle" or (event.kind == Kind.START and event.seq > 1):
        return _("重新打开，另起一周期")
    return str(BEGINNINGS[ClockEvent.Kind(event.kind)])


def _shares(held: Sequence[Held], lines: Sequence[Interval], start: datetime, end: datetime) -> list[Share]:
    """Who had the case between two instants, neighbours alike joined by whoever told."""
    found = []
    for index, one in enumerate(held):
        begin = max(one.since, start)
        close = end if index + 1 == len(held) else min(held[index + 1].since, end)
        if begin < close:
            counted = sum(_overlap(line, begin, close) for line in lines if line.counted)
            wall = (close - begin).total_seconds()
            found.append(Share(begin, close, one.name, one.part, wall, counted))
    return found


def _overlap(line: Interval, start: datetime, end: datetime) -> float:
    return max((min(line.end, end) - max(line.start, start)).total_seconds(), 0.0)


def _steps(clock: Clock, fold: Fold, told: Sequence[Alarm]) -> list[Step]:
    """The ladder the clock is on, in the order of its rungs."""
    fired = {
        row.rung: row
        for row in RungFiring.objects.filter(clock=clock, cycle=fold.number, generation=fold.generation)
    }
    rang = {
        alarm.rung: alarm
        for alarm in told
        if (alarm.cycle, alarm.generation) == (fold.number, fold.generation)
    }
    coming = {rung.name: at for at, rung in fold.schedule()}
    rungs = list(fold.cycle.policy.rungs)
    if all(rung.name != folding.DUE for rung in rungs):
        rungs.append(folding.Rung(folding.DUE))
    return [_step(rung, fired.get(rung.name), rang.get(rung.name), coming, fold) for rung in rungs]


def _step(
    rung: folding.Rung, row: RungFiring | None, alarm: Alarm | None, coming: dict[str, datetime], fold: Fold
) -> Step:
    if row is not None:
        return Step(rung.name, rung.role, row.instant, "skipped" if row.skipped else "fired", alarm)
    if rung.name in coming:
        return Step(rung.name, rung.role, coming[rung.name], "coming")
    return Step(rung.name, rung.role, None, "never" if fold.cycle.stopped_at else _not_coming(fold))


def _not_coming(fold: Fold) -> str:
    return "cancelled" if fold.cycle.acknowledged_at is not None else "waiting"


def why(line: Interval) -> str:
    """Why an interval counts or does not, in words: the hours, the holiday's or the make-up day's name, whom we wait for."""
    if line.reason == "paused":
        return pausing.waits(line.detail)
    reason = str(REASONS[line.reason])
    if line.reason in {"open", "working_day"} and line.detail:
        reason = _("按调整后的安排上班")
    if line.reason in {"exception", "open", "working_day"} and line.detail:
        return _("%(reason)s：%(day)s") % {"reason": reason, "day": line.detail}
    return reason


def tone(line: Interval) -> str:
    """How an interval is drawn: counted, makeup, paused, holiday, closed, days that do not count."""
    if line.counted:
        return "makeup" if line.detail and line.reason in {"open", "working_day"} else "counted"
    return {"paused": "paused", "exception": "holiday", "rest_day": "rest"}.get(line.reason, "closed")


def calendar_words(version: CalendarVersion) -> str:
    """The calendar with the version it counted on."""
    return _("%(name)s（第 %(number)s 版）") % {"name": pick(version.calendar), "number": version.number}


def unit_of(clock: Clock) -> str:
    return policies.INSTANT if clock.promised_at else clock.rule.unit
