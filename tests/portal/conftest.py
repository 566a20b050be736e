"""The portal in front of this module's platform, and a browser that somebody logged in with."""

from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.portal import cookies
from cdp.platform import Platform
from tests import make

PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
Enter = Callable[[make.Person], TestClient]


@pytest.fixture(scope="module")
def portal(platform: Platform) -> Iterator[TestClient]:
    """Return a browser without scripts that nobody logged in with; it follows where it is led."""
    with TestClient(create_app(platform), raise_server_exceptions=False, client=("127.0.0.1", 50000)) as client:
        client.headers.update(PAGE)
        yield client


@pytest.fixture
def enter(portal: TestClient) -> Iterator[Enter]:
    """Return a function that gives the browser the session of somebody."""

    def as_person(person: make.Person) -> TestClient:
        portal.cookies.clear()
        portal.cookies.set(cookies.SESSION, person.headers["Authorization"].removeprefix("Bearer "))
        return portal

    yield as_person
    portal.cookies.clear()
