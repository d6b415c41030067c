"""The facts of the customer's door."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal

LINK_SENT = journal.define("case_link.sent", _("向客户发出了服务单链接"))
LINK_OPENED = journal.define("case_link.opened", _("客户打开了服务单链接"))
OFFERED = journal.define("consent.offered", _("请客户在链接中确认方案，金额 %(amount)s 元"))
DECLINED = journal.define("consent.declined", _("客户在链接中不同意方案"))
