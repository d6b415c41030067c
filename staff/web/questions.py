"""What is asked before something is done to a person that cannot be undone, and how the rest is taken back."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.web.questions import AGAIN, ask, back

ask("person-noun:departure", _("离职后账号立即停用，未结工作移交他人，不能恢复，确定办理吗？"), danger=True)
ask("appraisal-confirmation", _("考核确认后不能更改，确定吗？"))
ask("score-retraction", _("撤回的评分不能恢复，确定撤回吗？"), danger=True)
ask("people-import", _("导入的记录需要逐条更正，确定导入吗？"))
back(
    {
        "hire": "person-noun:departure",
        "appraisals": AGAIN,
        "person-noun:edit": AGAIN,
        "person-noun:block": "booking-release",
        "person-noun:licence": "licence-revocation",
        "person-noun:skill": AGAIN,
        "person-noun:score": "score-retraction",
        "person-noun:time": AGAIN,
        "licence-revocation": "person-noun:licence",
        "booking-release": "person-noun:block",
    }
)
