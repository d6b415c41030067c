"""What the fields of complaints are called in the interface."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

WORDS: Final[dict[str, StrPromise]] = {
    "complaint": _("投诉"),
    "execution": _("执行"),
    "finding": _("调查"),
    "grading": _("定级"),
    "reminders": _("催办"),
    "result": _("处理结果"),
    "satisfaction": _("满意确认"),
    "visit": _("走访"),
    "unsatisfied": _("未满意结案"),
    "fault": _("故障"),
    "evidence": _("证据"),
    "apology": _("致歉"),
    "simple": _("当场答复"),
    "gravity": _("情节"),
    "founded": _("查证属实"),
    "open_tasks": _("结案前须完成"),
    "visit_required": _("须走访"),
    "visited_at": _("走访时间"),
    "methods": _("调查方法"),
    "root_cause": _("根本原因"),
    "responsibility": _("责任认定"),
    "reply": _("答复客户"),
    "step": _("工作步骤"),
    "department": _("责任部门"),
    "responsible": _("责任人"),
    "timetable": _("进度安排"),
    "agreement": _("客户认可"),
    "carried_out_at": _("执行时间"),
    "leader": _("组长"),
    "members": _("组员"),
    "visitor": _("走访人"),
}
