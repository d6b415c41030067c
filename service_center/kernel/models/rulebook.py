"""Every number of the documents is a row here, cites its clause, and has versions with a time of force."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from service_center.kernel.models.identity import User


class Document(models.Model):
    """A regulation the company works by; `code` is the catalogue's key, such as `003` or `001-I`."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)

    def __str__(self) -> str:
        return self.code


class Clause(models.Model):
    """An article of a document, with a short title in our own words."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="clauses")
    article = models.CharField(max_length=40)
    title_zh = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160)
    in_force_from = models.DateField(null=True)
    in_force_to = models.DateField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["document", "article"], name="clause_article"),)

    def __str__(self) -> str:
        return f"{self.document_id} {self.article}"


class VersionStatus(models.TextChoices):
    """The life of a version. A superseded one has a successor and counts until its `valid_to`; a dropped one never did."""

    DRAFT = "draft", _("草稿")
    APPROVED = "approved", _("已批准")
    IN_FORCE = "in_force", _("生效")
    SUPERSEDED = "superseded", _("已被取代")
    DROPPED = "dropped", _("已放弃")


class VersionQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: User) -> Self:
        """The rulebook is open to everybody who works here (GEN-11)."""
        return self.all()

    def current(self, at: datetime) -> Self:
        """What counts at the instant or is meant to: in force, approved and drafts; not what is over."""
        waiting = Q(status__in=[VersionStatus.DRAFT, VersionStatus.APPROVED])
        counting = Q(valid_to=None) | Q(valid_to__gt=at)
        return self.filter(waiting | counting).exclude(status=VersionStatus.DROPPED)

    def with_clause(self) -> Self:
        """With what a screen shows of a version: its clause, who drafted and who approved it."""
        return self.select_related("clause__document", "drafted_by__person", "approved_by__person")

    def in_force(self, at: datetime) -> Self:
        """Versions whose time of force covers the instant."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gt=at), valid_from__lte=at)

    def ever_in_force(self) -> Self:
        """Versions that count or counted for some time: what a look-up at any instant needs."""
        return self.filter(
            status__in=[VersionStatus.IN_FORCE, VersionStatus.SUPERSEDED], valid_from__isnull=False
        )

    def of_key(self, key: str) -> Self:
        """All versions of one rule, setting or step, newest first."""
        return self.filter(key=key).order_by("-version")


class Versioned(models.Model):
    """What the three tables share. `key` is code and conditions as one readable text, equal in all versions.

    `seed` names the row of the shipped set it came from; a row without one was drafted by a person.
    """

    key = models.CharField(max_length=200)
    conditions = models.JSONField(default=dict, blank=True)
    clause = models.ForeignKey(Clause, models.PROTECT, null=True, related_name="%(class)ss")
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=VersionStatus.choices, default=VersionStatus.DRAFT)
    valid_from = models.DateTimeField(null=True)
    valid_to = models.DateTimeField(null=True)
    conflicts = models.JSONField(default=list, blank=True)
    alternative = models.BooleanField(default=False)
    mandatory = models.BooleanField(default=False)
    demo = models.BooleanField(default=False)
    notes = models.TextField(blank=True)
    seed = models.CharField(max_length=240, null=True, unique=True, editable=False)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.key} v{self.version}"

    def counts_at(self, at: datetime) -> bool:
        """Whether the version's time of force covers the instant."""
        return (
            self.valid_from is not None
            and self.valid_from <= at
            and (self.valid_to is None or at < self.valid_to)
        )


def version_constraints(name: str) -> list[models.BaseConstraint]:
    """One number per version, one open-ended version per key, a whole time of force; nobody agrees to an own draft."""
    live = Q(status__in=[VersionStatus.IN_FORCE, VersionStatus.SUPERSEDED])
    return [
        models.UniqueConstraint(fields=["key", "version"], name=f"{name}_version"),
        models.UniqueConstraint(
            fields=["key"], condition=Q(status=VersionStatus.IN_FORCE), name=f"{name}_one_in_force"
        ),
        models.CheckConstraint(condition=~live | Q(valid_from__isnull=False), name=f"{name}_force_has_start"),
        models.CheckConstraint(
            condition=~Q(status=VersionStatus.SUPERSEDED) | Q(valid_to__isnull=False),
            name=f"{name}_end_known",
        ),
        models.CheckConstraint(
            condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")), name=f"{name}_force_forward"
        ),
        models.CheckConstraint(
            condition=~Q(status__in=[VersionStatus.APPROVED, VersionStatus.IN_FORCE])
            | ~Q(approved_by=F("drafted_by"))
            | Q(approved_by=None)
            | Q(drafted_by=None),
            name=f"{name}_four_eyes",
        ),
    ]


