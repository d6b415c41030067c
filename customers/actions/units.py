"""Units: one machine with its serial number."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from customers import events, permissions, queries
from customers.models import Customer, ProductModel, Unit
from customers.states import Proof, UnitStatus
from service_center.kernel import commands, journal
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid

if TYPE_CHECKING:
    from service_center.kernel.models import User


def register_unit(
    *,
    customer: Customer,
    product_model: ProductModel,
    serial: str,
    purchased_on: date | None = None,
    manufactured_on: date | None = None,
    installed_on: date | None = None,
    proof: str = Proof.NONE,
    path: str = "unit.",
    actor: User | None,
    at: datetime,
) -> Unit:
    """Open a unit's file (CRM-02, WTY-12) and compute its warranty; the same unit of the same customer is
    found again instead of registered twice.

    Raises Invalid whose field begins with `path`: serial (malformed, of another model, of another
    customer), purchased_on (in the future), proof.
    """
    require(permissions.can_register, actor, customer)
    unit = Unit(
        customer=customer,
        product_model=product_model,
        purchased_on=purchased_on,
        manufactured_on=manufactured_on,
        installed_on=installed_on,
        proof=proof,
        registered_at=at,
        origin_key=commands.origin_key(),
    )
    unit.set_serial(serial, path=path)
    known = Unit.objects.filter(product_model=product_model, serial=unit.serial).first()
    if known is not None:
        return _same_owner(known, customer, path)
    _check(unit, path, at)
    unit.save(force_insert=True)
    data: dict[str, Any] = {"model": product_model.code, "serial": unit.serial}
    journal.record(events.REGISTERED, unit, actor=actor, at=at, links=[customer], **data)
    return unit


def edit_unit(
    unit: Unit,
    *,
    expected: int | None = None,
    path: str = "",
    actor: User | None,
    at: datetime,
    **changes: object,
) -> Unit:
    """Correct a unit: serial, product_model, purchased_on, manufactured_on, installed_on, proof, status;
    the term is computed anew.

    Raises Stale, Invalid as `register_unit` does.
    """
    unit = Unit.objects.lock(unit.pk)
    require(permissions.can_edit_unit, actor, unit)
    commands.check_version(unit, expected)
    for field, value in changes.items():
        setattr(unit, field, value)
    unit.set_serial(unit.serial, path=path)
    _refuse_second(unit, path)
    _check(unit, path, at)
    unit.version += 1
    unit.save()
    journal.record(
        events.UNIT_EDITED,
        unit,
        actor=actor,
        at=at,
        links=[unit.customer],
        fields=sorted(changes),
        serial=unit.serial,
    )
    return unit


def transfer_unit(
    unit: Unit, *, to: Customer, expected: int | None = None, actor: User | None, at: datetime
) -> Unit:
    """Move a unit to its new owner; its history stays with it. Raises Stale, Invalid when it is theirs
    already.
    """
    unit = Unit.objects.lock(unit.pk)
    require(permissions.can_transfer, actor, unit)
    require(permissions.can_edit, actor, to)
    commands.check_version(unit, expected)
    if unit.customer_id == to.pk:
        raise Invalid(_("此机器已在该客户名下。"), field="customer")
    before, unit.customer = unit.customer, to
    unit.version += 1
    unit.save(update_fields=["customer", "version"])
    journal.record(
        events.TRANSFERRED,
        unit,
        actor=actor,
        at=at,
        links=[before, to],
        serial=unit.serial,
        to=to.pk,
        before=before.pk,
    )
    return unit


def _same_owner(known: Unit, customer: Customer, path: str) -> Unit:
    if known.customer_id != customer.pk:
        raise Invalid(
            _("此序列号已登记在另一位客户名下；请核对铭牌，确已转手的请先办理过户。"),
            field=f"{path}serial",
            code="serial_taken",
        )
    return known


def _refuse_second(unit: Unit, path: str) -> None:
    same = Unit.objects.filter(product_model=unit.product_model, serial=unit.serial).exclude(pk=unit.pk)
    if same.exists():
        raise Invalid(_("此型号下已有这个序列号，请核对铭牌。"), field=f"{path}serial", code="serial_taken")


def _check(unit: Unit, path: str, at: datetime) -> None:
    """Everything the row cannot know alone; computes the term. Raises Invalid."""
    if unit.proof not in Proof.values:
        raise Invalid(_("没有这种购买凭证。"), field=f"{path}proof")
    if unit.status not in UnitStatus.values:
        raise Invalid(_("没有这个机器状态。"), field=f"{path}status")
    today = at.astimezone(ZoneInfo(unit.customer.branch.zone)).date()
    for name in ("purchased_on", "manufactured_on", "installed_on"):
        day: date | None = getattr(unit, name)
        if day is not None and day > today:
            raise Invalid(_("日期不能晚于今天。"), field=f"{path}{name}")
    _refuse_foreign_model(unit, path)
    sold_on = unit.purchased_on or unit.manufactured_on
    unit.set_term(queries.term_months(unit.product_model, sold_on=sold_on))


def _refuse_foreign_model(unit: Unit, path: str) -> None:
    """A serial that begins as another model's do, and not as this one's, was read from another machine."""
    if unit.product_model.serial_prefix and unit.product_model.owns(unit.serial):
        return
    claimed = ProductModel.objects.claiming(unit.serial).exclude(pk=unit.product_model.pk).first()
    if claimed is not None:
        raise Invalid(
            _("此序列号属于型号 %(model)s，请核对型号和铭牌。") % {"model": claimed.code},
            field=f"{path}serial",
            code="serial_of_other_model",
        )
