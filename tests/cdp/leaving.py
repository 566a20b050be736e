"""People who leave, and sources that send them again: what the tests of erasure share."""

from typing import Any
from uuid import UUID

from starlette.testclient import TestClient

from cdp import clock, erasure
from cdp.ingest.items import Identifier, IdentifierType, Kind, Outcome
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make


def erase(platform: Platform, person: make.Person) -> erasure.Erasure:
    return erasure.erase(platform, person.scope, at=clock.now())


def known_to(platform: Platform, *sources: Organization) -> tuple[make.Person, str]:
    """Return a customer whom these sources know, and the address; each calls them by the address."""
    address = make.email()
    for each in sources:
        make.known_person(platform, each, address, user=address)
    return make.person(platform, address=address), address


def resend(platform: Platform, source: Organization, user: str, **rest: Any) -> Outcome:
    (outcome,) = make.delivery(platform, source, make.item(Kind.ATTRIBUTES, "city", "Bergen", user=user, **rest))
    return outcome


def verified(address: str) -> dict[str, object]:
    return {"identifiers": (Identifier(IdentifierType.EMAIL, address, verified=True),)}


def stated(address: str) -> dict[str, object]:
    return {"identifiers": (Identifier(IdentifierType.EMAIL, address),)}


def answer(
    api: TestClient,
    platform: Platform,
    shop: Organization,
    person: make.Person,
    letter: UUID,
    words: tuple[str, str, str],
) -> None:
    """Let somebody answer a letter and ask for a human, the shop hand them over from a chat, and its desk read both."""
    user, key, said = words
    wanted = {"about": str(letter), "text": said, "wants_human": True}
    assert 201 == api.post("/v1/me/replies", json=wanted, headers=person.headers).status_code
    talk = {"properties": {"question": said}, "subject": said}
    make.delivery(platform, shop, make.item(Kind.INTERACTION, "chat", talk, user=user, key=key))
    desk = make.service(platform, shop, "messages:register")
    handed = {"type": "chat", "key": key, "text": said}
    assert 201 == api.post("/v1/handovers", json=handed, headers=desk).status_code
    assert said in api.get("/v1/replies", headers=desk).text
