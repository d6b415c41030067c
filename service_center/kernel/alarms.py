"""Rungs as people meet them: told once to those the org chart names, acknowledged by one of them, or climbing on.

`ring` is called by the subscriber of a rung, once for each fact however often it is told. `acknowledge` is a clock's
event like any other: the fold cancels the rungs still to come on this ladder, and the due one stays, being the verdict.
A retarget or a new cycle begins a ladder that wants its own acknowledgement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _

from service_center.kernel import clock_events, clocks, firing, journal
from service_center.kernel.errors import DomainError, Forbidden, Invalid
from service_center.kernel.models import (
    Alarm,
    AlarmRecipient,
    AlarmTask,
    Clock,
    Event,
    RungAction,
    User,
)

if TYPE_CHECKING:
    from django.db.models import QuerySet

RECENT = timedelta(days=30)
"""Older news is no alarm any more: it stands in the ticket's own list."""
Fact = tuple[journal.EventType, Alarm, dict[str, Any]]
"""A fact to be: its kind, its alarm, what it says beside what every fact of an alarm says."""


class NotRinging(DomainError):
    """The clock stands still for good, or nothing of its ladder has been told yet."""

    code = "not_ringing"
    message = _("这个时限没有待确认的提醒。")


class AlreadyAcknowledged(DomainError):
    code = "already_acknowledged"
    message = _("已有人确认知悉，不会再向上升级。")


class NoTask(DomainError):
    code = "no_task"
    message = _("这次提醒没有开立任务。")


class TaskDone(DomainError):
    code = "task_done"
    message = _("这项任务已经完成。")


@dataclass(frozen=True)
class Reached:
    """Whom a rung reaches: the role that was there (empty: nobody), its users, and the roles passed over."""

    role: str
    users: Sequence[User]
    passed: Sequence[str] = ()


def ring(told: Sequence[tuple[Event, Reached]], *, at: datetime) -> list[tuple[Alarm, Reached]]:
    """Note whom the rungs of these facts reach; returns those that are news, each with its people.

    A rung that passed somebody over is told as such; one that opens a task gives it to the first who was reached.
    """
    known = set(
        Alarm.objects.filter(event__in=[event for event, _ in told]).values_list("event_id", flat=True)
    )
    news = [(_alarm(event, reached, at), reached) for event, reached in told if event.pk not in known]
    Alarm.objects.bulk_create([alarm for alarm, _ in news])
    AlarmRecipient.objects.bulk_create(
        [AlarmRecipient(alarm=alarm, user=user) for alarm, reached in news for user in reached.users]
    )
    owed = [
        AlarmTask(alarm=alarm, user=reached.users[0], opened_at=at)
        for alarm, reached in news
        if alarm.action == RungAction.OPEN_TASK and reached.users
    ]
    AlarmTask.objects.bulk_create(owed)
    facts: list[Fact] = [
        (clock_events.PASSED_ON, alarm, {"role": alarm.role, "reached": reached.role or None})
        for alarm, reached in news
        if reached.passed
    ]
    facts += [(clock_events.TASK_OPENED, task.alarm, {"person": task.user.username}) for task in owed]
    _record(facts, actor=None, at=at)
    return news


def _alarm(event: Event, reached: Reached, at: datetime) -> Alarm:
    about = event.data
    return Alarm(
        event=event,
        clock_id=about["clock"],
        cycle=about["cycle"],
        generation=about["generation"],
        rung=about["rung"],
        action=about.get("action", RungAction.NOTIFY),
        role=about.get("role") or "owner",
        reached=reached.role,
        passed=list(reached.passed),
        at=at,
    )


