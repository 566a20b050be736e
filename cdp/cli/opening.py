"""What a command works on: the operator's own PostgreSQL when it is named, else the embedded one of CDP_HOME."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from cdp import bootstrap
from cdp.cli.terminal import say
from cdp.embedded.postgres import Cluster
from cdp.platform import Platform
from cdp.settings import Settings, admin_url
from consent.errors import NotFound

_DATABASE = "cdp"


class NothingHere(NotFound):
    """CDP_HOME holds no platform."""

    code = "nothing-here"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} holds no platform: set CDP_HOME, or make one with cdp up or cdp migrate")


def home(environment: Mapping[str, str] = os.environ) -> Path:
    """Return CDP_HOME."""
    return Path(environment.get("CDP_HOME") or Path.home() / ".cdp").expanduser().absolute()


def check_home(environment: Mapping[str, str] = os.environ) -> None:
    """Raise NothingHere unless CDP_HOME holds a key ring."""
    if not (home(environment) / "keys").is_dir():
        raise NothingHere(home(environment))


def has_app_url(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether the operator named where the application connects."""
    return bool(environment.get("CDP_APP_DATABASE_URL") or environment.get("CDP_APP_DATABASE_URL_FILE"))


def has_own_database(environment: Mapping[str, str] = os.environ) -> bool:
    """Say whether the operator named a PostgreSQL for migrations."""
    return bool(environment.get("CDP_DATABASE_URL") or environment.get("CDP_DATABASE_URL_FILE"))


@contextmanager
def admin(environment: Mapping[str, str] = os.environ, *, may_create: bool = False) -> Iterator[URL]:
    """Yield where the operator finds the database: the one that is named, or the embedded one, running meanwhile.

    Raises NothingHere where there is none yet, unless it may be made.
    """
    if has_own_database(environment):
        yield admin_url(environment)
        return
    if not may_create and not (home(environment) / "secrets").is_dir():
        raise NothingHere(home(environment))
    with Cluster(home(environment), report=say) as cluster:
        _make_database(cluster)
        yield make_url(cluster.url(_DATABASE)).set(drivername="postgresql+psycopg")


@contextmanager
def platform(environment: Mapping[str, str] = os.environ) -> Iterator[Platform]:
    """Yield the platform, entered as the application does; raises NothingHere where none was made."""
    check_home(environment)
    if has_app_url(environment):
        opened = Platform.open(Settings.read(environment))
        try:
            yield opened
        finally:
            opened.database.dispose()
        return
    with admin(environment) as url, platform(with_app_url(url, environment)) as opened:
        yield opened


def with_app_url(url: URL, environment: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment in which the application finds the database that the operator finds at `url`."""
    found = bootstrap.app_url(url, home(environment) / "keys")
    return dict(environment) | {"CDP_APP_DATABASE_URL": found.render_as_string(hide_password=False)}


def _make_database(cluster: Cluster) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        known = connection.execute("select from pg_database where datname = %s", (_DATABASE,)).fetchone()
        if known is None:
            connection.execute(sql.SQL("create database {}").format(sql.Identifier(_DATABASE)))
