"""Somebody at a real portal, with a browser and a device in it that can hold passkeys."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import uvicorn
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from api.app import create_app
from api.portal import cookies
from cdp.platform import Platform
from tests import make
from tests.portal import browser

DEVICE = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@contextmanager
def served(platform: Platform) -> Iterator[int]:
    """Serve the portal on loopback and return on which port."""
    listening = socket.create_server(("127.0.0.1", 0))
    number: int = listening.getsockname()[1]
    settings = replace(platform.settings, base_url=f"http://localhost:{number}")
    app = create_app(replace(platform, settings=settings))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
    serving = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    serving.start()
    yield number
    server.should_exit = True
    serving.join()
    listening.close()


@dataclass
class Visitor:
    """Somebody with a browser and a device in it."""

    person: make.Person
    context: BrowserContext
    page: Page
    devtools: CDPSession
    device: str
    base: str

    def go(self, path: str) -> Page:
        """Open a page."""
        self.page.goto(self.base + path)
        return self.page

    def verify(self, *, is_verified: bool) -> None:
        """Let the device verify its user, or not."""
        facts = {"authenticatorId": self.device, "isUserVerified": is_verified}
        self.devtools.send("WebAuthn.setUserVerified", facts)

    def held(self) -> list[dict[str, Any]]:
        """Return the keys in the device."""
        found: list[dict[str, Any]] = self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.device})[
            "credentials"
        ]
        return found

    def make_passkey(self, name: str = "Telefoon") -> None:
        """Make a passkey on the page."""
        page = self.go("/veilig-inloggen")
        page.get_by_label("Hoe noemt u deze passkey?").fill(name)
        page.get_by_role("button", name="Maak een passkey").click()

    def log_out(self) -> None:
        """Forget the session."""
        self.context.clear_cookies()


@contextmanager
def visiting(platform: Platform, chromium: Browser, base: str) -> Iterator[Visitor]:
    """Yield somebody who is logged in at `base`, with a device that holds no key yet."""
    person = make.person(platform)
    context = browser.patient(chromium.new_context(locale="nl-NL", timezone_id="Europe/Amsterdam"))
    token = person.headers["Authorization"].removeprefix("Bearer ")
    context.add_cookies([{"name": cookies.SESSION, "value": token, "url": base}])
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
    yield Visitor(person, context, page, devtools, device, base)
    context.close()
