"""The words of surveys and follow-up calls."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(models.TextChoices):
    """What a questionnaire is for; kind and date choose the version in force."""

    SERVICE = "service", _("服务满意度调查")
    CARD = "card", _("客户意见调查卡")


class OpinionKind(models.TextChoices):
    """Customer opinions by kind (SUR-11)."""

    SUGGESTION = "suggestion", pgettext_lazy("opinion", "建议")
    COMPLAINT = "complaint", _("投诉")
    PRAISE = "praise", _("表扬")


class AnswerChannel(models.TextChoices):
    """How the customer's marks came in (SUR-02)."""

    LINK = "link", _("在线问卷")
    PHONE = "phone", _("电话")
    INTERVIEW = "interview", _("面谈")


class Cause(models.TextChoices):
    """Which of the follow-up rules gave this one: exactly one per ticket, the first that fits."""

    MAJOR = "major", _("重大问题或投诉")
    LONG = "long", _("更换配件或返厂维修")
    ORDINARY = "ordinary", _("一般服务")


class Status(models.TextChoices):
    """Where a follow-up call stands (requirements.md 4.7)."""

    DUE = "due", _("待回访")
    IN_CONTACT = "in_contact", _("联系中")
    COMPLETED = "completed", _("已完成")
    UNREACHABLE = "unreachable", _("无法联系")
    REFUSED = "refused", _("客户拒绝")
    CANCELLED = "cancelled", _("已取消")


OPEN = (Status.DUE, Status.IN_CONTACT)


class Channel(models.TextChoices):
    PHONE = "phone", _("电话")
    VISIT = "visit", _("上门")
    EMAIL = "email", _("电子邮件")
    WECHAT = "wechat", _("微信")
    SMS = "sms", _("短信")


class Outcome(models.TextChoices):
    REACHED = "reached", _("已联系上")
    UNREACHABLE = "unreachable", _("联系不上")
    REFUSED = "refused", _("客户拒绝")


class RectificationStatus(models.TextChoices):
    OPEN = "open", _("待分析原因")
    ANALYSED = "analysed", _("整改中")
    DONE = "done", _("已整改")
