"""A PostgreSQL server of our own, below CDP_HOME, for whoever brings none.

Rules: (1) it listens on no network address, only on a socket in a folder that nobody else may enter;
(2) every login needs a password (scram-sha-256), kept in CDP_HOME/secrets; (3) it runs without root's
rights; (4) what it commits is on disk, with checksums; (5) its log holds no values: no statements, no
details; (6) one process owns the server, others are guests, and a dead owner's server is taken over.
The programs come from `cdp.embedded.postgres_binaries`: of the wheel only the programs are used, because its
Python opens parent folders, shares one lock between users, trusts every login and gives up after 10 s.
"""

import fcntl
import os
import secrets
import shutil
import signal
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

import psycopg

from cdp.embedded import postgres_account, postgres_binaries
from cdp.embedded.postgres_binaries import Binaries, CannotStart
from cdp.embedded.postgres_watch import Patience, Status, is_alive

_MEGABYTE = 2**20
_LEFTOVERS_SECONDS = 60
_LOGINS = "local all all scram-sha-256\n"
_SETTINGS = {
    "unix_socket_permissions": "0700",
    "password_encryption": "'scram-sha-256'",
    "max_connections": "200",
    "max_wal_size": "'2GB'",
    "checkpoint_timeout": "'15min'",
    "wal_compression": "off",  # of what is sealed or hashed pglz saves a twentieth, and takes a fifth of ingest's time
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "statement_timeout": "'10min'",
    "lock_timeout": "'30s'",
    "idle_in_transaction_session_timeout": "'5min'",
    "log_line_prefix": "'%m [%p] '",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}


