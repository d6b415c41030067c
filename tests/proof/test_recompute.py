"""What is kept twice must be the same twice; tests/recomputed.py asks so after each test, here it is asked on purpose."""

from __future__ import annotations

import io

import pytest
from django.core.management import CommandError, call_command

from parts.models import Balance, Part
from service_center.kernel import chores, commands, sweep
from service_center.kernel.models import Clock
from tests.tickets.conftest import Story
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def recompute(*names: str, check: bool = True) -> str:
    output = io.StringIO()
    call_command("recompute", *names, check=check, stdout=output)
    return output.getvalue().splitlines()[-1]


def test_clocks_stock_calendars_and_versions_are_compared() -> None:
    assert set(chores.REGISTRY) >= {"clocks", "stock", "calendars", "tickets", "ticket facts"}


def test_after_a_whole_story_nothing_differs(story: Story, part: Part) -> None:
    story.closed()
    story.answered()
    story.ended("cancelled")
    story.reached(story.on_hold(reason="factory"))
    with commands.as_of(commands.now()):
        while sweep.once():
            pass
    assert recompute() == "0"


@pytest.mark.spoils
def test_each_comparison_sees_what_it_is_for(story: Story, part: Part) -> None:
    """Negative control: a row changed past the verbs is named, and mended but for what only people can."""
    ticket = story.verified()
    Ticket.objects.filter(pk=ticket.pk).update(version=1)
    Clock.objects.filter(subject_id=ticket.pk, kind="response").update(due_at=commands.now())
    Balance.objects.filter(part=part, on_hand__gt=0).update(on_hand=4)
    for name, about in (("tickets", "version"), ("clocks", "due_at"), ("stock", f"part {part.pk}")):
        lines = chores.differences(at=commands.now(), fix=False, names=[name])[name]
        assert len(lines) == 1 and about in lines[0], lines
    with pytest.raises(CommandError, match="3 differences"):
        recompute()
    assert recompute(check=False) == "3"
    assert recompute() == "0"
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


@pytest.mark.spoils
def test_a_change_without_a_fact_is_named(story: Story) -> None:
    ticket = story.registered()
    Ticket.objects.filter(pk=ticket.pk).update(version=2)
    story.verified(Ticket.objects.get(pk=ticket.pk))
    [line] = chores.differences(at=commands.now(), fix=False, names=["ticket facts"])["ticket facts"]
    assert "version 3, told of 2" in line
