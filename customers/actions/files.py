"""Customers' files: opening, changing, contacts, and who may see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from customers import events, permissions, queries
from customers.models import Access, Contact, Customer, SearchDoc, Unit
from customers.states import CustomerKind, Level, Zone
from service_center.kernel import bigrams, commands, journal, phones, privacy
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid
from staff.models import Branch, Person

if TYPE_CHECKING:
    from service_center.kernel.models import User

Address = Mapping[str, str]
_ADDRESS: Final = {
    "province": "province",
    "city": "city",
    "district": "district",
    "zone": "zone",
    "detail": "address_detail",
}
REVEALABLE: Final = {"phone": "phone", "email": "email", "address": "address_detail"}


def open_file(
    *,
    name: str,
    phone: str,
    address: Address | None = None,
    contact: Mapping[str, str] | None = None,
    branch: Branch | None = None,
    kind: str = CustomerKind.PERSON,
    email: str = "",
    path: str = "customer.",
    actor: User | None,
    at: datetime,
) -> Customer:
    """Open a customer's file (CRM-02); without a branch it belongs to the actor's.

    `address` has province, city, district, zone (city or suburb) and detail, each optional; `contact` name,
    phone, relation. Raises Invalid whose field begins with `path`: name, phone, email, address.zone,
    branch.
    """
    require(permissions.can_open, actor)
    customer = Customer(
        kind=kind, branch=_branch_of(branch, actor, path), opened_at=at, origin_key=commands.origin_key()
    )
    _fill(customer, {"name": name, "phone": phone, "email": email, "address": address or {}}, path)
    customer.save(force_insert=True)
    if contact:
        _add_contact(customer, contact, f"{path}contact.")
    SearchDoc.objects.create(customer=customer, words=bigrams.vector(*_names(customer)))
    journal.record(events.OPENED, customer, actor=actor, at=at, branch=customer.branch.code)
    return customer


def find_or_open(
    *,
    name: str,
    phone: str,
    address: Address | None = None,
    contact: Mapping[str, str] | None = None,
    branch: Branch | None = None,
    path: str = "customer.",
    actor: User | None,
    at: datetime,
) -> Customer:
    """The branch's file of this name and number, or a new one: a second call does not make a second file."""
    require(permissions.can_open, actor)
    home = _branch_of(branch, actor, path)
    known = queries.same_person(
        name=name.strip(), e164=phones.normalise(phone, field=f"{path}phone"), branch_id=home.pk
    )
    if known is not None:
        return known
    return open_file(
        name=name, phone=phone, address=address, contact=contact, branch=home, path=path, actor=actor, at=at
    )


def edit_file(
    customer: Customer,
    *,
    expected: int | None = None,
    path: str = "",
    actor: User | None,
    at: datetime,
    **changes: object,
) -> Customer:
    """Change a file: name, kind, level, phone, email, address (what it holds), dedicated_agent.

    A level is given by supervisor or manager only (CRM-03). Raises Stale, Invalid as `open_file` does.
    """
    customer = Customer.objects.lock(customer.pk)
    require(permissions.can_edit, actor, customer)
    if "level" in changes:
        require(permissions.can_grade, actor, customer)
    commands.check_version(customer, expected)
    _fill(customer, changes, path)
    customer.version += 1
    customer.save()
    if "name" in changes:
        _reindex(customer)
    journal.record(events.EDITED, customer, actor=actor, at=at, fields=sorted(changes))
    return customer


def add_contact(
    customer: Customer,
    *,
    name: str,
    phone: str,
    relation: str = "",
    path: str = "",
    actor: User | None,
    at: datetime,
) -> Contact:
    """Note somebody else who may be called. Raises Invalid."""
    customer = Customer.objects.lock(customer.pk)
    require(permissions.can_edit, actor, customer)
    contact = _add_contact(customer, {"name": name, "phone": phone, "relation": relation}, path)
    contact.origin_key = commands.origin_key()
    contact.save(update_fields=["origin_key"])
    customer.version += 1
    customer.save(update_fields=["version"])
    _reindex(customer)
    journal.record(events.CONTACT_ADDED, customer, actor=actor, at=at, contact=contact.pk)
    return contact


