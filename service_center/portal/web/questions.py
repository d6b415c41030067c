"""What is asked before a customer gets a message."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.web.questions import ask

ask("ticket-case-link", _("客户会收到服务单链接短信，确定发送吗？"))
ask("ticket-consent-offer", _("客户会收到方案确认短信，确定发送吗？"))
