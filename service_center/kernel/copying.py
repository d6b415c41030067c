"""Rows as PostgreSQL's binary COPY takes them: the shortest way into a table.

Instants are whole microseconds since 1970 UTC or datetimes; everything else is what the column's field takes. A column
of a kind that is not known here is refused when its first value comes.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from struct import Struct
from typing import Any, Final

from django.db import connection, models
from django.db.models import Func

from service_center.kernel.fields import EncryptedTextField
from service_center.kernel.worktime import ticks

Encoder = Callable[[Any], bytes]
NULL: Final = b"\xff\xff\xff\xff"
Y2K: Final = 946_684_800_000_000
"""The first microsecond of 2000 UTC, where PostgreSQL counts from."""
_Y2K_DAY: Final = date(2000, 1, 1).toordinal()
_HEADER: Final = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
_TRAILER: Final = b"\xff\xff"
_BLOCK: Final = 1 << 20
_FEW: Final = 10_000

_count, _length = Struct(">h").pack, Struct(">i").pack
_small, _int, _big = Struct(">ih").pack, Struct(">ii").pack, Struct(">iq").pack
_seconds = Struct(">ihhHHHHHHH").pack
_numeric = Struct(">hhHH")
TRUE: Final = b"\x00\x00\x00\x01\x01"
FALSE: Final = b"\x00\x00\x00\x01\x00"


def _json_encoder() -> Callable[[Any], str]:
    """JSON as `json.dumps` writes it, by one encoder that is made once."""
    plain = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    make: Any = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    pieces = make(None, plain.default, json.encoder.encode_basestring, None, ":", ",", False, False, True)
    return lambda value: "".join(pieces(value, 0))


json_text = _json_encoder()


def smallint(value: int | None) -> bytes:
    return NULL if value is None else _small(2, value)


def integer(value: int | None) -> bytes:
    return NULL if value is None else _int(4, value)


def bigint(value: int | None) -> bytes:
    return NULL if value is None else _big(8, value)


def boolean(value: bool | None) -> bytes:
    return NULL if value is None else TRUE if value else FALSE


def text(value: str | None) -> bytes:
    if value is None:
        return NULL
    raw = value.encode()
    return _length(len(raw)) + raw


def moment(value: int | datetime | None) -> bytes:
    """An instant."""
    if value is None:
        return NULL
    return _big(8, (value if type(value) is int else ticks(value)) - Y2K)  # type: ignore[arg-type]  # told apart by type


def day(value: date | None) -> bytes:
    return NULL if value is None else _int(4, value.toordinal() - _Y2K_DAY)


def jsonb(value: Any) -> bytes:
    """JSON, or what is JSON already when it comes as bytes."""
    raw = value if type(value) is bytes else json_text(value).encode()
    return _length(len(raw) + 1) + b"\x01" + raw


def numeric(value: Decimal | int | None) -> bytes:
    """A number in groups of four decimal digits."""
    if value is None:
        return NULL
    sign, digits, exponent = Decimal(value).as_tuple()
    assert isinstance(exponent, int)
    scale = max(-exponent, 0)
    plain = "".join(map(str, digits)) + "0" * max(exponent, 0)
    whole, part = (plain[:-scale], plain[-scale:].rjust(scale, "0")) if scale else (plain, "")
    whole = whole.rjust(-(-len(whole) // 4) * 4, "0")
    part = part.ljust(-(-len(part) // 4) * 4, "0")
    groups = [int((whole + part)[i : i + 4]) for i in range(0, len(whole) + len(part), 4)]
    body = Struct(f">hhHH{len(groups)}H").pack(
        len(groups), len(whole) // 4 - 1, 0x4000 if sign else 0, scale, *groups
    )
    return _length(len(body)) + body


def seconds(micros: int) -> bytes:
    """A number of microseconds as seconds with six decimals, below 10^12 of them."""
    whole, part = divmod(micros, 1_000_000)
    high, low = divmod(whole, 100_000_000)
    return _seconds(18, 5, 2, 0, 6, high, low // 10_000, low % 10_000, part // 100, part % 100 * 100)


def stretch(value: tuple[Any, Any] | Any) -> bytes:
    """A half-open range of instants: a pair, or Django's range object."""
    if value is None:
        return NULL
    lower, upper = value if isinstance(value, tuple) else (value.lower, value.upper)
    return b"\x00\x00\x00\x19\x02" + moment(lower) + moment(upper)


def lexemes(words: Iterable[str] | Func) -> bytes:
    """A tsvector of plain words without positions; `bigrams.vector` is taken apart again."""
    found = (
        words.get_source_expressions()[0].get_source_expressions()[0].value
        if isinstance(words, Func)
        else words
    )
    raw = [word.encode() + b"\x00\x00\x00" for word in found]
    return vector(len(raw), b"".join(raw))


def vector(number: int, raw: bytes) -> bytes:
    """A tsvector of so many words, each followed by three zero bytes."""
    return _length(len(raw) + 4) + _length(number) + raw


_KINDS: Final[dict[str, Encoder]] = {
    "SmallIntegerField": smallint, "PositiveSmallIntegerField": smallint, "IntegerField": integer,
    "PositiveIntegerField": integer, "BigIntegerField": bigint, "BigAutoField": bigint,
    "PositiveBigIntegerField": bigint, "BooleanField": boolean, "CharField": text, "TextField": text,
    "DateTimeField": moment, "DateField": day, "JSONField": jsonb, "DecimalField": numeric,
    "DateTimeRangeField": stretch, "SearchVectorField": lexemes,
}  # fmt: skip


class _Known(dict[Any, bytes]):
    """The few values of a column, encoded once."""

    def __init__(self, encode: Encoder) -> None:
        super().__init__()
        self.encode = encode

    def __missing__(self, value: Any) -> bytes:
        if len(self) >= _FEW:
            self.clear()
        raw = self[value] = self.encode(value)
        return raw


def encoder(field: models.Field[Any, Any]) -> Encoder:
    """How values of the field are written."""
    if isinstance(field, EncryptedTextField):
        return lambda value: text(field.get_prep_value(value))
    target = field.target_field if isinstance(field, models.ForeignKey) else field
    kind = target.get_internal_type()
    encode = _KINDS.get(kind)
    if encode is None:
        return _refusal(field)
    few = field.choices or kind in {"BooleanField", "DecimalField", "SmallIntegerField", "DateField"}
    return _Known(encode).__getitem__ if few else encode


def _refusal(field: models.Field[Any, Any]) -> Encoder:
    def refuse(value: Any) -> bytes:
        if value is None:
            return NULL
        raise TypeError(f"{field} has values that are not copied")

    return refuse


class Sheet:
    """Rows of one table waiting to be copied; `columns` in the order their bytes come."""

    def __init__(self, model: type[models.Model], columns: Sequence[str]) -> None:
        self.table, self.columns = model._meta.db_table, tuple(columns)
        self.rows: list[bytes] = []
        self.start = _count(len(self.columns))
        """What every row begins with."""

    def copy(self) -> int:
        """Send the rows and forget them; returns how many. In a transaction only."""
        number = len(self.rows)
        if number:
            names = ", ".join(map(connection.ops.quote_name, self.columns))
            table = connection.ops.quote_name(self.table)
            with connection.cursor() as cursor:
                body = io.BytesIO(b"".join([_HEADER, *self.rows, _TRAILER]))
                cursor.copy_expert(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)", body, _BLOCK)
        self.rows = []
        return number
