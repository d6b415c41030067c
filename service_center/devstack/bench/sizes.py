"""Databases of a given number of tickets, in the measurements' own cluster: made once, grown when they are too small."""

from __future__ import annotations

from dataclasses import replace

from .. import stack
from ..postgres import NAME, Cluster
from ..stack import Backing
from ..supervisor import Supervisor
from ..terminal import Refusal, say
from .evidence import SEED

SIZES = (10_000, 100_000, 1_000_000)
_TICKETS = "SELECT count(*) FROM tickets_ticket"
_IS_THERE = "SELECT 1 FROM pg_database WHERE datname = '{name}'"


async def prepared(supervisor: Supervisor, below: Backing, size: int) -> Backing:
    """The backing whose database holds so many generated tickets; one named by DATABASE_URL is taken as it is."""
    if below.cluster is None:
        return below
    name = f"bench_{size}"
    made = on(below, name)
    if ask(below.cluster, "postgres", _IS_THERE.format(name=name)) != "1":
        create(below.cluster, name)
    await stack.command(supervisor, made, f"{name}: migrated", "migrate", "--no-input")
    await stack.command(supervisor, made, f"{name}: rules", "seed_rules")
    await stack.command(supervisor, made, f"{name}: company", "demo", "--bare")
    missing = size - int(ask(below.cluster, name, _TICKETS))
    if missing > 0:
        await generate(supervisor, made, missing)
        ask(below.cluster, name, "VACUUM (ANALYZE)")
    say(f"  {name}: {ask(below.cluster, name, _TICKETS)} tickets, {_volume(below.cluster, name)}")
    return made


async def fresh(supervisor: Supervisor, below: Backing, name: str) -> Backing:
    """The backing whose database is new: this version's tables and rules, nothing else."""
    if below.cluster is None:
        raise Refusal("This is done on a database of its own: run without DATABASE_URL.")
    below.cluster.ask("dropdb", "--if-exists", "--force", name)
    create(below.cluster, name)
    made = on(below, name)
    for command in (("migrate", "--no-input"), ("seed_rules",)):
        await stack.command(supervisor, made, f"{name}: {command[0]}", *command)
    return made


async def generate(supervisor: Supervisor, made: Backing, tickets: int) -> None:
    """Two years of history; the figures' sums are built at the end of it."""
    wanted = ("--tickets", str(tickets), "--seed", str(SEED), "--days", "730")
    await stack.command(supervisor, made, f"{tickets} tickets generated", "generate", *wanted)


def on(below: Backing, name: str) -> Backing:
    """The same services, another database."""
    assert below.cluster is not None
    url = below.cluster.url.replace(f"/{NAME}?", f"/{name}?")
    return replace(below, env=below.env | {"DATABASE_URL": url})


def create(cluster: Cluster, name: str) -> None:
    made = cluster.ask("createdb", name)
    if made.returncode:
        raise Refusal(f"The database {name} could not be created: {made.stderr.strip()}")


def ask(cluster: Cluster, database: str, statement: str) -> str:
    """The answer of one statement, as text."""
    told = cluster.ask("psql", "-d", database, "-tAc", statement)
    if told.returncode:
        raise Refusal(f"{database}: {told.stderr.strip()}")
    return told.stdout.strip()


def _volume(cluster: Cluster, name: str) -> str:
    return ask(cluster, "postgres", f"SELECT pg_size_pretty(pg_database_size('{name}'))")
