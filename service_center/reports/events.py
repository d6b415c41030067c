"""What happens to subscriptions."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal
from service_center.reports.states import Rhythm

SUBSCRIBED = journal.define("dashboard.subscribed", _("订阅了仪表盘邮件（%(rhythm)s）"), rhythm=Rhythm)
UNSUBSCRIBED = journal.define("dashboard.unsubscribed", _("退订了仪表盘邮件"))
MAILED = journal.define("dashboard.mailed", _("寄出了 %(first)s 至 %(last)s 的仪表盘"))
