"""The door as a process: `python -m api.serve --host … --port …`, with its settings in `CDP_*` variables.

A signal to end lets requests that are under way finish, and takes no new ones. With `CDP_PROCESSES`, several share one
socket.
"""

import argparse
import gc
import logging
import socket
import sys
from collections.abc import Sequence
from typing import Final

import uvicorn
from fastapi import FastAPI

from api import dealing, forwarding, in_time
from api.app import create_app
from api.lines import Lines
from api.processes import counts_at, end_with_the_parent, serve
from cdp.keys.errors import KeyFailure
from cdp.platform import Platform
from cdp.settings import Settings
from consent.errors import Problem

_LAST_REQUESTS_SECONDS: Final = 20
_BACKLOG: Final = 2048
_UNTIL_COLLECTED: Final = 20_000
_LOG: Final = logging.getLogger("cdp")


def build() -> FastAPI:
    """Return the application that the settings describe, in a process that is there to serve it."""
    say_plainly()
    app = create_app(Platform.open(Settings.read()))
    spare_the_collector()
    return app


def say_plainly() -> None:
    """Send our own log lines, each a JSON document, to the standard output as they are."""
    if not _LOG.handlers:
        _LOG.addHandler(Lines(sys.stdout))
        _LOG.setLevel(logging.INFO)
        _LOG.propagate = False
        # No line tells these; finding them out costs as much as the rest of a line.
        logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False


def spare_the_collector() -> None:
    """Take what stays until the end out of the collector's sight, and call it when more has gathered.

    Requests leave few cycles behind; looking through everything for them took a tenth of the time of a read.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_UNTIL_COLLECTED, 20, 20)


def main() -> None:
    """Serve until a signal ends us; a setting that is missing or wrong stops the start with its name."""
    wanted = argparse.ArgumentParser(prog="python -m api.serve")
    wanted.add_argument("--host", default="127.0.0.1")
    wanted.add_argument("--port", type=int, default=8000)
    wanted.add_argument("--socket", type=int, help="serve this open socket: how several processes share one")
    wanted.add_argument("--place", type=int, default=0, help="which of these processes this is")
    told = wanted.parse_args()
    try:
        processes = Settings.read().processes
        if processes > 1 and told.socket is None:
            sys.exit(several(("-P", "-m", "api.serve"), processes, host=told.host, port=told.port))
        app = build()
    except (Problem, KeyFailure, OSError) as error:
        sys.exit(f"error: {error}")
    run(app, host=told.host, port=told.port, shared=told.socket, place=told.place)


def run(app: FastAPI, *, host: str, port: int, shared: int | None = None, place: int = 0) -> None:
    """Serve `app` in this process; on the open socket of this number, and at this place, when it shares one."""
    configured = configuration(app, host=host, port=port)
    if shared is None:
        uvicorn.Server(configured).run()
        return
    end_with_the_parent()
    dealing.Server(configured, counts_at(place)).run([socket.socket(fileno=shared)])


def several(command: Sequence[str], processes: int, *, host: str, port: int) -> int:
    """Serve with several processes; see `api.processes.serve`."""
    with socket.create_server((host, port), family=_family(host), backlog=_BACKLOG) as listening:
        return serve(command, listening, processes, patience=_LAST_REQUESTS_SECONDS + 5)


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def configuration(app: FastAPI, *, host: str, port: int) -> uvicorn.Config:
    """Return how one process serves `app`; the proxies that it believes are the ones that its settings trust."""
    settings: Settings = app.state.platform.settings
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        http=in_time.within(settings.request_seconds),
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=True,
        timeout_graceful_shutdown=_LAST_REQUESTS_SECONDS,
        **forwarding.options(settings.trusted_proxies),
    )


if __name__ == "__main__":
    main()
