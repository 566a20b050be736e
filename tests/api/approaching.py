"""Customers with wishes, and organizations that want to approach them: what tests of contact have in common."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg
from httpx import Response
from starlette.testclient import TestClient

from cdp import clock, erasure
from cdp.contact import wishes
from cdp.own import dossier
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.tables import Organization
from consent import acts as law
from tests import make
from tests.spec.contacts import Case, Wish

WALL: Final = ZoneInfo("Europe/Amsterdam")
PURPOSES: Final = {"service": "customer-care", "offers": "direct-marketing", "recall": "service-provision"}
LONG: Final = timedelta(days=360)
ONCE: Final[dict[str, Any]] = {"reservation": {"key": "once"}}
_LEGAL: Final = frozenset({"granted", "revoked", "objected", "category-not-granted", "never-granted"})


def moment(wall: str) -> str:
    """Return a local time in Amsterdam as the door writes it."""
    return datetime.fromisoformat(wall).replace(tzinfo=WALL).astimezone(UTC).isoformat().replace("+00:00", "Z")


def document(wish: Wish, organization: UUID, other: UUID) -> dict[str, Any]:
    """Return the wishes of a case as the document that a customer sends."""
    here = said(
        channels=_channels(wish.here_channels),
        caps=_caps(wish.here_caps),
        contact="none" if wish.here_silent else "",
        never=list(wish.here_never),
        hours=_hours(wish.here_zone, wish.here_welcome, wish.here_quiet),
        first=wish.here_first,
    )
    there = said(
        contact="none" if wish.there_silent else "",
        never=list(wish.there_never),
        hours=_hours(None, (), wish.there_quiet),
        first=wish.there_first,
    )
    return said(
        channels=_channels(wish.channels),
        caps=_caps(wish.caps),
        contact="none" if wish.silent else "",
        never=list(wish.never),
        hours=_hours(wish.zone, wish.welcome, wish.quiet),
        first=wish.first,
        exceptions=said(**{str(organization): here, str(other): there}),
    )


def said(**parts: Any) -> dict[str, Any]:
    """Return the parts of a document that say something."""
    return {name: each for name, each in parts.items() if each}


def _channels(chosen: Mapping[str, Iterable[str]] | None) -> dict[str, list[str]]:
    return {topic: list(each) for topic, each in (chosen or {}).items()}


def _caps(chosen: Mapping[str, tuple[int, int]] | None) -> dict[str, dict[str, int]]:
    return {topic: {"most": most, "days": days} for topic, (most, days) in (chosen or {}).items()}


def _hours(
    zone: str | None, welcome: Iterable[tuple[str, str, str]], quiet: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    return said(
        zone=zone,
        quiet=[{"from": start, "until": end} for start, end in quiet],
        welcome=[{"days": [int(day) + 1 for day in days], "from": start, "until": end} for days, start, end in welcome],
    )


@dataclass(slots=True)
class Sender:
    """An organization that wants to approach customers, and its program."""

    api: TestClient
    platform: Platform
    organization: Organization
    headers: dict[str, str]
    facts: dict[str, Any] = field(default_factory=lambda: {"purpose": "customer-care", "topic": "service"})

    @classmethod
    def new(cls, api: TestClient, platform: Platform) -> "Sender":
        organization = make.organization(platform)
        return cls(api, platform, organization, make.service(platform, organization, "contacts:write", "profiles:read"))

    def id_of(self, customer: UUID) -> str:
        """Return the id by which the organization knows a customer."""
        return self.platform.profile_ids.profile_id(customer, self.organization.organization_id)

    def ask(self, *customers: UUID, **rest: Any) -> Response:
        """Ask whether these customers may be approached; one of them alone by itself."""
        ids = [self.id_of(each) for each in customers]
        whom: dict[str, Any] = {"profile_id": ids[0]} if len(ids) == 1 else {"profile_ids": ids}
        asked = self.facts | {"channels": ["email", "phone"], "sender": "human"} | whom | rest
        answer: Response = self.api.post("/v1/contact/decide", json=asked, headers=self.headers)
        return answer

    def say(self, customer: UUID, **rest: Any) -> Response:
        """Record what was said to a customer."""
        told = {"profile_id": self.id_of(customer), "topic": "service", "channel": "email", "sender": "human"} | rest
        answer: Response = self.api.post("/v1/contacts", json={"contacts": [told]}, headers=self.headers)
        return answer

    def grants(self, person: make.Person, *categories: str, purpose: str = "customer-care") -> None:
        """Let a customer open these categories to the organization; without any, `contact`."""
        opened = frozenset(categories or ("contact",))
        make.grant(
            self.platform,
            person,
            self.organization,
            purpose=purpose,
            categories=opened,
            expires_at=clock.now() + LONG,
        )


def choose(platform: Platform, person: make.Person, patch: dict[str, Any]) -> None:
    """Let a customer change their wishes, if there is anything to change."""
    if not patch:
        return
    with platform.database.scoped(person.scope) as session:
        wishes.choose(platform, session, patch, at=clock.now())


def join(database_url: str, guest: make.Person, host: make.Person) -> None:
    """Let two customers turn out to be one person, as the keeper does."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("select merge_customers(%s, %s, 'customer', now())", (guest.customer_id, host.customer_id))


