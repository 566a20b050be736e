"""Somebody for whom an offer is chosen, about whom a rule fires, and of whom another record waits for it."""

from datetime import timedelta
from typing import Final

from starlette.testclient import TestClient

from cdp import clock
from cdp.ingest.items import Kind
from cdp.platform import Platform
from cdp.rules import watching
from cdp.tables import Organization
from tests import make

PURPOSE: Final = "direct-marketing"


def be_told_of(
    api: TestClient, platform: Platform, shop: Organization, person: make.Person, known: tuple[str, str, str]
) -> None:
    """Let all of that happen to somebody whom `shop` knows by this user, name and number."""
    user, name, number = known
    program = make.service(platform, shop, "offers:manage", "rules:manage")
    extent = {"categories": frozenset({"contact", "products", "conversations"})}
    make.grant(platform, person, shop, purpose=PURPOSE, **extent)
    until = (clock.now() + timedelta(days=9)).isoformat()
    offer = {"kind": "energy", "purpose": PURPOSE, "title": {"nl": "Stroom"}, "valid_until": until}
    asked = offer | {"expression": "products.size() > 0"}
    assert 201 == api.post("/v1/offers", json=asked, headers=program).status_code
    profile = platform.profile_ids.profile_id(person.customer_id, shop.organization_id)
    wanted = {"profile_ids": [profile], "purpose": PURPOSE}
    (decided,) = api.post("/v1/offers/decide", json=wanted, headers=program).json()["customers"]
    assert decided["offers"]
    rule = {"name": "again", "purpose": PURPOSE, "records": ["product/order"], "expression": "true", "topic": "news"}
    ruled = rule | {"channels": ["email"], "sender": "human"}
    assert 201 == api.post("/v1/rules", json=ruled, headers=program).status_code
    for place in range(2):
        order = make.item(Kind.PRODUCT, "order", {"of": name}, user=user, key=f"{number}-{place}")
        make.delivery(platform, shop, order)
        if place == 0 and len(decided["offers"]) == 1:  # once: what waits for the first who is planted stays
            assert watching.settle(platform).fired
