"""Makers for what organizations ask by the API."""

from typing import Any

from starlette.testclient import TestClient

from cdp.platform import Platform
from cdp.tables import Organization
from tests import make

PATH = "/v1/access-requests"
Json = dict[str, Any]


def body(**rest: Any) -> Json:
    """Return what an organization asks of somebody whom it names by e-mail; `rest` takes its place."""
    asked = {
        "purpose": "advice",
        "categories": ["contact", "products"],
        "days": 90,
        "notice": {"nl": "Wij maken een advies.", "nl@je": "Wij maken je advies.", "en": "We advise you."},
        "consequences": {"nl": "U krijgt dan geen advies."},
        "by": "human",
    }
    if not rest.keys() & {"profile_id", "user_id", "identifiers"}:
        rest["identifiers"] = by_email(make.email())
    return asked | rest


def by_email(*addresses: str) -> list[Json]:
    """Return identifiers."""
    return [{"type": "email", "value": each} for each in addresses]


class Asker:
    """A program of an organization that asks."""

    def __init__(self, platform: Platform, api: TestClient, organization: Organization | None = None) -> None:
        self.organization = organization or make.organization(platform)
        self.headers = make.service(platform, self.organization, "grants:request")
        self._platform, self._api = platform, api

    def profile_id(self, person: make.Person) -> str:
        """Return the id by which the organization knows somebody."""
        return self._platform.profile_ids.profile_id(person.customer_id, self.organization.organization_id)

    def post(self, **rest: Any) -> tuple[int, Json]:
        """Ask, and return the status and the answer."""
        answer = self._api.post(PATH, json=body(**rest), headers=self.headers)
        return answer.status_code, answer.json()

    def ask(self, **rest: Any) -> str:
        """Ask, and return the id of the request."""
        status, answer = self.post(**rest)
        assert 202 == status, answer
        return str(answer["request_id"])

    def get(self, request_id: str) -> Json:
        """Return one request as it stands."""
        answer = self._api.get(f"{PATH}/{request_id}", headers=self.headers)
        assert 200 == answer.status_code, answer.text
        found: Json = answer.json()
        return found

    def listed(self, **query: Any) -> Json:
        """Return a page of the list."""
        found: Json = self._api.get(PATH, params=query, headers=self.headers).json()
        return found


def waiting(api: TestClient, person: make.Person) -> list[str]:
    """Return the ids of the requests that somebody sees and can answer."""
    listed = api.get("/v1/me/access-requests", headers=person.headers).json()["requests"]
    return [each["request_id"] for each in listed if each["state"] == "pending"]
