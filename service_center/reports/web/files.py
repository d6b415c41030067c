"""The dashboard as a file: its figures as a table, its page on paper."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from service_center.kernel import exports
from service_center.kernel.web import downloads
from service_center.reports.queries import compared, words
from service_center.reports.queries.compared import Compared
from service_center.reports.queries.dashboard import KEY, MORE, NOW, Board
from service_center.reports.web import prints
from service_center.reports.web.asking import Asked


def figures(request: HttpRequest, question: Asked) -> HttpResponseBase:
    """Every figure of the dashboard as CSV or XLSX, in the format the request asks for."""
    return downloads.export(request, table(question), filters=question.parameters)


def paper(question: Asked, board: Board) -> HttpResponse:
    """The dashboard as PDF: nothing that its page does not show."""
    answer = HttpResponse(prints.pdf(question, board), content_type="application/pdf")
    name = f"dashboard-{question.period.first:%Y%m%d}-{question.period.last:%Y%m%d}.pdf"
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["Cache-Control"] = "private, no-store"
    return answer


def table(question: Asked) -> exports.Table:
    """One line for each figure, with all that its value rests on."""
    read = compared.read(question.scope, question.period, now=question.now)
    shown = [read.compared(code) for code in (*NOW, *KEY, *MORE)]
    column = exports.Column
    return exports.Table(
        "dashboard",
        [
            column(_("指标"), lambda row: str(row.reading.figure.name)),
            column(_("数值"), lambda row: row.reading.value),
            column(_("显示为"), lambda row: row.text),
            column(_("分子"), lambda row: row.reading.numerator),
            column(_("分母"), lambda row: row.reading.denominator),
            column(_("与上期相比"), lambda row: row.change.text if row.change else None),
            column(_("上期"), lambda row: row.change.before if row.change else None),
            column(_("目标"), lambda row: row.target_text or None),
            column(_("是否达标"), _verdict),
            column(_("公式"), lambda row: str(row.reading.figure.formula)),
            column(_("依据"), lambda row: row.reading.figure.source),
            column(_("口径版本"), lambda row: row.reading.figure.version),
            column(_("期间"), lambda row: words.days(question.period.span)),
            column(_("截至"), lambda row: row.reading.as_of),
        ],
        shown,
    )


def _verdict(row: Compared) -> str | None:
    if row.met is None:
        return None
    return _("达标") if row.met else _("未达标")
