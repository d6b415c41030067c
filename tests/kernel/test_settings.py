"""Settings, changed: a new version at once, checked by kind and bounds, weights as a whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from service_center.kernel import commands, errors, rulebook, rulemaking
from service_center.kernel.models import Event, Setting, VersionStatus


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
def test_setting_change_is_a_new_version_in_force_at_once(manager: Any) -> None:
    before = Setting.objects.get(key="fee.onsite_max")

    after = commands.run(rulemaking.change_setting, before, value="350", expected=1, actor=manager.user)

    assert rulebook.setting("fee.onsite_max", after.valid_from) == Decimal(350)
    assert (after.version, after.demo, after.mandatory, after.seed) == (2, False, True, None)
    before.refresh_from_db()
    assert (before.status, before.value) == (VersionStatus.SUPERSEDED, "200.00")
    fact = Event.objects.get(name="setting.changed", subject_id=after.pk)
    assert fact.data == {"key": "fee.onsite_max", "number": 2, "before": "200.00", "value": "350"}


@pytest.mark.django_db
def test_setting_change_twice_writes_once(manager: Any) -> None:
    setting = Setting.objects.get(key="fee.onsite_max")
    commands.run(rulemaking.change_setting, setting, value="350", actor=manager.user)

    commands.run(rulemaking.change_setting, setting, value="350", actor=manager.user)

    assert Setting.objects.filter(key="fee.onsite_max").count() == 2


@pytest.mark.django_db
def test_setting_change_on_a_stale_version_is_refused(manager: Any) -> None:
    setting = Setting.objects.get(key="fee.onsite_max")
    commands.run(rulemaking.change_setting, setting, value="350", expected=1, actor=manager.user)

    with pytest.raises(errors.Stale) as refusal:
        commands.run(rulemaking.change_setting, setting, value="360", expected=1, actor=manager.user)

    assert refusal.value.extra == {"current": 2}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("fee.onsite_max", "-1"),
        ("fee.onsite_max", "much"),
        ("fee.onsite_max", None),
        ("fee.onsite_max", True),
        ("fee.onsite_max", "NaN"),
        ("ticket.reopen.escalate_after", "1.5"),
        ("survey.low_threshold", "101"),
        ("penalty.enabled", "yes"),
        ("customer.levels", "vip"),
        ("warranty.without_proof", "maybe"),
    ],
)
def test_setting_of_another_kind_or_out_of_bounds_is_refused(manager: Any, key: str, value: Any) -> None:
    with pytest.raises(errors.Invalid):
        commands.run(rulemaking.change_setting, Setting.objects.get(key=key), value=value, actor=manager.user)

    assert Setting.objects.filter(key=key).count() == 1


@pytest.mark.django_db
def test_database_refuses_a_setting_out_of_bounds() -> None:
    """Negative control of the verb's check: PostgreSQL knows the bounds too."""
    with pytest.raises(IntegrityError, match="setting_within_bounds"), transaction.atomic():
        Setting.objects.filter(key="appraisal.staff.weight.satisfaction").update(value="39")


@pytest.mark.django_db
def test_weights_always_sum_to_100(manager: Any) -> None:
    group = "appraisal.staff.weight"
    core = Setting.objects.get(key=f"{group}.satisfaction")

    def weights() -> dict[str, Decimal]:
        names = ("satisfaction", "knowledge", "skill", "attitude")
        return {name: rulebook.setting(f"{group}.{name}") for name in names}

    commands.run(rulemaking.change_setting, core, value="50", actor=manager.user)
    assert sum(weights().values()) == 100
    assert sorted(weights().values()) == [Decimal("16.66"), Decimal("16.67"), Decimal("16.67"), Decimal(50)]

    with pytest.raises(errors.Invalid):
        commands.run(rulemaking.change_setting, core, value="39.9", actor=manager.user)
    skill = Setting.objects.get(key=f"{group}.skill", status="in_force")
    with pytest.raises(rulemaking.WrongWeights):
        commands.run(rulemaking.change_setting, skill, value="30", actor=manager.user)

    others = {f"{group}.{name}": value for name, value in (("knowledge", "10"), ("attitude", "10"))}
    commands.run(rulemaking.change_setting, skill, value="30", together=others, actor=manager.user)
    assert weights() == {"satisfaction": 50, "knowledge": 10, "skill": 30, "attitude": 10}
