"""Rules about compose.yaml and the Dockerfile: they start in order, hold no secret and open nothing to the world."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.house import source

COMPOSE: dict[str, Any] = yaml.safe_load(source.text(Path("compose.yaml")))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("migrate", "api", "worker")
SETTINGS = set(re.findall(r"^\| `(CDP_[A-Z_]+)`", source.text(Path("docs/operators.md")), re.MULTILINE))
NOT_PASSED_ON = {
    "CDP_DATABASE_URL": "the migration's alone, from a secret",
    "CDP_DEMO": "this is not the demo: cdp up is",
    "CDP_HOST": "the command line says it",
    "CDP_OIDC_CLIENT_SECRET": "a secret that not everybody has: in an override",
    "CDP_PORT": "the command line says it",
    "CDP_PORTAL_LOGO": "a file that not everybody has: in an override",
    "CDP_PORTAL_THEME": "a file that not everybody has: in an override",
    "CDP_POSTGRES_BIN": "the server is a container of its own",
    "CDP_SMS_TOKEN": "a secret that not everybody has: in an override",
}
DOCKERFILE = source.text(Path("Dockerfile"))


def test_the_services_are_the_ones_that_run_the_product() -> None:
    assert {"postgres", "migrate", "api", "worker", "mail"} == set(SERVICES)


@pytest.mark.parametrize("name", ["postgres", "api", "mail"])
def test_a_service_that_others_wait_for_says_whether_it_is_healthy(name: str) -> None:
    check = SERVICES[name]["healthcheck"]

    assert "CMD" == check["test"][0]
    assert {"interval", "timeout", "retries"} <= set(check)


@pytest.mark.parametrize("name", ["api", "worker"])
def test_nothing_starts_before_the_migration_is_done(name: str) -> None:
    conditions = {other: each["condition"] for other, each in SERVICES[name]["depends_on"].items()}

    assert {"postgres": "service_healthy", "migrate": "service_completed_successfully"} == conditions


def test_the_migration_waits_for_the_database_and_runs_once() -> None:
    assert {"postgres": {"condition": "service_healthy"}} == SERVICES["migrate"]["depends_on"]
    assert "no" == SERVICES["migrate"]["restart"]


@pytest.mark.parametrize("name", SERVICES)
def test_ports_are_bound_to_this_machine(name: str) -> None:
    assert [] == [port for port in SERVICES[name].get("ports", []) if not str(port).startswith("127.0.0.1:")]


@pytest.mark.parametrize("name", SERVICES)
def test_secrets_come_from_files_and_have_no_default(name: str) -> None:
    secret = re.compile(r"PASSWORD|SECRET|TOKEN(?!_SECONDS)|_KEY|DATABASE_URL")
    found = {key: value for key, value in SERVICES[name].get("environment", {}).items() if secret.search(key)}

    assert [] == [key for key, value in found.items() if not key.endswith("_FILE") or ":-" in value]
    assert [] == [value for value in found.values() if Path(value).name not in SERVICES[name]["secrets"]]


@pytest.mark.parametrize("name", ["api", "worker"])
def test_every_setting_of_the_guide_reaches_the_containers_or_has_a_reason_not_to(name: str) -> None:
    passed = {key.removesuffix("_FILE") for key in SERVICES[name]["environment"]}

    assert SETTINGS - NOT_PASSED_ON.keys() == passed
    assert NOT_PASSED_ON.keys() <= SETTINGS


def test_a_setting_that_is_not_said_is_not_passed_on_as_empty() -> None:
    values = {key: value for key, value in SERVICES["api"]["environment"].items() if value is not None}

    assert {"CDP_HOME", "CDP_BASE_URL", "CDP_APP_DATABASE_URL_FILE", "CDP_SMTP_URL"} == set(values)


def test_every_secret_is_a_file_that_is_not_in_the_project() -> None:
    files = [Path(each["file"]) for each in COMPOSE["secrets"].values()]

    assert [] == [path for path in source.files() if path in files]
    assert "/secrets/" in source.text(Path(".gitignore")).splitlines()


def test_only_the_migration_may_change_the_schema() -> None:
    holders = [name for name, service in SERVICES.items() if "database_url" in service.get("secrets", [])]

    assert ["migrate"] == holders


@pytest.mark.parametrize("name", OURS)
def test_our_containers_hold_the_keys_and_nothing_else(name: str) -> None:
    assert ["keys:/var/lib/cdp"] == SERVICES[name]["volumes"]
    assert SERVICES[name]["read_only"]
    assert ["ALL"] == SERVICES[name]["cap_drop"]


@pytest.mark.parametrize("name", SERVICES)
def test_volumes_are_declared(name: str) -> None:
    assert {each.split(":")[0] for each in SERVICES[name].get("volumes", [])} <= set(COMPOSE["volumes"])


def test_the_image_installs_the_lock_and_runs_without_root() -> None:
    assert "--require-hashes -r requirements.txt" in DOCKERFILE
    assert DOCKERFILE.rindex("\nUSER cdp") > DOCKERFILE.rindex("\nRUN ")


def test_what_the_image_copies_is_let_in() -> None:
    let_in = {line[1:] for line in source.text(Path(".dockerignore")).splitlines() if line.startswith("!")}

    assert {"api", "cdp", "consent", "migrations", "alembic.ini", "pyproject.toml", "requirements.txt"} <= let_in
    assert not any(path.startswith((".", "secrets")) for path in let_in)
