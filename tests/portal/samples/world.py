"""The facts that the samples are made of: four organizations of the demo, and what one customer decided."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from api.portal.frame import Frame, Notice, Room, Stay, tongues, ways
from api.portal.pages.facts import Facts
from api.portal.speech import Speech
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.demo import stories
from cdp.directory import Names
from cdp.own.holdings import Grant, Request
from cdp.own.looks import Looks
from cdp.tables import Organization

AT: Final = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)
_SPACE: Final = UUID("6f1c2a34-0000-7000-8000-000000000000")


def identity(name: str) -> UUID:
    """Return an id that is the same in every run."""
    return uuid5(_SPACE, name)


def _organization(slug: str, company: stories.Company) -> Organization:
    details = {
        "legal_name": company.legal_name,
        "kind": company.kind,
        "kvk": company.kvk,
        "address": company.address,
        "contact": company.contact,
        "privacy": company.privacy,
    }
    return Organization(
        organization_id=identity(slug),
        slug=slug,
        name=company.name,
        details=details,
        created_at=AT - timedelta(days=400),
        verified_at=AT - timedelta(days=400),
        closed_at=None,
    )


_ALL: Final = [_organization(slug, company) for slug, company in stories.companies().items()]
_STRANGER: Final = Organization(
    organization_id=identity("stranger"),
    slug="gratis-tablets",
    name="Gratis Tablets",
    details={},
    created_at=AT,
    verified_at=None,
    closed_at=None,
)
NAMES: Final = Names(
    {each.organization_id: each for each in [*_ALL, _STRANGER]}, {each.slug: each for each in [*_ALL, _STRANGER]}
)


def speech(locale: Language) -> Speech:
    """Return how the samples speak."""
    return Speech(locale, AT)


def frame(locale: Language, room: Room | None, *, waiting: int = 0, **other: Any) -> Frame:
    """Return what stands around a sample."""
    facts: dict[str, Any] = {
        "language": speech(locale).tag,
        "locale": locale.value,
        "theme": "auto",
        "brand": "mijn.klant",
        "here": "/organisaties",
        "ways": ways(speech(locale), room, waiting=waiting),
        "tongues": tongues(locale),
        "person": "Noor de Wit",
        "made": speech(locale).made(),
        "stay": Stay("15:00", 1800),
        "notice": None,
    }
    return Frame(**facts | other)


def stranger(locale: Language, **other: Any) -> Frame:
    """Return what stands around a sample for somebody who is not logged in."""
    return frame(locale, None, **{"ways": (), "person": None, "stay": None} | other)


def notice(text: str) -> Notice:
    """Return a notice without a way back."""
    return Notice(text)


def grant(slug: str, purpose: str, *categories: str, days: int = 90, ago: int = 60, **other: Any) -> Grant:
    """Return a live permission, given `ago` days ago, that ends `days` from now."""
    facts: dict[str, Any] = {
        "grant_id": identity(f"grant {slug} {purpose}"),
        "organization": identity(slug),
        "purpose": purpose,
        "is_live": True,
        "stopped": None,
        "categories": list(categories),
        "sources": None,
        "expires_at": AT + timedelta(days=days),
        "attested_categories": [],
        "attested_expires_at": None,
        "since": AT - timedelta(days=ago),
        "changed_at": AT - timedelta(days=ago),
    }
    return Grant(**facts | other)


def over(slug: str, purpose: str, stopped: str | None, *, ago: int) -> Grant:
    """Return a permission that is over."""
    at = AT - timedelta(days=ago)
    return grant(slug, purpose, is_live=False, stopped=stopped, categories=[], changed_at=at, expires_at=at)


def request(slug: str, purpose: str, *categories: str, **other: Any) -> Request:
    """Return a request that waits for an answer."""
    facts: dict[str, Any] = {
        "request_id": identity(f"request {slug} {purpose}"),
        "organization": identity(slug),
        "purpose": purpose,
        "categories": list(categories),
        "sources": None,
        "days": 90,
        "notice": stories.notices()["fraud"],
        "consequences": {"nl": "Er verandert dan niets.", "en": "Nothing changes then."},
        "used_by": None,
        "state": "pending",
        "asked_at": AT - timedelta(days=3),
        "due_at": AT + timedelta(days=11),
        "answered_at": None,
    }
    return Request(**facts | other)


def looks(released: int = 0, refused: int = 0, *, hours: int = 4) -> Looks:
    """Return what an organization did in 30 days, the last time some hours ago."""
    return Looks(AT - timedelta(hours=hours) if released else None, released, refused)


def facts(
    locale: Language,
    *,
    grants: tuple[Grant, ...] = (),
    requests: tuple[Request, ...] = (),
    looked: Mapping[tuple[str, str], Looks] | None = None,
) -> Facts:
    """Return the facts of a page."""
    return Facts(
        speech=speech(locale),
        catalog=files.shipped(),
        names=NAMES,
        grants=grants,
        requests=requests,
        looks={(identity(slug), purpose): each for (slug, purpose), each in (looked or {}).items()},
    )


SEVERAL: Final = (
    grant("vuurtoren", "customer-care", "contact", "address", "products", "conversations", days=100, ago=80),
    grant("woonvast", "service-provision", "contact", "address", days=9, ago=171),
    grant(
        "zonnewijzer",
        "advice",
        "address",
        "usage",
        "financial",
        days=60,
        ago=30,
        sources=[identity("zonnewijzer")],
    ),
    grant(
        "weidelicht",
        "customer-care",
        days=150,
        ago=45,
        expires_at=None,
        attested_categories=["contact", "health"],
        attested_expires_at=AT + timedelta(days=135),
    ),
)
LOOKED: Final = {
    ("vuurtoren", "customer-care"): looks(14),
    ("woonvast", "service-provision"): looks(3, hours=22),
    ("zonnewijzer", "advice"): looks(2, 1, hours=24 * 9),
}
ENDED: Final = (
    over("vuurtoren", "direct-marketing", "revoked", ago=20),
    over("woonvast", "research", "refused", ago=34),
    over("zonnewijzer", "customer-care", None, ago=51),
    over("weidelicht", "direct-marketing", "objected", ago=120),
)
ASKS: Final = request("zonnewijzer", "fraud-prevention", "address", "products", "usage")
"""What the samples of a page with something on it are made of."""
