"""The words of a complaint: its states and the closed lists of what may be said about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Status(models.TextChoices):
    """Where a complaint stands (requirements.md 4.6)."""

    RECEIVED = "received", _("已受理")
    GRADED = "graded", _("已定级")
    VERIFIED = "verified", _("已核实")
    INVESTIGATED = "investigated", _("已调查")
    PLAN_SET = "plan_set", _("方案已定")
    CARRIED_OUT = "carried_out", _("已执行")
    RESULT_TOLD = "result_told", _("结果已告知")
    SATISFIED = "satisfied", _("客户满意")
    CLOSED = "closed", _("已结案")


OPEN = tuple(s for s in Status if s is not Status.CLOSED)
UNGRADED = (Status.RECEIVED, Status.GRADED)
UNSOLVED = tuple(s for s in OPEN if s is not Status.SATISFIED)


class Channel(models.TextChoices):
    """How a complaint came in: the dedicated channels of CMP-01 and the two the product adds."""

    HOTLINE = "hotline", _("投诉热线")
    EMAIL = "email", _("投诉邮箱")
    WEB = "web", _("在线平台")
    LETTER = "letter", _("来信")
    VISIT = "visit", _("来访")
    SURVEY = "survey", _("满意度调查")
    PORTAL = "portal", _("客户链接")


class Gravity(models.TextChoices):
    SERIOUS = "serious", _("情节重大")
    GENERAL = "general", _("一般")


class Complexity(models.TextChoices):
    SIMPLE = "simple", _("简单")
    COMPLEX = "complex", _("复杂")


class Method(models.TextChoices):
    """The four ways in which a task group investigates (CMP-07)."""

    CONTACT = "contact", _("联系客户")
    RECORD_REVIEW = "record_review", _("查阅维修记录")
    SITE_INSPECTION = "site_inspection", _("现场勘查")
    APPRAISAL = "appraisal", _("技术鉴定")


class ReplyChannel(models.TextChoices):
    """How the customer is told: a serious complaint by letter, a general one in writing or by phone."""

    PHONE = "phone", _("电话")
    LETTER = "letter", _("信函")
    EMAIL = "email", _("电子邮件")
    SMS = "sms", _("短信")
    VISIT = "visit", _("上门")


class Outcome(models.TextChoices):
    REACHED = "reached", _("已联系上")
    UNREACHABLE = "unreachable", _("联系不上")
    REFUSED = "refused", _("客户拒绝")


class Level(models.TextChoices):
    """Whom an unresolved complaint goes up to (CMP-16)."""

    SUPERVISOR = "supervisor", _("服务主任")
    MANAGER = "manager", _("售后服务经理")
    DIRECTOR = "director", _("公司领导")
