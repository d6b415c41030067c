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

from service_center.kernel import calendars, commands, conditions, policies, rulebook, rulemaking, seeding
from service_center.kernel.models import ApprovalStep, Clause, Rule, Setting, VersionStatus
from service_center.kernel.seeds.approvals import STEPS
from service_center.kernel.seeds.clauses import CLAUSES
from service_center.kernel.seeds.rules import RULES
from service_center.kernel.seeds.settings import SETTINGS

ALL = (*RULES, *SETTINGS, *STEPS)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)

# Conflict of the documents -> what settles it; a key with ~ names an alternative that waits for its turn.
CONFLICTS: dict[str, tuple[str, ...]] = {
    "CF-01": (
        "ticket.response@tier=urgent#003 3.1",
        "ticket.response@tier=urgent#003 5.1~alternative",
        "ticket.response@tier=general#003 5.1~alternative",
        "ticket.response@tier=ordinary#003 5.1~alternative",
        "ticket.response@tier=ordinary#001-P 7~alternative",
        "ticket.outer_response#001-I 四1",
        "ticket.outer_solution#001-I 四1",
        "complaint.response#001-K 六1",
        "dashboard.response_target#003 2.1",
    ),
    "CF-02": ("ticket.critical#003 3.1", "ticket.critical.triggers#003 3.1"),
    "CF-03": (
        "engineer.acknowledge@tier=urgent#003 3.1",
        "engineer.acknowledge#003 3.1",
        "engineer.acknowledge#003 4.3~alternative",
        "engineer.diagnosis#003 4.3",
        "engineer.plan#003 4.3",
    ),
    "CF-04": (
        "ticket.arrival@zone=city#002-1 13",
        "ticket.arrival@zone=suburb#002-1 13",
        "ticket.solution@mode=onsite,tier=general,zone=city#002-1 13",
        "ticket.solution@tier=urgent#003 3.1",
    ),
    "CF-05": ("calendar.hours#001-O 5", "ticket.response@tier=ordinary#001-O 5~alternative"),
    "CF-06": ("ticket.outer_solution#001-I 四1", "complaint.verification#001-K 四2"),
    "CF-07": (
        "ticket.part_cycle#002-5 1.3.3.1",
        "ticket.factory_cycle#002-5 1.3.3.2",
        "ticket.hold.notice_required#002-5 1.3.3.1",
    ),
    "CF-08": (
        "followup.ticket#003 5.2.2",
        "followup.ticket@matter=long_running#003 5.2.2",
        "followup.ticket@matter=major#003 5.2.2",
        "followup.installation#002-2 四(二)1",
        "followup.recent#002-2 四(三)3",
        "followup.long_term#001-T 三4(6)",
        "followup.long_term@level=important+vip#001-T 三4(6)",
        "followup.merge#SC 4",
        "followup.precedence#003 5.2.2",
        "opinion_card.send#002-1 17",
    ),
    "CF-09": (
        "followup.installation#002-2 四(二)1",
        "objection.commitment#002-2 四(四)",
        "objection.escalate#002-2 四(四)",
        "slip.handover#002-2 四(二)2",
        "slip.commitment#002-2 四(二)2",
    ),
    "CF-10": (
        "survey.coverage#000 三(五)1",
        "opinion_card.coverage#002-1 17",
        "followup.visits_per_week#002-2 四(二)2",
        "record.spot_check_rate#000 四(三)1",
    ),
    "CF-11": ("survey.scale#003 5.4.1", "opinion_card.scale#002-1 18"),
    "CF-12": (
        "return.period@category=terminal#001-Q 一",
        "exchange.period@category=terminal#001-Q 一",
        "return.period@category=food_fresh#001-R 一",
        "return.period@category=food#001-R 一",
        "return.start#001-K 六4",
        "return.start#001-K 六4~alternative",
    ),
    "CF-13": (
        "return.allow_no_defect@category=terminal#001-Q 一(一)2",
        "return.allow_no_defect@category=food+food_fresh#001-R 二",
        "return.allow_opened@category=terminal#001-Q 一(一)2",
        "return.allow_opened@category=food+food_fresh#001-R 二",
        "exchange.allow_no_defect@category=terminal#001-Q 一(一)2",
        "exchange.allow_no_defect@category=food+food_fresh#001-R 二",
    ),
    "CF-14": (
        "warranty.refused_service#001-A 17",
        "warranty.refused_service#001-A 6~alternative",
        "ticket.refusal#1#001-A 6",
    ),
    "CF-15": (
        "warranty.term#001-C 4",
        "warranty.term@category=therapy#001-A 17",
        "warranty.start#002-5 1.1.1.3",
        "warranty.without_proof#002-5 1.1.1.2",
    ),
    "CF-16": (
        "faulty_part.disposition#000 三(三)3",
        "faulty_part.disposition@service_category=paid#002-5 1.3.5",
    ),
    "CF-17": (
        "fee.waiver#1#002-4 十",
        "return.case#1<=approval.gm_limit#001-T 三4(7)",
        "return.case#2>approval.gm_limit#001-T 三4(7)",
        "exchange.factory#1#002-5 1.4.3",
        "complaint.plan@gravity=serious#1#002-1 19",
        "complaint.closure@gravity=serious#1#001-E 13",
    ),
    "CF-18": (
        "dispatch.roles#000 三(二)2",
        "dispatch.complex_roles#000 三(二)2",
        "dispatch.supervisor_confirms#002-1 2",
        "dispatch.automatic#003 2.4",
    ),
    "CF-19": ("followup.role#000 三(五)1", "followup.exclude_worker#000 三(五)1"),
    "CF-20": ("incident.levels#003 7.1", "incident.levels#003 7.2~alternative"),
    "CF-21": ("ticket.tiers#003 3.1", "ticket.tier.aliases#003 5.1", "incident.vocabulary#003 7.1"),
    "CF-22": (
        "penalty.enabled#001-H 15",
        "penalty.minimum#002-2 末段",
        "penalty.maximum#002-2 末段",
        "reward.praise#002-2 末段",
    ),
    "CF-23": (
        "complaint.task_group_for#000 六(二)1",
        "complaint.supervisor_visit#002-1 21",
        "complaint.single_owner#001-I 五2",
    ),
    "CF-24": ("fee.onsite_max#002-1 4", "fee.invoice#002-1 4"),
    "CF-25": (
        "appraisal.process.weight.satisfaction#003 2.3",
        "appraisal.followup.weight.satisfaction#003 5.3.1",
        "appraisal.staff.weight.satisfaction#000 四(二)4",
    ),
    "CF-26": ("kpi.followup_coverage#003 5.3.1", "kpi.followup_coverage#003 5.4.1~alternative"),
    "CF-27": (
        "followup.automatic#003 5.2.2",
        "followup.on_request#003 5.2.1",
        "followup.request#003 5.2.1",
    ),
    "CF-28": (
        "ticket.reopen.escalate_after#000 三(四)3",
        "ticket.reopen.limit#000 三(四)3",
        "ticket.policy_close#1#SC 3",
    ),
    "CF-29": (
        "appraisal.staff.rhythm#001-M 16",
        "appraisal.process.rhythm#003 2.3",
        "appraisal.followup.rhythm#003 5.3.2",
    ),
    "CF-30": (
        "return.limit@category=food+food_fresh#001-R 特别说明",
        "return.limit@category=terminal#001-Q 一(一)3",
    ),
    "CF-31": (
        "ticket.consent.required_for#001-G 7",
        "ticket.consent.required_for#002-1 3~alternative",
        "ticket.completion.signature_required#002-1 3",
    ),
    "CF-32": ("queue.owners#001-E 7",),
    "CF-33": ("ticket.service_categories#002-1 1", "ticket.service_categories#002-4 四~alternative"),
    "CF-34": ("report.daily.source#002-1 9", "report.daily.source#002-5 二~alternative"),
}

