"""The portal in front of this module's platform, and a browser that somebody logged in with."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page
from starlette.testclient import TestClient

from api.app import create_app
from api.portal import cookies
from cdp.platform import Platform
from tests import make, node
from tests.portal import browser, visiting
from tests.portal.visiting import Visitor

PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}
Enter = Callable[[make.Person], TestClient]
Age = Callable[[make.Person], None]


@pytest.fixture(scope="module")
def portal(platform: Platform) -> Iterator[TestClient]:
    """Return a browser without scripts that nobody logged in with; it follows where it is led."""
    with TestClient(create_app(platform), raise_server_exceptions=False, client=("127.0.0.1", 50000)) as client:
        client.headers.update(PAGE)
        yield client


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Return a real browser; skips where there is none, which CI does not allow."""
    if browser.program() is None:
        node.missing("no chromium on this machine")
    with browser.started() as started:
        yield started


@pytest.fixture(scope="module")
def sheet(chromium: Browser) -> Iterator[Page]:
    """Return a window in which the gallery can be opened."""
    context = browser.opened(chromium, width=1280)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the text of axe-core."""
    folder = node.installed(Path(__file__).parent / "axe", tmp_path_factory.mktemp("axe"))
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def enter(portal: TestClient) -> Iterator[Enter]:
    """Return a function that gives the browser the session of somebody."""

    def as_person(person: make.Person) -> TestClient:
        portal.cookies.clear()
        portal.cookies.set(cookies.SESSION, person.headers["Authorization"].removeprefix("Bearer "))
        return portal

    yield as_person
    portal.cookies.clear()


@pytest.fixture
def stale(database_url: str) -> Age:
    """Return a function that makes the proof of somebody's sessions an hour old."""

    def age(person: make.Person) -> None:
        with psycopg.connect(database_url) as connection:
            connection.execute(
                "update session set proven_at = now() - interval '1 hour' where customer_id = %s", (person.customer_id,)
            )

    return age


@pytest.fixture(scope="module")
def port(platform: Platform) -> Iterator[int]:
    """Serve the portal on loopback and return on which port."""
    with visiting.served(platform) as number:
        yield number


@pytest.fixture
def visitor(platform: Platform, chromium: Browser, port: int) -> Iterator[Visitor]:
    """Return somebody who is logged in with a real browser and a device for passkeys."""
    with visiting.visiting(platform, chromium, f"http://localhost:{port}") as somebody:
        yield somebody
