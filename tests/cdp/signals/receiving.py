"""A receiver on loopback that remembers what it was told, and streams that lead to it."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from joserfc import jwt
from joserfc.jwk import KeySet
from sqlalchemy import text

from cdp import clock
from cdp.oauth import signing_keys
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.signals import delivery, streams
from cdp.signals.events import NAMES
from cdp.signals.streams import Kind, Stream, Wanted
from cdp.tables import Organization

Told = tuple[dict[str, str], bytes]
Answer = tuple[int, bytes]


class Receiver:
    """Answers as `answer` says; 202 unless a test says otherwise."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.answer: Callable[[Mapping[str, str], bytes], Answer] = lambda *_: (202, b"")
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                headers = {name.lower(): value for name, value in self.headers.items()}
                body = self.rfile.read(int(headers["content-length"]))
                status, said = receiver.answer(headers, body)
                if status < 300:
                    receiver.told.append((headers, body))
                self.send_response(status)
                self.send_header("Content-Length", str(len(said)))
                if status in {301, 307}:
                    self.send_header("Location", receiver.url + "/elsewhere")
                self.end_headers()
                self.wfile.write(said)

            def log_message(self, format: str, *args: Any) -> None:
                """Stay quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Yield a receiver that listens."""
    made = Receiver()
    serving = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield made
    finally:
        made.server.shutdown()
        serving.join()
        made.server.server_close()


def opened(platform: Platform) -> Platform:
    """Return the platform of an operator who allows private addresses."""
    return replace(platform, settings=replace(platform.settings, allow_private_addresses=True))


def stream(platform: Platform, organization: Organization, url: str | None, kind: Kind = Kind.PUSH) -> Stream:
    """Return a stream that wants everything."""
    wanted = Wanted(kind, tuple(NAMES), url, authorization="Bearer known" if kind is Kind.PUSH else None)
    owner = organization.organization_id
    with platform.database.scoped(Scope(Principal.SOURCE, owner)) as session:
        return streams.create(platform, session, owner, wanted, at=clock.now())


def turns(platform: Platform, *, at: datetime, count: int = 8) -> int:
    """Give so many turns to whichever streams are due, and return how many signals were taken."""
    return sum(delivery.run_next(platform, at) for _ in range(count))


def for_an_hour(platform: Platform, begun: datetime) -> datetime:
    """Let the worker go on for an hour, a minute at a time, and return the end of it."""
    for minute in range(60):
        turns(platform, at=begun + timedelta(minutes=minute), count=3)
    return begun + timedelta(hours=1)


def claims(platform: Platform, body: bytes) -> dict[str, Any]:
    """Return what a SET says, once it is checked as a receiver would."""
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        keys = [each.public for each in signing_keys.published(session, at=clock.now())]
    token = jwt.decode(body.decode(), KeySet.import_key_set({"keys": keys}), algorithms=["ES256"])
    assert token.header["typ"] == "secevent+jwt"
    return token.claims


def standings(platform: Platform, organization: Organization) -> list[dict[str, Any]]:
    """Return what the operator sees of an organization's signals, oldest first."""
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        question = text(
            "select signal_id::text, event, standing, tries, failure from signal"
            " where organization_id = :organization order by at"
        )
        found = session.execute(question, {"organization": organization.organization_id})
        return [dict(row._mapping) for row in found]


def names(platform: Platform, received: list[Told]) -> list[str]:
    """Return the events that were told, in order."""
    return [next(iter(claims(platform, body)["events"])).rpartition("/")[2] for _, body in received]


def bodies(received: list[Told]) -> list[dict[str, Any]]:
    """Return what webhooks said."""
    return [json.loads(body) for _, body in received]
