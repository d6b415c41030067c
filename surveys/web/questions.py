"""What is asked before a call's outcome or a correction is final, or a customer gets a message."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.web.questions import AGAIN, ask, back

ask("follow-up-noun:outcome", _("回访结果提交后不能更改，确定提交吗？"))
ask("rectification-noun:completion", _("完成整改后不能更改，确定完成吗？"))
ask("survey-resend", _("客户会再次收到调查短信，确定发送吗？"))
back(
    {
        "follow-up-noun:attempt": AGAIN,
        "follow-up-noun:handover": "follow-up-noun:handover",
        "rectification-noun:analysis": AGAIN,
    }
)
