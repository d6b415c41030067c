"""A right body for an operation, made from its schema and the world's names."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone


class Bodies:
    """`bodies(operation)`: every required field with a fitting value, and the optional ones that are asked for."""

    def __init__(
        self, document: dict[str, Any], values: dict[str, Any], special: dict[str, dict[str, Any]]
    ) -> None:
        self.document, self.values, self.special = document, values, special

    def __call__(self, operation: dict[str, Any]) -> dict[str, Any]:
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        return self._object(schema) | self.special.get(operation["operationId"], {})

    def _object(self, schema: dict[str, Any]) -> dict[str, Any]:
        schema = self._resolve(schema)
        wanted = schema.get("required", [])
        return {name: self._value(name, schema["properties"][name]) for name in wanted}

    def _value(self, name: str, schema: dict[str, Any]) -> Any:
        schema = self._resolve(schema)
        kinds = schema.get("type", "object")
        kind = kinds[0] if isinstance(kinds, list) else kinds
        if "enum" in schema:
            return next(code for code in schema["enum"] if code)
        if name in self.values and kind not in {"array", "object"}:
            return self.values[name]
        if kind == "array":
            return [self._value(name.rstrip("s"), schema["items"])]
        if kind == "object":
            return self._object(schema) if "properties" in schema else {}
        return self._plain(kind, schema)

    def _plain(self, kind: str, schema: dict[str, Any]) -> Any:
        soon = timezone.now() + timedelta(days=2)
        if kind == "string":
            shapes = {
                "date-time": soon.isoformat(), "date": soon.date().isoformat(), "decimal": "10.00",
                "email": "a@example.com",
            }  # fmt: skip
            return shapes.get(schema.get("format", ""), "x")
        return {"integer": max(1, schema.get("minimum", 1)), "number": 1, "boolean": True}[kind]

    def _resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        while "$ref" in schema or "allOf" in schema or "oneOf" in schema or "anyOf" in schema:
            if "$ref" in schema:
                schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
            else:
                schema = next(iter(schema.get("allOf") or schema.get("oneOf") or schema["anyOf"]))
        return schema
