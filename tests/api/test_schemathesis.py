"""Whatever the documents allow, and much that they do not, is answered as described, and never with a 5xx.

Made-up requests for each operation of each document over a real server, with the tokens of two organizations and of a
customer who has just logged in: about things that are nobody's, and about what belongs to a third organization and to
another customer, of whom nothing may be said. Without a token, or with one that is not for it, the same is refused.

They are the same in every run but of `make fuzz`, whatever ran before: what is made up depends on the operation alone.
"""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, TypeVar

import httpx
import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants
from schemathesis import Case, Response
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.specs.openapi.schemas import OpenApiSchema

from api import audiences
from api.app import create_app, described
from api.long_polls import LongPolls
from cdp import clients, clock, demands
from cdp.client_scopes import SCOPES
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.signals import streams
from tests import fuzzing, make
from tests.attack import operations
from tests.attack.canaries import is_in
from tests.attack.walk import World
from tests.cdp import demanding
from tests.waiting import PATIENCE

Test = TypeVar("Test", bound=Callable[..., object])
EXAMPLES = 100 if fuzzing.IS_ON else 3
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SOMEBODYS = frozenset(
    {
        "access_id",
        "client_id",
        "demand_id",
        "grant_id",
        "key_id",
        "profile_id",
        "receipt_id",
        "record_id",
        "request_id",
        "session_id",
        "stream_id",
        "subject_id",
        "webhook_id",
    }
)
"""Parameters of a path or a query, and fields of a body, that name what belongs to one organization or customer."""

NOTHING_DONE = b'{"cancelled":false}'
"""What is answered to who gives up a reservation that is not theirs, as to who gives up none."""

OF_OWNERS = (
    "/v1/webhooks",
    "/ssf/streams",
    "/v1/demands",
    "/v1/access-requests",
    "/v1/organization/clients",
    "/v1/organization/write-keys",
)


def _document(audience: str) -> OpenApiSchema:
    # Its own list of edge cases is worked out anew by every worker while tests are collected: only when more is asked.
    config = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": fuzzing.IS_ON}}})
    return schemathesis.openapi.from_dict(audiences.document_for(audience, described().openapi()), config=config)


SERVICES, CUSTOMERS, AUDITORS, OPERATORS = (_document(each) for each in audiences.AUDIENCES)


@dataclass(frozen=True, slots=True)
class Door:
    """A running server and the credentials of two organizations, which take turns."""

    url: str
    platform: Platform
    world: World
    services: Sequence[dict[str, str]]
    sources: Sequence[dict[str, str]]
    weak: Mapping[str, dict[str, str]]
    """A token of a program that has one scope only, by that scope."""
    planted: Mapping[str, str]
    """The ids of what belongs to a third organization or another customer, by the names of parameters and fields."""
    secret: frozenset[str]
    """What is written about it there, which neither of the two may read."""
    asked: Counter[str] = field(default_factory=Counter)

    def turn(self, case: Case[Any]) -> int:
        """Return how often this operation came before."""
        name = f"{case.operation.schema.raw_schema['info']['title']} {case.operation.label}"
        self.asked[name] += 1
        return self.asked[name] - 1

    def about_others(self, case: Case[Any]) -> bool:
        """Put the ids of what is somebody else's wherever one is asked for, and say whether there was such a place."""
        places = {**operations.places(self.world.target(self.world.source)), **self.planted}
        named = {each: places[each] for each in case.path_parameters or () if each in places}
        case.path_parameters = {**(case.path_parameters or {}), **named}
        sent: set[str] = set()
        for part in (case.query, case.body):
            if isinstance(part, dict):
                ids = {each: self.planted[each] for each in part if each in SOMEBODYS and each in self.planted}
                part.update(ids)
                sent |= set(ids)
        return not SOMEBODYS.isdisjoint(named) or bool(sent)

    def headers(self, case: Case[Any], turn: int) -> dict[str, str]:
        """Return the credential that the operation asks for; a customer is somebody new, for some calls end them."""
        schemes = _schemes(case)
        if "customer" in schemes:
            return make.person(self.platform).headers
        return (self.sources if "write_key" in schemes else self.services)[turn % 2]

    def call(self, case: Case[Any], headers: Mapping[str, str]) -> Response:
        """Send what was made up."""
        return case.call(base_url=self.url, headers=dict(headers), timeout=PATIENCE)


