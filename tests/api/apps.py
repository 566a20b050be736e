"""Apps for the tests of what a customer lets them do: registered, asking, led back, and with tokens."""

import base64
import hashlib
import json
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from starlette.testclient import TestClient

from api.portal import cookies
from cdp import clients, clock
from cdp.clients import NewClient
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

BACK = "https://app.example.org/back"
BYE = "https://app.example.org/bye"
PAGE = {"Accept": "text/html", "Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True)
class App:
    """An app of an organization, with its secret and one verifier."""

    organization: Organization
    client: NewClient
    verifier: str

    @property
    def auth(self) -> tuple[str, str]:
        """How it proves itself."""
        return self.client.client_id, self.client.client_secret

    def asks(self, **changed: str | None) -> dict[str, str]:
        """Return an authorization request, with some of it changed; None leaves out."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        said: dict[str, str | None] = {
            "client_id": self.client.client_id,
            "response_type": "code",
            "redirect_uri": BACK,
            "scope": "openid",
            "state": "as it was",
            "nonce": "n-1",
            "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return {name: value for name, value in (said | changed).items() if value is not None}

    def tells(self, code: str | None, **changed: str | None) -> dict[str, str]:
        """Return the token request for a code, with some of it changed; None leaves out."""
        said: dict[str, str | None] = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
            "code_verifier": self.verifier,
        }
        return {name: value for name, value in (said | changed).items() if value is not None}


def details(**changed: Any) -> str:
    """Return authorization_details for one permission, with some of it changed; None leaves out."""
    element = {
        "type": "consent_grant",
        "purpose": "advice",
        "categories": ["contact", "products"],
        "days": 30,
        "notice": {"nl": "Om u te helpen.", "en": "To help you."},
    }
    return json.dumps([{name: value for name, value in (element | changed).items() if value is not None}])


def app(platform: Platform, *scopes: str, organization: Organization | None = None, is_bound: bool = False) -> App:
    """Return an app that may lead customers back to BACK."""
    owner = organization or make.organization(platform)
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        client = clients.create(
            session,
            platform.fingerprints,
            organization=owner.organization_id,
            name="Huisapp",
            scopes=scopes or ("openid", "profiles:read"),
            is_bound=is_bound,
            at=clock.now(),
        )
        clients.lead_back(session, client.client_id, redirects=[BACK], logouts=[BYE])
    return App(owner, client, secrets.token_urlsafe(32))


def enter(api: TestClient, person: make.Person) -> None:
    """Give the browser somebody's session."""
    api.cookies.clear()
    api.cookies.set(cookies.SESSION, person.headers["Authorization"].removeprefix("Bearer "))


def led(answer: Any) -> dict[str, str]:
    """Return what an answer leads back to the app with."""
    assert 303 == answer.status_code, answer.text
    address = urlsplit(answer.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == BACK, answer.headers["location"]
    return {name: value for name, (value,) in parse_qs(address.query).items()}


def pushed(api: TestClient, asking: App, **changed: str | None) -> Any:
    """Return the answer to a pushed request."""
    return api.post("/oauth/par", data=asking.asks(**changed), auth=asking.auth)


def opened(api: TestClient, asking: App, **changed: str | None) -> str:
    """Push a request, go where it leads in the browser, and return the address of the page with the question."""
    uri = pushed(api, asking, **changed).json()["request_uri"]
    words = {"client_id": asking.client.client_id, "request_uri": uri}
    place, answer = "", api.get("/oauth/authorize", params=words, headers=PAGE, follow_redirects=False)
    while answer.status_code == 303:
        place = answer.headers["location"]
        answer = api.get(place, headers=PAGE, follow_redirects=False)
    assert 200 == answer.status_code, answer.text
    return place


def code(api: TestClient, asking: App, person: make.Person, answer: str = "alles", **changed: str | None) -> str:
    """Return the code for a person's yes to a permission, or to `openid` alone with `answer="ja"`."""
    enter(api, person)
    words: dict[str, str | None] = dict(changed) if answer == "ja" else {"authorization_details": details(), **changed}
    place = opened(api, asking, **words)
    return led(api.post(place, data={"antwoord": answer}, headers=PAGE, follow_redirects=False))["code"]


def tokens(api: TestClient, asking: App, person: make.Person, answer: str = "alles", **changed: str | None) -> Any:
    """Return what the token endpoint gives for that code."""
    found = code(api, asking, person, answer, **changed)
    return api.post("/oauth/token", data=asking.tells(found), auth=asking.auth).json()


def reads(api: TestClient, token: str, profile_id: str, purpose: str = "advice") -> int:
    """Return the status of a read of a profile."""
    headers = {"Authorization": f"Bearer {token}"}
    status: int = api.get(f"/v1/profiles/{profile_id}", params={"purpose": purpose}, headers=headers).status_code
    return status


def subject(platform: Platform, asking: App, person: make.Person) -> str:
    """Return the name that an app's organization has for a person."""
    return platform.profile_ids.profile_id(person.customer_id, asking.organization.organization_id)


def form_action(page: str) -> str:
    """Return where the form on a page goes."""
    found = re.search(r'<form method="post" action="(/(?:apps|verzoeken)/[^"]+)"', page)
    assert found, page
    return found[1]