def arrange(case: Case, sender: Sender, database_url: str) -> make.Person:
    """Return a customer with whom everything stands as the case says."""
    person, purpose = make.person(sender.platform), PURPOSES[case.topic]
    other = make.organization(sender.platform).organization_id
    choose(sender.platform, person, document(case.wish, sender.organization.organization_id, other))
    if case.joined is not None:
        guest = make.person(sender.platform)
        choose(sender.platform, guest, document(case.joined, sender.organization.organization_id, other))
        join(database_url, guest, person)
    if case.permission != "never-granted":
        sender.grants(person, *(["products"] if case.permission == "category-not-granted" else []), purpose=purpose)
    _unsettle(case, sender, person, database_url)
    if case.signalled:
        with sender.platform.database.scoped(person.scope) as session:
            dossier.adapt(session, {"gpc": clock.now().isoformat()})
    for each in case.before:
        assert (
            "recorded"
            == sender.say(person.customer_id, topic=case.topic, at=moment(each)).json()["results"][0]["outcome"]
        )
    if case.done:
        held = sender.ask(person.customer_id, **ONCE, topic=case.topic, purpose=purpose).json()["reservation"]
        sender.say(person.customer_id, topic=case.topic, contact_id=held["contact_id"])
    return person


def _unsettle(case: Case, sender: Sender, person: make.Person, database_url: str) -> None:
    """Bring the permission where the case says that it stands."""
    platform, purpose = sender.platform, PURPOSES[case.topic]
    if case.permission == "revoked":
        make.revoke(platform, person, sender.organization, purpose=purpose)
    elif case.permission == "objected":
        act = law.Object(recipient=sender.organization.organization_id, purpose=purpose, at=clock.now())
        with platform.database.scoped(person.scope) as session:
            grants.record(session, person.scope, person.customer_id, act)
    elif case.permission == "erased":
        erasure.erase(platform, person.scope, at=clock.now())
    elif case.permission not in _LEGAL:
        _behind_the_wall(case, person, database_url)


def _behind_the_wall(case: Case, person: make.Person, database_url: str) -> None:
    """Change a permission as only time does, or somebody who brings evidence from elsewhere."""
    changed = {
        "expired": "expires_at = now() - interval '1 hour'",
        "refused": "stopped = 'refused', categories = '{}'",
        "category-stopped": "stopped_categories = '{contact}'",
        "attested": "attested_categories = categories, attested_expires_at = expires_at,"
        " categories = '{}', expires_at = null",
    }
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            f"update permission set {changed[case.permission]} where customer_id = %s", (person.customer_id,)
        )
