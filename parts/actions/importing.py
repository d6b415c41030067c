"""The catalogue brought in from a table, one line one part."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext_lazy as _

from parts.actions.catalogue import register_part
from parts.models import Part, PartClass
from parts.states import Tracking
from service_center.kernel.errors import Invalid
from service_center.kernel.imports import Column

if TYPE_CHECKING:
    from service_center.kernel.models import User

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_PRICE: Final = re.compile(r"[0-9]{1,10}(\.[0-9]{1,2})?")
_YES: Final = {"是", "yes", "true", "1", "serial"}
_NO: Final = {"否", "no", "false", "0", "none"}


def _code(text: str) -> str:
    if not _CODE.fullmatch(text):
        raise Invalid(_("编码只能用字母、数字和 . _ -。"))
    return text


def _price(text: str) -> Decimal:
    if not _PRICE.fullmatch(text):
        raise Invalid(_("单价应为不小于 0 的数，最多两位小数。"))
    return Decimal(text)


def _whole(least: int, most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
        if not least <= number <= most:
            raise Invalid(_("请填写 %(least)s 到 %(most)s 的整数。") % {"least": least, "most": most})
        return number

    return parse


def _tracking(text: str) -> str:
    word = text.lower()
    if word not in _YES | _NO:
        raise Invalid(_("请填写“是”或“否”。"))
    return Tracking.SERIAL if word in _YES else Tracking.NONE


COLUMNS: Final = (
    Column("code", _("代码"), required=True, parse=_code, limit=40),
    Column("name_zh", _("中文名"), required=True, limit=120),
    Column("name_en", _("英文名"), required=True, limit=120),
    Column("part_class", _("类别代码"), required=True, limit=20),
    Column("unit_price", _("单价"), required=True, parse=_price),
    Column("tracked", _("按序列号管理"), parse=_tracking),
    Column("warranty_months", _("保修月数"), parse=_whole(0, 600)),
    Column("minimum_order", _("最小起订量"), parse=_whole(1, 1_000_000)),
    Column("pack_size", _("每包数量"), parse=_whole(1, 1_000_000)),
    Column("lead_time_days", _("供货天数"), parse=_whole(0, 3650)),
)


def import_part(*, values: Mapping[str, Any], actor: User | None, at: datetime) -> Part:
    """Enter the part of one line. Raises Invalid for an unknown class and a code that is taken."""
    part_class = PartClass.objects.filter(code=values["part_class"]).first()
    if part_class is None:
        raise Invalid(_("没有这个配件类别。"), field="part_class")
    given = {name: value for name, value in values.items() if value is not None and name != "part_class"}
    return register_part(part_class=part_class, **given, actor=actor, at=at)
