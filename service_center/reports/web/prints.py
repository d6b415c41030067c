"""The dashboard on paper: the words and drawings of the page, set by typst.

The data reach the printer as JSON, so nothing in them can be read as its markup.
"""

from __future__ import annotations

import json
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import typst
from django.conf import settings
from django.template.defaultfilters import date as date_filter
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from service_center.reports.queries import words
from service_center.reports.queries.appraisals import Appraisal
from service_center.reports.queries.dashboard import Board, Tile
from service_center.reports.web.asking import Asked
from service_center.reports.web.drawings import drawing

SHEET = Path(settings.BASE_DIR) / "templates" / "reports" / "dashboard.typ"


def pdf(question: Asked, board: Board) -> bytes:
    """The dashboard as PDF, A4."""
    told = json.dumps(content(question, board), ensure_ascii=False)
    return typst.compile(
        SHEET, font_paths=[_fonts()], ignore_system_fonts=True, format="pdf", sys_inputs={"data": told}
    )


def content(question: Asked, board: Board) -> dict[str, Any]:
    """Everything the print says, in the reader's language."""
    chosen = [menu.chosen for menu in question.menus if menu.chosen]
    return {
        "lang": "en" if (get_language() or "").startswith("en") else "zh",
        "title": _("售后服务仪表盘"),
        "period": f"{question.period.choice.label}  {question.days}",
        "compared": _("与 %(days)s 相比") % {"days": question.days_before},
        "chosen": "  ".join(chosen),
        "as_of": f"{_('数据截至')} {date_filter(timezone.localtime(board.as_of), 'Y-m-d H:i:s')}",
        "now_title": _("现在"),
        "now": [_tile(tile) for tile in board.now_tiles],
        "tiles": [_tile(tile) for tile in board.key_tiles],
        "charts": [drawing(chart) for chart in board.charts],
        "no_data": _("期间内没有数据"),
        "more_title": _("更多指标"),
        "headings": [_("指标"), _("本期"), _("与上期相比"), _("目标"), _("分子"), _("分母"), _("口径版本")],
        "more": [_line(tile) for tile in (*board.key_tiles, *board.more_tiles)],
        "late_title": _("已超时，最久的在前"),
        "late": [[line.title, line.detail] for line in board.late],
        "no_late": _("没有超时的工单。"),
        "appraisals": [
            _appraisal(_("流程考核"), board.process),
            _appraisal(_("回访质量考核"), board.follow_up),
        ],
        "appraisal_headings": [_("指标"), _("权重"), _("得分")],
    }


def _tile(tile: Tile) -> dict[str, Any]:
    shown = tile.shown
    return {
        "name": str(shown.reading.figure.name),
        "value": shown.text,
        "change": f"{shown.change.text}  {shown.change.before}" if shown.change else "",
        "better": shown.change.better if shown.change else None,
        "target": shown.target_text,
        "met": shown.met,
        "verdict": _verdict(tile),
    }


def _line(tile: Tile) -> list[str]:
    shown = tile.shown
    few = _("样本少（%(n)s）") % {"n": shown.reading.denominator} if shown.small else ""
    return [
        str(shown.reading.figure.name),
        f"{shown.text} {few}".strip(),
        f"{shown.change.text}  {shown.change.before}" if shown.change else "",
        f"{_verdict(tile)} {shown.target_text}".strip(),
        words.number(shown.reading.numerator),
        words.number(shown.reading.denominator),
        str(shown.reading.figure.version),
    ]


def _verdict(tile: Tile) -> str:
    if tile.shown.met is None:
        return ""
    return _("达标") if tile.shown.met else _("未达标")


def _appraisal(title: str, found: Appraisal) -> dict[str, Any]:
    nothing = _("暂无数据")
    return {
        "title": title,
        "score": nothing if found.score is None else f"{found.score:.1f}",
        "parts": [
            [
                str(part.reading.figure.name),
                f"{part.weight:.0f}%",
                nothing if part.mark is None else f"{part.mark:.1f}",
            ]
            for part in found.parts
        ],
    }


@lru_cache(maxsize=1)
def _fonts() -> Path:
    return Path(str(files("pylopdf_fonts_zh_cn")))
