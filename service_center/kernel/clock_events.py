"""Facts that clocks write by themselves; the subject is what the clock belongs to, the clock is linked."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from service_center.kernel.journal import define, name_codes


class OnTheCase(TextChoices):
    """Whom a rung tells by their part in the case; the other codes are roles of the staff."""

    OWNER = "owner", _("负责人")
    ASSIGNEE = "assignee", _("经办工程师")


name_codes("role", OnTheCase)

WARNED = define("clock.warned", _("“%(name)s”的时限即将到期。"))
BREACHED = define("clock.breached", _("“%(name)s”已超过时限。"))
ESCALATED = define("clock.escalated", _("“%(name)s”超过时限仍未完成，升级至 %(role)s。"))
RETRACTED = define("clock.retracted", _("“%(name)s”的超时记录已撤回。"))
REVISED = define("calendar.revised", _("日历 %(code)s 已更新为第 %(number)s 版。"))
