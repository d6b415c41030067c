"""The account of a clock: versions, intervals with their reasons, holders and ladder, from the events alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from service_center.kernel import clock_story, clocks, opening_hours
from service_center.kernel.clock_subjects import Held
from service_center.kernel.models import Calendar, Clock, Document
from service_center.kernel.web import clock_bar
from tests.kernel.ticking import Make, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("agreeing")]


def story(clock: Clock, hours: float) -> clock_story.Story:
    return clock_story.tell(Clock.objects.with_rule().get(pk=clock.pk), None, at(hours))


def test_a_retargeted_clock_tells_each_version(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clocks.retarget(subject, "response", rule=rule("9"), at=at(5))
    told = story(clock, 6).versions
    assert [(v.number, v.began, v.state, v.fold.due_at) for v in told] == [
        (1, "开始计时", "已超时", at(4)),
        (2, "改用新的时限", "进行中", at(9)),
    ]
    assert [v.target for v in told] == ["4 小时", "9 小时"]
    assert (told[0].until, told[1].since, told[1].until) == (at(5), at(5), None)
    assert (told[0].consumed_seconds, told[1].consumed_seconds, told[1].remaining_seconds) == (
        18000,
        21600,
        10800,
    )


def test_a_retracted_breach_tells_what_was_believed_before(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "response", rule=rule("4"), at=at(0))
    clocks.pause(subject, reason="part", at=at(5))
    clocks.stop(subject, "response", at=at(8), occurred_at=at(3.5))
    told = story(clock, 9).versions
    assert [(v.began, v.state, v.fold.breached_at) for v in told] == [
        ("开始计时", "已超时", at(4)),
        ("迟到的事实撤回了超时", "已达成", None),
    ]
    assert told[0].until == at(8)


def test_a_new_cycle_and_a_continued_one(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "solution", rule=rule("4"), at=at(0))
    clocks.stop(subject, "solution", at=at(2))
    clocks.reopen(subject, "solution", policy="continue", at=at(5))
    clocks.stop(subject, "solution", at=at(6))
    clocks.reopen(subject, "solution", policy="new_cycle", at=at(10))
    told = story(clock, 11)
    assert [v.began for v in told.versions] == ["开始计时", "重新打开，接着计时", "重新打开，另起一周期"]
    assert [line.reason for line in told.versions[1].intervals] == ["open", "paused", "open"]
    assert clock_story.why(told.versions[1].intervals[1]) == "已关闭待重开"
    assert told.current.fold.due_at == at(14)


def test_intervals_name_holiday_makeup_day_and_whom_we_wait_for(
    subject: Document, rule: Make, hours: dict[str, Calendar]
) -> None:
    duty = hours["duty"]
    duty.exceptions.create(on="2025-10-14", windows=[], name_zh="店庆", name_en="Anniversary")
    duty.exceptions.create(
        on="2025-10-18", windows=[["08:30", "17:30"]], name_zh="店庆调休", name_en="For the anniversary"
    )
    opening_hours.republish(duty, actor=None, at=at(0))
    clock = clocks.start(subject, "solution", rule=rule("45", "hour", "duty"), at=at(0))
    clocks.pause(subject, reason="customer", at=at(48))
    clocks.resume(subject, at=at(50))
    lines = story(clock, 51).current.intervals
    said = list(dict.fromkeys((clock_story.tone(line), clock_story.why(line)) for line in lines))
    assert ("holiday", "节假日休息：店庆") in said
    assert ("makeup", "按调整后的安排上班：店庆调休") in said
    assert ("paused", "等待客户 · 等：客户") in said
    assert ("closed", "营业时间之外") in said
    assert sum(line.seconds for line in lines if line.counted) >= 45 * 3600
    with translation.override("en"):
        assert any("Anniversary" in clock_story.why(line) for line in story(clock, 51).current.intervals)


def test_holders_share_the_time_between_them(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "solution", rule=rule("4"), at=at(0))
    clocks.pause(subject, reason="part", at=at(1))
    clocks.resume(subject, at=at(2))
    held = [Held(at(-1), "甲", "owner"), Held(at(1.5), "乙", "assignee")]
    lines = story(clock, 3).current.intervals
    shares = clock_story._shares(held, lines, at(0), at(3))
    assert [(s.name, s.seconds, s.counted) for s in shares] == [("甲", 5400, 3600), ("乙", 5400, 3600)]


def test_the_ladder_shows_how_each_rung_stands(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "solution", rule=rule("4"), at=at(5), started_at=at(0.5))
    assert [(s.name, s.state) for s in story(clock, 5).steps] == [
        ("warn", "skipped"),
        ("due", "skipped"),
        ("escalate1", "coming"),
    ]
    clocks.stop(subject, "solution", at=at(5.2))
    assert story(clock, 6).steps[-1].state == "never"


def test_the_bar_lies_within_its_picture(subject: Document, rule: Make) -> None:
    clock = clocks.start(subject, "solution", rule=rule("3", "working_day", "workdays"), at=at(0))
    bar = clock_bar.draw(story(clock, 30))

    def number(text: str) -> float:
        return float(text.rstrip("%"))

    assert all(0 <= number(piece.x) <= 100 for piece in bar.pieces)
    assert all(number(piece.x) + number(piece.width) <= 100.2 for piece in bar.pieces)
    assert [mark.kind for mark in bar.marks] == ["due", "now"]
    assert set(bar.tones) == {piece.tone for piece in bar.pieces}


def test_an_explanation_of_ninety_days_costs_the_same_queries_as_one_of_a_day(
    subject: Document, rule: Make, hours: dict[str, Calendar]
) -> None:
    counts: list[int] = []
    for value in ("4", "800"):
        clock = clocks.start(subject, f"of {value}", rule=rule(value, "hour", "duty"), at=at(0))
        known = Clock.objects.with_rule().get(pk=clock.pk)
        clock_story.tell(known, None, at(1))
        with CaptureQueriesContext(connection) as queries:
            told: Any = clock_story.tell(known, None, at(1))
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert told.current.fold.due_at > datetime(2026, 1, 1, tzinfo=UTC)
    assert len(told.current.intervals) > 150
