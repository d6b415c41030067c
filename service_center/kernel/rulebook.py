"""The rulebook, read: which rule, setting or approval chain counts for a case at an instant.

Rows are cached per process under a token that every change of the rulebook replaces. The token is read once
per transaction (outside of one: at most once per second), so a change is visible in the next transaction.
"""

from __future__ import annotations

import threading
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import connection
from django.utils.translation import gettext_lazy as _

from service_center.kernel import conditions
from service_center.kernel.errors import DomainError
from service_center.kernel.models import ApprovalStep, CalendarVersion, Rule, Setting, VersionStatus
from service_center.kernel.models.rulebook import Versioned

SettingValue = int | Decimal | bool | str | timedelta | list[Any] | dict[str, Any]
Row = TypeVar("Row", bound=Versioned)

_STATE_ID = 1
_OUTSIDE_SECONDS = 1.0
_ANSWERS = 10_000
_NO_TOKEN = UUID(int=0)
_SPANS = {"second": "seconds", "minute": "minutes", "hour": "hours", "natural_day": "days"}


class NoRule(DomainError):
    """No rule in force describes the case."""

    code = "no_rule"
    message = _("没有适用的生效规则，请管理员在规则库中补上。")


class NoSetting(DomainError):
    """A setting the work needs has no value in force."""

    code = "no_setting"
    message = _("有参数尚未设定，请管理员在参数设置中补上。")


class NoChain(DomainError):
    """Nobody is named to decide on such a request."""

    code = "no_approval_chain"
    message = _("没有规定此类申请由谁审批，请管理员在规则库中补上。")


def rule(code: str, *, at: datetime, **facts: Any) -> Rule:
    """The most specific rule in force at `at` whose conditions the facts fulfil. Raises NoRule."""
    book = _book()
    asked = (code, book.period(at), *facts.items())
    found = book.answers.get(asked)
    if found is None:
        found = conditions.most_specific(_counting(book.rules[code], at), facts)
        book.remember(asked, found)
    if found is None:
        raise NoRule(rule=conditions.key_of(code, _known(facts)))
    return found


def edges() -> list[datetime]:
    """The instants at which some rule begins or ends to count: between two of them the same case has the same rule."""
    return _book().edges


def rules(ids: Iterable[int]) -> dict[int, Rule]:
    """Rules by key with clause, document and calendar: without a query those that count or ever counted."""
    known, wanted = _book().by_id, set(ids)
    if missing := wanted - known.keys():
        drafts = Rule.objects.select_related("clause__document", "calendar").in_bulk(missing)
        return {pk: known.get(pk) or drafts[pk] for pk in wanted}
    return {pk: known[pk] for pk in wanted}


def calendar_version(calendar_id: int) -> CalendarVersion | None:
    """The version of a calendar in force, without its plan; None when nobody published it."""
    return _book().versions.get(calendar_id)


def setting(code: str, at: datetime | None = None, **facts: Any) -> Any:
    """The setting's value: int, Decimal, bool, str, timedelta, list or dict by its kind. Raises NoSetting."""
    return typed(setting_row(code, at, **facts))


def setting_row(code: str, at: datetime | None = None, **facts: Any) -> Setting:
    """The most specific row of the setting in force at `at` (now when not given). Raises NoSetting."""
    found = conditions.most_specific(_counting(_book().settings[code], at or _now()), facts)
    if found is None:
        raise NoSetting(setting=conditions.key_of(code, _known(facts)))
    return found


def approval_chain(
    kind: str, *, at: datetime, amount: Decimal | None = None, **facts: Any
) -> list[ApprovalStep]:
    """The steps that decide on such a request, in order; the most specific conditions win. Raises NoChain."""
    steps = list(_counting(_book().steps[kind], at))
    closest = conditions.most_specific(steps, facts)
    chain = [
        step
        for step in steps
        if closest is not None
        and step.conditions == closest.conditions
        and step.covers(
            amount,
            _bound(step.min_setting, step.amount_min, at),
            _bound(step.max_setting, step.amount_max, at),
        )
    ]
    if not chain:
        raise NoChain(kind=kind)
    return sorted(chain, key=lambda step: step.order)


def typed(row: Setting) -> SettingValue:
    """A setting's stored value as what it means; lists and tables are copies."""
    kind, value = Setting.Kind(row.kind), row.value
    if kind in {Setting.Kind.DECIMAL, Setting.Kind.MONEY, Setting.Kind.WEIGHT}:
        return Decimal(str(value))
    if kind == Setting.Kind.DURATION:
        return timedelta(**{_SPANS[row.unit]: float(value)})
    if kind == Setting.Kind.LIST:
        return list(value)
    return dict(value) if kind == Setting.Kind.MAPPING else value


