"""People, a machine, a story to break; and proof that a refusal left nothing behind."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from django.apps import apps
from django.db.models import Count, Sum

from parts.models import Balance
from tests.tickets.conftest import (
    Story,
    agent,
    customer,
    engineer,
    engineer2,
    line,
    manager,
    model,
    part,
    story,
    supervisor,
    unit,
)

__all__ = [
    "Story",
    "agent",
    "customer",
    "engineer",
    "engineer2",
    "line",
    "manager",
    "model",
    "part",
    "story",
    "supervisor",
    "unit",
]
ELSEWHERE = {"sessions", "axes", "contenttypes", "auth"}
LOOKING = {"usersession", "presence"}  # rows of who looks, not of what was done


def everything() -> dict[str, Any]:
    """How many rows each table has, the sum of all versions, and what the shelves hold and owe."""
    found: dict[str, Any] = {}
    for table in apps.get_models():
        meta = table._meta
        if meta.app_label in ELSEWHERE or meta.model_name in LOOKING:
            continue
        sums = {"rows": Count("pk")}
        if any(field.name == "version" for field in meta.get_fields()):
            sums["versions"] = Sum("version")
        found[meta.label] = table._base_manager.aggregate(**sums)
    return found | {"shelves": Balance.objects.aggregate(Sum("on_hand"), Sum("reserved"))}


@contextmanager
def nothing_written() -> Iterator[None]:
    """Whatever happens inside leaves every table as it was."""
    before = everything()
    yield
    after = everything()
    assert {name: after[name] for name in after if after[name] != before[name]} == {}


@pytest.fixture
def unchanged() -> Callable[[], Any]:
    return nothing_written


def text_of(response: Any) -> str:
    """The page as read: tags stay, entities are what they stand for."""
    return unescape(response.content.decode())


def form_in(response: Any) -> Any:
    """The form that was sent, out of the page's own context (panels have theirs)."""
    found = (context.get("form") for context in response.context)
    return next(form for form in found if getattr(form, "is_bound", False))


def complaints_of(response: Any, field: str | None = None) -> list[str]:
    """What the page says is wrong: beside the field, or (None) above the form."""
    form = form_in(response)
    return list(form.non_field_errors() if field is None else form.errors.get(field, []))


def problem(response: Any) -> tuple[int, str, str]:
    """Status, code and first field of a problem document, after checking that it is one."""
    assert response["Content-Type"].startswith("application/problem+json"), response.content
    body = response.json()
    assert {"type", "title", "status", "detail", "code", "errors"} <= set(body)
    assert body["status"] == response.status_code
    assert body["detail"]
    assert all(error["message"] and error["code"] for error in body["errors"])
    return response.status_code, body["code"], body["errors"][0]["field"] if body["errors"] else ""


def is_chinese(text: str) -> bool:
    return bool(re.search(r"[\u4e00-\u9fff]", text))
