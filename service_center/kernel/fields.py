"""Columns that hold ciphertext: read and written like text, searched by nobody."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.lookups import Lookup, Transform

from service_center.kernel import crypto


class EncryptedTextField(models.TextField[Any, Any]):
    """Text encrypted at rest (AES-256-GCM, bound to its model and column).

    The empty text stays empty. Every lookup but `isnull` is refused: ciphertexts of equal texts differ, so a
    search would silently find nothing. To find a value again, store `crypto.blind(...)` beside it.
    """

    def get_lookup(self, lookup_name: str) -> type[Lookup[Any]] | None:
        if lookup_name != "isnull":
            raise FieldError(f"{self} is encrypted: it can be tested with isnull only, not {lookup_name}")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> type[Transform] | None:
        raise FieldError(f"{self} is encrypted: {lookup_name} cannot look into it")

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return crypto.encrypt(text, context=self.context) if text else text

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        return crypto.decrypt(value, context=self.context) if value else value

    @property
    def context(self) -> str:
        """What a value of this column is bound to: `app.model.field`."""
        return f"{self.model._meta.label_lower}.{self.name}"


class EncryptedJSONField(EncryptedTextField):
    """Plain lists and dicts as encrypted JSON text."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(None if value is None else json.dumps(value, ensure_ascii=False))

    def from_db_value(self, value: str | None, expression: Any, connection: BaseDatabaseWrapper) -> Any:
        text = super().from_db_value(value, expression, connection)
        return json.loads(text) if text else text

    def to_python(self, value: Any) -> Any:
        return value
