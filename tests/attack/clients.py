"""Clients that grant, revoke and read through the whole door of a process of their own, and write down when.

A process stands for a server: it has its own pool, its own gatherings and its own beliefs about tokens. Half of its
clients each own one customer, whose permission they give and take; all of them read everybody's.
"""

import asyncio
import random
import time
from dataclasses import dataclass, field
from typing import Any, Final

from httpx import ASGITransport, AsyncClient

from api.app import create_app
from cdp.platform import Platform
from tests.attack.racing import PURPOSE, Race
from tests.attack.register import Seen

PROCESSES: Final = 4
PER_PROCESS: Final = 4
OPERATIONS: Final = 640
"""What each client does."""
BETWEEN: Final = 9
"""How many reads come after each write of a client that writes."""
_CATEGORY: Final = "contact"


@dataclass(slots=True)
class Together:
    """What one process came to."""

    history: list[Seen] = field(default_factory=list)


class Front:
    """One process with its clients."""

    def __init__(self, race: Race, number: int) -> None:
        self.race, self.number, self.seen = race, number, Together()
        self.platform = Platform.open(race.settings)
        slug, token, *sessions = race.addresses
        self.slug, self.service = slug, {"Authorization": token}
        self.sessions = [{"Authorization": each} for each in sessions]
        ids = self.platform.profile_ids
        self.profiles = [ids.profile_id(each, race.recipient) for each in race.people]
        self.dice = random.Random(number)  # noqa: S311 -- which way to try, no secret

    async def run(self) -> Together:
        """Let every client do its share."""
        await self.platform.database.open()
        transport = ASGITransport(create_app(self.platform), client=("127.0.0.1", 50_000))
        async with AsyncClient(transport=transport, base_url="http://127.0.0.1") as api:
            own = [self.number * 2, self.number * 2 + 1]
            writing = [self._write_and_read(api, each) for each in own]
            await asyncio.gather(*writing, *(self._read(api, OPERATIONS) for _ in range(PER_PROCESS - len(own))))
        await self.platform.database.close()
        return self.seen

    async def _write_and_read(self, api: AsyncClient, customer: int) -> None:
        grant_id = ""
        for turn in range(OPERATIONS // (BETWEEN + 1)):
            began, is_open = time.monotonic_ns(), turn % 2 == 0
            if is_open:
                wanted = {"organization": self.slug, "purpose": PURPOSE, "categories": [_CATEGORY]}
                told = await api.post("/v1/me/grants", json=wanted, headers=self.sessions[customer])
                grant_id = told.json()["grant_id"]
            else:
                told = await api.post(f"/v1/me/grants/{grant_id}/revoke", headers=self.sessions[customer])
            assert told.is_success, told.text
            self._note(customer, "write", began, is_open=is_open, is_write=True)
            await self._look(api, customer)  # at once, and from here
            await self._read(api, BETWEEN - 1)

    async def _read(self, api: AsyncClient, times: int) -> None:
        for _ in range(times):
            await self._look(api, self.dice.randrange(len(self.profiles)))

    async def _look(self, api: AsyncClient, customer: int) -> None:
        """Read once in one of the ways; a token that an app got with a customer has its place here, too."""
        began, profile = time.monotonic_ns(), self.profiles[customer]
        match self.dice.randrange(8):
            case 0:
                others = [self._part(each) for each in range(len(self.profiles))]
                answer = await self._ask(api, "evaluations", self._question(customer) | {"evaluations": others})
                for each, told in enumerate(answer["evaluations"]):
                    self._note(each, "evaluations", began, is_open=told["decision"])
            case 1 | 2 | 3:
                answer = await self._ask(api, "evaluation", self._question(customer))
                self._note(customer, "evaluation", began, is_open=answer["decision"])
            case _:
                asked = {"purpose": PURPOSE}
                read = await api.get(f"/v1/profiles/{profile}", params=asked, headers=self.service)
                assert read.status_code in {200, 403}, read.text
                self._note(customer, "profile", began, is_open=read.is_success)

    async def _ask(self, api: AsyncClient, way: str, question: dict[str, Any]) -> dict[str, Any]:
        told = await api.post(f"/access/v1/{way}", json=question, headers=self.service)
        assert told.is_success, told.text
        answer: dict[str, Any] = told.json()
        return answer

    def _question(self, customer: int) -> dict[str, Any]:
        subject = {"subject": {"type": "organization", "id": self.slug}, "action": {"name": "read"}}
        return subject | {"context": {"purpose": PURPOSE}} | self._part(customer)

    def _part(self, customer: int) -> dict[str, Any]:
        return {
            "resource": {"type": "profile", "id": self.profiles[customer], "properties": {"category": _CATEGORY}},
        }

    def _note(self, customer: int, way: str, began: int, *, is_open: bool, is_write: bool = False) -> None:
        self.seen.history.append(Seen(customer, way, is_write, is_open, began, time.monotonic_ns()))
