"""Settings, changed: a new version at once, checked by kind and bounds, weights as a whole."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from service_center.kernel import commands, errors, rulebook, rulemaking, setting_changes
from service_center.kernel.models import Event, Setting, VersionStatus


def change(key: str, value: Any, who: Any, **more: Any) -> Setting:
    row = Setting.objects.get(key=key, status=VersionStatus.IN_FORCE)
    return commands.run(setting_changes.change_setting, row, value=value, actor=who.user, **more)


def agree(key: str, who: Any) -> Setting:
    return commands.run(setting_changes.approve_change, Setting.objects.of_key(key)[0], actor=who.user)


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
def test_setting_change_is_a_draft_that_counts_when_another_person_agrees(
    manager: Any, director: Any
) -> None:
    before = Setting.objects.get(key="fee.onsite_max")

    draft = change("fee.onsite_max", "350", manager, expected=1)
    assert (draft.version, draft.status, draft.value) == (2, VersionStatus.DRAFT, "350")
    assert rulebook.setting("fee.onsite_max") == Decimal("200.00")
    after = agree("fee.onsite_max", director)

    assert after == draft
    assert rulebook.setting("fee.onsite_max", after.valid_from) == Decimal(350)
    assert (after.version, after.demo, after.mandatory, after.seed) == (2, False, True, None)
    assert (after.drafted_by, after.approved_by) == (manager.user, director.user)
    before.refresh_from_db()
    assert (before.status, before.value) == (VersionStatus.SUPERSEDED, "200.00")
    fact = Event.objects.get(name="setting.changed", subject_id=after.pk)
    assert fact.data == {"key": "fee.onsite_max", "number": 2, "before": "200.00", "value": "350"}


@pytest.mark.django_db
def test_setting_change_by_the_program_counts_at_once() -> None:
    row = Setting.objects.get(key="fee.onsite_max")
    assert commands.run(setting_changes.change_setting, row, value="350").status == VersionStatus.IN_FORCE
    assert rulebook.setting("fee.onsite_max") == Decimal(350)


@pytest.mark.django_db
def test_setting_change_twice_writes_once(manager: Any, director: Any) -> None:
    first, again = (change("fee.onsite_max", "350", manager) for _ in range(2))
    assert first == again
    agree("fee.onsite_max", director)
    assert change("fee.onsite_max", "350", manager) == first
    assert Setting.objects.filter(key="fee.onsite_max").count() == 2


@pytest.mark.django_db
def test_setting_change_on_a_stale_version_is_refused(manager: Any, director: Any) -> None:
    change("fee.onsite_max", "350", manager, expected=1)
    agree("fee.onsite_max", director)

    with pytest.raises(errors.Stale) as refusal:
        change("fee.onsite_max", "360", manager, expected=1)

    assert refusal.value.extra == {"current": 2}


@pytest.mark.django_db
def test_approving_an_own_change_is_refused_and_leaves_it_waiting(manager: Any, director: Any) -> None:
    change("fee.onsite_max", "350", manager)
    with pytest.raises(rulemaking.OwnDraft):
        agree("fee.onsite_max", manager)
    assert rulebook.setting("fee.onsite_max") == Decimal("200.00")
    agree("fee.onsite_max", director)
    with pytest.raises(setting_changes.NothingDrafted):
        agree("fee.onsite_max", director)


@pytest.mark.django_db
def test_a_newer_draft_takes_the_place_of_one_that_waits(manager: Any, director: Any) -> None:
    old = change("fee.onsite_max", "350", manager)
    new = change("fee.onsite_max", "360", director)
    old.refresh_from_db()
    assert (old.status, new.status) == (VersionStatus.DROPPED, VersionStatus.DRAFT)
    agree("fee.onsite_max", manager)
    assert rulebook.setting("fee.onsite_max") == Decimal(360)


@pytest.mark.django_db
def test_a_dropped_draft_stays_on_record_and_counts_never(manager: Any, director: Any) -> None:
    draft = change("fee.onsite_max", "350", manager)
    standing = commands.run(setting_changes.drop_change, draft, actor=manager.user)
    assert (standing.version, setting_changes.drafts(standing)) == (1, {})
    assert draft.pk not in Setting.objects.current(commands.now()).values_list("pk", flat=True)
    with pytest.raises(setting_changes.NothingDrafted):
        commands.run(setting_changes.drop_change, draft, actor=manager.user)


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
        commands.run(
            setting_changes.change_setting, Setting.objects.get(key=key), value=value, actor=manager.user
        )

    assert Setting.objects.filter(key=key).count() == 1


@pytest.mark.django_db
def test_database_refuses_a_setting_out_of_bounds() -> None:
    """Negative control of the verb's check: PostgreSQL knows the bounds too."""
    with pytest.raises(IntegrityError, match="setting_within_bounds"), transaction.atomic():
        Setting.objects.filter(key="appraisal.staff.weight.satisfaction").update(value="39")


@pytest.mark.django_db
def test_weights_always_sum_to_100(manager: Any, director: Any) -> None:
    """A set is drafted and agreed to as a whole."""
    group = "appraisal.staff.weight"

    def weights() -> dict[str, Decimal]:
        names = ("satisfaction", "knowledge", "skill", "attitude")
        return {name: rulebook.setting(f"{group}.{name}") for name in names}

    change(f"{group}.satisfaction", "50", manager)
    assert weights()["satisfaction"] == 40
    agree(f"{group}.skill", director)
    assert sum(weights().values()) == 100
    assert sorted(weights().values()) == [Decimal("16.66"), Decimal("16.67"), Decimal("16.67"), Decimal(50)]

    with pytest.raises(errors.Invalid):
        change(f"{group}.satisfaction", "39.9", manager)
    with pytest.raises(setting_changes.WrongWeights):
        change(f"{group}.skill", "30", manager)

    others = {f"{group}.{name}": value for name, value in (("knowledge", "10"), ("attitude", "10"))}
    change(f"{group}.skill", "30", manager, together=others)
    with pytest.raises(rulemaking.OwnDraft):
        agree(f"{group}.attitude", manager)
    agree(f"{group}.skill", director)
    assert weights() == {"satisfaction": 50, "knowledge": 10, "skill": 30, "attitude": 10}
