"""What a complaint's steps ask before they are taken, and how the others are put right."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.web.questions import AGAIN, ask, back

ask("complaint-noun:grading", _("定级决定各项时限，提交后不能更改，确定提交吗？"))
ask("complaint-noun:team", _("处理小组成立后不能解散，确定成立吗？"))
ask("complaint-noun:verification", _("核实结论提交后不能更改，确定提交吗？"))
ask("complaint-noun:finding", _("调查结论提交后不能更改，确定提交吗？"))
ask("complaint-noun:execution", _("报告完成后进入告知客户，不能退回，确定提交吗？"))
ask("complaint-noun:result", _("告知内容登记后不能更改，确定已告知客户吗？"))
ask("complaint-noun:satisfaction", _("客户的答复计入满意度且不能更改，确定提交吗？"))
ask("complaint-noun:closure", _("结案后不能重新打开，确定结案吗？"), danger=True)
ask("complaint-noun:answer", _("当场答复即结案，不能重新打开，确定提交吗？"), danger=True)
ask("complaint-noun:visit", _("走访情况登记后不能更改，确定登记吗？"))
back(
    {
        "complaint-noun:plan": AGAIN,
        "complaint-noun:contacts": AGAIN,
        "complaint-noun:reminders": AGAIN,
        "complaint-noun:escalation": AGAIN,
        "complaint-noun:handover": "complaint-noun:handover",
        "complaint-new": "complaint-noun:verification",
    }
)
