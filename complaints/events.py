"""The facts of a complaint's life."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal

REGISTERED = journal.define("complaint.registered", _("受理了投诉，并向客户致歉"))
ANSWERED = journal.define("complaint.answered", _("当场答复了简单投诉"))
GRADED = journal.define("complaint.graded", _("给投诉定了级"))
HANDED_OVER = journal.define("complaint.handed_over", _("投诉专人改为 %(to)s"))
TASKS_PASSED = journal.define("complaint.tasks_passed", _("处理任务由 %(to)s 接手"))
TEAM_FORMED = journal.define("complaint.team_formed", _("成立了投诉处理小组，组长 %(leader)s"))
FOUNDED = journal.define("complaint.founded", _("核实：投诉属实"))
UNFOUNDED = journal.define("complaint.unfounded", _("核实：投诉不属实，应向客户说明理由"))
INVESTIGATED = journal.define("complaint.investigated", _("记录了调查结论"))
PLANNED = journal.define("complaint.planned", _("定下第 %(number)s 版处理方案，责任人 %(responsible)s"))
CARRIED_OUT = journal.define("complaint.carried_out", _("责任部门报告处理完成"))
CONTACTED = journal.define("complaint.contacted", _("联系了投诉客户"))
TIME_CONFIRMED = journal.define(
    "complaint.time_confirmed", _("主管确认了设备报告的时间 %(told_at)s，时限已更正")
)
REMINDED = journal.define("complaint.reminded", _("催办了投诉处理"))
VISITED = journal.define("complaint.visited", _("服务主任亲自或派员走访了客户"))
RESULT_TOLD = journal.define("complaint.result_told", _("把处理结果告知了客户"))
SATISFIED = journal.define("complaint.satisfied", _("客户对处理结果满意"))
DISSATISFIED = journal.define("complaint.dissatisfied", _("客户对处理结果不满意，方案需修订"))
ESCALATED = journal.define("complaint.escalated", _("投诉未解决，向上级报告"))
CLOSED = journal.define("complaint.closed", _("投诉结案"))
CLOSURE_ASKED = journal.define("complaint.closure_asked", _("申请在客户未满意时结案"))
