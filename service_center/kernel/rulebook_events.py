"""Facts of the rulebook and of approvals. Data: the row's key, version and plain values."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal

RULE_DRAFTED = journal.define("rule.drafted", _("起草了第 %(number)s 版"))
RULE_APPROVED = journal.define("rule.approved", _("批准了第 %(number)s 版"))
RULE_IN_FORCE = journal.define("rule.put_in_force", _("第 %(number)s 版生效"))
RULE_SUPERSEDED = journal.define("rule.superseded", _("第 %(number)s 版被取代"))
FILE_IMPORTED = journal.define("rulebook.imported", _("导入了规则库文件，起草了 %(number)s 条"))
REVIEWED = journal.define("document.reviewed", _("复审了文件 %(code)s，下次复审不晚于 %(due)s"))
SETTING_DRAFTED = journal.define("setting.drafted", _("起草了第 %(number)s 版"))
SETTING_DROPPED = journal.define("setting.dropped", _("放弃了第 %(number)s 版草稿"))
SETTING_CHANGED = journal.define("setting.changed", _("参数 %(key)s 由 %(before)s 改为 %(value)s"))
APPROVAL_REQUESTED = journal.define("approval.requested", _("提交了审批：%(label)s"))
APPROVAL_STEP_TAKEN = journal.define("approval.step_taken", _("同意了审批 %(label)s 的第 %(step)s 步"))
APPROVAL_GRANTED = journal.define("approval.granted", _("批准了：%(label)s"))
APPROVAL_REJECTED = journal.define("approval.rejected", _("驳回了：%(label)s"))
APPROVAL_WITHDRAWN = journal.define("approval.withdrawn", _("撤回了审批：%(label)s"))