def unfit(*, at: datetime) -> list[tuple[str, str]]:
    """What keeps the rulebook from serving in production: (key, `missing` or `demo`), for the doctor."""
    faults: list[tuple[str, str]] = []
    for model in (Rule, Setting, ApprovalStep):
        counting = dict(model.objects.in_force(at).ever_in_force().values_list("key", "demo"))
        demanded = set(model.objects.filter(mandatory=True).values_list("key", flat=True))
        faults += [(key, "missing") for key in sorted(demanded - counting.keys())]
        faults += [(key, "demo") for key, demo in sorted(counting.items()) if demo]
        if not counting:
            faults.append((model._meta.label_lower, "missing"))
    return faults


@dataclass(frozen=True)
class Book:
    """All versions that count or ever counted, by code or kind; and the rules already looked up.

    Between two `edges`, the instants at which a rule begins or ends to count, the same case has the same rule.
    """

    token: UUID
    rules: dict[str, list[Rule]]
    settings: dict[str, list[Setting]]
    steps: dict[str, list[ApprovalStep]]
    edges: list[datetime]
    versions: dict[int, CalendarVersion]
    answers: dict[tuple[Any, ...], Rule] = field(default_factory=dict)

    @cached_property
    def by_id(self) -> dict[int, Rule]:
        return {row.pk: row for rows in self.rules.values() for row in rows}

    def period(self, at: datetime) -> int:
        """Which stretch between two edges the instant lies in."""
        return bisect_right(self.edges, at)

    def remember(self, asked: tuple[Any, ...], found: Rule | None) -> None:
        """Keep the rule of a case, of the last so many cases."""
        if len(self.answers) >= _ANSWERS:
            self.answers.clear()
        if found is not None:
            self.answers[asked] = found


class _Seen(threading.local):
    """The token this thread has read, and in which transaction.

    A transaction is known by its list of commit hooks, which Django replaces at every commit, rollback and
    reconnection; None stands for no transaction. `changed_in` is one that changed the rulebook itself: what it saw
    may be rolled back.
    """

    token: UUID = _NO_TOKEN
    transaction: object | None = None
    changed_in: object = "nothing"
    read_at: float = float("-inf")
    database_time: datetime = datetime.max.replace(tzinfo=UTC)


_seen = _Seen()
_cached: Book | None = None


def lock() -> None:
    """Hold the rulebook for a change until the transaction ends, and let every reader know.

    Verbs that change the rulebook call this first. The token is random: one that is rolled back never comes
    again.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO kernel_rulebookstate (id, token) VALUES (%s, %s)"
            " ON CONFLICT (id) DO UPDATE SET token = excluded.token",
            [_STATE_ID, uuid4()],
        )
    forget()
    _seen.changed_in = connection.run_on_commit


def forget() -> None:
    """Make this thread read the token again, and the rows that go with it."""
    global _cached
    _seen.read_at, _seen.transaction = float("-inf"), None
    _cached = None


def _book() -> Book:
    global _cached
    token, book = _token(), _cached
    if book is None or book.token != token:
        book = _cached = _load(token)
    return book


def _token() -> UUID:
    here = connection.run_on_commit if connection.in_atomic_block else None
    known = _seen.transaction is here
    if here is None:
        recent = time.monotonic() - _seen.read_at < _OUTSIDE_SECONDS
        known = recent and _seen.transaction is not _seen.changed_in
    if not known:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT (SELECT token FROM kernel_rulebookstate WHERE id = %s), clock_timestamp()",
                [_STATE_ID],
            )
            token, _seen.database_time = cursor.fetchone()
        _seen.token, _seen.transaction, _seen.read_at = token or _NO_TOKEN, here, time.monotonic()
    return _seen.token


def _now() -> datetime:
    """The database's time, carried on from the last look at the token: only one clock decides."""
    _token()
    return _seen.database_time + timedelta(seconds=time.monotonic() - _seen.read_at)


def _load(token: UUID) -> Book:
    rules = Rule.objects.ever_in_force().select_related("clause__document", "calendar")
    settings = Setting.objects.ever_in_force().select_related("clause__document")
    steps = ApprovalStep.objects.ever_in_force().select_related("clause__document")
    versions = CalendarVersion.objects.filter(status=VersionStatus.IN_FORCE)
    return Book(
        token,
        _grouped((row.code, row) for row in rules),
        _grouped((row.code, row) for row in settings),
        _grouped((row.kind, row) for row in steps),
        sorted({edge for row in rules for edge in (row.valid_from, row.valid_to) if edge is not None}),
        {row.calendar_id: row for row in versions.defer("plan")},
    )


def _grouped(rows: Iterable[tuple[str, Row]]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for code, row in rows:
        groups[code].append(row)
    return groups


def _counting(rows: Sequence[Row], at: datetime) -> Iterator[Row]:
    return (row for row in rows if row.counts_at(at))


def _bound(code: str, number: Decimal | None, at: datetime) -> Decimal | None:
    return setting(code, at) if code else number


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}