class Cluster:
    """One server and its data, in `home`/postgres; a context manager that starts and stops it.

    `durable=False` gives up crash safety for speed, in tests. `settings` are written after ours, and win.
    `report` is told, in a sentence, what takes long or is unusual.
    """

    def __init__(
        self,
        home: Path,
        *,
        binaries: str | None = None,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.home = home.absolute()
        self._wanted = binaries
        self._durable = durable
        self._settings = dict(settings or {})
        self._report = report
        self._owner: int | None = None  # the open lock file that makes us the owner
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0
        self._place = self.home / "postgres"
        self.binaries: Binaries | None = None

    def __enter__(self) -> Self:
        """Start the server."""
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Stop the server, unless we are a guest."""
        self.stop()

    def start(self) -> None:
        """Return once the server takes connections, however long its crash recovery takes.

        Makes the data at first use. A server that runs already is used as it is, and left running by
        `stop` while the process that started it lives. Raises CannotStart with the end of the log.
        """
        self._place = postgres_account.place(self.home)
        if self._place.parent != self.home:
            self._report(f"PostgreSQL's account cannot reach {self.home}; its data is in {self._place}")
        patience = Patience(self._report)
        while not self._own():
            if self._is_ready():
                return
            patience.wait("another process is starting PostgreSQL")
        try:
            launches = 0
            while not self._is_ready():
                if Status.read(self._data).pid is None and not self._is_launching():
                    self._check_last_launch(launches, patience)
                    self._launch()
                    launches += 1
                patience.wait("PostgreSQL is starting; after a crash it first repeats what it had promised")
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Shut the server down cleanly if we own it; sessions still open are ended. Repeatable."""
        if self._owner is None:
            return
        status = Status.read(self._data)
        pid = self._process.pid if self._is_launching() and self._process is not None else status.pid
        if pid is not None:
            os.kill(pid, signal.SIGINT)  # "fast": ends sessions, writes a checkpoint
            patience = Patience(self._report)
            while is_alive(pid):
                patience.wait("PostgreSQL is writing its last checkpoint")
        if self._process is not None:
            self._process.wait()
        if status.socket is not None and status.socket.parent != self._place:
            shutil.rmtree(status.socket, ignore_errors=True)
        self._process = None
        os.close(self._owner)
        self._owner = None

    @property
    def pid(self) -> int | None:
        """The process of the running server, or None."""
        return Status.read(self._data).pid

    @property
    def log(self) -> Path:
        """The server's log; it holds no values."""
        return self._place / "log"

    def password(self, user: str = "postgres") -> str:
        """Return the password of `user`, made at first use and kept in `home`/secrets; the caller makes the role."""
        folder = self.home / "secrets"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = folder / f"postgres-{quote(user, safe='')}"
        try:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="utf-8").strip()
        with os.fdopen(file, "w", encoding="utf-8") as new:
            new.write(made := secrets.token_urlsafe(32))
        return made

    def url(self, database: str = "postgres", user: str = "postgres", *, password: str | None = None) -> str:
        """Return where `user` finds `database` on the running server; without `password` it is the one we keep."""
        folder = Status.read(self._data).socket
        if folder is None:
            raise CannotStart("the server does not run")
        login = f"{quote(user, safe='')}:{quote(password or self.password(user), safe='')}"
        return f"postgresql://{login}@/{quote(database, safe='')}?host={quote(str(folder), safe='')}&port=5432"

    def _own(self) -> bool:
        """Return whether we own the server; the lock ends with our process, whatever ends it."""
        if self._owner is not None:
            return True
        lock = os.open(self.home / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            return False
        self._owner = lock
        return True

    def _launch(self) -> None:
        """Start the server's process on its data, which is made where there is none."""
        data = self._data
        account = postgres_account.for_server(self._place)
        made_by = data / "PG_VERSION"
        major = int(made_by.read_text(encoding="ascii")) if made_by.exists() else None
        self.binaries = postgres_account.usable(postgres_binaries.find(self._wanted, major=major), account)
        account.make_folder(self._place)
        if not account.can_reach(self._place):
            raise CannotStart(f"the account that runs PostgreSQL may not enter {self._place}")
        if major is None:
            self._initialise(data, account)
        folder = self._forget_killed(account) or postgres_account.socket_folder(self._place, account)
        account.write(data / "pg_hba.conf", _LOGINS)
        account.write(data / "postgresql.conf", self._configuration(folder))
        if self.log.exists() and self.log.stat().st_size > 10 * _MEGABYTE:
            self.log.replace(self.log.with_name("log.old"))
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            self._log_start = log.tell()
            self._process = subprocess.Popen(
                [self.binaries.path("postgres"), "-D", str(data)],
                stdout=log,
                stderr=log,
                start_new_session=True,  # an interrupt from the keyboard is for us; we stop the server in our time
                **account.options(),
            )

    def _is_launching(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _check_last_launch(self, launches: int, patience: Patience) -> None:
        """Return if another launch may help: at first, and while leftovers of a killed server stand in the way."""
        if launches == 0:
            return
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            end = log.read().decode(errors="replace")[-2000:]
        if "pre-existing shared memory block" not in end or patience.seconds > _LEFTOVERS_SECONDS:
            raise CannotStart(f"PostgreSQL stopped; its log ends with:\n{end}")

    def _initialise(self, data: Path, account: postgres_account.Account) -> None:
        """Make an empty database cluster, whole or not at all."""
        assert self.binaries is not None  # noqa: S101 - _launch has just chosen them
        making = data.with_name("data.making")
        shutil.rmtree(making, ignore_errors=True)
        account.write(self._place / "password", self.password())
        command = [self.binaries.path("initdb"), "--pgdata", str(making), "--pwfile", str(self._place / "password")]
        command += ["--username=postgres", "--auth=scram-sha-256", "--data-checksums"]
        command += ["--encoding=UTF8", "--locale=C"]  # the same order of text on every machine, for ever
        command += [] if self._durable else ["--no-sync"]
        try:
            made = subprocess.run(command, capture_output=True, text=True, check=False, **account.options())
        finally:
            (self._place / "password").unlink()
        if made.returncode != 0:
            raise CannotStart(f"initdb failed:\n{made.stderr}")
        making.rename(data)

    def _configuration(self, folder: Path) -> str:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        settings = {
            "listen_addresses": "''",
            "port": "5432",
            "unix_socket_directories": "'" + str(folder).replace("'", "''") + "'",
            "shared_buffers": f"'{min(max(memory // 8 // _MEGABYTE, 64), 1024)}MB'",
            **_SETTINGS,
        }
        if not self._durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        lines = [f"{name} = {value}" for name, value in (settings | self._settings).items()]
        return (
            "# Written by cdp at every start; lasting changes of yours: alter system set …\n" + "\n".join(lines) + "\n"
        )

    @property
    def _data(self) -> Path:
        return self._place / "data"

    def _is_ready(self) -> bool:
        """Return whether the server answers a login with our password."""
        if not Status.read(self._data).is_ready:
            return False
        try:
            psycopg.connect(self.url(), connect_timeout=10).close()
        except psycopg.OperationalError as error:
            if "password" in str(error):
                raise CannotStart(f"{self.home / 'secrets'} does not hold the password of this data") from None
            return False
        return True

    def _forget_killed(self, account: postgres_account.Account) -> Path | None:
        """Clear the way that a killed server left, and return its socket's folder if that is worth keeping.

        PostgreSQL itself checks that no session of the old server lives, so the pid file stays; but where
        its number now belongs to a stranger, it gets ours, which PostgreSQL knows not to be a server.
        """
        path = self._data / "postmaster.pid"
        status = Status.read(self._data)
        if path.exists():
            first, _, rest = path.read_text(encoding="utf-8").partition("\n")
            if first.isdecimal() and is_alive(int(first)):
                account.write(path, f"{os.getpid()}\n{rest}")
        socket = status.socket
        return socket if socket is not None and socket.parent != self._place and socket.is_dir() else None
