"""Rungs in pages: beside each clock who was told, a button for those who were, and a list of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from service_center.kernel import alarms, clock_subjects, commands, journal
from service_center.kernel.errors import DomainError
from service_center.kernel.languages import listed
from service_center.kernel.models import Alarm, AlarmTask, Clock, User

SHOWN = 50


@dataclass(frozen=True)
class Told:
    """What was told on the ladder a clock is on: the last rung, who took it in hand, the reader's own to acknowledge."""

    last: Alarm
    people: str
    role: str
    passed: str
    acknowledged: Alarm | None
    mine: Alarm | None
    task: AlarmTask | None


def beside(clocks: Sequence[Clock], user: User) -> dict[int, Told]:
    """By clock; a clock nobody was told of is left out."""
    found = {}
    rows = alarms.of_clocks(clocks)
    for clock in clocks:
        ladder = [
            a for a in rows.get(clock.pk, ()) if (a.cycle, a.generation) == (clock.cycle, clock.generation)
        ]
        if ladder:
            found[clock.pk] = _told(clock, ladder, user)
    return found


def with_told(shown: list[dict[str, Any]], user: User) -> list[dict[str, Any]]:
    """Drawn clocks (each with its `row`) with what was told of them under `told`."""
    told = beside([c["row"] for c in shown], user)
    for c in shown:
        c["told"] = told.get(c["row"].pk)
    return shown


def _told(clock: Clock, ladder: list[Alarm], user: User) -> Told:
    last = ladder[-1]
    own = [alarm for alarm in ladder if any(who["user"] == user.pk for who in alarm.told)]
    open_still = clock.stopped_at is None and clock.acknowledged_at is None
    tasks = [alarm.task for alarm in own if hasattr(alarm, "task")]
    return Told(
        last=last,
        people=names(last),
        role=role_name(last.reached),
        passed=listed(role_name(role) for role in last.passed),
        acknowledged=next((alarm for alarm in reversed(ladder) if alarm.acknowledged_at), None),
        mine=own[-1] if own and open_still else None,
        task=next((task for task in tasks if task.done_at is None and task.user_id == user.pk), None),
    )


def names(alarm: Alarm) -> str:
    """Who was told, by name."""
    return listed(who["name"] or who["username"] for who in alarm.told)


def role_name(code: str) -> str:
    """A post, or a part in the case, in the reader's language."""
    for choices in journal.COMMON.get("role", ()):
        if code in choices.values:
            return str(choices(code).label)
    return code


def own(user: User) -> dict[str, Any]:
    """What the inbox shows above the news: deadlines that ring for the user, and tasks not done."""
    at = commands.now()
    ringing = list(alarms.ringing_for(user, at=at)[:SHOWN])
    newest = list({alarm.clock_id: alarm for alarm in reversed(ringing)}.values())[::-1]
    tasks = list(alarms.tasks_of(user)[:SHOWN])
    rows = clock_subjects.rows_of([*(a.clock for a in newest), *(t.alarm.clock for t in tasks)])
    return {
        "ringing": [_line(alarm, rows) for alarm in newest],
        "tasks": [_line(task.alarm, rows) | {"task": task} for task in tasks],
    }


def _line(alarm: Alarm, rows: dict[tuple[str, int], Any]) -> dict[str, Any]:
    clock = alarm.clock
    row, known = (
        rows.get((clock.subject_type, clock.subject_id)),
        clock_subjects.SUBJECTS.get(clock.subject_type),
    )
    return {
        "alarm": alarm,
        "clock": clock,
        "label": clock_subjects.label(clock),
        "number": known.number(row) if known and row is not None else "",
        "address": known.address(row) if known and row is not None else "",
    }


@login_required
@require_POST
def acknowledgement(request: HttpRequest, pk: int) -> HttpResponse:
    """Have it in hand; whoever was not told finds nothing here."""
    alarm = _mine(request, pk)
    try:
        commands.run(alarms.acknowledge, alarm, note=request.POST.get("note", "")[:500], by=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("已记录：您已知悉，不再向上升级。"))
    return redirect(_back(request, alarm))


@login_required
@require_POST
def completion(request: HttpRequest, pk: int) -> HttpResponse:
    """Finish a task with what came of it."""
    alarm = _mine(request, pk)
    try:
        commands.run(alarms.complete, alarm, result=request.POST.get("result", "")[:10_000], by=request)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("任务已完成。"))
    return redirect(_back(request, alarm))


def _mine(request: HttpRequest, pk: int) -> Alarm:
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    return get_object_or_404(Alarm.objects.visible_to(user).select_related("clock").distinct(), pk=pk)


def _back(request: HttpRequest, alarm: Alarm) -> str:
    """To the case where one came from it and may see it, else to the inbox."""
    user: User = request.user  # type: ignore[assignment]  # behind the log-in
    known = clock_subjects.SUBJECTS.get(alarm.clock.subject_type)
    row = clock_subjects.row_of(alarm.clock, user) if request.POST.get("from") == "case" else None
    return known.address(row) if known and row is not None else "/notifications/"
