"""Everything of one running system on one machine, started in order and stopped in the reverse order."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from threading import Event
from typing import Final

from cdp import bootstrap, clock, demo
from cdp.cli import opening
from cdp.cli.terminal import progress, say
from cdp.settings import app_password
from consent.errors import Conflict

DOOR: Final = ("-P", "-m", "api.serve")
WORKER: Final = ("-P", "-m", "cdp.cli", "worker")
"""How Python starts the parts: without -P it would take a folder called api or cdp where one stands for ours."""
_LAST_SECONDS: Final = 30
_LOOK: Final = 0.2
_NO = frozenset({"0", "no", "false"})


class PortTaken(Conflict):
    """Another program listens on this port; choose one with PORT=."""

    code = "port-taken"


class PartStopped(Conflict):
    """A part of the system stopped by itself; what it said stands above."""

    code = "part-stopped"


@dataclass(frozen=True, slots=True)
class Running:
    """The processes that `standing` started."""

    parts: tuple[subprocess.Popen[bytes], ...]

    def wait(self, stop: Event) -> None:
        """Return when `stop` is set; raises Conflict when a part stops by itself."""
        while not stop.wait(_LOOK):
            if any(part.poll() is not None for part in self.parts):
                raise PartStopped


@contextmanager
def standing(*, host: str, port: int, stop: Event) -> Iterator[Running]:
    """Start the database, prepare it, start the API and the worker, say where everything is; stop it all in the end."""
    _check_port(host, port)
    with ExitStack() as stack:
        say("starting PostgreSQL" if not opening.has_own_database() else "preparing your PostgreSQL")
        admin = stack.enter_context(opening.admin(may_create=True))
        bootstrap.prepare(admin, opening.home() / "keys", password=app_password())
        environment = _environment(port)
        if not opening.has_app_url(environment):
            environment = opening.with_app_url(admin, environment)
        _mind_demo(environment)
        serve = [*DOOR, "--host", host, "--port", str(port)]
        parts = [_start(stack, environment, arguments) for arguments in ([*WORKER], serve)]
        running = Running(tuple(parts))
        _await_door(running, host, port, stop)
        if not stop.is_set():
            _tell(environment)
        yield running


def _environment(port: int) -> dict[str, str]:
    demo = os.environ.get("CDP_DEMO", "1").lower() not in _NO
    environment = {"CDP_BASE_URL": f"http://localhost:{port}"} | dict(os.environ) | {"CDP_DEMO": "1" if demo else "0"}
    if not demo and "CDP_SMTP_URL" not in environment and "CDP_SMTP_URL_FILE" not in environment:
        say("CDP_SMTP_URL is not set: letters go to a mail server on this machine, and are lost where there is none")
        environment["CDP_SMTP_URL"] = "smtp://localhost:25"
    return environment


def _mind_demo(environment: dict[str, str]) -> None:
    """Load the demo where it is wanted, and end its ways in where it no longer is."""
    with opening.platform(environment) as platform:
        if not platform.settings.is_demo:
            if demo.shut(platform, at=clock.now()):
                say("the demo's ways in have ended; its four organizations are still there")
        elif demo.is_loaded(platform):
            demo.load(platform, at=clock.now())  # which then only minds the address
        else:
            with progress("loading the demo", None) as tell:
                demo.load(platform, at=clock.now(), tell=tell)


def _start(stack: ExitStack, environment: dict[str, str], arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start a part in a session of its own, so that an interrupt from the keyboard reaches us alone."""
    part = subprocess.Popen([sys.executable, *arguments], env=environment, start_new_session=True)
    stack.callback(_end, part)
    return part


def _end(part: subprocess.Popen[bytes]) -> None:
    part.terminate()
    try:
        part.wait(_LAST_SECONDS)
    except subprocess.TimeoutExpired:
        part.kill()
        part.wait()


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise PortTaken from None


def _await_door(running: Running, host: str, port: int, stop: Event) -> None:
    while not stop.wait(_LOOK):
        if any(part.poll() is not None for part in running.parts):
            raise PartStopped
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            continue
        return


def _tell(environment: dict[str, str]) -> None:
    where, home = environment["CDP_BASE_URL"], opening.home()
    say(f"\nThe platform is at {where}")
    if environment["CDP_DEMO"] == "1":
        say(f"  log in       {where}/inloggen, or open a login_url from the file below; post is at {where}/demo/mail")
        say(f"  organize     {where}/beheer/inloggen, as one of the administrators in that file")
        say(f"  help         {where}/demo/klantkaart, as an employee who sees a customer's card")
        say(f"  for programs {home / 'demo.json'}")
    else:
        say("  next         cdp org add SLUG --name NAME, then cdp client add and cdp key add")
    say(f"  data, keys   {home}")
    say("  stop         Ctrl-C\n")
