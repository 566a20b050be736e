"""Gateways that enforce for an organization, and what they ask the decision point."""

from typing import Any, Final

from httpx import Response
from starlette.testclient import TestClient

from cdp.platform import Platform
from tests import make

CARE: Final = "customer-care"
EVALUATION: Final = "/access/v1/evaluation"
EVALUATIONS: Final = "/access/v1/evaluations"
Json = dict[str, Any]


class Gateway:
    """A gateway before the services of one organization, and a person."""

    def __init__(self, api: TestClient, platform: Platform, *scopes: str) -> None:
        self.api, self.platform = api, platform
        self.organization = make.organization(platform)
        self.headers = make.service(platform, self.organization, *(scopes or ("decisions:read",)))
        self.person = make.person(platform)

    def grant(self, person: make.Person | None = None, *categories: str, **rest: Any) -> None:
        given = frozenset(categories or ("contact", "products"))
        make.grant(self.platform, person or self.person, self.organization, categories=given, **rest)

    def profile(self, person: make.Person | None = None) -> str:
        customer = (person or self.person).customer_id
        return self.platform.profile_ids.profile_id(customer, self.organization.organization_id)

    def question(self, *categories: str, profile: str | None = None, purpose: str | None = CARE, **more: Any) -> Json:
        properties = {"categories": list(categories)} | more
        return {
            "subject": {"type": "organization", "id": self.organization.slug},
            "action": {"name": "read"},
            "resource": {"type": "profile", "id": profile or self.profile(), "properties": properties},
            "context": {} if purpose is None else {"purpose": purpose},
        }

    def post(self, path: str, body: Any, **headers: str) -> Response:
        answer: Response = self.api.post(path, json=body, headers=self.headers | headers)
        return answer

    def ask(self, body: Json) -> Any:
        answer = self.post(EVALUATION, body)
        assert 200 == answer.status_code, answer.text
        return answer.json()
