"""The facts of surveys and follow-up calls."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal

INVITED = journal.define("survey.invited", _("向客户发出了满意度调查"))
RESENT = journal.define("survey.resent", _("重新发出了满意度调查"))
ANSWERED = journal.define("survey.answered", _("客户答复了满意度调查，折合 %(score)s 分"))
OPENED = journal.define("follow_up.opened", _("安排了回访"))
REQUESTED = journal.define("follow_up.requested", _("客户要求回访"))
RAISED = journal.define("follow_up.raised", _("回访改按重大问题处理"))
ATTEMPTED = journal.define("follow_up.attempted", _("回访联系了客户"))
COMPLETED = journal.define("follow_up.completed", _("完成了回访"))
UNREACHABLE = journal.define("follow_up.unreachable", _("多次联系不上客户，回访结束"))
REFUSED = journal.define("follow_up.refused", _("客户不愿接受回访，回访结束"))
CANCELLED = journal.define("follow_up.cancelled", _("服务单重新处理，回访取消"))
HANDED_OVER = journal.define("follow_up.handed_over", _("回访改由 %(to)s 负责"))
RECTIFICATION_OPENED = journal.define("rectification.opened", _("满意度低，要求分析原因并整改"))
RECTIFICATION_PASSED = journal.define("rectification.passed", _("整改改由 %(to)s 负责"))
ANALYSED = journal.define("rectification.analysed", _("分析了满意度低的原因，定下整改措施"))
RECTIFIED = journal.define("rectification.completed", _("完成了整改"))
