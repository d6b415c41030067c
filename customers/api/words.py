"""What the fields about customers and their machines are called in the interface."""

from typing import Final

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

WORDS: Final[dict[str, StrPromise]] = {
    "customer": _("客户"),
    "contact": _("联系人"),
    "contacts": _("联系记录"),
    "reveal": _("查看号码"),
    "province": _("省"),
    "city": _("市"),
    "district": _("区县"),
    "zone": _("区域"),
    "relation": _("与客户关系"),
    "detail": _("详细地址"),
    "address": _("地址"),
    "dedicated_agent": _("专属专员"),
    "unit": _("设备"),
    "serial": _("序列号"),
    "serial_end": _("序列号末位"),
    "serial_prefix": _("序列号前缀"),
    "purchased_on": _("购买日期"),
    "manufactured_on": _("生产日期"),
    "installed_on": _("安装日期"),
    "proof": _("购买凭证"),
    "line": _("产品线"),
    "warranty_months": _("保修月数"),
    "warranty_until": _("保修至"),
    "warranty": _("保修"),
    "warranty_term": _("保修条款"),
    "months": _("月数"),
    "covers": _("承保范围"),
    "sold_from": _("销售起"),
    "sold_to": _("销售止"),
    "to": _("转给"),
    "transfer": _("过户"),
    "product": _("产品"),
    "product_name": _("产品名称"),
}
