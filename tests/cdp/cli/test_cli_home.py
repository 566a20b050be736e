"""The command and its home: made by two commands only, named when it is wrong, and never the folder one stands in."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlalchemy.engine import URL, make_url
from typer.testing import CliRunner

from cdp import bootstrap
from cdp.cli import app, house, opening, running
from cdp.cli.opening import NothingHere
from cdp.platform import Platform
from tests import make

CDP = (sys.executable, "-P", "-m", "cdp.cli")
Started = list[tuple[list[str], Mapping[str, str]]]


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    """Return what would have replaced this process, with its environment."""
    found: Started = []
    monkeypatch.setattr(os, "execve", lambda _, command, environment: found.append((command, environment)))
    return found


@pytest.fixture
def alone(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that leaves these settings and no others."""

    def leave(**settings: str) -> None:
        for name in [name for name in os.environ if name.startswith("CDP_")]:
            monkeypatch.delenv(name)
        for name, value in settings.items():
            monkeypatch.setenv(name, value)

    return leave


def derived(platform: Platform, database_url: str) -> URL:
    return bootstrap.app_url(make_url(database_url), platform.settings.keys)


def test_serve_derives_where_the_application_connects_from_the_key_ring(
    platform: Platform, database_url: str, alone: Callable[..., None], started: Started
) -> None:
    alone(CDP_HOME=str(platform.settings.home), CDP_DATABASE_URL=database_url)

    running.serve()

    ((_, environment),) = started
    found = make_url(environment["CDP_APP_DATABASE_URL"])
    assert derived(platform, database_url).password == found.password
    assert ("cdp_login", make_url(database_url).database) == (found.username, found.database)


def test_the_worker_derives_it_too(platform: Platform, database_url: str, alone: Callable[..., None]) -> None:
    alone(CDP_HOME=str(platform.settings.home), CDP_DATABASE_URL=database_url)

    with opening.platform() as opened:
        assert derived(platform, database_url).password == opened.settings.app_url.password


def test_serve_keeps_the_address_that_the_operator_chose(
    platform: Platform, app_url: str, alone: Callable[..., None], started: Started
) -> None:
    alone(CDP_HOME=str(platform.settings.home), CDP_APP_DATABASE_URL=app_url)

    running.serve()

    assert app_url == started[0][1]["CDP_APP_DATABASE_URL"]


@pytest.mark.parametrize("package", ["api", "cdp", "consent"])
def test_a_folder_that_is_called_as_a_package_is_not_imported(
    tmp_path: Path, package: str, alone: Callable[..., None], started: Started
) -> None:
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").write_text("print('mine')", encoding="utf-8")
    (tmp_path / "keys").mkdir()
    alone(CDP_HOME=str(tmp_path), CDP_APP_DATABASE_URL="postgresql://x/y")
    running.serve()

    for command in (started[0][0], [sys.executable, *house.WORKER]):
        said = subprocess.run([*command, "--help"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (0, False) == (said.returncode, "mine" in said.stdout), said.stderr


@pytest.mark.parametrize("command", ["org list", "keys status", "doctor", "worker", "schema", "serve"])
def test_a_wrong_home_is_named_and_stays_empty(tmp_path: Path, command: str) -> None:
    home = tmp_path / "wrong"
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CDP_")}
    said = subprocess.run(
        [*CDP, *command.split()],
        env=environment | {"CDP_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert (5, False) == (said.returncode, home.exists()), said.stderr
    assert f"{home} holds no platform" in said.stderr
    assert "[nothing-here]" in said.stderr


def test_a_home_without_keys_is_named(app_url: str, tmp_path: Path, alone: Callable[..., None]) -> None:
    alone(CDP_HOME=str(tmp_path), CDP_APP_DATABASE_URL=app_url)

    with pytest.raises(NothingHere, match=str(tmp_path)), opening.platform():
        pass


def test_the_operator_raises_what_a_write_key_may_send_at_once(
    platform: Platform, app_url: str, alone: Callable[..., None]
) -> None:
    alone(CDP_HOME=str(platform.settings.home), CDP_APP_DATABASE_URL=app_url)
    slug = make.organization(platform).slug

    added = CliRunner().invoke(app, ["key", "add", slug, "--name", "site", "--batch-bytes", "4000000"])
    more = CliRunner().invoke(app, ["key", "add", slug, "--name", "site", "--batch-bytes", "4096001"])
    listed = CliRunner().invoke(app, ["key", "list", slug, "--json"]).stdout

    assert (0, 2) == (added.exit_code, more.exit_code)
    assert '"batch_bytes": 4000000' in listed
