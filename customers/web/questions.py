"""What is asked before many files come in at once, and how the other forms are taken back."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.web.questions import AGAIN, NOTHING, ask, back

ask("customer-import", _("导入的记录需要逐条更正，确定导入吗？"))
ask("unit-import", _("导入的记录需要逐条更正，确定导入吗？"))
back(
    {
        "customer-new": "customer-edit",
        "customer-edit": AGAIN,
        "customer-contact": AGAIN,
        "customer-reveal": NOTHING,
        "unit-new": "unit-edit",
        "unit-edit": AGAIN,
        "unit-transfer": "unit-transfer",
    }
)