def acknowledge(alarm: Alarm, *, note: str = "", actor: User | None, at: datetime) -> Alarm:
    """One of those told has the case in hand: nothing more climbs on this ladder (the verdict at the due time stays).

    Raises Forbidden for somebody who was not told, NotRinging for a ladder that is over, AlreadyAcknowledged.
    """
    clock = clocks.lock_one(alarm.clock_id)
    alarm = Alarm.objects.get(pk=alarm.pk)
    by = actor if actor is not None else alarm.recipients.select_related("user").earliest("id").user
    if not alarm.recipients.filter(user=by).exists():
        raise Forbidden(_("只有收到提醒的人可以确认知悉。"))
    if clock.stopped_at is not None or (clock.cycle, clock.generation) != (alarm.cycle, alarm.generation):
        raise NotRinging
    if clock.acknowledged_at is not None:
        raise AlreadyAcknowledged
    clocks.acknowledge(clock, alarm=alarm.pk, at=at)
    alarm.acknowledged_at, alarm.acknowledged_by, alarm.note = at, by, note.strip()
    alarm.save(update_fields=["acknowledged_at", "acknowledged_by", "note"])
    _record([(clock_events.ACKNOWLEDGED, alarm, {"person": by.username})], actor=actor, at=at)
    return alarm


def complete(alarm: Alarm, *, result: str, actor: User | None, at: datetime) -> AlarmTask:
    """Write what came of the task a rung opened. Raises NoTask, Forbidden (not one's own), TaskDone, Invalid (no words)."""
    task = AlarmTask.objects.select_for_update(of=("self",)).filter(alarm=alarm).first()
    if task is None:
        raise NoTask
    if actor is not None and actor.pk != task.user_id:
        raise Forbidden(_("这项任务由别人负责。"))
    if task.done_at is not None:
        raise TaskDone
    if not result.strip():
        raise Invalid(_("请写明处理结果。"), field="result")
    task.done_at, task.result = at, result.strip()
    task.save(update_fields=["done_at", "result"])
    _record([(clock_events.TASK_DONE, alarm, {})], actor=actor, at=at)
    return task


def ringing_for(user: User, *, at: datetime) -> QuerySet[Alarm]:
    """What the user was told lately and nobody has in hand, newest first."""
    mine = Alarm.objects.visible_to(user).ringing().filter(at__gte=at - RECENT)
    return mine.select_related("clock__rule__clause__document", "event").order_by("-id")


def tasks_of(user: User) -> QuerySet[AlarmTask]:
    """The user's undone tasks, oldest first."""
    return AlarmTask.objects.visible_to(user).undone().select_related("alarm__clock__rule").order_by("id")


def of_clocks(clocks_shown: Iterable[Clock]) -> dict[int, list[Alarm]]:
    """What was told of these clocks, all ladders, oldest first, each with whom it was `told`; one query for all."""
    who = JSONObject(user="user_id", username="user__username", name="user__person__name")
    people = AlarmRecipient.objects.filter(alarm=OuterRef("pk")).order_by("id").values(row=who)
    rows = (
        Alarm.objects.filter(clock__in=[clock.pk for clock in clocks_shown])
        .select_related("acknowledged_by__person", "task")
        .annotate(told=ArraySubquery(people))  # type: ignore[no-redef]  # declared on the model
        .order_by("id")
    )
    found: dict[int, list[Alarm]] = {}
    for alarm in rows:
        found.setdefault(alarm.clock_id, []).append(alarm)
    return found


def _record(facts: Sequence[Fact], *, actor: User | None, at: datetime) -> None:
    """Facts about alarms, each on the timelines of its clock's subject and of the clock."""
    if not facts:
        return
    clocks_told = Clock.objects.select_related("rule").in_bulk({alarm.clock_id for _, alarm, _ in facts})
    journal.record_many(
        [_fact(kind, alarm, clocks_told[alarm.clock_id], data, actor, at) for kind, alarm, data in facts]
    )


def _fact(
    kind: journal.EventType,
    alarm: Alarm,
    clock: Clock,
    data: dict[str, Any],
    actor: User | None,
    at: datetime,
) -> journal.Prepared:
    about = {"clock": clock.pk, "kind": clock.kind, "rung": alarm.rung}
    return journal.prepare(
        kind,
        clock.subject_type,
        clock.subject_id,
        at=at,
        actor=actor,
        links=[("kernel.clock", clock.pk)],
        data=about | firing.named(clock.rule) | data,
    )
