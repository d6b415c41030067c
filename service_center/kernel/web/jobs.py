"""The periodic jobs and the gauges of the sweep, for who keeps the product running."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET

from service_center.kernel import commands, gauges, jobs
from service_center.kernel.access import has_role
from service_center.kernel.jobs import Plan
from service_center.kernel.models import PeriodicJob
from service_center.kernel.web import menu

READERS = ("manager", "director", "admin")
GAUGES = (
    ("oldest_due_s", gettext_lazy("最久未触发的到期时限")),
    ("oldest_job_s", gettext_lazy("最久未做的到期任务")),
    ("oldest_delivery_s", gettext_lazy("最久未送达的消息")),
    ("oldest_lease_s", gettext_lazy("最久未归还的租约")),
    ("rung_lateness_s", gettext_lazy("最近一次触发的延迟")),
    ("effect_lateness_s", gettext_lazy("最近一次触发的效果延迟")),
    ("heartbeat_s", gettext_lazy("距上次心跳")),
)
SLOW_S = 60.0
"""From here a gauge stands out."""

menu.add(gettext_lazy("定期任务"), "jobs", icon="repeat", order=85, roles=READERS)


@login_required
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Every job with its last and next run and its result; renewed while it is looked at."""
    if not has_role(request.user, *READERS):  # type: ignore[arg-type]  # behind the log-in
        raise PermissionDenied
    figures, at = gauges.read(), commands.now()
    context = {
        "jobs": list(_lines(at)),
        "gauges": [
            (words, figures[name], figures[name] >= SLOW_S) for name, words in GAUGES if name in figures
        ],
        "undelivered": sorted(figures["undelivered"].items(), key=lambda item: -item[1]["oldest_s"]),
    }
    polled = bool(request.headers.get("HX-Request"))
    return render(request, "kernel/jobs.html#live" if polled else "kernel/jobs.html", context)


def _lines(at: datetime) -> Iterator[dict[str, Any]]:
    """A line for each job of this release: the failing first, then by what comes next."""
    rows = PeriodicJob.objects.filter(code__in=jobs.REGISTRY).order_by("-failures", "next_at")
    for row in rows:
        plan = jobs.REGISTRY[row.code]
        yield {
            "row": row,
            "title": plan.title or row.code,
            "rhythm": rhythm(plan),
            "result": _result(plan, row),
            "late": (at - row.next_at).total_seconds() >= SLOW_S,
        }


def rhythm(plan: Plan) -> str:
    """How often, in words."""
    if plan.every:
        if plan.every % 60 == 0:
            minutes = plan.every // 60
            return ngettext("每 %(n)s 分钟", "每 %(n)s 分钟", minutes) % {"n": minutes}
        return ngettext("每 %(n)s 秒", "每 %(n)s 秒", plan.every) % {"n": plan.every}
    time = {"time": f"{plan.second_of_day // 3600:02}:{plan.second_of_day // 60 % 60:02}", "day": plan.day}
    if plan.day:
        return _("每月 %(day)s 日 %(time)s") % time
    return _("每天 %(time)s") % time


def _result(plan: Plan, row: PeriodicJob) -> str:
    """What the last run that went well gave back."""
    if row.last_done_at is None:
        return ""
    if row.last_result and plan.said:
        return str(plan.said) % {"n": row.last_result}
    return row.last_result or _("完成")
