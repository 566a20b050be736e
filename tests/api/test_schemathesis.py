"""Whatever the description allows, and much that it does not, is answered as described and never with a 5xx.

Made-up requests over a real server, with the tokens of two organizations and of a customer who has just logged in.
"""

import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle
from typing import Any
from uuid import UUID

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, Phase, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.app import create_app, described
from api.long_polls import LongPolls
from cdp import clients, clock
from cdp.client_scopes import SCOPES
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make

EXAMPLES = int(os.environ.get("CDP_TEST_EXAMPLES", "10"))
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
SCHEMA = schemathesis.openapi.from_dict(
    described().openapi(),
    # Its own list of edge cases is worked out anew by every worker while tests are collected: only when more is asked.
    config=schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": "CDP_TEST_EXAMPLES" in os.environ}}}),
)


@dataclass(frozen=True, slots=True)
class Door:
    """A running server and the credentials of two organizations, which take turns."""

    url: str
    platform: Platform
    services: Iterator[dict[str, str]]
    sources: Iterator[dict[str, str]]

    def headers(self, case: Case[Any]) -> dict[str, str]:
        """Return the credential that the operation asks for; a customer is somebody new, for some calls end them."""
        schemes = {name for choice in case.operation.definition.raw.get("security", []) for name in choice}
        if "customer" in schemes:
            return make.person(self.platform).headers
        return next(self.sources if "write_key" in schemes else self.services)


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
def door(url: str, platform: Platform) -> Door:
    owners = [make.organization(platform) for _ in range(2)]
    return Door(
        url=url,
        platform=platform,
        services=cycle([make.service(platform, each, *SCOPES) for each in owners]),
        sources=cycle([_source(platform, each.organization_id) for each in owners]),
    )


def _source(platform: Platform, owner: UUID) -> dict[str, str]:
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        key = clients.create_write_key(session, platform.fingerprints, owner, name="test", at=clock.now())
    return {"Authorization": f"Bearer {key.write_key}"}


@SCHEMA.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_made_up_request_is_answered_as_described(case: Case[Any], door: Door) -> None:
    response = case.call(base_url=door.url, headers=door.headers(case))

    case.validate_response(response, checks=CHECKS)
    assert response.status_code != HTTPStatus.INTERNAL_SERVER_ERROR