@pytest.fixture(scope="module", autouse=True)
def nothing_from_the_code() -> Iterator[None]:
    """Keep constants of whatever modules are loaded by now out of what is made up: it would differ from run to run."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(providers, "_get_local_constants", Constants)
        patch.setattr(providers, "CONSTANTS_CACHE", type(providers.CONSTANTS_CACHE)(1024))
        yield


@pytest.fixture(scope="module")
def url(platform: Platform) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    app = create_app(platform)
    app.state.long_polls = LongPolls(seconds=0)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()
    listening.close()


@pytest.fixture(scope="module")
def door(url: str, platform: Platform, database_url: str) -> Door:
    world = World.plant(platform, database_url)
    owners = [make.organization(platform) for _ in range(2)]
    planted, secret = _planted(platform, world)
    planted |= {"demand_id": _demand(platform, world), "access_id": _access(url, world)}
    return Door(
        url=url,
        platform=platform,
        world=world,
        services=[make.service(platform, each, *SCOPES) for each in owners],
        sources=[{"Authorization": f"Bearer {make.write_key(platform, each)}"} for each in owners],
        weak={each: make.service(platform, owners[0], each) for each in ("catalog:write", "demands:answer")},
        planted=planted,
        secret=secret,
    )


def _planted(platform: Platform, world: World) -> tuple[dict[str, str], frozenset[str]]:
    """Return the ids of what a third organization has, by the names of parameters, and how it is called there."""
    names = {each: make.name(f"canary{each}") for each in ("hook", "program", "key")}
    owner, marks, at = world.source.organization_id, platform.fingerprints, clock.now()
    wanted = streams.Wanted(streams.Kind.WEBHOOK, ["grant"], f"https://hook.example.org/{names['hook']}")
    with platform.database.scoped(Scope(Principal.SOURCE, owner)) as session:
        hook = str(streams.create(platform, session, owner, wanted, at=at).stream_id)
        polled = streams.create(platform, session, owner, streams.Wanted(streams.Kind.POLL, ["grant"]), at=at)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        key = clients.create_write_key(session, marks, owner, name=names["key"], at=at)
        program = clients.create(
            session, marks, organization=owner, name=names["program"], scopes=["profiles:read"], at=at
        )
    request = make.access_request(platform, world.source, world.anna.customer_id, "contact")
    ids = {"webhook_id": hook, "stream_id": str(polled.stream_id), "client_id": program.client_id}
    profile = platform.profile_ids.profile_id(world.anna.customer_id, owner)
    rest = {"key_id": key.key_id, "request_id": str(request), "profile_id": profile}
    return ids | rest, frozenset(names.values())


def _demand(platform: Platform, world: World) -> str:
    """Return the id of what a customer asked of a third organization under the law."""
    return str(demanding.do(platform, world.anna, demands.dispute, demanding.record(platform, world.anna)))


def _access(url: str, world: World) -> str:
    """Return the id of a third organization's look at a customer."""
    world.grant(world.anna, world.source)
    reader = make.service(world.platform, world.source, "profiles:read")
    profile = world.target(world.source).profile_id
    read = httpx.get(f"{url}/v1/profiles/{profile}?purpose=customer-care", headers=reader, timeout=PATIENCE)
    mine = httpx.get(f"{url}/v1/me/accesses", headers=world.anna.headers, timeout=PATIENCE).json()["accesses"]
    assert HTTPStatus.OK == read.status_code
    return str(mine[0]["access_id"])


def _made_up(test: Test) -> Test:
    """Return a test of made-up requests, the same ones each time unless others are looked for."""
    return settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=not fuzzing.IS_ON,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )(test)


def _answered_as_described(case: Case[Any], door: Door) -> None:
    """Send what was made up: at first for who may not ask it, and from the second time on about somebody else's."""
    turn = door.turn(case)
    is_of_others = door.about_others(case) if turn else False
    for nobody in _those_who_may_not(case, door) if turn == 0 else ():
        assert door.call(case, nobody).status_code in range(400, 500)
    response = door.call(case, door.headers(case, turn))

    case.validate_response(response, checks=CHECKS)
    assert response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR
    is_new = response.status_code == HTTPStatus.CREATED  # and not what the id names
    is_refused = response.status_code >= HTTPStatus.BAD_REQUEST or response.content == NOTHING_DONE
    assert not is_of_others or is_new or is_refused
    assert set() == door.world.canaries.seen_in(response.content)
    assert not any(is_in(each, response.content) for each in door.secret)


def _those_who_may_not(case: Case[Any], door: Door) -> Iterator[dict[str, str]]:
    """Yield credentials that are not enough: none, and one of somebody else than whom it is for."""
    choices = _security(case)
    if choices and {} not in choices:
        yield {"Authorization": ""}
        needed = {scope for choice in choices for scopes in choice.values() for scope in scopes}
        other = next(token for scope, token in door.weak.items() if scope not in needed)
        yield other if needed or "customer" in _schemes(case) else door.world.bram.headers


def _schemes(case: Case[Any]) -> set[str]:
    return {name for choice in _security(case) for name in choice}


def _security(case: Case[Any]) -> list[dict[str, list[str]]]:
    found: list[dict[str, list[str]]] = case.operation.definition.raw["security"]
    return found


@SERVICES.parametrize()
@_made_up
def test_a_service_is_answered_as_described_and_about_nobody_elses(case: Case[Any], door: Door) -> None:
    _answered_as_described(case, door)


@CUSTOMERS.parametrize()
@_made_up
def test_a_customer_is_answered_as_described_and_about_nobody_elses(case: Case[Any], door: Door) -> None:
    _answered_as_described(case, door)


@AUDITORS.parametrize()
@_made_up
def test_an_auditor_is_answered_as_described_and_about_nobody_elses(case: Case[Any], door: Door) -> None:
    _answered_as_described(case, door)


@OPERATORS.parametrize()
@_made_up
def test_an_operator_is_answered_as_described(case: Case[Any], door: Door) -> None:
    _answered_as_described(case, door)


def test_who_owns_what_was_planted_is_shown_it(door: Door) -> None:
    owner = make.service(door.platform, door.world.source, *SCOPES)
    shown = b"".join(httpx.get(f"{door.url}{path}", headers=owner, timeout=PATIENCE).content for path in OF_OWNERS)
    of_anna = httpx.get(f"{door.url}/v1/me/accesses", headers=door.world.anna.headers, timeout=PATIENCE).content

    assert all(is_in(each, shown) for each in door.secret)
    assert all(door.planted[each].encode() in shown for each in ("demand_id", "request_id", "stream_id"))
    assert door.planted["access_id"].encode() in of_anna
