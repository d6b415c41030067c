"""The facts a ticket gives rise to, each with the sentence a timeline shows. Data hold ids and plain values only."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal
from tickets import states

REGISTERED = journal.define(
    "ticket.registered", _("登记了工单（渠道：%(channel)s，负责人：%(owner)s）"), channel=states.Channel
)
EDITED = journal.define("ticket.edited", _("修改了工单：%(fields)s"), fields=states.Field)
VERIFIED = journal.define("ticket.verified", _("核实了问题（属实：%(confirmed)s）"))
ANSWERED = journal.define("ticket.answered", _("首次联系即答复并结束"))
CLASSIFIED = journal.define(
    "ticket.classified",
    _("完成分类：%(tier)s，%(complexity)s，%(category)s，%(mode)s"),
    tier=states.Tier,
    complexity=states.Complexity,
    category=states.ServiceCategory,
    mode=states.Mode,
)
FLAGGED = journal.define("ticket.flagged_critical", _("标记为安全、质量或功能关键问题"))
ASSIGNED = journal.define("ticket.assigned", _("派给 %(engineer)s，预计 %(expected_at)s 处理"))
UNASSIGNED = journal.define("ticket.unassigned", _("撤回了对 %(engineer)s 的派工"))
ACCEPTED = journal.define("ticket.accepted", _("%(engineer)s 接受了派工"))
DECLINED = journal.define("ticket.declined", _("%(engineer)s 拒绝了派工"))
CONTACTED = journal.define(
    "ticket.contacted",
    _("联系客户（%(channel)s）：%(outcome)s"),
    channel=states.ContactChannel,
    outcome=states.ContactOutcome,
)
APPOINTED = journal.define("visit.appointed", _("约定上门：%(starts_at)s 至 %(ends_at)s"))
MOVED = journal.define("visit.moved", _("改约：%(starts_at)s 至 %(ends_at)s"))
DROPPED = journal.define("visit.dropped", _("取消了预约（客户不在：%(customer_absent)s）"))
ARRIVED = journal.define("visit.arrived", _("第 %(sequence)s 次到达"))
DEPARTED = journal.define("visit.departed", _("第 %(sequence)s 次离开"))
TIME_DOUBTED = journal.define(
    "ticket.time_doubted", _("设备报告的时间 %(told_at)s 须由主管确认，此前按收到时间计时")
)
TIME_CONFIRMED = journal.define(
    "ticket.time_confirmed", _("主管确认了设备报告的时间 %(told_at)s，时限已更正")
)
DIAGNOSED = journal.define(
    "ticket.diagnosed", _("完成诊断：%(fault_class)s，故障代码 %(fault_code)s"), fault_class=states.FaultClass
)
CONSENTED = journal.define(
    "ticket.consented", _("客户同意方案，金额 %(amount)s 元（方式：%(method)s）"), method=states.ConsentMethod
)
HELD = journal.define("ticket.held", _("挂起：%(reason)s，已告知客户"), reason=states.HoldReason)
RESUMED = journal.define("ticket.resumed", _("恢复处理（原因：%(reason)s）"), reason=states.HoldReason)
PART_ADDED = journal.define(
    "part_line.added", _("申请配件 %(part)s × %(quantity)s：%(status)s"), status=states.PartLineStatus
)
PART_FILLED = journal.define("part_line.filled", _("配件 %(part)s 已到货并预留"))
PART_ISSUED = journal.define("part_line.issued", _("领用配件 %(part)s × %(quantity)s"))
PART_USED = journal.define("part_line.used", _("使用配件 %(part)s × %(quantity)s"))
PART_RELEASED = journal.define("part_line.released", _("释放配件 %(part)s × %(quantity)s"))
FAULTY_DISPOSED = journal.define(
    "faulty_part.disposed", _("换下的旧件 %(part)s：%(disposition)s"), disposition=states.Disposition
)
TIME_ENTERED = journal.define(
    "time.entered", _("登记工时 %(minutes)s 分钟（%(category)s）"), category=states.ServiceCategory
)
ESCALATED = journal.define("ticket.escalated", _("升级给%(to)s"), to=states.EscalationTarget)
SIGNED = journal.define("ticket.signed", _("客户签字确认报告"))
REPORTED = journal.define("ticket.reported", _("提交维修报告（测试：%(tested)s，演示：%(demonstrated)s）"))
RESULT_TOLD = journal.define(
    "ticket.result_told", _("告知结果（%(outcome)s），客户满意：%(satisfied)s"), outcome=states.ContactOutcome
)
DISSATISFIED = journal.define("ticket.dissatisfied", _("客户不满意，退回处理（第 %(count)s 次）"))
REOPENED = journal.define("ticket.reopened", _("重新打开（第 %(count)s 次）"))
REOPENED_OFTEN = journal.define("ticket.reopened_often", _("多次重新打开（%(count)s 次），已通知经理"))
CLOSED = journal.define("ticket.closed", _("凭证收回归档，工单关闭"))
CANCELLATION_ASKED = journal.define("ticket.cancellation_asked", _("申请取消工单"))
CANCELLED = journal.define("ticket.cancelled", _("经批准取消"))
REFUSAL_ASKED = journal.define("ticket.refusal_asked", _("申请拒绝受理"))
REFUSED = journal.define("ticket.refused", _("经批准拒绝受理"))
PRIORITY_RAISED = journal.define(
    "ticket.priority_raised", _("超时升级，优先级提高为 %(priority)s"), priority=states.PriorityName
)
HANDED_OVER = journal.define("ticket.handed_over", _("负责人由 %(old)s 移交给 %(new)s"))
LINKED = journal.define("ticket.linked", _("关联了 %(label)s"))
TEMPLATE_WRITTEN = journal.define("text_template.written", _("新增了话术 %(code)s"))
TEMPLATE_EDITED = journal.define("text_template.edited", _("修改了话术 %(code)s"))
SYMPTOM_ADDED = journal.define("symptom.added", _("新增了故障现象 %(code)s"))
SYMPTOM_EDITED = journal.define("symptom.edited", _("修改了故障现象 %(code)s"))
