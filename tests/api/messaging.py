"""An organization that registers messages, a customer whom it knows, and whoever asks whether one is real."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from starlette.testclient import TestClient

from cdp import clock
from cdp.messages import senders
from cdp.messages.likeness import SenderKind
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

TEXT = "Beste klant, uw rekening van mei staat klaar."


def domain() -> str:
    """Return a domain that nothing else in the run resembles: letters that are far from one another."""
    return "".join(secrets.choice("bdfghkmnpqrtvwx") for _ in range(18)) + ".example"


def publish(
    platform: Platform, organization: Organization, kind: str, value: str, *, is_complete: bool = False
) -> None:
    """Publish a sender that the operator checked."""
    kind_of = SenderKind(kind)
    administrator = Scope(Principal.ADMINISTRATOR, organization.organization_id, client="test")
    with platform.database.scoped(administrator) as session:
        senders.publish(session, kind_of, value, is_complete=is_complete, at=clock.now())
    with platform.database.scoped(Scope(Principal.OPERATOR)) as session:
        senders.check(session, organization.organization_id, kind_of, value, is_shared=False, at=clock.now())


@dataclass
class Company:
    """An organization with a domain, a number and a program, that knows one customer: in its own books, unless told."""

    api: TestClient
    platform: Platform
    domain: str = field(default_factory=domain)
    phone: str = field(default_factory=make.phone)
    is_complete: bool = False
    is_in_books: bool = True

    def __post_init__(self) -> None:
        self.organization = make.organization(self.platform)
        self.program = make.service(self.platform, self.organization, "messages:register")
        publish(self.platform, self.organization, "domain", self.domain, is_complete=self.is_complete)
        publish(self.platform, self.organization, "phone", self.phone, is_complete=self.is_complete)
        address = make.email()
        if self.is_in_books:
            make.known_person(self.platform, self.organization, address)
        self.person = make.person(self.platform, address=address)
        make.grant(self.platform, self.person, self.organization)

    @property
    def slug(self) -> str:
        return self.organization.slug

    @property
    def mailbox(self) -> str:
        return f"info@{self.domain}"

    @property
    def profile(self) -> str:
        """How it names its customer."""
        known = self.platform.profile_ids
        return known.profile_id(self.person.customer_id, self.organization.organization_id)

    def post(self, **facts: Any) -> Any:
        """Register a message by e-mail with TEXT, to nobody in particular, but for what is said otherwise."""
        said = {"channel": "email", "sender": self.mailbox, "speaker": "human", "text": TEXT} | facts
        body = {name: value for name, value in said.items() if value is not None}
        return self.api.post("/v1/messages", json=body, headers=self.program)

    def register(self, **facts: Any) -> dict[str, Any]:
        """Register a message to its customer."""
        answer = self.post(**({"profile_id": self.profile} | facts))
        assert 201 == answer.status_code, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def call(self, **facts: Any) -> dict[str, Any]:
        """Register a call to its customer."""
        return self.register(**({"channel": "phone", "sender": self.phone, "text": None} | facts))


def check(api: TestClient, given: str = "", person: make.Person | None = None, **facts: Any) -> dict[str, Any]:
    """Ask whether something is real, as a stranger or as somebody."""
    answer = api.post("/v1/checks", json={"given": given} | facts, headers=person.headers if person else {})
    assert 200 == answer.status_code, answer.text
    told: dict[str, Any] = answer.json()
    return told


def verdict(told: dict[str, Any]) -> tuple[str, str]:
    """Return which answer it was, and why."""
    return told["answer"], told["why"]
