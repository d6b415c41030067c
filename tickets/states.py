"""The words of a ticket's life: states and codes, with the names people read."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    REGISTERED = "registered", _("已登记")
    VERIFIED = "verified", _("已核实")
    ANSWERED = "answered", _("已答复")
    CLASSIFIED = "classified", _("已分类")
    DISPATCHED = "dispatched", _("已派工")
    APPOINTED = "appointed", _("已预约")
    IN_HANDLING = "in_handling", _("处理中")
    ON_HOLD = "on_hold", _("挂起")
    HANDLED = "handled", _("已处理")
    RESULT_TOLD = "result_told", _("结果已告知")
    CLOSED = "closed", _("已关闭")
    CANCELLED = "cancelled", _("已取消")
    REFUSED = "refused", _("已拒绝")


ENDED = (Status.ANSWERED, Status.CLOSED, Status.CANCELLED, Status.REFUSED)
OPEN = tuple(state for state in Status if state not in ENDED)
FLOW = tuple(
    Status(s)
    for s in (
        "registered",
        "verified",
        "classified",
        "dispatched",
        "appointed",
        "in_handling",
        "handled",
        "result_told",
        "closed",
    )
)
UNDER_WORK = (Status.IN_HANDLING, Status.ON_HOLD)
AT_THE_ENGINEERS = (Status.DISPATCHED, Status.APPOINTED, *UNDER_WORK)


class Channel(TextChoices):
    PHONE = "phone", _("电话")
    EMAIL = "email", _("电子邮件")
    WEB = "web", _("官网")
    PORTAL = "portal", _("客户自助页")
    WECHAT = "wechat", _("微信")
    APP = "app", _("APP")
    COUNTER = "counter", _("门店")
    API = "api", _("系统接口")


class Demand(TextChoices):
    REPAIR = "repair", _("维修")
    RETURN = "return", _("退货")
    EXCHANGE = "exchange", _("换货")
    CONSULT = "consult", _("咨询")
    INSTALL = "install", _("安装")
    MAINTAIN = "maintain", _("保养")
    COMPLAIN = "complain", _("投诉")


class Nature(TextChoices):
    """What kind of problem it is; decides the group that handles it (DSP-01, DSP-07)."""

    FAULT = "fault", _("产品故障")
    WARRANTY = "warranty", _("保修")
    CONSULTATION = "consultation", _("咨询")
    USAGE = "usage", _("使用指导")
    INSTALLATION = "installation", _("安装调试")
    MAINTENANCE = "maintenance", _("保养")
    RETURN_EXCHANGE = "return_exchange", _("退换货")
    COMPLAINT = "complaint", _("投诉")
    OTHER = "other", _("其他")


class Tier(TextChoices):
    URGENT = "urgent", _("紧急")
    GENERAL = "general", _("一般")
    ORDINARY = "ordinary", _("普通")


class Complexity(TextChoices):
    SIMPLE = "simple", _("简单")
    COMPLEX = "complex", _("复杂")


class ServiceCategory(TextChoices):
    PAID = "paid", _("有费服务")
    CONTRACT = "contract", _("合同服务")
    FREE = "free", _("免费服务")
    ADMINISTRATIVE = "administrative", _("一般行政工作")


class Mode(TextChoices):
    PHONE = "phone", _("电话解决")
    REMOTE = "remote", _("远程")
    ONSITE = "onsite", _("上门")
    BRINGIN = "bringin", _("送修")
    MAILIN = "mailin", _("寄修")
    EXCHANGE = "exchange", _("换机")


TAKES_AWAY = (Mode.BRINGIN, Mode.MAILIN, Mode.EXCHANGE)


class ContactOutcome(TextChoices):
    REACHED = "reached", _("已联系上")
    UNREACHABLE = "unreachable", _("无法接通")
    REFUSED = "refused", _("拒接")


class ContactChannel(TextChoices):
    PHONE = "phone", _("电话")
    SMS = "sms", _("短信")
    EMAIL = "email", _("电子邮件")
    WECHAT = "wechat", _("微信")
    APP = "app", _("APP")
    IN_PERSON = "in_person", _("当面")
    LETTER = "letter", _("信函")


class AssignmentStatus(TextChoices):
    OFFERED = "offered", _("待确认")
    ACCEPTED = "accepted", _("已接受")
    DECLINED = "declined", _("已拒绝")
    WITHDRAWN = "withdrawn", _("已撤回")
    DONE = "done", _("已完成")


class VisitStatus(TextChoices):
    CONFIRMED = "confirmed", _("已约定")
    MOVED = "moved", _("已改约")
    DROPPED = "dropped", _("已取消")
    ARRIVED = "arrived", _("已到达")
    DONE = "done", _("已结束")


class FaultClass(TextChoices):
    DEVICE = "device", _("设备故障")
    SOFTWARE = "software", _("软件故障")
    ENVIRONMENT = "environment", _("环境因素")


class ConsentMethod(TextChoices):
    SIGNATURE = "signature", _("签字")
    VERBAL = "verbal", _("口头")
    LINK = "link", _("链接确认")


class HoldReason(TextChoices):
    CUSTOMER = "customer", _("等待客户")
    PART = "part", _("等待配件")
    FACTORY = "factory", _("返厂")
    APPROVAL = "approval", _("等待审批")


class PartSource(TextChoices):
    """Where a part line is drawn from: the branch's store or the engineer's own stock."""

    STORE = "store", _("仓库")
    ENGINEER = "engineer", _("工程师备件")


class PartLineStatus(TextChoices):
    RESERVED = "reserved", _("已预留")
    SHORT = "short", _("缺货")
    ISSUED = "issued", _("已领用")
    USED = "used", _("已使用")
    RELEASED = "released", _("已释放")


class Disposition(TextChoices):
    CUSTOMER = "customer", _("交还客户")
    CUSTODY = "custody", _("留存")
    DISPOSED = "disposed", _("已处置")


class EscalationTarget(TextChoices):
    EXPERT = "expert", _("技术专家")
    SUPERVISOR = "supervisor", _("服务主任")
    MANAGER = "manager", _("售后服务经理")


class ChargeKind(TextChoices):
    AGREED = "agreed", _("约定费用")
    PART = "part", _("配件费")


class ClockKind(TextChoices):
    """The deadlines a ticket can have."""

    RESPONSE = "response", _("响应")
    SOLUTION = "solution", _("解决")
    PROMISE = "promise", _("对客户的承诺")
    OUTER_RESPONSE = "outer_response", _("24 小时响应底线")
    OUTER_SOLUTION = "outer_solution", _("3 个工作日解决底线")
    ARRIVAL = "arrival", _("到达现场")
    PART_CYCLE = "part_cycle", _("等件维修周期")
    FACTORY_CYCLE = "factory_cycle", _("返厂维修周期")
    FACTORY_INQUIRY = "factory_inquiry", _("询问厂家并告知客户")
    CRITICAL = "critical", _("关键问题响应")
    ACKNOWLEDGE = "acknowledge", _("工程师响应")
    DIAGNOSIS = "diagnosis", _("初步诊断")
    PLAN = "plan", _("维修方案或换件")
    REPAIR = "repair", _("维修完成")
    RESULT_CALL = "result_call", _("告知结果")


CLOCK_KINDS = dict(ClockKind.choices)


class Priority(IntegerChoices):
    """How much an overdue ticket presses; raised by rungs, read by lists. Deadlines do not depend on it."""

    NORMAL = 0, _("正常")
    RAISED = 1, _("加急")
    HIGHEST = 2, _("特急")


class PriorityName(TextChoices):
    """The same in the words of the journal."""

    RAISED = "raised", _("加急")
    HIGHEST = "highest", _("特急")


class ClockStage(TextChoices):
    """What a rung says of a deadline."""

    WARNED = "warned", _("即将到期")
    BREACHED = "breached", _("已超期")
    ESCALATED = "escalated", _("超期已升级")


class Field(TextChoices):
    """What may be corrected after registration, as the timeline names it."""

    SUBJECT = "subject", _("一句话说明")
    DESCRIPTION = "description", _("客户陈述")
    SYMPTOM = "symptom", _("故障现象")
    DEMAND = "demand", _("客户诉求")
    PROMISED_AT = "promised_at", _("已告知的维修时间")
    CONTACT = "contact", _("联系人")


class TemplateKind(TextChoices):
    """Where a text template is offered."""

    REPLY = "reply", _("答复客户")
    NOTE = "note", _("沟通与核实记录")
    NOTICE = "notice", _("挂起通知")
    RESULT = "result", _("结果与报告")
    REASON = "reason", _("原因说明")