# Limits the documents demand without a number -> their mandatory rows, by code.
OPEN_LIMITS: dict[str, tuple[str, ...]] = {
    "in the set time": ("ticket.answer", "complaint.reply", "survey.invitation", "ticket.onsite"),
    "response per channel": ("channel.response", "channel.owner"),
    "first contact of the engineer": ("engineer.first_contact",),
    "promised repair time per kind": ("ticket.repair",),
    "lower fee": ("fee.onsite_max",),
    "factory inquiry interval": ("ticket.factory_inquiry",),
    "low satisfaction": ("survey.low_threshold",),
    "repeated errors": ("staff.repeated_errors",),
    "rectification period": ("staff.rectification",),
    "authority for the general manager": ("approval.gm_limit",),
    "stock": (
        "stock.safety_default",
        "stock.reorder_default",
        "stock.slow_age",
        "stock.count_interval",
        "stock.sampling_interval",
        "stock.price_interval",
    ),
    "supplier evaluation": (
        "supplier.weight.qualification",
        "supplier.weight.reputation",
        "supplier.weight.quality",
        "supplier.weight.price",
        "supplier.weight.delivery",
        "supplier.pass_mark",
    ),
    "key customers": (
        "customer.levels",
        "customer.vip.spend",
        "customer.vip.purchases",
        "customer.vip.units",
        "customer.important.spend",
        "customer.important.purchases",
        "customer.important.units",
    ),
    "weights other than satisfaction": (
        "appraisal.process.weight.complaint_rate",
        "appraisal.process.weight.response",
        "appraisal.process.weight.efficiency",
        "appraisal.process.weight.coverage",
        "appraisal.followup.weight.solution",
        "appraisal.followup.weight.coverage",
        "appraisal.followup.weight.efficiency",
    ),
    "emergencies": (
        "incident.major.customers",
        "incident.serious.customers",
        "incident.reserve.engineers",
        "incident.reserve.experts",
        "incident.reserve.parts",
        "incident.warn.staff",
        "incident.warn.parts",
    ),
    "training": ("training.interval", "training.safety_interval", "training.pass_mark"),
    "security and retention": ("security.audit_interval", "security.retention", "faulty_part.retention"),
    "factory cycle start and end": ("ticket.factory.start_event", "ticket.factory.end_event"),
    "weekend and holiday hours": ("calendar.weekend_hours", "calendar.holiday_hours"),
    "standards, spot checks, visits": (
        "standard.review_interval",
        "record.spot_check_rate",
        "customer.visit_interval",
    ),
}


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
        assert rulemaking.checked(setting, setting.value) == setting.value
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
    commands.run(rulemaking.change_setting, changed, value="350", actor=manager)
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
