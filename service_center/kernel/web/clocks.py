"""Why a deadline stands where it stands: one page for every clock, to read and to print."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from service_center.kernel import clock_story, clock_subjects, clocks, commands, explaining, pausing
from service_center.kernel.clock_story import Story
from service_center.kernel.languages import amount
from service_center.kernel.models import Clock, User
from service_center.kernel.web import alarms, clock_bar
from service_center.kernel.web.rulebook_vocabulary import RUNGS

TONES = {
    "counted": _("计入"),
    "makeup": _("计入（调整后上班）"),
    "paused": _("暂停，不计"),
    "holiday": _("节假日，不计"),
    "rest": _("休息日，不计"),
    "closed": _("营业时间之外，不计"),
    "late": _("超时之后"),
}
STEPS = {
    "fired": _("已提醒"),
    "skipped": _("建立时已过，略过"),
    "cancelled": _("有人知悉，不再升级"),
    "coming": _("尚未到"),
    "waiting": _("暂停中，时间未定"),
    "never": _("已停止，不再提醒"),
}


@login_required
@require_GET
def clock(request: HttpRequest, pk: int) -> HttpResponse:
    """Any clock by its number; nothing is there for who may not see what it belongs to."""
    found = clock_subjects.find(pk, _user(request))
    if found is None:
        raise Http404
    return _page(request, *found)


def of_row(request: HttpRequest, row: Model, pk: int) -> HttpResponse:
    """The page of one of the row's own clocks. Raises Http404 for any other."""
    found = next((one for one in clocks.for_subject(row) if one.pk == pk), None)
    if found is None:
        raise Http404
    return _page(request, found, row)


def _page(request: HttpRequest, found: Clock, row: Any) -> HttpResponse:
    known = clock_subjects.SUBJECTS[found.subject_type]
    story = clock_story.tell(found, row, commands.now())
    shown = clocks.as_dict(found, story.now)
    context = {
        "back": known.number(row),
        "back_url": known.address(row),
        "label": clock_subjects.label(found),
        "clock": found,
        "shown": shown,
        "limit": amount(found.target, found.rule.unit) if found.target is not None else "",
        "why": explaining.why(found, story.now),
        "statutory": pausing.is_statutory(found),
        "pauses": [pausing.REASONS[code] for code in found.rule.pausing_reasons if code in pausing.REASONS],
        "story": story,
        "calendar": clock_story.calendar_words(story.current.calendar),
        "bar": clock_bar.draw(story),
        "legend": [(tone, TONES[tone]) for tone in clock_bar.draw(story).tones],
        "rows": _rows(story),
        "earlier": list(reversed(story.versions[:-1])),
        "steps": _steps(story),
        "told": alarms.beside([found], _user(request)).get(found.pk),
    }
    return render(request, "kernel/clock.html", context)


def _rows(story: Story) -> list[dict[str, Any]]:
    """The intervals of the version that stands, as lines of the table."""
    return [
        {"line": line, "tone": clock_story.tone(line), "why": clock_story.why(line)}
        for line in story.current.intervals
    ]


def _steps(story: Story) -> list[dict[str, Any]]:
    """The ladder: what each rung is called, whom it tells, how it stands, who heard of it."""
    return [
        {
            "label": RUNGS.get(step.name, step.name),
            "role": alarms.role_name(step.role),
            "at": step.at,
            "state": step.state,
            "words": STEPS[step.state],
            "people": alarms.names(step.alarm) if step.alarm else "",
            "alarm": step.alarm,
        }
        for step in story.steps
    ]


def _user(request: HttpRequest) -> User:
    return request.user  # type: ignore[return-value]  # behind the log-in
