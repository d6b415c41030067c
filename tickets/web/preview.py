"""The report as the customer reads it before signing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from service_center.kernel.languages import sentences
from tickets.states import FaultClass


def preview_rows(content: dict[str, Any]) -> list[tuple[str, Any]]:
    """Label and value of every line of the report's content."""
    parts = sentences(f"{p['part']} × {p['quantity']}" for p in content["parts"]) or _("无")
    fault = dict(FaultClass.choices).get(content["fault_class"], "")
    return [
        (_("工单"), content["ticket"]),
        (_("产品型号"), content["product_model"]),
        (_("序列号"), content["serial"]),
        (_("故障现象"), content["symptom"]),
        (_("故障类别"), fault),
        (pgettext("fault", "原因"), content["cause"]),
        (_("维修方案"), content["plan"]),
        (_("维修内容"), content.get("work_done")),
        (_("更换配件"), parts),
        (_("工时（分钟）"), content["minutes"]),
        (_("费用（元）"), content["fee"]),
        (_("已测试"), _("是") if content.get("tested") else _("否")),
        (_("已演示"), _("是") if content.get("demonstrated") else _("否")),
        (_("客户意见"), content.get("customer_comment")),
    ]
