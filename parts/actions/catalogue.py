"""Keeping the catalogue: parts, their class, and each store's safety stock and reorder point."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from parts import events, permissions
from parts.models import Location, Part, PartClass, StockPolicy
from parts.states import Kind, Tracking
from service_center.kernel import access, commands, errors, journal, rulebook

if TYPE_CHECKING:
    from service_center.kernel.models import User


def open_class(
    *,
    code: str,
    name_zh: str,
    name_en: str,
    function: str,
    use: str,
    frequency: str,
    shelf: str,
    actor: User | None,
    at: datetime,
) -> PartClass:
    """A class of parts by function, use and frequency of use, with the shelf that holds it (PRT-01).

    Raises Invalid when code or the three criteria are taken.
    """
    access.require(permissions.can_keep_catalogue, actor)
    criteria = {"function": function, "use": use, "frequency": frequency}
    if PartClass.objects.filter(Q(code=code) | Q(**criteria)).exists():
        raise errors.Invalid(_("此分类已存在。"), field="code")
    opened = PartClass.objects.create(code=code, name_zh=name_zh, name_en=name_en, shelf=shelf, **criteria)
    journal.record(events.CLASS_OPENED, opened, actor=actor, at=at, code=code, shelf=shelf)
    return opened


def register_part(
    *,
    code: str,
    name_zh: str,
    name_en: str,
    part_class: PartClass,
    unit_price: Decimal,
    tracked: str = Tracking.NONE,
    minimum_order: int = 1,
    pack_size: int = 1,
    lead_time_days: int = 7,
    warranty_months: int = 0,
    is_original: bool = True,
    actor: User | None,
    at: datetime,
) -> Part:
    """Enter a part under its class (PRT-01). Raises Invalid when the code is taken."""
    access.require(permissions.can_keep_catalogue, actor)
    if Part.objects.filter(code=code).exists():
        raise errors.Invalid(_("配件编码 %(code)s 已存在。") % {"code": code}, field="code")
    part = Part(
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        part_class=part_class,
        unit_price=unit_price,
        tracked=tracked,
        minimum_order=minimum_order,
        pack_size=pack_size,
        lead_time_days=lead_time_days,
        warranty_months=warranty_months,
        is_original=is_original,
        origin_key=commands.origin_key(),
    )
    part.index_words()
    part.save()
    journal.record(events.REGISTERED, part, actor=actor, at=at, part=part.code)
    return part


def revise_part(part: Part, *, expected: int, actor: User | None, at: datetime, **changes: Any) -> Part:
    """Change price, names, class or order sizes; the old and new price stay in the journal (PRT-10).

    Raises Stale.
    """
    part = Part.objects.lock(part.pk)
    access.require(permissions.can_keep_catalogue, actor)
    commands.check_version(part, expected)
    before = part.unit_price
    for name, value in changes.items():
        setattr(part, name, value)
    part.index_words()
    part.version += 1
    part.save()
    journal.record(
        events.REVISED,
        part,
        actor=actor,
        at=at,
        part=part.code,
        fields="、".join(sorted(changes)),
        price_before=str(before),
        price_after=str(part.unit_price),
    )
    return part


def plan_stock(
    part: Part,
    *,
    location: Location,
    reorder_quantity: int,
    safety_stock: int | None = None,
    reorder_point: int | None = None,
    actor: User | None,
    at: datetime,
) -> StockPolicy:
    """Set when and how much a store buys of the part (PRT-03); takes effect with the part's next movement.

    What is not given comes from the rulebook (stock.safety_default, stock.reorder_default). Raises Invalid.
    """
    access.require(permissions.can_plan, actor)
    if location.kind != Kind.STORE:
        raise errors.Invalid(_("补货点只能设在仓库。"), field="location")
    point = _setting_unless(reorder_point, "stock.reorder_default", at)
    levels = {
        "safety_stock": _setting_unless(safety_stock, "stock.safety_default", at),
        "reorder_point": point,
        "reorder_quantity": reorder_quantity,
    }
    if levels["safety_stock"] > point:
        raise errors.Invalid(_("补货点不能低于安全库存。"), field="reorder_point")
    policy, _created = StockPolicy.objects.update_or_create(part=part, location=location, defaults=levels)
    told: dict[str, Any] = {
        "part": part.code,
        "location": location.code,
        "reorder_quantity": reorder_quantity,
    }
    journal.record(events.PLANNED_STOCK, part, actor=actor, at=at, reorder_point=point, **told)
    return policy


def _setting_unless(given: int | None, code: str, at: datetime) -> int:
    return int(rulebook.setting(code, at=at)) if given is None else given
