"""Sixteen clients that grant, revoke and read through four servers, each a process of its own, and write down when.

Every operation goes to whichever server the dice say, so that what one server told is asked of another at once. Half of
the clients each own one customer, whose permission they give and take; all of them read everybody's. Now and then it is
an app that the customer says yes to: its token lives as long as that yes, and is a register of its own.
"""

import json
import os
import random
import time
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.client import HTTPConnection
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from api.portal import cookies
from tests.api import apps
from tests.api.apps import App
from tests.attack.racing import PURPOSE
from tests.attack.register import Seen

CLIENTS: Final = 16
CUSTOMERS: Final = 8
OPERATIONS: Final = int(os.environ.get("CDP_TEST_OPERATIONS", "640"))
"""What each client does."""
BETWEEN: Final = 9
"""How many reads come after each write of a client that writes."""
BY_APP: Final = 4
"""Each how manieth permission is given in an app."""
RESTS: Final = 1.0
"""Seconds that a connection may rest before the next call takes a new one; a server closes it after five."""
_CATEGORY: Final = "contact"
_TOKENS: Final = 1_000
"""From here on the numbers of registers are those of tokens, by customer and by yes."""
_GONE: Final = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}


@dataclass(frozen=True, slots=True)
class Cast:
    """Who is there: the servers, the organization that reads, its app, and the customers."""

    servers: Sequence[str]
    slug: str
    service: dict[str, str]
    app: App
    sessions: Sequence[dict[str, str]]
    profiles: Sequence[str]


@dataclass(frozen=True, slots=True)
class Told:
    """What a server answered."""

    status: int
    location: str
    text: str

    @property
    def is_success(self) -> bool:
        """Whether it did what was asked."""
        return self.status < HTTPStatus.MULTIPLE_CHOICES

    def json(self) -> Any:
        """Return what it said."""
        return json.loads(self.text)


