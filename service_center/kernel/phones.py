"""Telephone numbers: Chinese mobiles and landlines, foreign ones with their country code; E.164 inside,
masked outside.
"""

from __future__ import annotations

import re
import unicodedata
from enum import Enum

import phonenumbers
from django.utils.translation import gettext_lazy as _
from phonenumbers import PhoneNumber, PhoneNumberFormat, PhoneNumberType

from service_center.kernel import crypto
from service_center.kernel.errors import Invalid

HOME = "CN"
MAX_LENGTH = 40
_HOME_CODE = 86
_SEPARATORS = str.maketrans(
    "", "", " -.()/\u00a0\u2010\u2011\u2012\u2013\u2014\u2212\u200b\u200e\u200f\u202a\u202c"
)
_EXTENSION = re.compile(r"\d.*(转|#|;|ext|x\d)", re.IGNORECASE)
_NUMBER = re.compile(r"\+?[0-9]+")  # letters are refused: the parser would read 1-800-FLOWERS


class PhoneKind(Enum):
    MOBILE = "mobile"
    LANDLINE = "landline"
    FOREIGN = "foreign"


class PhoneInvalid(Invalid):
    code = "phone_invalid"
    message = _(
        "电话号码有误：手机请填 11 位，座机请带区号（如 0571-88001234），境外号码请以 + 和国家代码开头。"
    )


class PhoneExtension(Invalid):
    code = "phone_extension"
    message = _("电话号码里不能带分机号，请只填总机号码，分机号写在备注里。")


def normalise(text: str, *, field: str | None = "phone") -> str:
    """The number in E.164, from what people type: full-width digits, spaces, hyphens, 0086.

    Raises PhoneInvalid for what is no valid number, PhoneExtension for one with an extension; both name
    `field`.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if len(typed) > MAX_LENGTH:
        raise PhoneInvalid(field=field)
    if _EXTENSION.search(typed):
        raise PhoneExtension(field=field)
    if not _NUMBER.fullmatch(_bare(typed)):
        raise PhoneInvalid(field=field)
    try:
        number = phonenumbers.parse(_bare(typed), HOME)
    except phonenumbers.NumberParseException as error:
        raise PhoneInvalid(field=field) from error
    if not phonenumbers.is_valid_number(number):
        raise PhoneInvalid(field=field)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _bare(typed: str) -> str:
    """Without separators; 0086 and other 00 prefixes as +, which the parser reads from anywhere."""
    bare = typed.translate(_SEPARATORS)
    return f"+{bare[2:]}" if bare.startswith("00") else bare


def kind(e164: str) -> PhoneKind:
    """Whether messages can reach it: only a mobile gets an SMS."""
    number = _parsed(e164)
    if number.country_code != _HOME_CODE:
        return PhoneKind.FOREIGN
    mobile = phonenumbers.number_type(number) == PhoneNumberType.MOBILE
    return PhoneKind.MOBILE if mobile else PhoneKind.LANDLINE


def display(e164: str) -> str:
    """The number as people here write it; only for those who may see it."""
    number = _parsed(e164)
    if number.country_code != _HOME_CODE:
        return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)
    if kind(e164) is PhoneKind.MOBILE:
        return str(number.national_number)
    return (
        phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL).replace(" ", "-", 1).replace(" ", "")
    )


def mask(e164: str) -> str:
    """What everybody may see: 138****8000, 0571****1234, +1****4567; the empty text stays empty."""
    if not e164:
        return ""
    if not e164.startswith("+"):
        return f"****{e164[-4:]}" if len(e164) > 4 else "****"
    number = _parsed(e164)
    if number.country_code != _HOME_CODE:
        return f"+{number.country_code}****{last4(e164)}"
    national = str(number.national_number)
    if kind(e164) is PhoneKind.MOBILE:
        return f"{national[:3]}****{national[-4:]}"
    area = phonenumbers.length_of_geographical_area_code(number)
    return f"0{national[:area]}****{national[-4:]}" if area else f"{national[:3]}****{national[-4:]}"


def last4(e164: str) -> str:
    """The last four digits, by which callers are found."""
    return e164[-4:]


def index(e164: str) -> str:
    """The blind index of the whole number."""
    return crypto.blind("phone", e164)


def last4_index(four: str) -> str:
    """The blind index of the last four digits. Low entropy: it narrows a search, it protects little."""
    return crypto.blind("phone-last4", four)


def _parsed(e164: str) -> PhoneNumber:
    return phonenumbers.parse(e164, None)