class Rule(Versioned):
    """A duration: so many units, counted on a calendar, for the cases its conditions describe.

    `rungs` are `{"name", "role"}` and one of `percent`, `at`, `before` or `after` with `unit`
    (kernel.policies); `pausing_reasons` are the hold reasons that make the clock stand still.
    """

    class Unit(models.TextChoices):
        SECOND = "second", _("秒")
        MINUTE = "minute", _("分钟")
        HOUR = "hour", _("小时")
        WORKING_DAY = "working_day", _("工作日")
        NATURAL_DAY = "natural_day", _("自然日")

    code = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    value = models.DecimalField(max_digits=12, decimal_places=4)
    unit = models.CharField(max_length=12, choices=Unit.choices)
    calendar = models.ForeignKey("kernel.Calendar", models.PROTECT, related_name="+")
    rungs = models.JSONField(default=list, blank=True)
    pausing_reasons = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = (models.Index(fields=["code", "status"], name="rule_code"),)
        constraints = (
            *version_constraints("rule"),
            models.CheckConstraint(condition=Q(value__gte=0), name="rule_value_positive"),
            models.CheckConstraint(
                condition=~Q(unit__in=["working_day", "natural_day"]) | Q(value__lt=100_000),
                name="rule_days_sane",
            ),
        )


class Setting(Versioned):
    """A value that is no duration of a clock: a threshold, weight, flag, word, amount or table."""

    class Kind(models.TextChoices):
        INTEGER = "integer", _("整数")
        DECIMAL = "decimal", _("小数")
        MONEY = "money", _("金额")
        WEIGHT = "weight", _("权重")
        FLAG = "flag", _("开关")
        TEXT = "text", _("文本")
        DURATION = "duration", _("时长")
        LIST = "list", _("列表")
        MAPPING = "mapping", _("对照表")

    code = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.JSONField()
    unit = models.CharField(max_length=20, blank=True)
    minimum = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    maximum = models.DecimalField(max_digits=14, decimal_places=4, null=True)
    choices = models.JSONField(default=list, blank=True)

    class Meta:
        indexes = (models.Index(fields=["code", "status"], name="setting_code"),)
        constraints = tuple(version_constraints("setting"))


class ApprovalStep(Versioned):
    """One step of a chain: who, in which order, decides on a kind of request within a range of amounts.

    A bound is a number of its own or, with `min_setting` and `max_setting`, the value of a setting. The lower
    bound is exclusive, the upper inclusive, so that two neighbours share one limit ("above 5000").
    """

    kind = models.CharField(max_length=80)
    name_zh = models.CharField(max_length=120, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    amount_min = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    amount_max = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    min_setting = models.CharField(max_length=80, blank=True)
    max_setting = models.CharField(max_length=80, blank=True)
    role = models.CharField(max_length=40)
    order = models.PositiveSmallIntegerField(default=1)
    same_branch = models.BooleanField(default=False)

    class Meta:
        indexes = (models.Index(fields=["kind", "status"], name="approvalstep_kind"),)
        constraints = (
            *version_constraints("approvalstep"),
            models.CheckConstraint(
                condition=Q(amount_min=None) | Q(amount_max=None) | Q(amount_max__gt=F("amount_min")),
                name="approvalstep_range",
            ),
        )

    def covers(self, amount: Decimal | None, low: Decimal | None, high: Decimal | None) -> bool:
        """Whether the amount lies above `low` and not above `high`; a bounded step needs an amount."""
        if amount is None:
            return low is None and high is None
        return (low is None or amount > low) and (high is None or amount <= high)


class RulebookState(models.Model):
    """One row that changes with the rulebook: readers compare its token, writers hold its lock."""

    token = models.UUIDField()

    def __str__(self) -> str:
        return str(self.token)