class Caller:
    """One client's connections, one to each server; of the standard library, because it costs the least."""

    def __init__(self) -> None:
        self._open: dict[str, HTTPConnection] = {}
        self._used: dict[str, float] = {}

    def get(self, url: str, headers: Mapping[str, str], **params: str) -> Told:
        """Return the answer to a GET."""
        query = f"?{urlencode(params)}" if params else ""
        return self._call("GET", url + query, None, headers)

    def post(self, url: str, said: Mapping[str, Any] | None, headers: Mapping[str, str]) -> Told:
        """Return the answer to a POST of JSON, or of nothing."""
        body = None if said is None else json.dumps(said).encode()
        return self._call("POST", url, body, {**headers, "Content-Type": "application/json"})

    def send(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Told:
        """Return the answer to a form."""
        named = {**headers, "Content-Type": "application/x-www-form-urlencoded"}
        return self._call("POST", url, urlencode(form).encode(), named)

    def close(self) -> None:
        """Close every connection."""
        for each in self._open.values():
            each.close()

    def _call(self, verb: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Told:
        address = urlsplit(url)
        line = self._line(address.netloc)
        path = f"{address.path}?{address.query}" if address.query else address.path
        line.request(verb, path, body, dict(headers))
        answer = line.getresponse()
        told = Told(answer.status, answer.getheader("location", ""), answer.read().decode())
        self._used[address.netloc] = time.monotonic()
        return told

    def _line(self, server: str) -> HTTPConnection:
        """Return a connection on which the server still listens: one that rests too long it closes."""
        line = self._open.setdefault(server, HTTPConnection(server, timeout=120))
        if time.monotonic() - self._used.get(server, 0) > RESTS:
            line.close()  # the next request connects anew
        return line


@dataclass(slots=True)
class Lent:
    """The token that an app has for one customer, and which register it is."""

    register: int
    token: str


@dataclass(slots=True)
class Together:
    """All clients, and what they saw."""

    cast: Cast
    history: list[Seen] = field(default_factory=list)
    lent: dict[int, Lent] = field(default_factory=dict)
    dice: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 -- which way to try, no secret

    def run(self) -> list[Seen]:
        """Let every client do its share, and return what was seen."""
        shares = [partial(self._write_and_read, customer=each) for each in range(CUSTOMERS)]
        shares += [partial(self._read, times=OPERATIONS) for _ in range(CLIENTS - CUSTOMERS)]
        with ThreadPoolExecutor(CLIENTS) as clients:
            for done in [clients.submit(_calling, each) for each in shares]:
                done.result()
        return self.history

    def _at(self, path: str) -> str:
        return self.dice.choice(self.cast.servers) + path

    def _write_and_read(self, api: Caller, customer: int) -> None:
        grant_id = ""
        for turn in range(OPERATIONS // (BETWEEN + 1)):
            if turn % 2:
                self._revoke(api, customer, grant_id)
            elif turn % (2 * BY_APP):
                grant_id = self._grant(api, customer)
            else:
                grant_id = self._grant_in_the_app(api, customer, turn)
            self._look(api, customer)  # at once, and from another server
            self._read(api, BETWEEN - 1)

    def _grant(self, api: Caller, customer: int) -> str:
        wanted = {"organization": self.cast.slug, "purpose": PURPOSE, "categories": [_CATEGORY]}
        began = time.monotonic_ns()
        told = api.post(self._at("/v1/me/grants"), wanted, self.cast.sessions[customer])
        assert told.is_success, told.text
        self._note(customer, "write", began, is_open=True, is_write=True)
        grant_id: str = told.json()["grant_id"]
        return grant_id

    def _revoke(self, api: Caller, customer: int, grant_id: str) -> None:
        place, began = self._at(f"/v1/me/grants/{grant_id}/revoke"), time.monotonic_ns()
        told = api.post(place, None, self.cast.sessions[customer])
        assert told.is_success, told.text
        self._note(customer, "write", began, is_open=False, is_write=True)
        lent = self.lent.get(customer)
        if lent is not None:
            self._note(lent.register, "write", began, is_open=False, is_write=True)

    def _grant_in_the_app(self, api: Caller, customer: int, turn: int) -> str:
        app, page = self.cast.app, self._page(customer)
        details = apps.details(purpose=PURPOSE, categories=[_CATEGORY])
        pushed = api.send(self._at("/oauth/par"), app.asks(authorization_details=details), self._proof())
        words = {"client_id": app.client.client_id, "request_uri": pushed.json()["request_uri"]}
        place, asked = "", api.get(self._at("/oauth/authorize"), page, **words)
        while asked.status == HTTPStatus.SEE_OTHER:
            place = asked.location
            asked = api.get(self._at(place), page)
        began = time.monotonic_ns()
        told = api.send(self._at(place), {"antwoord": "alles"}, page)
        ended = time.monotonic_ns()
        code = parse_qs(urlsplit(told.location).query)["code"][0]
        given = api.send(self._at("/oauth/token"), app.tells(code), self._proof())
        lent = Lent(_TOKENS * (customer + 1) + turn, given.json()["access_token"])
        self.lent[customer] = lent
        for register in (customer, lent.register):
            self.history.append(Seen(register, "write", is_write=True, is_open=True, began=began, ended=ended))
        grant_id: str = given.json()["authorization_details"][0]["grant_id"]
        return grant_id

    def _proof(self) -> dict[str, str]:
        return {"Authorization": f"Basic {b64encode(':'.join(self.cast.app.auth).encode()).decode()}"}

    def _page(self, customer: int) -> dict[str, str]:
        word = self.cast.sessions[customer]["Authorization"].removeprefix("Bearer ")
        return apps.PAGE | {"Cookie": f"{cookies.SESSION}={word}"}

    def _read(self, api: Caller, times: int) -> None:
        for _ in range(times):
            self._look(api, self.dice.randrange(CUSTOMERS))

    def _look(self, api: Caller, customer: int) -> None:
        """Read once in one of the ways."""
        lent, way = self.lent.get(customer), self.dice.randrange(12)
        if lent is not None and way < 4:
            (self._introspect(api, lent) if way < 3 else self._read_in_the_app(api, customer, lent))
        elif way < 6:
            self._ask_many(api, customer)
        elif way < 9:
            self._ask_one(api, customer)
        else:
            self._profile(api, customer)

    def _introspect(self, api: Caller, lent: Lent) -> None:
        began = time.monotonic_ns()
        told = api.send(self._at("/oauth/introspect"), {"token": lent.token}, self._proof())
        self._note(lent.register, "introspection", began, is_open=told.json()["active"])

    def _read_in_the_app(self, api: Caller, customer: int, lent: Lent) -> None:
        headers, began = {"Authorization": f"Bearer {lent.token}"}, time.monotonic_ns()
        place = self._at(f"/v1/profiles/{self.cast.profiles[customer]}")
        read = api.get(place, headers, purpose=PURPOSE)
        self._note(lent.register, "profile in the app", began, is_open=_is_open(read))

    def _profile(self, api: Caller, customer: int) -> None:
        place, began = self._at(f"/v1/profiles/{self.cast.profiles[customer]}"), time.monotonic_ns()
        read = api.get(place, self.cast.service, purpose=PURPOSE)
        self._note(customer, "profile", began, is_open=_is_open(read))

    def _ask_one(self, api: Caller, customer: int) -> None:
        began = time.monotonic_ns()
        answer = self._ask(api, "evaluation", self._question(customer))
        self._note(customer, "evaluation", began, is_open=answer["decision"])

    def _ask_many(self, api: Caller, customer: int) -> None:
        others, began = [self._part(each) for each in range(CUSTOMERS)], time.monotonic_ns()
        answer = self._ask(api, "evaluations", self._question(customer) | {"evaluations": others})
        for each, told in enumerate(answer["evaluations"]):
            self._note(each, "evaluations", began, is_open=told["decision"])

    def _ask(self, api: Caller, way: str, question: dict[str, Any]) -> dict[str, Any]:
        told = api.post(self._at(f"/access/v1/{way}"), question, self.cast.service)
        assert told.is_success, told.text
        answer: dict[str, Any] = told.json()
        return answer

    def _question(self, customer: int) -> dict[str, Any]:
        subject = {"subject": {"type": "organization", "id": self.cast.slug}, "action": {"name": "read"}}
        return subject | {"context": {"purpose": PURPOSE}} | self._part(customer)

    def _part(self, customer: int) -> dict[str, Any]:
        profile = self.cast.profiles[customer]
        return {"resource": {"type": "profile", "id": profile, "properties": {"category": _CATEGORY}}}

    def _note(self, register: int, way: str, began: int, *, is_open: bool, is_write: bool = False) -> None:
        self.history.append(Seen(register, way, is_write, is_open, began, time.monotonic_ns()))


def _is_open(read: Told) -> bool:
    assert read.is_success or read.status in _GONE, read.text
    return read.is_success


def _calling(share: Callable[[Caller], None]) -> None:
    with closing(Caller()) as api:
        share(api)
