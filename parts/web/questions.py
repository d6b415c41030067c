"""What is asked before stock or money moves for good, and how the rest is taken back."""

from django.utils.translation import gettext_lazy as _

from service_center.kernel.web.questions import AGAIN, ask, back

ask("part-noun:clearance", _("隔离处理会改变库存且不能撤销，确定处理吗？"))
ask("purchase-orders", _("下单后供应商即收到订单，确定下单吗？"))
ask("purchase-order-noun:receipt", _("到货登记会增加库存且不能撤销，确定登记吗？"))
ask("purchase-order-noun:inspection", _("检验结论提交后不能更改，确定提交吗？"))
ask("purchase-order-noun:cancellation", _("取消的余量不能恢复，确定取消吗？"), danger=True)
ask("purchase-proposal-decision", _("采购建议的决定不能更改，确定吗？"))
ask("part-import", _("导入的记录需要逐条更正，确定导入吗？"))
back(
    {
        "part-noun:adjustment": AGAIN,
        "part-noun:carried-stock": "part-noun:adjustment",
        "part-noun:quarantine": "part-noun:clearance",
        "part-noun:stock-policy": AGAIN,
        "part-noun:proposal": "purchase-proposal-decision",
        "reservation-issue": "reservation-return",
        "reservation-return": "reservation-issue",
    }
)
