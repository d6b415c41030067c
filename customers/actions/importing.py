"""Customers and units brought in from tables, one line one file or one machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.actions.files import find_or_open
from customers.actions.units import register_unit
from customers.models import Customer, ProductModel, Unit
from customers.states import Proof, Zone
from service_center.kernel import phones
from service_center.kernel.errors import Invalid
from service_center.kernel.imports import Column
from service_center.kernel.languages import listed
from staff.models import Branch

if TYPE_CHECKING:
    from service_center.kernel.models import User


def _one_of(choices: type[models.TextChoices]) -> Callable[[str], str]:
    """A choice by its code or by its word in the reader's language."""

    def parse(text: str) -> str:
        for code, label in choices.choices:
            if text in {code, str(label)}:
                return str(code)
        raise Invalid(_("只能填写：%(words)s。") % {"words": listed(choices.labels)})

    return parse


FILE_COLUMNS: Final = (
    Column("name", _("姓名"), required=True, limit=120),
    Column("phone", _("电话"), required=True, parse=phones.normalise),
    Column("branch", _("网点代码"), required=True),
    Column("province", _("省"), limit=40),
    Column("city", _("市"), limit=40),
    Column("district", _("区县"), limit=60),
    Column("zone", _("市区或郊区"), parse=_one_of(Zone)),
    Column("detail", _("详细地址"), limit=500),
)
UNIT_COLUMNS: Final = (
    Column("phone", _("客户电话"), required=True, parse=phones.normalise),
    Column("name", _("客户姓名")),
    Column("product_model", _("型号代码"), required=True),
    Column("serial", _("序列号"), required=True, limit=60),
    Column("purchased_on", _("购买日期"), parse=date.fromisoformat),
    Column("proof", _("购买凭证"), parse=_one_of(Proof)),
)


def import_file(*, values: Mapping[str, Any], actor: User | None, at: datetime) -> Customer:
    """Open the file of one line, or find it when name and number are known in the branch. Raises Invalid."""
    branch = Branch.objects.filter(code=values["branch"]).first()
    if branch is None:
        raise Invalid(_("没有这个网点代码。"), field="branch")
    parts = ("province", "city", "district", "zone", "detail")
    address = {name: values[name] for name in parts if values[name]}
    return find_or_open(
        name=values["name"],
        phone=values["phone"],
        address=address,
        branch=branch,
        path="",
        actor=actor,
        at=at,
    )


def import_unit(*, values: Mapping[str, Any], actor: User | None, at: datetime) -> Unit:
    """Register the machine of one line for the customer of its number (and name, where several share it)."""
    model = ProductModel.objects.filter(code=values["product_model"]).first()
    if model is None:
        raise Invalid(_("没有这个型号代码。"), field="product_model")
    return register_unit(
        customer=_owner(values, actor),
        product_model=model,
        serial=values["serial"],
        purchased_on=values["purchased_on"],
        proof=values["proof"] or Proof.NONE,
        path="",
        actor=actor,
        at=at,
    )


def _owner(values: Mapping[str, Any], actor: User | None) -> Customer:
    rows = Customer.objects.all() if actor is None else Customer.objects.visible_to(actor)
    rows = rows.with_phone(values["phone"]).select_related("branch")
    if values["name"]:
        rows = rows.filter(name=values["name"])
    found = list(rows[:2])
    if not found:
        raise Invalid(_("没有这个电话的客户档案，请先导入客户。"), field="phone")
    if len(found) > 1:
        raise Invalid(_("有多位客户使用这个电话，请填写客户姓名。"), field="name")
    return found[0]
