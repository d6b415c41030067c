"""Moving stored values to the current key: in batches under row locks, beside the running product."""

from __future__ import annotations

from django.db import connection, models, transaction

from service_center.kernel import crypto
from service_center.kernel.fields import EncryptedTextField

BATCH = 500


def encrypted_fields(model: type[models.Model]) -> list[EncryptedTextField]:
    """The model's own encrypted columns."""
    if model._meta.proxy or not model._meta.managed:
        return []
    return [field for field in model._meta.local_fields if isinstance(field, EncryptedTextField)]


def rekey(field: EncryptedTextField) -> int:
    """Encrypt the column's values that lie under an older key anew; returns how many.

    Raises crypto.Undecipherable when a value's key is not among FIELD_KEYS; what was done before stays done.
    """
    done = 0
    while batch := _rekey_batch(field):
        done += batch
    return done


def _rekey_batch(field: EncryptedTextField) -> int:
    quote = connection.ops.quote_name
    table, column = quote(field.model._meta.db_table), quote(str(field.column))
    key = quote(str(field.model._meta.pk.column))
    prefix = f"{crypto.current_key_id()}:"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, {column} FROM {table} WHERE {column} <> '' AND left({column}, %s) <> %s "  # noqa: S608
            f"ORDER BY {key} LIMIT {BATCH} FOR NO KEY UPDATE",
            [len(prefix), prefix],
        )
        rows = cursor.fetchall()
        for pk, stored in rows:
            plain = crypto.decrypt(stored, context=field.context)
            cursor.execute(
                f"UPDATE {table} SET {column} = %s WHERE {key} = %s",  # noqa: S608 - names from the model
                [crypto.encrypt(plain, context=field.context), pk],
            )
        return len(rows)
