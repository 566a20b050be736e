"""People whom two sources know, as items; and what matching keeps of them, behind the wall."""

import secrets
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec

from cdp.ingest.items import Item
from cdp.keys.blind import IdentifierType
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.ingest.arrange import attribute, look, user

GIVEN = ("Aaltje", "Berend", "Cornelia", "Diederik", "Eefje", "Folkert", "Geertruida", "Hendrik")
_LETTERS = "bdfgklmnprstvz"
_VOWELS = "aeiou"


@dataclass(frozen=True)
class Facts:
    """What somebody says of themselves, about nobody else in the run."""

    first_name: str
    last_name: str
    birth_date: str
    email: str
    postcode: str
    house_number: str

    @classmethod
    def new(cls) -> "Facts":
        number = secrets.randbelow(28) + 1
        return cls(
            first_name=secrets.choice(GIVEN),
            last_name=_name().capitalize(),
            birth_date=f"19{50 + secrets.randbelow(49)}-{secrets.randbelow(12) + 1:02d}-{number:02d}",
            email=make.email(),
            postcode=f"{1000 + secrets.randbelow(8999)} {_letter()}{_letter()}",
            house_number=str(1 + secrets.randbelow(300)),
        )

    def but(self, **others: str) -> "Facts":
        """Return the same with some things said otherwise."""
        return replace(self, **others)

    def said(self, name: str, **more: Any) -> list[Item]:
        """Return the items by which a source says this of the one whom it calls `name`."""
        facts = {field: getattr(self, field) for field in self.__dataclass_fields__}
        return [
            attribute(user(name), field, msgspec.json.encode(value), **more) for field, value in facts.items() if value
        ]


def _letter() -> str:
    return secrets.choice("ABCDEGHJKLNPRTVWXZ")


def _name() -> str:
    return "".join(secrets.choice(_LETTERS) + secrets.choice(_VOWELS) for _ in range(5)) + secrets.choice(_LETTERS)


def subject(platform: Platform, url: str, source: Organization, name: str) -> UUID:
    """Return the subject that `source` calls `name`."""
    blind = platform.blind.of(IdentifierType.USER_ID, name, source=source.organization_id)
    ((found,),) = look(url, "select subject_id from reference where blind = %s", blind)
    return UUID(str(found))


def bonds(url: str, *subjects: UUID) -> list[str]:
    """Return the tiers of the live bonds that matching found between any of these."""
    rows = look(
        url,
        "select tier from bond where ended_at is null and why = 'match'"
        " and subject_id = any (%s) and other_id = any (%s) order by 1",
        list(subjects),
        list(subjects),
    )
    return [str(tier) for (tier,) in rows]


def keys(url: str, subject: UUID) -> int:
    """Return how many keys a subject is found by."""
    ((count,),) = look(url, "select count(*) from match_key where subject_id = %s", subject)
    return int(count)
