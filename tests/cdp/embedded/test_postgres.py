"""The embedded server: private, durable, and started again whatever happened to it."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from cdp.embedded import postgres_account, postgres_binaries
from cdp.embedded.postgres import Cluster
from cdp.embedded.postgres_account import Account
from cdp.embedded.postgres_binaries import CannotStart
from cdp.embedded.postgres_watch import Patience, Status

pytestmark = pytest.mark.postgres

IS_ROOT = os.geteuid() == 0
only_root = pytest.mark.skipif(not IS_ROOT, reason="only root has another account run the server")
SMALL = {"shared_buffers": "16MB", "max_connections": "20"}
PROGRAMS = os.environ.get("CDP_TEST_POSTGRES", "wheel")

START_AND_DIE = """
import os, sys
from pathlib import Path
from cdp.embedded.postgres import Cluster
Cluster(Path(sys.argv[1]), binaries=sys.argv[2], settings={"shared_buffers": "16MB"}).start()
os._exit(9)
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """Return a home that does not exist yet, in a folder that every account can reach."""
    above = Path(tempfile.mkdtemp(prefix="cdp-test-"))
    above.chmod(0o711)
    yield above / "home"
    away = (above / "home" / "postgres").resolve()
    shutil.rmtree(away, ignore_errors=True)
    shutil.rmtree(above)


def build(home: Path) -> Cluster:
    return Cluster(home, binaries=PROGRAMS, settings=SMALL)


def show(cluster: Cluster, name: str) -> object:
    with psycopg.connect(cluster.url()) as connection:
        return (connection.execute("select current_setting(%s)", [name]).fetchone() or [None])[0]


def remember(cluster: Cluster, number: int) -> None:
    with psycopg.connect(cluster.url()) as connection:
        connection.execute("create table if not exists remembered (number integer)")
        connection.execute("insert into remembered values (%s)", [number])


def recall(cluster: Cluster) -> list[int]:
    with psycopg.connect(cluster.url()) as connection:
        return [row[0] for row in connection.execute("select number from remembered order by number")]


def test_it_is_durable_and_private_from_the_first_start(home: Path) -> None:
    with build(home) as cluster:
        shown = [show(cluster, name) for name in ("fsync", "data_checksums", "listen_addresses", "password_encryption")]
        socket = Status.read(home / "postgres" / "data").socket

    assert ["on", "on", "", "scram-sha-256"] == shown
    assert socket is not None
    assert 0o700 == stat.S_IMODE(socket.stat().st_mode)


def test_its_secrets_are_for_their_owner_only(home: Path) -> None:
    with build(home) as cluster:
        cluster.password("cdp_login")

    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in (home / "secrets").iterdir()}
    assert 0o700 == stat.S_IMODE((home / "secrets").stat().st_mode)
    assert not stat.S_IMODE(home.stat().st_mode) & stat.S_IRWXO


def test_a_wrong_password_is_refused(home: Path) -> None:
    with build(home) as cluster, pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(cluster.url(password="guess"))


