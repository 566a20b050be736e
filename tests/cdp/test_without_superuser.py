"""The operator's own PostgreSQL needs no superuser: who owns the database and may create roles prepares it."""

from collections.abc import Callable, Iterator

import psycopg
import pytest
from sqlalchemy.engine import URL, make_url

from cdp import bootstrap, doctor
from cdp.database import connect
from cdp.doctor import Patient, Verdict
from cdp.embedded.postgres import Cluster
from cdp.platform import Platform
from cdp.settings import Settings
from tests import make

pytestmark = pytest.mark.postgres

TEST_SERVER = {"durability", "log"}
"""What the tests' server gives up for speed, and what only a worker begins."""


@pytest.fixture(scope="module")
def house(start_cluster: Callable[..., Cluster]) -> URL:
    """Return where an ordinary role owns an empty database, on a server that knows none of our roles."""
    cluster = start_cluster()
    with psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("create role cdp_admin login createrole nosuperuser password 'of-a-test'")
        connection.execute("create database house owner cdp_admin")
    found = make_url(cluster.url("house"))
    return found.set(drivername="postgresql+psycopg", username="cdp_admin", password="of-a-test")


@pytest.fixture(scope="module")
def prepared(house: URL, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Return a platform on that database, after it was prepared twice."""
    home = tmp_path_factory.mktemp("home")
    for _ in range(2):
        bootstrap.prepare(house, home / "keys")
    url = bootstrap.app_url(house, home / "keys").render_as_string(hide_password=False)
    opened = Platform.open(Settings.read({"CDP_HOME": str(home), "CDP_APP_DATABASE_URL": url, "CDP_DEMO": "1"}))
    yield opened
    opened.database.dispose()


def test_who_owns_the_database_and_may_create_roles_prepares_it(prepared: Platform) -> None:
    source, address = make.organization(prepared), make.email()
    make.known_person(prepared, source, address)

    person = make.person(prepared, address=address)

    with prepared.database.scoped(person.scope) as session:
        assert person.customer_id == session.connection().exec_driver_sql("select customer_id from customer").scalar()


def test_the_doctor_needs_no_superuser_either(prepared: Platform, house: URL) -> None:
    make.subject(prepared, make.organization(prepared))

    with connect(house) as connection:
        found = doctor.examine(Patient(prepared, connection))

    wrong = [each for each in found if each.verdict is not Verdict.FINE and each.check not in TEST_SERVER]
    assert [] == wrong


def test_who_prepared_it_reads_no_row_as_themselves(prepared: Platform, house: URL) -> None:
    make.subject(prepared, make.organization(prepared))

    for role in ("", "set role cdp_owner"):
        with connect(house) as connection:
            connection.execute(role.encode())
            try:
                assert (0,) == connection.execute("select count(*) from subject").fetchone()
            except psycopg.errors.InsufficientPrivilege:
                assert not role
