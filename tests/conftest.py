"""The server, the template and the databases that tests stand on; see tests/make.py for people and things.

CDP_TEST_POSTGRES chooses the programs: `wheel` (the default) or `installed`; CDP_TEST_EXAMPLES which examples are tried
(`tests/fuzzing.py`).
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, settings
from psycopg import sql
from sqlalchemy.engine import make_url

from cdp import bootstrap
from cdp.embedded.postgres import Cluster
from cdp.platform import Platform
from cdp.settings import Settings
from tests import fuzzing

ROOT = Path(__file__).resolve().parents[1]
MOST_WORKERS = 4
LONGEST_NAME = 30
TEMPLATE = "cdp_template"
FRESH = "900"  # a proof outlasts the tests of a module, on the slowest machine too

# Autovacuum wakes once a minute: what it measures changes plans, and while it writes that down no change is told.
# The gate does without it; `make fuzz` does not.
UNDISTURBED = {} if fuzzing.IS_ON else {"autovacuum": "off"}

Start = Callable[..., Cluster]

# How long an example takes says something about the machine, and nothing about the code. A gate says the same of the
# same commit, wherever and however often it is asked; `make fuzz` looks for what nobody found yet.
ANY_MACHINE = settings(
    deadline=None, derandomize=True, database=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("gate", parent=ANY_MACHINE)
settings.register_profile("fuzz", parent=ANY_MACHINE, derandomize=False, max_examples=1_000)
settings.load_profile(fuzzing.PROFILE)


def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers `-n auto` means: each brings a server, so more than four only queue."""
    return min(os.cpu_count() or 1, MOST_WORKERS)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Name a case of long, random or odd text after its argument: all workers must see the same short names."""
    if isinstance(val, str | bytes) and (len(val) > LONGEST_NAME or not str(val).isprintable() or not val.isascii()):
        return argname
    return None


@pytest.fixture(scope="session")
def start_cluster() -> Iterator[Start]:
    """Return a function that starts a server of its own: `start_cluster(durable=True)` for crash tests.

    Every server gets a home that is empty, short in name and reachable for its account, and is removed in the end.
    """
    with ExitStack() as stack:

        def start(*, durable: bool = False, binaries: str | None = None, **settings: str) -> Cluster:
            home = Path(tempfile.mkdtemp(prefix="cdp-test-"))
            stack.callback(_remove, home)
            cluster = Cluster(
                home,
                binaries=binaries or os.environ.get("CDP_TEST_POSTGRES", "wheel"),
                durable=durable,
                settings={"shared_buffers": "128MB", "max_connections": "100"} | UNDISTURBED | settings,
            )
            stack.callback(cluster.stop)
            cluster.start()
            return cluster

        yield start


def _remove(home: Path) -> None:
    shutil.rmtree((home / "postgres").resolve(), ignore_errors=True)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(start_cluster: Start) -> Cluster:
    """Return this worker's server; fast, not crash-safe."""
    return start_cluster()


@pytest.fixture(scope="session")
def migrate() -> Callable[[str], None]:
    """Return a function that brings the database at a URL to the newest revision."""

    def to_head(url: str) -> None:
        config = Config(str(ROOT / "alembic.ini"))
        config.set_main_option("path_separator", "os")
        config.attributes["url"] = url.replace("postgresql://", "postgresql+psycopg://", 1)
        command.upgrade(config, "head")

    return to_head


@pytest.fixture(scope="session")
def template(cluster: Cluster, migrate: Callable[[str], None]) -> str:
    """Return the name of a migrated database without rows, to be cloned; `cdp_login` may log in."""
    _run(cluster, sql.SQL("create database {}").format(sql.Identifier(TEMPLATE)))
    migrate(cluster.url(TEMPLATE))
    _run(cluster, sql.SQL("alter role cdp_login password {}").format(sql.Literal(cluster.password("cdp_login"))))
    return TEMPLATE


@pytest.fixture(scope="module")
def database(cluster: Cluster, template: str) -> Iterator[str]:
    """Return the name of a fresh clone of the template, this module's own."""
    name = f"test_{secrets.token_hex(6)}"
    _run(
        cluster,
        sql.SQL("create database {} template {}").format(sql.Identifier(name), sql.Identifier(template)),
        sql.SQL("grant create on database {} to cdp_owner").format(sql.Identifier(name)),
        sql.SQL("revoke temporary on database {} from public").format(sql.Identifier(name)),
    )
    yield name
    _run(cluster, sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture(scope="module")
def database_url(cluster: Cluster, database: str) -> str:
    """Return where the superuser finds this module's database: for arranging and for looking behind the wall."""
    return cluster.url(database)


@pytest.fixture(scope="module")
def app_url(cluster: Cluster, database: str) -> str:
    """Return where the application finds this module's database, as `cdp_login`, which has no right of its own."""
    return cluster.url(database, "cdp_login")


@pytest.fixture(scope="module")
def platform(database_url: str, app_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Return this module's platform: its own database, key ring and home, entered as the application does."""
    home = tmp_path_factory.mktemp("home")
    bootstrap.settle(make_url(database_url).set(drivername="postgresql+psycopg"), home / "keys", sets_password=False)
    settings = {"CDP_HOME": str(home), "CDP_APP_DATABASE_URL": app_url, "CDP_DEMO": "1", "CDP_FRESH_SECONDS": FRESH}
    opened = Platform.open(Settings.read(settings))
    yield opened
    opened.database.dispose()


def _run(cluster: Cluster, *statements: sql.Composed) -> None:
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)
