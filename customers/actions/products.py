"""The catalogue: product lines, models and the warranty terms promised with them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from customers import events, permissions
from customers.models import ProductLine, ProductModel, WarrantyTerm
from customers.states import Coverage
from service_center.kernel import commands, journal
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid

if TYPE_CHECKING:
    from service_center.kernel.models import User


def add_line(*, code: str, name_zh: str, name_en: str, actor: User | None, at: datetime) -> ProductLine:
    """Add a family of products. Raises Invalid for a code in use."""
    require(permissions.can_manage_products, actor)
    if ProductLine.objects.filter(code=code).exists():
        raise Invalid(_("此代码已被使用，请换一个。"), field="code", code="taken")
    line = ProductLine.objects.create(code=code, name_zh=name_zh, name_en=name_en)
    journal.record(events.LINE_ADDED, line, actor=actor, at=at, code=code)
    return line


def add_model(
    *,
    code: str,
    name_zh: str,
    name_en: str,
    line: ProductLine,
    category: str = "",
    warranty_months: int = 12,
    serial_prefix: str = "",
    actor: User | None,
    at: datetime,
) -> ProductModel:
    """Add a model with its term of warranty (WTY-01). Raises Invalid for a code in use."""
    require(permissions.can_manage_products, actor)
    if ProductModel.objects.filter(code=code).exists():
        raise Invalid(_("此代码已被使用，请换一个。"), field="code", code="taken")
    model = ProductModel.objects.create(
        code=code,
        name_zh=name_zh,
        name_en=name_en,
        line=line,
        category=category,
        warranty_months=warranty_months,
        serial_prefix=serial_prefix.upper(),
        origin_key=commands.origin_key(),
    )
    journal.record(events.MODEL_ADDED, model, actor=actor, at=at, links=[line], code=code)
    return model


def edit_model(
    model: ProductModel, *, expected: int | None = None, actor: User | None, at: datetime, **changes: object
) -> ProductModel:
    """Change names, category, prefix or availability of a model. Raises Stale."""
    model = ProductModel.objects.lock(model.pk)
    require(permissions.can_manage_products, actor)
    commands.check_version(model, expected)
    for field, value in changes.items():
        setattr(model, field, value)
    model.version += 1
    model.save(update_fields=[*changes, "version"])
    journal.record(events.MODEL_EDITED, model, actor=actor, at=at, fields=sorted(changes), code=model.code)
    return model


def set_warranty_term(
    model: ProductModel,
    *,
    months: int,
    sold_from: date,
    covers: str = Coverage.WHOLE,
    actor: User | None,
    at: datetime,
) -> WarrantyTerm:
    """Promise another term with what is sold from a day on; what was sold before keeps its own (WTY-01).

    Raises Invalid when a term begins that day or later already, or for less than a month.
    """
    model = ProductModel.objects.lock(model.pk)
    require(permissions.can_manage_products, actor)
    if not 1 <= months <= 240:
        raise Invalid(_("保修期应为 1 至 240 个月。"), field="months")
    terms = WarrantyTerm.objects.filter(product_model=model, covers=covers)
    if terms.filter(sold_from__gte=sold_from).exists():
        raise Invalid(_("该日或之后已有保修期规定，请选择更晚的日期。"), field="sold_from")
    terms.filter(sold_to=None).update(sold_to=sold_from - timedelta(days=1))
    term = WarrantyTerm.objects.create(
        product_model=model,
        covers=covers,
        months=months,
        sold_from=sold_from,
        origin_key=commands.origin_key(),
    )
    journal.record(events.TERM_SET, model, actor=actor, at=at, code=model.code, months=months, covers=covers)
    return term
