"""`manage.py generate`: the same for the same seed, whole tickets whatever happens, and never in production."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import ForeignKey

from service_center.kernel import chores, commands
from service_center.kernel.crews import Crew, Turn, WorkerFailed
from service_center.kernel.models import Counter
from tests.proof.processes import Program, environment, wait_for
from tests.proof.test_generator import Books, forgotten
from tickets.models import Ticket
from tickets.models.dispatch import Assignment

SAMPLE = 400


@pytest.fixture
def company(db: None) -> None:
    call_command("demo", bare=True, customers=60, units=90, stdout=io.StringIO())


def content(seed: int, *, tickets: int = 60, size: int = 25) -> str:
    """The hash of everything that generating leaves, keys replaced; the world then never was."""
    with forgotten():
        call_command("generate", tickets=tickets, seed=seed, set=size, workers=0, stdout=io.StringIO())
        told = Books().told()
    return hashlib.sha256(repr(sorted(told.items())).encode()).hexdigest()


@pytest.mark.django_db
def test_the_same_seed_gives_the_same_content_and_another_seed_another(company: None) -> None:
    first = content(11)
    assert content(11) == first
    assert content(12) != first


@pytest.mark.django_db
def test_a_larger_sample_leaves_nothing_to_mend(company: None) -> None:
    call_command("generate", tickets=SAMPLE, seed=21, set=100, workers=0, stdout=io.StringIO())
    assert Ticket.objects.count() == SAMPLE
    assert differences() == {}


@pytest.mark.spoils
@pytest.mark.django_db
def test_a_generated_balance_that_is_off_is_found(company: None) -> None:
    call_command("generate", tickets=60, seed=21, set=60, workers=0, stdout=io.StringIO())
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE parts_balance SET on_hand = on_hand + 1 WHERE id = (SELECT max(id) FROM parts_balance)"
        )
    assert list(differences()) == ["stock"]


@pytest.mark.django_db
def test_every_reference_of_a_generated_row_leads_somewhere(company: None) -> None:
    call_command("generate", tickets=120, seed=5, set=60, workers=0, stdout=io.StringIO())
    assert dangling() == []


@pytest.mark.spoils
@pytest.mark.django_db
def test_a_reference_that_leads_nowhere_is_found(company: None) -> None:
    call_command("generate", tickets=60, seed=5, set=60, workers=0, stdout=io.StringIO())
    with forgotten(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role TO replica")
        Assignment.objects.filter(pk=Assignment.objects.latest("pk").pk).update(ticket_id=10**9)
        cursor.execute("SET LOCAL session_replication_role TO origin")
        assert dangling() == ["tickets_assignment.ticket_id"]


def differences() -> dict[str, list[str]]:
    found = chores.differences(at=commands.now(), fix=False)
    return {name: lines for name, lines in found.items() if lines}


def dangling() -> list[str]:
    """Columns with a key that is in no row of the table they refer to."""
    found = []
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            other = field.related_model
            if not isinstance(field, ForeignKey) or not isinstance(other, type) or not model._meta.managed:
                continue
            here, there = model._meta.db_table, other._meta.db_table
            key = field.target_field.column
            with connection.cursor() as cursor:
                cursor.execute(
                    f'SELECT EXISTS (SELECT FROM "{here}" h WHERE h."{field.column}" IS NOT NULL'
                    f' AND NOT EXISTS (SELECT FROM "{there}" t WHERE t."{key}" = h."{field.column}"))'
                )
                if cursor.fetchone()[0]:
                    found.append(f"{here}.{field.column}")
    return found


@pytest.mark.django_db
def test_generate_is_refused_outside_of_development(settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError, match="only for development"):
        call_command("generate", tickets=1)


@pytest.mark.django_db
def test_generate_without_a_company_is_refused() -> None:
    with pytest.raises(CommandError, match="no company"):
        call_command("generate", tickets=1)


@pytest.mark.django_db(transaction=True)
def test_a_killed_generate_leaves_the_first_shares_whole(tmp_path: Path) -> None:
    call_command("demo", bare=True, customers=60, units=90, stdout=io.StringIO())
    argv = ("django", "generate", "--tickets", "4000", "--set", "20", "--workers", "2", "--seed", "3")
    running = Program(*argv, log=tmp_path / "generate.log", env=environment())
    wait_for(lambda: Ticket.objects.count() >= 60, 120, "the first tickets")
    running.kill()
    wait_for(lambda: not others(), 30, "the end of what the workers had begun")
    there = Ticket.objects.count()
    assert 60 <= there < 4000
    assert there % 20 == 0
    first = int(Ticket.objects.earliest("number").number[-6:])
    assert first == 1
    taken = sum(Counter.objects.filter(series__startswith="T-").values_list("value", flat=True))
    assert taken >= there
    assert differences() == {}


def others() -> bool:
    """Whether anybody else still works on the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND xact_start IS NOT NULL)"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db
def test_a_worker_that_fails_stops_the_filling() -> None:
    def work(turn: Turn) -> None:
        raise RuntimeError("the worker falls over its work")

    with Crew(1) as crew:
        crew.give(work, 20)
        with pytest.raises(WorkerFailed, match="piece of 20 is not there"):
            crew.finish()
