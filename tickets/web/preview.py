"""The report as the customer reads it before signing."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from service_center.kernel.languages import sentences
from tickets.states import FaultClass


def preview_rows(content: dict[str, Any]) -> list[tuple[str, Any]]:
    """Label and value of every line of the report's content."""
    return [(label, value) for _name, label, value in preview_lines(content)]


def preview_lines(content: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """Every line with the name of what it shows, so that a phone can fill it in by itself."""
    parts = sentences(f"{p['part']} × {p['quantity']}" for p in content["parts"]) or _("无")
    fault = dict(FaultClass.choices).get(content["fault_class"], "")
    return [
        ("ticket", _("工单"), content["ticket"]),
        ("product_model", _("产品型号"), content["product_model"]),
        ("serial", _("序列号"), content["serial"]),
        ("symptom", _("故障现象"), content["symptom"]),
        ("fault_class", _("故障类别"), fault),
        ("cause", pgettext("fault", "原因"), content["cause"]),
        ("plan", _("维修方案"), content["plan"]),
        ("work_done", _("维修内容"), content.get("work_done")),
        ("parts", _("更换配件"), parts),
        ("minutes", _("工时（分钟）"), content["minutes"]),
        ("fee", _("费用（元）"), content["fee"]),
        ("tested", _("已测试"), _("是") if content.get("tested") else _("否")),
        ("demonstrated", _("已演示"), _("是") if content.get("demonstrated") else _("否")),
        ("customer_comment", _("客户意见"), content.get("customer_comment")),
    ]
