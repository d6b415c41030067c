"""The shipped rulebook: complete against the catalogue's conflicts and open limits, harmless to seed again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from io import StringIO
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from service_center.kernel import (
    calendars,
    commands,
    conditions,
    policies,
    rulebook,
    rulemaking,
    seeding,
    setting_changes,
)
from service_center.kernel.models import ApprovalStep, Clause, Rule, Setting, VersionStatus
from service_center.kernel.seeds.approvals import STEPS
from service_center.kernel.seeds.clauses import CLAUSES
from service_center.kernel.seeds.rules import RULES
from service_center.kernel.seeds.settings import SETTINGS
from tests.kernel.catalogue import CONFLICTS, OPEN_LIMITS

ALL = (*RULES, *SETTINGS, *STEPS)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)


def _by_seed() -> dict[str, Any]:
    return {
        row.seed: row for model in (Rule, Setting, ApprovalStep) for row in model.objects.exclude(seed=None)
    }


def test_catalogue_has_34_conflicts_and_20_open_limits() -> None:
    assert list(CONFLICTS) == [f"CF-{number:02}" for number in range(1, 35)]
    assert len(OPEN_LIMITS) == 20


@pytest.mark.django_db
@pytest.mark.parametrize("conflict", CONFLICTS)
def test_seed_settles_every_conflict(conflict: str) -> None:
    rows = _by_seed()

    for name in CONFLICTS[conflict]:
        row = rows[name]
        assert conflict in row.conflicts, name
        alternative = name.endswith("~alternative")
        assert row.alternative is alternative
        assert row.status == (VersionStatus.APPROVED if alternative else VersionStatus.IN_FORCE)
        assert row.counts_at(NOW) is not alternative


@pytest.mark.django_db
@pytest.mark.req("SLA-23")
@pytest.mark.parametrize("limit", OPEN_LIMITS)
def test_seed_makes_every_open_limit_a_mandatory_demo_value(limit: str) -> None:
    for code in OPEN_LIMITS[limit]:
        rows = [*Rule.objects.filter(code=code), *Setting.objects.filter(code=code)]
        assert rows, code
        assert {(row.mandatory, row.demo, row.status) for row in rows} == {
            (True, True, VersionStatus.IN_FORCE)
        }


@pytest.mark.django_db
def test_seed_gives_every_row_a_clause_and_two_names() -> None:
    assert {seed.clause for seed in ALL} == {name for name, _, _ in CLAUSES}
    for row in _by_seed().values():
        assert row.clause_id
        assert row.name_zh
        assert row.name_en
    assert Clause.objects.count() == len(CLAUSES)


@pytest.mark.django_db
def test_seed_holds_rules_that_make_clocks_and_settings_that_pass_their_own_check() -> None:
    for rule in Rule.objects.select_related("calendar"):
        policies.of(rule, calendars.current_value(rule.calendar.code))
    for setting in Setting.objects.all():
        assert setting_changes.checked(setting, setting.value) == setting.value
        rulebook.typed(setting)


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Rule, Setting])
def test_seed_holds_no_two_ambiguous_rows(model: Any) -> None:
    rows = list(model.objects.ever_in_force())

    for one, other in combinations(rows, 2):
        if one.code == other.code:
            assert not conditions.ambiguous(one.conditions, other.conditions), (one.key, other.key)


@pytest.mark.django_db
def test_seed_holds_sets_of_weights_that_sum_to_100() -> None:
    groups: dict[str, Decimal] = {}
    for row in Setting.objects.filter(kind=Setting.Kind.WEIGHT):
        group = row.code.rsplit(".weight.", 1)[0]
        groups[group] = groups.get(group, Decimal()) + Decimal(row.value)

    assert groups == {
        "appraisal.staff": 100,
        "appraisal.process": 100,
        "appraisal.followup": 100,
        "appraisal.response": 100,
        "supplier": Decimal(100),
    }


@pytest.mark.django_db
@pytest.mark.req("GEN-15")
def test_seed_holds_the_four_calendars() -> None:
    duty = calendars.current_value("duty")
    monday = datetime(2026, 3, 2, tzinfo=UTC)  # 08:00 in Shanghai

    assert duty.between(monday, monday + timedelta(days=1)) == timedelta(hours=9)
    assert duty.between(monday + timedelta(days=5), monday + timedelta(days=6)) == timedelta()  # Saturday
    assert {row.code for row in calendars.Calendar.objects.all()} >= {
        "24x7",
        "duty",
        "duty-lunch",
        "workdays",
    }


@pytest.mark.django_db
def test_seed_again_changes_nothing() -> None:
    before = {seed: (row.pk, row.version) for seed, row in _by_seed().items()}

    counts = seeding.seed(at=NOW, demo=True)

    assert (counts.created, counts.reworded, counts.renewed, counts.kept) == (0, 0, 0, 0)
    assert {seed: (row.pk, row.version) for seed, row in _by_seed().items()} == before


@pytest.mark.django_db
def test_seed_never_overwrites_what_a_person_decided(person: Callable[..., Any]) -> None:
    manager = person("manager").user
    changed = Setting.objects.get(key="fee.onsite_max")
    commands.run(setting_changes.change_setting, changed, value="350", actor=manager)
    commands.run(setting_changes.approve_change, changed, actor=person("director").user)
    alternative = Rule.objects.get(seed="ticket.response@tier=urgent#003 5.1~alternative")
    commands.run(rulemaking.put_in_force, alternative, actor=manager)

    counts = seeding.seed(at=commands.now(), demo=True)

    assert (counts.created, counts.reworded, counts.renewed, counts.kept) == (0, 0, 0, 3)
    later = commands.now() + timedelta(seconds=1)
    assert rulebook.setting("fee.onsite_max", later) == Decimal(350)
    assert rulebook.rule("ticket.response", at=later, tier="urgent").value == 2


@pytest.mark.django_db
def test_seed_of_a_later_release_makes_a_new_version() -> None:
    Rule.objects.filter(key="ticket.critical").update(value=Decimal(20))
    Rule.objects.filter(key="ticket.outer_response").update(name_en="Old words")
    at = commands.now()

    counts = seeding.seed(at=at, demo=True)

    assert (counts.renewed, counts.reworded) == (1, 1)
    old, new = Rule.objects.filter(key="ticket.critical").order_by("version")
    assert (old.status, old.valid_to, old.value) == (VersionStatus.SUPERSEDED, at, 20)
    assert (new.status, new.valid_from, new.value, new.seed) == (
        VersionStatus.IN_FORCE,
        at,
        24,
        "ticket.critical#003 3.1",
    )


@pytest.mark.django_db
def test_seed_for_production_leaves_demo_values_as_drafts_and_the_doctor_names_them() -> None:
    Rule.objects.all().delete()
    Setting.objects.all().delete()
    ApprovalStep.objects.all().delete()

    seeding.seed(at=NOW, demo=False)

    with pytest.raises(rulebook.NoSetting):
        rulebook.setting("fee.onsite_max", NOW)
    assert rulebook.rule("ticket.response", at=NOW, tier="urgent").value == 1
    faults = dict(rulebook.unfit(at=NOW))
    assert faults["fee.onsite_max"] == "missing"
    assert set(faults.values()) == {"missing"}
    seeding.seed(at=NOW, demo=True)
    assert rulebook.setting("fee.onsite_max", NOW) == Decimal(200)
    assert dict(rulebook.unfit(at=NOW))["fee.onsite_max"] == "demo"


@pytest.mark.django_db
def test_seed_rules_command_tells_what_it_did() -> None:
    told = StringIO()

    call_command("seed_rules", stdout=told)

    assert told.getvalue() == "rulebook: 0 created, 0 reworded, 0 renewed, 0 kept as people made them\n"


def test_code_asks_only_for_rules_and_settings_that_are_shipped() -> None:
    """Every literal code handed to the rulebook is in the seeds; a slip would only show in its one case."""
    known = {seed.code for seed in ALL}
    asked: dict[str, str] = {}
    for path in Path(settings.BASE_DIR).glob("**/*.py"):
        parts = path.relative_to(settings.BASE_DIR).parts
        if parts[0] in {"tests", ".venv", ".run", "frontend"}:
            continue
        text = path.read_text(encoding="utf-8")
        for code in re.findall(
            r'rulebook\.(?:rule|setting|setting_row|approval_chain)\(\s*"([a-z0-9_.]+)"', text
        ):
            asked[code] = str(path)

    assert {code: path for code, path in asked.items() if code not in known} == {}