def reveal(
    customer: Customer,
    *,
    field: str,
    reason: str,
    contact: int | None = None,
    actor: User | None,
    at: datetime,
) -> Customer | Contact:
    """Note who reads a masked phone, email or address in full and why; the door shows it (SEC-06).

    With `contact` it is that contact's phone. Returns the row it stands in. Raises Forbidden, Invalid.
    """
    require(permissions.can_reveal, actor, customer)
    if contact is not None:
        row = Contact.objects.filter(customer=customer, pk=contact).first()
        if row is None or field != "phone":
            raise Invalid(_("此客户没有这个联系人。"), field="contact")
        return privacy.reveal(row, "phone", reason=reason, actor=actor, at=at)
    if field not in REVEALABLE:
        raise Invalid(_("只能查看电话、邮箱或地址。"), field="field")
    return privacy.reveal(customer, REVEALABLE[field], reason=reason, actor=actor, at=at)


def grant_access(
    person: Person, customer: Customer, *, unit: Unit | None = None, actor: User | None = None, at: datetime
) -> Access:
    """Let somebody see a customer and the unit their work is about; the verb that hands out work calls it.

    Harmless twice; the fact itself stands in the journal of that verb.
    """
    access, _created = Access.objects.get_or_create(
        person=person, customer=customer, unit=unit, defaults={"granted_at": at}
    )
    return access


def _branch_of(branch: Branch | None, actor: User | None, path: str) -> Branch:
    if branch is not None:
        return branch
    person: Person | None = getattr(actor, "person", None)
    if person is None:
        raise Invalid(_("请选择网点。"), field=f"{path}branch")
    return person.branch


def _fill(customer: Customer, values: Mapping[str, object], path: str) -> None:
    """Put checked values into the row. Raises Invalid."""
    for field, value in values.items():
        if field == "address":
            assert isinstance(value, Mapping)
            _fill_address(customer, value, path)
        elif field == "phone":
            customer.set_phone(phones.normalise(str(value), field=f"{path}phone"))
        else:
            setattr(customer, field, value)
    customer.name = customer.name.strip()
    if not customer.name:
        raise Invalid(_("请填写客户姓名。"), field=f"{path}name")
    if customer.level not in Level.values:
        raise Invalid(_("没有这个客户等级。"), field=f"{path}level")
    _check_email(customer.email, path)


def _fill_address(customer: Customer, address: Address, path: str) -> None:
    for part, text in address.items():
        setattr(customer, _ADDRESS[part], text)
    if customer.zone not in Zone.values:
        raise Invalid(_("请选择市区或郊区。"), field=f"{path}address.zone")


def _check_email(email: str, path: str) -> None:
    if not email:
        return
    try:
        validate_email(email)
    except ValidationError as error:
        raise Invalid(_("邮箱地址有误，应如 name@example.com。"), field=f"{path}email") from error


def _add_contact(customer: Customer, values: Mapping[str, str], path: str) -> Contact:
    name = values.get("name", "").strip()
    if not name:
        raise Invalid(_("请填写联系人姓名。"), field=f"{path}name")
    contact = Contact(customer=customer, name=name, relation=values.get("relation", ""))
    contact.set_phone(phones.normalise(values.get("phone", ""), field=f"{path}phone"))
    contact.save(force_insert=True)
    return contact


def _reindex(customer: Customer) -> None:
    SearchDoc.objects.filter(customer=customer).update(words=bigrams.vector(*_names(customer)))


def _names(customer: Customer) -> list[str]:
    return [customer.name, *customer.contacts.values_list("name", flat=True)]
