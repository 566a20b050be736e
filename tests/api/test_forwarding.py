"""Who asks, when a proxy passes requests on: only a trusted one is believed, and none makes everybody this machine."""

from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from api import forwarding, serve
from api.app import create_app
from cdp.platform import Platform
from cdp.settings import Settings
from consent.errors import Invalid

REQUIRED = {"CDP_APP_DATABASE_URL": "postgresql://nobody@nowhere/cdp"}


@pytest.fixture(params=["/metrics", "/demo/mail"])
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _behind(platform: Platform, *trusted: str, caller: str = "127.0.0.1") -> TestClient:
    settings = replace(platform.settings, trusted_proxies=trusted)
    config = serve.configuration(create_app(replace(platform, settings=settings)), host="127.0.0.1", port=1)
    config.load()
    return TestClient(config.loaded_app, client=(caller, 1))


@pytest.mark.parametrize("header", forwarding.FORWARDING)
def test_a_proxy_on_this_machine_does_not_make_everybody_this_machine(
    platform: Platform, path: str, header: str
) -> None:
    door = _behind(platform)

    assert 200 == door.get(path).status_code
    assert 404 == door.get(path, headers={header: "127.0.0.1"}).status_code


def test_a_trusted_proxy_says_who_asks(platform: Platform, path: str) -> None:
    door = _behind(platform, "127.0.0.1")

    answers = [door.get(path, headers={"X-Forwarded-For": each}).status_code for each in ("192.0.2.7", "127.0.0.1")]

    assert [404, 200] == answers


def test_nobody_else_says_who_asks(platform: Platform, path: str) -> None:
    door = _behind(platform, "192.0.2.0/28", caller="192.0.2.77")

    assert 404 == door.get(path, headers={"X-Forwarded-For": "127.0.0.1"}).status_code


@pytest.mark.parametrize("stated", ["localhost", "*", "192.0.2.1/8", "0.0.0.0/0", "::/0"])
def test_an_odd_list_of_proxies_stops_the_start_with_its_name(stated: str) -> None:
    with pytest.raises(Invalid, match="CDP_TRUSTED_PROXIES"):
        Settings.read(REQUIRED | {"CDP_TRUSTED_PROXIES": stated})


def test_the_proxies_are_addresses_and_networks() -> None:
    read = Settings.read(REQUIRED | {"CDP_TRUSTED_PROXIES": "192.0.2.1, 2001:db8::/32"})

    assert ("192.0.2.1", "2001:db8::/32") == read.trusted_proxies


def test_one_process_serves_unless_told_otherwise() -> None:
    assert 1 == Settings.read(REQUIRED).processes
    assert 2 == Settings.read(REQUIRED | {"CDP_PROCESSES": "2"}).processes
