"""The words of the staff app: posts, bookings, ledgers, appraisals."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """The posts of the regulations (STF-01); a person holds one and may hold more."""

    AGENT = "agent", _("客户服务专员")
    SUPERVISOR = "supervisor", _("服务主任")
    MANAGER = "manager", _("售后服务经理")
    ENGINEER = "engineer", _("维修工程师")
    EXPERT = "expert", _("技术专家")
    TRAINER = "trainer", _("技术培训师")
    PARTS = "parts", _("配件主管")
    BUYER = "buyer", _("配件采购员")
    STOREKEEPER = "storekeeper", _("配件库管员")
    INSPECTOR = "inspector", _("质检员")
    ACCOUNTANT = "accountant", _("会计员")
    QUALITY = "quality", _("质量监控")
    ANALYST = "analyst", _("数据分析")
    DIRECTOR = "director", _("副总经理/总经理")
    ADMIN = "admin", _("系统管理员")


class BookingKind(models.TextChoices):
    """Why a stretch of somebody's time is taken."""

    VISIT = "visit", _("上门")
    LEAVE = "leave", _("请假")
    SHIFT_BLOCK = "shift_block", _("不当班")
    TRAINING = "training", _("培训")


class BookingStatus(models.TextChoices):
    PROPOSED = "proposed", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
    RELEASED = "released", _("已释放")


LIVE_BOOKINGS: Final = (BookingStatus.PROPOSED, BookingStatus.CONFIRMED)


class Criterion(models.TextChoices):
    """The four criteria of the appraisal (STF-06)."""

    KNOWLEDGE = "knowledge", _("业务知识")
    SKILL = "skill", _("服务技能")
    ATTITUDE = "attitude", _("工作态度")
    SATISFACTION = "satisfaction", _("客户满意度")


class TimeCategory(models.TextChoices):
    """What the working time was spent on (RPT-01)."""

    PAID = "paid", _("收费")
    CONTRACT = "contract", _("合同")
    FREE = "free", _("免费")
    ADMINISTRATIVE = "administrative", _("行政")


class LicenceBasis(models.TextChoices):
    """How the right to do repair or on-site work was earned (STF-04)."""

    TEST = "test", _("培训考核合格")
    CERTIFICATE = "certificate", _("持证")


class AppraisalStatus(models.TextChoices):
    GENERATED = "generated", _("待确认")
    CONFIRMED = "confirmed", _("已确认")
