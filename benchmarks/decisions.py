"""Decisions over HTTP, one and many at a time, beside policy libraries that hold the same grants in memory."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import cedarpy
import msgspec

from benchmarks import load
from benchmarks.house import PURPOSE, House

CATEGORY: Final = "contact"
_CONNECTIONS: Final = 16
_FEW: Final = 2
_POLICY: Final = (
    'permit (principal, action == Action::"read", resource) when { resource.granted.contains(context.wanted) };'
)
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Decided:
    """Decisions a second over HTTP, each written down: one in a request, a hundred, a thousand."""

    single: float
    hundred: float
    thousand: float


def over_http(house: House, port: int, requests: int) -> Decided:
    """Measure the decision point with so many requests of one question, and fewer of many."""
    token, profiles, dice = f"Bearer {house.token()}", house.profile_ids(), random.Random(3)

    def question(count: int) -> bytes:
        asked = [_resource(dice.choice(profiles)) for _ in range(count)]
        whole: dict[str, Any] = {
            "subject": {"type": "organization", "id": "recipient"},
            "action": {"name": "read"},
            "context": {"purpose": PURPOSE},
        }
        if count == 1:
            return load.request("POST", "/access/v1/evaluation", token, _encode(whole | asked[0]))
        return load.request("POST", "/access/v1/evaluations", token, _encode(whole | {"evaluations": asked}))

    def rate(bodies: Sequence[bytes], count: int, connections: int) -> float:
        load.closed(port, bodies[:connections], connections=connections)  # warm
        return count * load.closed(port, bodies, connections=connections).rate

    return Decided(
        rate([question(1) for _ in range(requests)], 1, _CONNECTIONS),
        rate([question(100) for _ in range(max(8, requests // 50))], 100, _FEW),
        rate([question(1_000) for _ in range(max(4, requests // 400))], 1_000, _FEW),
    )


def by_cedar(house: House, categories: Sequence[str]) -> Callable[[], int]:
    """Return what decides once with Cedar: one policy, and the grants of the person who is asked about as an entity."""
    dice = random.Random(2)
    people = [str(customer) for customer in house.known[:2_000]]
    entities = {
        who: [{"uid": {"type": "Profile", "id": who}, "attrs": {"granted": list(categories)}, "parents": []}]
        for who in people
    }
    asker = f'Organization::"{house.recipient}"'

    def decide_one() -> int:
        who = dice.choice(people)
        asked = {"principal": asker, "action": 'Action::"read"', "resource": f'Profile::"{who}"'}
        told = cedarpy.is_authorized(asked | {"context": {"wanted": CATEGORY}}, _POLICY, entities[who])
        if not told.allowed:
            raise RuntimeError("Cedar refused what was granted")
        return 1

    return decide_one


def _resource(profile: str) -> dict[str, Any]:
    return {"resource": {"type": "profile", "id": profile, "properties": {"category": CATEGORY}}}
