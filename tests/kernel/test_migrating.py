"""No migration of much data is cut off by the limit meant for pages; everything else is."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.commands import migrate as of_django
from django.db import connection


def limit() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        return str(cursor.fetchone()[0])


@pytest.mark.django_db
def test_statements_have_no_limit_while_migrations_run(monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[str] = []
    run = of_django.Command.handle

    def watched(self: Any, *args: Any, **options: Any) -> None:
        limits.append(limit())
        run(self, *args, **options)

    monkeypatch.setattr(of_django.Command, "handle", watched)
    usual = limit()
    call_command("migrate", "kernel", verbosity=0)
    assert (limits, limit()) == (["0"], usual)
    assert usual != "0"
