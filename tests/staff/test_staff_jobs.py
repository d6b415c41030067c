"""What comes round by itself: last month's appraisal, the terms that end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from customers.jobs import tell_of_ending_terms
from customers.models import Customer, ProductLine, ProductModel, Unit
from service_center.kernel import commands
from service_center.kernel.models import Notification
from staff import actions as people
from staff.jobs import compile_last_month
from staff.models import Appraisal, Branch, Person

pytestmark = pytest.mark.django_db
FIRST = datetime(2026, 11, 1, 0, 30, tzinfo=UTC)


def run(job: Callable[..., Any]) -> Any:
    return commands.run(lambda *, actor, at: job(at=FIRST))


@pytest.mark.req("STF-06")
def test_last_month_is_compiled_for_who_has_scores_and_again_harmlessly(
    person: Callable[..., Person],
) -> None:
    scored, manager = person("engineer"), person("manager")
    person("engineer")
    with commands.as_of(datetime(2026, 10, 20, tzinfo=UTC)):
        commands.run(
            people.score, person=scored, criterion="skill", value=Decimal(90), note="抽查", actor=manager.user
        )
    assert run(compile_last_month) == 1
    assert [(row.person, row.period) for row in Appraisal.objects.all()] == [(scored, date(2026, 10, 1))]
    assert run(compile_last_month) == 1
    commands.run(people.confirm_appraisal, Appraisal.objects.get(), actor=manager.user)
    assert run(compile_last_month) == 0


def test_supervisors_hear_of_the_terms_that_end_this_month_in_their_branch(
    person: Callable[..., Person], hz: Branch, sh: Branch
) -> None:
    near, far = person("supervisor"), person("supervisor", branch=sh)
    line = ProductLine.objects.create(code="L", name_zh="线", name_en="Line")
    model = ProductModel.objects.create(code="M", name_zh="型", name_en="Model", line=line)
    customer = Customer.objects.create(name="王芳", branch=hz, opened_at=FIRST)
    for number, until in enumerate(
        (date(2026, 10, 31), date(2026, 11, 1), date(2026, 11, 30), date(2026, 12, 1))
    ):
        Unit.objects.create(
            customer=customer,
            product_model=model,
            serial=f"S{number}",
            warranty_until=until,
            registered_at=FIRST,
        )
    assert run(tell_of_ending_terms) == 2
    assert run(tell_of_ending_terms) == 2
    told = Notification.objects.get(user=near.user)
    assert told.params == {"count": 2, "month": "2026-11"}
    assert not Notification.objects.filter(user=far.user).exists()
