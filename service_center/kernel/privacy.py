"""Personal data on a screen: masked by default; seen in full by saying why, which is itself a fact of the
journal.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from service_center.kernel import journal, phones
from service_center.kernel.access import require
from service_center.kernel.errors import Invalid
from service_center.kernel.fields import EncryptedTextField

if TYPE_CHECKING:
    from service_center.kernel.models import User

REVEALED = journal.define("personal_data.revealed", _("查看了个人信息（%(field)s），事由：%(reason)s"))
MIN_REASON, MAX_REASON = 2, 200
Row = TypeVar("Row", bound=models.Model)
mask_phone = phones.mask


class ReasonRequired(Invalid):
    code = "reason_required"
    message = _("请写明查看个人信息的事由（2 至 200 个字）。")


def mask_email(address: str) -> str:
    """z***@example.com"""
    name, at, host = address.rpartition("@")
    return f"{name[:1]}***{at}{host}" if at else "***"


def mask_address(detail: str) -> str:
    """The first characters of a street address; house and door are left out."""
    return f"{detail[:4]}****" if len(detail) > 4 else "****" if detail else ""


def mask_id_number(number: str) -> str:
    """The last two characters of an identity number."""
    return f"****{number[-2:]}" if len(number) > 4 else "****" if number else ""


def mask_name(name: str) -> str:
    """The family name of a person: 王*"""
    return f"{name[:1]}*" if name else ""


def reveal(
    row: Row,
    field: str,
    *,
    reason: str,
    actor: User | None,
    at: datetime,
    check: Callable[..., bool] | None = None,
) -> Row:
    """Note who looked at an encrypted field and why; the door then shows `getattr(row, field)` (SEC-06).

    Rows the actor may not see are refused; `check(actor, row)` narrows it further. Raises Forbidden,
    ReasonRequired.
    """
    require(_sees, actor, row)
    if check is not None:
        require(check, actor, row)
    if not isinstance(row._meta.get_field(field), EncryptedTextField):
        raise ValueError(f"{field} of {row._meta.label} is no encrypted field")
    reason = " ".join(reason.split())
    if not MIN_REASON <= len(reason) <= MAX_REASON:
        raise ReasonRequired(field="reason")
    journal.record(REVEALED, row, actor=actor, at=at, field=field, reason=reason)
    return row


def _sees(actor: User, row: models.Model) -> bool:
    """Whether the row's own manager shows it to the actor; a model that does not say shows nothing."""
    visible_to = getattr(type(row)._default_manager, "visible_to", None)
    return visible_to is not None and bool(visible_to(actor).filter(pk=row.pk).exists())