def test_its_log_holds_no_values(home: Path) -> None:
    with build(home) as cluster, psycopg.connect(cluster.url(), autocommit=True) as connection:
        connection.execute("create table person (email text primary key)")
        connection.execute("insert into person values ('canary@example.org')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("insert into person values ('canary@example.org')")
        with pytest.raises(psycopg.errors.UndefinedTable):
            connection.execute("select 'canary@example.org' from nowhere")

    assert "duplicate key" in cluster.log.read_text(encoding="utf-8")
    assert "canary" not in cluster.log.read_text(encoding="utf-8")


def test_what_was_committed_survives_a_killed_server(home: Path) -> None:
    with build(home) as cluster:
        remember(cluster, 1)
        with closing(psycopg.connect(cluster.url())) as busy:
            busy.execute("select 1")
            os.kill(cluster.pid or 0, signal.SIGKILL)

            cluster.start()

        assert [1] == recall(cluster)


def test_a_clean_stop_ends_open_sessions_and_keeps_the_data(home: Path) -> None:
    cluster = build(home)
    cluster.start()
    remember(cluster, 1)
    with closing(psycopg.connect(cluster.url())) as idle:
        idle.execute("select 1")
        cluster.stop()

    assert cluster.pid is None
    with build(home) as again:
        assert [1] == recall(again)


def test_whole_pages_go_into_the_log_as_they_are(home: Path) -> None:
    with build(home) as cluster:
        assert "off" == show(cluster, "wal_compression")


def test_a_guest_uses_the_running_server_and_leaves_it_running(home: Path) -> None:
    with build(home) as owner:
        with build(home) as guest:
            assert owner.pid == guest.pid

        assert owner.pid is not None
        assert "on" == show(owner, "fsync")


def test_the_server_of_a_dead_owner_is_taken_over_and_stopped(home: Path) -> None:
    starting = subprocess.run([sys.executable, "-c", START_AND_DIE, str(home), PROGRAMS], check=False)
    assert 9 == starting.returncode
    heir = build(home)
    orphan = heir.home / "postgres" / "data"
    pid = Status.read(orphan).pid

    heir.start()
    taken = heir.pid
    heir.stop()

    assert pid is not None
    assert pid == taken
    assert Status.read(orphan).pid is None


def test_two_homes_do_not_meet(home: Path) -> None:
    with build(home) as one, build(home.with_name("other")) as other:
        remember(one, 1)
        remember(other, 2)

        assert ([1], [2]) == (recall(one), recall(other))
    shutil.rmtree(home.with_name("other"))


def test_the_number_of_a_dead_server_may_belong_to_a_stranger(home: Path) -> None:
    with build(home) as cluster:
        remember(cluster, 1)
    pidfile = home / "postgres" / "data" / "postmaster.pid"
    pidfile.write_text(f"{os.getppid()}\n{pidfile.parent}\n1\n5432\n/nowhere\n\n0 0\nready\n", encoding="utf-8")

    with build(home) as cluster:
        assert [1] == recall(cluster)


def test_a_path_too_long_for_a_socket_gets_a_short_one(home: Path) -> None:
    long = home / ("long" * 30)
    with build(long) as cluster:
        socket = Status.read(long / "postgres" / "data").socket
        remember(cluster, 1)

    assert socket is not None
    assert not socket.is_relative_to(long)
    assert not socket.exists()


def test_data_of_another_version_is_named_and_not_touched(home: Path) -> None:
    with build(home):
        pass
    (home / "postgres" / "data" / "PG_VERSION").write_text("14\n", encoding="ascii")

    with pytest.raises(CannotStart, match="made by PostgreSQL 14"):
        build(home).start()


def test_data_without_its_password_is_named(home: Path) -> None:
    with build(home):
        pass
    (home / "secrets" / "postgres-postgres").unlink()

    with pytest.raises(CannotStart, match="does not hold the password"):
        build(home).start()


def test_a_setting_that_postgresql_refuses_ends_the_start_with_its_log(home: Path) -> None:
    with pytest.raises(CannotStart, match="max_connections"):
        Cluster(home, binaries=PROGRAMS, settings={"max_connections": "none"}).start()


def test_a_half_made_data_folder_is_made_again(home: Path) -> None:
    cluster = build(home)
    cluster.start()
    cluster.stop()
    (home / "postgres" / "data").rename(home / "postgres" / "data.making")
    (home / "postgres" / "data.making" / "global" / "pg_control").unlink()

    with build(home) as again:
        assert "on" == show(again, "fsync")


@only_root
def test_root_opens_its_home_to_the_server_alone_and_no_folder_above(home: Path) -> None:
    before = stat.S_IMODE(home.parent.stat().st_mode)

    with build(home) as cluster:
        owner = Path(f"/proc/{cluster.pid}").stat().st_uid

    assert 0 != owner
    assert 0o710 == stat.S_IMODE(home.stat().st_mode)
    assert before == stat.S_IMODE(home.parent.stat().st_mode)


@only_root
def test_root_takes_another_place_when_the_server_cannot_reach_home(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = home.with_name("shared")
    monkeypatch.setattr(postgres_account, "_SHARED", shared)
    home.parent.joinpath("closed").mkdir(mode=0o700)
    closed = home.parent / "closed" / "home"
    said: list[str] = []

    with Cluster(closed, binaries=PROGRAMS, settings=SMALL, report=said.append) as cluster:
        remember(cluster, 1)

    assert (closed / "postgres").resolve().is_relative_to(shared)
    assert str(shared) in said[0]
    assert 0o700 == stat.S_IMODE(closed.parent.stat().st_mode)
    with build(closed) as again:
        assert [1] == recall(again)


@only_root
def test_root_copies_programs_that_the_server_cannot_reach(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_account, "_SHARED", home.with_name("shared"))
    found = postgres_binaries.find("wheel")
    account = postgres_account.for_server(home)
    monkeypatch.setattr(Account, "can_reach", lambda _, path: path != found.folder)

    copied = postgres_account.usable(found, account)
    again = postgres_account.usable(found, account)

    version = subprocess.run([copied.path("psql"), "--version"], check=True, capture_output=True, **account.options())
    assert copied == again
    assert str(found.major).encode() in version.stdout


@only_root
def test_a_link_to_data_that_is_gone_is_named(home: Path) -> None:
    home.mkdir()
    (home / "postgres").symlink_to(home / "gone")

    with pytest.raises(CannotStart, match="is gone"):
        build(home).start()


def test_an_account_passes_a_folder_by_owner_group_or_all(tmp_path: Path) -> None:
    status = tmp_path.stat()
    owner, stranger = Account(status.st_uid, 4242, switch=True), Account(4242, 4242, switch=True)
    tmp_path.chmod(0o700)

    assert owner._may_enter(tmp_path.stat())
    assert not stranger._may_enter(tmp_path.stat())
    tmp_path.chmod(0o701)
    assert stranger._may_enter(tmp_path.stat())


def test_programs_are_found_by_folder_by_kind_and_by_the_version_of_the_data() -> None:
    wheel = postgres_binaries.find("wheel")

    assert wheel.from_wheel
    assert wheel.folder == postgres_binaries.find(str(wheel.folder)).folder
    assert wheel.major == postgres_binaries.find(major=wheel.major).major
    with pytest.raises(CannotStart, match="found no PostgreSQL"):
        postgres_binaries.find("/nowhere")


def test_the_setting_chooses_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CDP_POSTGRES_BIN", "wheel")

    assert postgres_binaries.find().from_wheel


def test_waiting_says_why_and_for_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 100, 2))
    monkeypatch.setattr("cdp.embedded.postgres_watch.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("cdp.embedded.postgres_watch.time.sleep", lambda _: None)
    said: list[str] = []
    patience = Patience(said.append)

    for _ in range(5):
        patience.wait("recovering")

    assert said
    assert said[0].startswith("recovering (")
