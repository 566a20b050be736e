"""`cdp up`, `cdp migrate`, `cdp serve` and `cdp worker`: the processes of a running system."""

import os
import signal
import sys
from dataclasses import asdict
from threading import Event, Thread
from typing import Annotated

import typer

from cdp import bootstrap, jobs
from cdp.cli import house, opening, terminal
from cdp.keys.errors import KeyFailure
from cdp.log import sequencing, witnesses
from cdp.log_lines import line
from cdp.rules import watching
from cdp.settings import admin_url, app_password

Host = Annotated[str, typer.Option(envvar="CDP_HOST", help="Where to listen.")]
Port = Annotated[int, typer.Option(envvar="CDP_PORT", min=1, max=65535, help="Which port to listen on.")]


def up(*, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Start everything on this machine: database, API and worker; with the demo unless CDP_DEMO=0."""
    stop = _stopped_by_signals()
    with house.standing(host=host, port=port, stop=stop) as running:
        running.wait(stop)
    terminal.say("stopped; nothing was lost")


def migrate() -> None:
    """Bring the database to this release: roles, schema, catalog, partitions; makes the key ring at first use."""
    with opening.admin(may_create=True) as admin:
        bootstrap.prepare(admin, opening.home() / "keys", password=app_password())
    terminal.say("migrated")


def serve(*, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Serve the API alone, on the database at CDP_APP_DATABASE_URL, or the one that follows from CDP_DATABASE_URL."""
    opening.check_home()
    environment = dict(os.environ)
    if opening.has_own_database() and not opening.has_app_url():
        environment = opening.with_app_url(admin_url())
    command = [sys.executable, *house.DOOR, "--host", host, "--port", str(port)]
    os.execve(sys.executable, command, environment)  # noqa: S606 - the door replaces this process and gets its signals


def work() -> None:
    """Do what has to happen now and then, and write the logs; one worker is the active one, others wait."""
    stop = _stopped_by_signals()
    with opening.platform() as platform:
        beside = (
            Thread(target=sequencing.work, args=(platform, stop), kwargs={"report": _log_failure}),
            Thread(target=witnesses.work, args=(platform, stop), kwargs={"report": _log_witness}),
            Thread(target=watching.work, args=(platform, stop), kwargs={"report": _log_rules}),
            Thread(target=platform.ring.keep_present, args=(stop,)),
        )
        for each in beside:
            each.start()
        try:
            jobs.work(platform, stop, report=_log)
        finally:
            stop.set()
            for each in beside:
                each.join()


def _log(done: jobs.Done) -> None:
    if done.count or done.failure:
        print(line("job", **asdict(done)), flush=True)


def _log_failure(error: Exception) -> None:
    """Say what kept the logs from being written; only our own errors have a text without a value in it."""
    said = str(error) if isinstance(error, KeyFailure) else ""
    print(line("log-stands-still", failure=type(error).__name__, said=said), flush=True)


def _log_rules(error: Exception) -> None:
    """Say what kept the rules from being asked, by its kind."""
    print(line("rules-stand-still", failure=type(error).__name__), flush=True)


def _log_witness(name: str, code: str) -> None:
    """Say that a witness does not sign, and the kind of reason."""
    print(line("witness", name=name, failure=code), flush=True)


def _stopped_by_signals() -> Event:
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop
