"""A network of meters and a service whose rule looks at what they say."""

import asyncio
from typing import Any, Final

from starlette.testclient import TestClient

from cdp import clock
from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.platform import Platform
from cdp.rules import watching
from cdp.rules.firing import Firing, Round
from tests import make

PURPOSE: Final = "service-provision"
ZERO: Final = "record.properties.value == 0"
SECRET: Final = "kanarie-9731"


def rule(**rest: Any) -> dict[str, Any]:
    asked = {"name": "meter reads zero", "purpose": PURPOSE, "records": ["interaction/meter-reading"]}
    contact = {"topic": "usage", "channels": ["email", "phone"], "sender": "human"}
    return asked | contact | {"expression": ZERO} | rest


class Grid:
    """A network that measures, and one who looks after meters: a customer granted the second what the first sends."""

    def __init__(self, api: TestClient, platform: Platform, *categories: str) -> None:
        self.api, self.platform = api, platform
        self.network, self.service = make.organization(platform), make.organization(platform)
        self.headers = make.service(platform, self.service, "rules:manage", "signals:manage", "grants:request")
        self.address, self.user = make.email(), make.name("user")
        self.person = make.person(platform, address=self.address)
        self.sends("appointment", {"note": SECRET})
        if categories:
            make.grant(
                platform, self.person, self.service, purpose=PURPOSE, categories=frozenset(categories), at=clock.now()
            )

    def sends(self, type_: str, properties: dict[str, Any], key: str | None = None) -> None:
        known = (Identifier(IdentifierType.EMAIL, self.address, verified=True),)
        value, named = {"properties": properties}, key or make.name("key")
        item = make.item(Kind.INTERACTION, type_, value, user=self.user, key=named, identifiers=known)
        make.delivery(self.platform, self.network, item)

    def register(self, **rest: Any) -> Any:
        return self.api.post("/v1/rules", json=rule(**rest), headers=self.headers)

    def settled(self) -> Round:
        return watching.settle(self.platform)

    def round(self) -> Round:
        async def one() -> Round:
            async with Platform.in_loop(self.platform.settings) as own:
                return await Firing(own).round(at=clock.now())

        return asyncio.run(one())

    def told(self) -> list[dict[str, Any]]:
        changes = self.api.get("/v1/changes", headers=self.headers).json()["changes"]
        return [each for each in changes if each["kind"] == "rule"]

    def firings(self) -> list[dict[str, Any]]:
        firings: list[dict[str, Any]] = self.api.get("/v1/me/firings", headers=self.person.headers).json()["firings"]
        return firings
