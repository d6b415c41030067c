"""Facts that clocks write by themselves; the subject is what the clock belongs to, the clock is linked."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.journal import define

WARNED = define("clock.warned", _("时限 %(kind)s 即将到期（%(due)s）。"))
BREACHED = define("clock.breached", _("时限 %(kind)s 已超期（应于 %(due)s 前完成）。"))
ESCALATED = define("clock.escalated", _("时限 %(kind)s 超期后升级至 %(role)s。"))
RETRACTED = define("clock.retracted", _("时限 %(kind)s 的超期记录已撤回。"))
REVISED = define("calendar.revised", _("日历 %(code)s 已更新为第 %(number)s 版。"))
