"""The words of the customers app."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CustomerKind(models.TextChoices):
    PERSON = "person", _("个人")
    ORGANISATION = "organisation", _("单位")


class Level(models.TextChoices):
    """Grades of customers (CRM-03); the rules of response may ask for them."""

    ORDINARY = "ordinary", _("普通客户")
    IMPORTANT = "important", _("重点客户")
    VIP = "vip", _("贵宾客户")


class Zone(models.TextChoices):
    """Where the address lies: the promised arrival differs (requirements 2.4)."""

    CITY = "city", _("市区")
    SUBURB = "suburb", _("郊区")


class Proof(models.TextChoices):
    """Proof of purchase (WTY-06)."""

    NONE = "none", _("无凭证")
    INVOICE = "invoice", _("发票")
    CARD = "card", _("保修卡")


class UnitStatus(models.TextChoices):
    """Where a unit stands in its life (CRM-14)."""

    IN_USE = "in_use", _("在用")
    RETURNED = "returned", _("已退回")
    SCRAPPED = "scrapped", _("已报废")


class Coverage(models.TextChoices):
    """What a warranty term covers."""

    WHOLE = "whole", _("整机")
    MAIN_PARTS = "main_parts", _("主要部件")


class Decision(models.TextChoices):
    IN_WARRANTY = "in_warranty", _("保修期内")
    OUT_OF_WARRANTY = "out_of_warranty", _("保修期外")


class WarrantyReason(models.TextChoices):
    """Why the decision fell so; one per decision."""

    WITHIN_TERM = "within_term", _("在保修期限内")
    TERM_OVER = "term_over", _("已超过保修期限")
    NO_PROOF = "no_proof", _("没有购买凭证")
    HUMAN_DAMAGE = "human_damage", _("人为损坏")
    NO_DATE = "no_date", _("无法确定起算日期")
