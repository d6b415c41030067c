"""Facts of calendars; the subject is the calendar. Data: the number of the version and plain values."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal, notifications

DRAFTED = journal.define("calendar.drafted", _("起草了日历第 %(number)s 版"))
IMPORTED = journal.define("calendar.imported", _("导入了 %(year)s 年的节假日安排，作为第 %(number)s 版草稿"))
APPROVED = journal.define("calendar.approved", _("批准了日历第 %(number)s 版"))
SCHEDULED = journal.define("calendar.scheduled", _("日历第 %(number)s 版定于 %(valid_from)s 生效"))
DROPPED = journal.define("calendar.dropped", _("放弃了日历第 %(number)s 版"))
REMOVED = journal.define("calendar.removed", _("删除了日历 %(code)s"))
HOLIDAYS = notifications.define(
    "calendar.imported", _("日历“%(name)s”有 %(year)s 年的新节假日安排待核对和批准。")
)
