"""The SDKs of Segment and RudderStack, unmodified, against a real server on loopback: only their host is changed."""

import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import rudderstack.analytics.client
import segment.analytics.client
import uvicorn
from joserfc.jwk import RSAKey

from api.app import create_app
from cdp import clients, clock
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make
from tests import node as programs

SDKS = Path(__file__).parents[1] / "sdk"


@pytest.fixture(scope="module")
def url(platform: Platform) -> Iterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    here = replace(platform, settings=replace(platform.settings, base_url=address))
    server = uvicorn.Server(uvicorn.Config(create_app(here), log_config=None, access_log=False))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    yield address
    server.should_exit = True
    serving.join()
    listening.close()


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the Node SDKs, as their lock says."""
    return programs.installed(SDKS, tmp_path_factory.mktemp("sdk"), otherwise=pytest.skip)


def stored(url: str, source: object) -> tuple[list[str], list[str]]:
    """Return the types of records and interactions that `source` has stored."""
    with psycopg.connect(url) as connection:
        records = connection.execute("select type from record where source_id = %s order by type", (source,)).fetchall()
        events = connection.execute("select type from interaction where source_id = %s order by type", (source,))
        return [row[0] for row in records], [row[0] for row in events.fetchall()]


def test_segment_python(url: str, platform: Platform, database_url: str) -> None:
    source = make.organization(platform)
    failures: list[object] = []
    client = segment.analytics.client.Client(
        make.write_key(platform, source), host=url, on_error=lambda error, _: failures.append(error), max_retries=0
    )

    client.identify("py-user", {"city": "Bergen"})
    client.track("py-user", "Order Completed", {"total": 12.5})
    client.page("py-user", name="Home")
    client.screen("py-user", name="Start")
    client.group("py-user", "g-1", {"name": "Buren"})
    client.alias("py-device", "py-user")
    client.shutdown()

    assert [] == failures
    assert (["city", "group.name", "group_id"], ["order-completed", "page", "screen"]) == stored(
        database_url, source.organization_id
    )


@pytest.mark.parametrize("scope", ["tracking_api:write", "records:write"])
def test_segment_python_sends_with_an_access_token(url: str, platform: Platform, database_url: str, scope: str) -> None:
    source, key = make.organization(platform), RSAKey.generate_key(2048, {"kid": "till"})
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        client_id = clients.create_with_keys(
            session,
            organization=source.organization_id,
            name="Till",
            scopes=[scope],
            keys={"keys": [key.as_dict(private=False)]},
            algorithms=["RS256"],
            at=clock.now(),
        )
    failures: list[object] = []
    client = segment.analytics.client.Client(
        "not a key of this house",
        host=url,
        on_error=lambda error, _: failures.append(error),
        max_retries=0,
        oauth_client_id=client_id,
        oauth_client_key=key.as_pem(private=True).decode(),
        oauth_key_id="till",
        oauth_auth_server=url,
        oauth_scope=scope,
    )

    client.identify("py-user", {"city": "Bergen"})
    client.shutdown()

    is_fit = scope == "tracking_api:write"
    assert (not is_fit) is bool(failures)
    assert (["city"] if is_fit else [], []) == stored(database_url, source.organization_id)


def test_segment_python_sends_everything_of_a_large_queue(url: str, platform: Platform, database_url: str) -> None:
    source = make.organization(platform)
    failures: list[object] = []
    client = segment.analytics.client.Client(
        make.write_key(platform, source), host=url, on_error=lambda error, _: failures.append(error), max_retries=0
    )

    for number in range(300):
        client.track(f"user-{number % 7}", "Order Completed", {"number": number, "note": "x" * 5_000})
    client.shutdown()

    assert [] == failures
    assert 300 == len(stored(database_url, source.organization_id)[1])


@pytest.mark.parametrize("gzip", [True, False])
def test_rudder_python(url: str, platform: Platform, database_url: str, *, gzip: bool) -> None:
    source = make.organization(platform)
    failures: list[object] = []
    client = rudderstack.analytics.client.Client(
        make.write_key(platform, source),
        host=url,
        gzip=gzip,
        on_error=lambda error, _: failures.append(error),
        max_retries=0,
    )

    client.identify("py-user", {"city": "Bergen"})
    client.track("py-user", "Order Completed", {"total": 12.5})
    client.page("py-user", name="Home")
    client.group("py-user", "g-1", {"name": "Buren"})
    client.alias("py-device", "py-user")
    client.shutdown()

    assert [] == failures
    assert (["city", "group.name", "group_id"], ["order-completed", "page"]) == stored(
        database_url, source.organization_id
    )


@pytest.mark.parametrize("sdk", ["segment", "rudder"])
def test_node(url: str, platform: Platform, database_url: str, node: Path, sdk: str) -> None:
    source = make.organization(platform)
    command = ["node", "send.mjs", sdk, url, make.write_key(platform, source)]

    done = subprocess.run(command, cwd=node, capture_output=True, text=True, check=False, timeout=300)

    assert (0, "") == (done.returncode, done.stderr)
    assert (["city", "email", "group.name", "group_id"], ["order-completed", "page"]) == stored(
        database_url, source.organization_id
    )
