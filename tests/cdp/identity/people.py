"""People whom two sources know, as items; and what matching keeps of them, behind the wall."""

import os
import random
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import msgspec

from cdp.ingest.items import Item
from cdp.keys.blind import IdentifierType
from cdp.platform import Platform
from cdp.tables import Organization
from tests import fuzzing, make
from tests.cdp.ingest.arrange import attribute, look, user

GIVEN = ("Aaltje", "Berend", "Cornelia", "Diederik", "Eefje", "Folkert", "Geertruida", "Hendrik")
_LETTERS = "bdfgklmnprstvz"
_VOWELS = "aeiou"
_CHANCES: dict[str, random.Random] = {}


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
        chance = _chance()
        year, month, day = chance.randrange(1950, 1999), chance.randrange(1, 13), chance.randrange(1, 29)
        letters = "".join(chance.choices("ABCDEGHJKLNPRTVWXZ", k=2))
        return cls(
            first_name=chance.choice(GIVEN),
            last_name=_name(chance).capitalize(),
            birth_date=f"{year}-{month:02d}-{day:02d}",
            email=make.email(),
            postcode=f"{chance.randrange(1000, 9999)} {letters}",
            house_number=str(chance.randrange(1, 301)),
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


def _chance() -> random.Random:
    """Return what chooses the facts of this test: the same in every run, for how alike two are hangs on them."""
    test = os.environ["PYTEST_CURRENT_TEST"].rpartition(" ")[0]
    return _CHANCES.setdefault(test, random.Random(None if fuzzing.IS_ON else test))  # noqa: S311 - no secrets


def _name(chance: random.Random) -> str:
    return "".join(chance.choice(_LETTERS) + chance.choice(_VOWELS) for _ in range(5)) + chance.choice(_LETTERS)


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
