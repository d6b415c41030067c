"""A branch with hours of its own: its tickets count on its calendar, the others' on theirs."""

from __future__ import annotations

from typing import Any

import pytest

from service_center.kernel import calendar_changes, commands, rulebook, rulemaking
from service_center.kernel.models import Clock, Rule
from tests.tickets.conftest import Story

pytestmark = pytest.mark.django_db
SHOP_HOURS = {day: [["09:00", "12:00"], ["13:00", "18:00"]] for day in ("tue", "wed", "thu", "fri", "sat")}


@pytest.mark.req("GEN-15")
def test_a_branch_counts_on_its_own_calendar(story: Story, api: Any) -> None:
    made = commands.run(
        calendar_changes.create, "hz-shop", name_zh="杭州门店", name_en="Hangzhou shop", zone="Asia/Shanghai",
        weekly=SHOP_HOURS, owner_kind="branch", owner_code="HZ",
    )  # fmt: skip
    first = made.versions.get()
    for verb in (calendar_changes.approve, calendar_changes.put_in_force):
        commands.run(verb, first)
    base = rulebook.rule("ticket.response", at=commands.now(), tier="ordinary")
    made.refresh_from_db()
    draft = commands.run(
        rulemaking.draft_rule, "ticket.response", value=base.value, unit=base.unit, calendar=made,
        clause=base.clause, conditions=base.conditions | {"branch": "HZ"}, rungs=base.rungs,
    )  # fmt: skip
    for verb in (rulemaking.approve, rulemaking.put_in_force):
        commands.run(verb, draft)
    ticket = story.registered()
    clock = Clock.objects.get(subject_type="tickets.ticket", subject_id=ticket.pk, kind="response")
    assert (ticket.branch.code, clock.rule_id) == ("HZ", draft.pk)
    assert clock.calendar_version == first
    elsewhere = rulebook.rule("ticket.response", at=commands.now(), tier="ordinary", branch="SH")
    assert elsewhere == Rule.objects.get(pk=base.pk)
    shown = api(story.agent).get(f"tickets/{ticket.number}/clocks/").json()["results"]
    assert next(row for row in shown if row["kind"] == "response")["calendar"] == "hz-shop"
