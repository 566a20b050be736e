"""Administrators of an organization, in a browser."""

import re
from dataclasses import dataclass
from html import unescape

from starlette.testclient import TestClient

from cdp import clients, clock, organization_details
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from tests import make

MAY = ("profiles:read", "tracking_api:write")


@dataclass
class Admin:
    """An administrator's browser, and the program that it came in with."""

    browser: TestClient
    slug: str
    client_id: str
    secret: str

    def enter(self) -> int:
        """Log in, and return the last answer's status."""
        self.browser.cookies.clear()
        form = {"programma": self.client_id, "geheim": self.secret}
        return int(self.browser.post("/beheer/inloggen", data=form).status_code)

    def page(self) -> str:
        """Return the page, without the minute in which it was made."""
        return re.sub('<p class="made">[^<]*</p>', "", unescape(self.browser.get("/beheer").text))

    def made(self, path: str, **form: str | list[str]) -> str:
        """Send a form that makes a secret, and return that."""
        shown = self.browser.post(f"/beheer/{path}", data=form)
        found = re.search("<code>([^<]+)</code>", shown.text)
        assert found is not None, shown.text
        assert "no-store" == shown.headers["cache-control"]
        return str(found[1])


def program(platform: Platform, *scopes: str, is_bound: bool = False) -> tuple[str, clients.NewClient]:
    """Return a new organization's short name, and a program of it."""
    made = make.organization(platform)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        organization_details.put(session, made.organization_id, may=MAY)
        client = clients.create(
            session,
            platform.fingerprints,
            organization=made.organization_id,
            name="administration",
            scopes=scopes,
            is_bound=is_bound,
            at=clock.now(),
        )
    return made.slug, client
