"""The dashboard on paper says what its page says, and nothing in the data can speak to the printer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.test import Client

from service_center.reports.queries.charts import Chart, Mark, Series
from service_center.reports.web import prints
from service_center.reports.web.drawings import drawing
from staff.models import Branch, Person

pytestmark = pytest.mark.django_db


def test_the_paper_says_what_the_page_says(busy: SimpleNamespace, web: Callable[..., Client]) -> None:
    browser = web(busy.manager)
    page = browser.get("/dashboard/?period=month&branch=HZ").context
    board = page["board"]
    told = prints.content(page["asked"], board)
    assert told["chosen"] == "网点：杭州服务中心"
    shown = {tile["name"]: (tile["value"], tile["target"]) for tile in (*told["now"], *told["tiles"])}
    assert shown == {
        str(tile.shown.reading.figure.name): (tile.shown.text, tile.shown.target_text) for tile in board.tiles
    }
    lines = {line[0]: line[4:6] for line in told["more"]}
    for tile in board.more_tiles:
        reading = tile.shown.reading
        assert lines[str(reading.figure.name)][1] == str(reading.denominator)
    assert [one["title"] for one in told["charts"]] == [chart.title for chart in board.charts]
    assert len(told["late"]) == len(board.late) > 0


def test_the_dashboard_is_handed_out_as_pdf(busy: SimpleNamespace, web: Callable[..., Client]) -> None:
    answer = web(busy.manager).get("/dashboard/?since=2026-01-01&until=2026-01-31&format=pdf")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == 'attachment; filename="dashboard-20260101-20260131.pdf"'
    assert answer.content.startswith(b"%PDF-")
    assert b"NotoSansSC" in answer.content, "without its font the paper shows no Chinese"


def test_signs_of_the_printers_language_are_only_text(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    nasty = '#read("/etc/passwd") $x^2$ *b* _i_ `c` \\ @a <b> "q" {j} //'
    Branch.objects.filter(code="HZ").update(name_zh=nasty[:60], name_en=nasty[:60])
    Person.objects.filter(pk=busy.engineer.pk).update(name=nasty[:60])
    answer = web(busy.manager).get("/dashboard/?branch=HZ&format=pdf")
    assert answer.content.startswith(b"%PDF-")


def test_the_paper_is_refused_to_those_who_do_not_lead(
    busy: SimpleNamespace, web: Callable[..., Client]
) -> None:
    assert web(busy.engineer).get("/dashboard/?format=pdf").status_code == 403


# -- lengths ----------------------------------------------------------------------------------------------------------


def chart(shape: str, *values: float | None, unit: str = "", target: float | None = None) -> Chart:
    marks = [
        Mark(None if one is None else Decimal(str(one)), str(one), "/x/", 0 if one is None else 1)
        for one in values
    ]
    series = Series("x", "x", marks, None if target is None else Decimal(str(target)))
    return Chart(
        "x", "x", [str(number) for number in range(len(values))], [series], icon="x", shape=shape, unit=unit
    )


def test_bars_stand_on_a_round_axis_from_nought() -> None:
    drawn = drawing(chart("bar", 3, 17, None))
    assert [tick["text"] for tick in drawn["ticks"]] == ["0", "5", "10", "15", "20"]
    assert [bar["height"] for bar in drawn["bars"]] == [0.15, 0.85, 0.0]
    assert drawing(chart("bar", 0, 0.0))["empty"] is False
    assert drawing(chart("bar", None, None))["empty"] is True


def test_high_shares_are_told_apart_and_gaps_stay_gaps() -> None:
    drawn = drawing(chart("line", 90, None, 100, unit="%", target=95))
    assert [tick["text"] for tick in drawn["ticks"]] == ["80%", "90%", "100%"]
    points, target = drawn["lines"]
    assert [round(y, 2) for _x, y in points["points"]] == [0.5, 1.0]
    assert (target["dashed"], target["points"][0][1]) == (True, 0.75)
    low = drawing(chart("line", 0.5, 3, unit="%"))
    assert low["ticks"][0]["text"] == "0%"
    assert low["ticks"][-1]["text"] == "3%"


def test_bars_to_the_right_are_measured_by_the_longest() -> None:
    drawn = drawing(chart("across", 4, 1))
    assert [row["bars"][0]["length"] for row in drawn["rows"]] == [1.0, 0.25]
