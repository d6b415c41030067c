"""What lies on the rulebook keeper's desk in the demo world: drafts to approve, a tentative year, a review overdue."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from service_center.kernel import calendar_changes, commands, rulemaking
from service_center.kernel.models import Calendar, Review, Rule, User, VersionStatus

SHOP_HOURS = {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("tue", "wed", "thu", "fri", "sat")}
OFFICE_HOURS = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def seed(world: Any) -> None:
    """The manager drafted; the director has still to agree. The year after this one is tentative by itself."""
    manager, director = (User.objects.get(username=name) for name in ("manager", "director"))
    with commands.as_of(world.now):
        _calendars(manager, director)
        _rule(manager)
    today = timezone.localtime(world.now).date()
    Review.objects.planned().filter(document__code="003").update(due_on=today - timedelta(days=3))
    Review.objects.planned().filter(document__code="004").update(due_on=today + timedelta(days=10))


def _calendars(manager: User, director: User) -> None:
    """A shop of the Shanghai branch and a maker overseas, in force; a holiday of the company's own, not yet."""
    for code, zh, en, zone, weekly, owner in (
        ("sh-shop", "上海门店", "Shanghai shop", "Asia/Shanghai", SHOP_HOURS, ("branch", "SH")),
        ("maker-us", "美国厂方", "Maker in the US", "America/New_York", OFFICE_HOURS, ("supplier", "S-US")),
    ):
        made = commands.run(
            calendar_changes.create, code, name_zh=zh, name_en=en, zone=zone, weekly=weekly,
            owner_kind=owner[0], owner_code=owner[1], actor=manager,
        )  # fmt: skip
        first = made.versions.get()
        commands.run(calendar_changes.approve, first, actor=director)
        commands.run(calendar_changes.put_in_force, first, actor=director)
    duty = Calendar.objects.get(code="duty")
    day = (timezone.localdate() + timedelta(days=14)).isoformat()
    plan = duty.plan()
    plan["exceptions"] |= {day: [["08:30", "12:00"]]}
    plan["names"] |= {day: {"zh": "店庆半天", "en": "Anniversary, half a day"}}
    commands.run(calendar_changes.draft, duty, plan=plan, notes="店庆当天下午休息", actor=manager)


def _rule(manager: User) -> None:
    """The first response to ordinary problems in three hours instead of four: a draft that waits."""
    rule = Rule.objects.get(key="ticket.response@tier=ordinary", status=VersionStatus.IN_FORCE)
    words = "旺季前收紧，先看会动到哪些时限"
    commands.run(
        rulemaking.redraft,
        rule,
        value=Decimal(3),
        unit="hour",
        calendar=rule.calendar,
        notes=words,
        actor=manager,
    )
