"""Facts that clocks write by themselves; the subject is what the clock belongs to, the clock is linked."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from service_center.kernel.journal import define, name_codes


class OnTheCase(TextChoices):
    """Whom a rung tells by their part in the case; the other codes are roles of the staff."""

    OWNER = "owner", _("负责人")
    ASSIGNEE = "assignee", _("经办工程师")


name_codes("role", OnTheCase)
name_codes("reached", OnTheCase)

WARNED = define("clock.warned", _("“%(name)s”的时限即将到期。"))
BREACHED = define("clock.breached", _("“%(name)s”已超过时限。"))
ESCALATED = define("clock.escalated", _("“%(name)s”超过时限仍未完成，升级至 %(role)s。"))
ACKNOWLEDGED = define("clock.acknowledged", _("%(person)s 已知悉“%(name)s”的提醒，不再向上升级。"))
PASSED_ON = define("clock.passed_on", _("“%(name)s”应提醒 %(role)s，但无人在岗，改为提醒 %(reached)s。"))
TASK_OPENED = define("clock.task_opened", _("“%(name)s”超时，已为 %(person)s 开立任务。"))
TASK_DONE = define("clock.task_done", _("“%(name)s”的超时任务已完成。"))
RETRACTED = define("clock.retracted", _("“%(name)s”的超时记录已撤回。"))
REVISED = define("calendar.revised", _("日历 %(code)s 已更新为第 %(number)s 版。"))
MOVED = define("clock.moved", _("“%(name)s”改按第 %(number)s 版计时，到期时间由 %(was)s 改为 %(now)s。"))
APPLIED = define(
    "changeover.done", _("新版本已套用到未完成的时限：%(moved)s 个改了到期时间，%(kept)s 个不变。")
)
