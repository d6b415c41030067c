"""The words of parts and stock: how a part is classed, where it can lie, what a request and an order go
through.
"""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Function(models.TextChoices):
    """What the part does in the product (PRT-01, first criterion)."""

    MECHANICAL = "mechanical", _("机械件")
    ELECTRICAL = "electrical", _("电气件")
    ELECTRONIC = "electronic", _("电子件")
    FLUID = "fluid", _("水路与制冷件")
    FURNITURE = "furniture", _("家具五金件")
    CONSUMABLE = "consumable", _("耗材")


class Use(models.TextChoices):
    """What the part is taken for (PRT-01, second criterion)."""

    REPAIR = "repair", _("维修用")
    MAINTENANCE = "maintenance", _("保养用")
    INSTALLATION = "installation", _("安装用")
    EXCHANGE = "exchange", _("换机备用")


class Frequency(models.TextChoices):
    """How often the part is taken (PRT-01, third criterion)."""

    HIGH = "high", _("常用")
    MEDIUM = "medium", pgettext_lazy("frequency", "一般")
    LOW = "low", _("少用")


class Tracking(models.TextChoices):
    NONE = "none", _("按数量")
    SERIAL = "serial", _("按序列号")


class Kind(models.TextChoices):
    """Kinds of places. The first group is counted and can never fall below zero; the second is the outside
    world.
    """

    STORE = "store", _("仓库")
    ENGINEER = "engineer", _("工程师随身库")
    ISSUED = "issued", _("已领出")
    INSPECTION = "inspection", _("待检区")
    QUARANTINE = "quarantine", _("隔离区")
    CUSTODY = "custody", _("旧件保管区")
    SUPPLIER = "supplier", _("供应商")
    CUSTOMER = "customer", _("客户处")
    SCRAP = "scrap", _("报废")
    ADJUST = "adjust", _("盘点调整")


OUTSIDE: Final = (Kind.SUPPLIER, Kind.CUSTOMER, Kind.SCRAP, Kind.ADJUST)
USABLE: Final = (Kind.STORE, Kind.ENGINEER)
SEES_ALL_STOCK: Final = (  # staff roles that plan, buy, inspect or oversee across branches
    "parts",
    "buyer",
    "inspector",
    "accountant",
    "manager",
    "quality",
    "analyst",
    "director",
    "admin",
)


class MoveKind(models.TextChoices):
    RECEIPT = "receipt", _("到货")
    INSPECTION = "inspection", _("检验")
    ISSUE = "issue", _("发料")
    CONSUMPTION = "consumption", _("装用")
    RETURN = "return", _("退料")
    CARRY = "carry", _("随身领用")
    UNCARRY = "uncarry", _("随身退回")
    CUSTODY = "custody", _("旧件入库")
    DISPOSAL = "disposal", _("旧件处置")
    QUARANTINE = "quarantine", _("隔离")
    CLEARANCE = "clearance", _("隔离处理")
    ADJUSTMENT = "adjustment", _("盘点调整")


class ReservationStatus(models.TextChoices):
    RESERVED = "reserved", _("已预留")
    SHORT = "short", _("缺货等待")
    ISSUED = "issued", _("已发料")
    USED = "used", _("已装用")
    RETURNED = "returned", _("已退回")
    RELEASED = "released", _("已取消")


class ProposalStatus(models.TextChoices):
    PROPOSED = "proposed", _("建议")
    PLANNED = "planned", _("已列入计划")
    ORDERED = "ordered", _("已下单")
    DROPPED = "dropped", _("已放弃")


OPEN_PROPOSAL: Final = (ProposalStatus.PROPOSED, ProposalStatus.PLANNED)


class OrderStatus(models.TextChoices):
    ORDERED = "ordered", _("已下单")
    ARRIVED = "arrived", _("到货待检")
    CLOSED = "closed", _("已完成")
    CANCELLED = "cancelled", _("已取消")


OPEN_ORDER: Final = (OrderStatus.ORDERED, OrderStatus.ARRIVED)


class Clearance(models.TextChoices):
    """What becomes of a quarantined part (PRT-12, PRT-13)."""

    RELEASE = "release", _("复检合格放行")
    SUPPLIER = "supplier", _("退回供应商")
    SCRAP = "scrap", _("报废")
