"""A letter about a demand speaks the language of the organization, and both where it told none of ours."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.engine import make_url

from cdp.demands import Demand, Kind, Words
from cdp.directory import Names
from cdp.mailroom import demand_letters
from cdp.settings import Settings
from cdp.tables import Organization

AT = datetime(2026, 11, 21, 13, 30, tzinfo=UTC)
SHOP = UUID(int=1)
SETTINGS = Settings(home=Path(), app_url=make_url("postgresql://"), operator_mail="privacy@klant.example")


def demand(kind: Kind) -> Demand:
    return Demand(
        demand_id=UUID(int=2),
        organization=SHOP,
        kind=kind,
        record_id=None,
        access_id=None,
        category="contact",
        type="first_name",
        told=[],
        asked_at=AT,
        due_at=AT,
        extended_at=None,
        withdrawn_at=None,
        answered_at=None,
        answer=None,
        reason=None,
        kept_until=None,
        words=Words(None, "Geheim"),
        answer_note="",
    )


def names(language: object) -> Names:
    details = {"privacy": {"email": "fg@winkel.example"}, "language": language}
    shop = Organization(
        organization_id=SHOP,
        slug="winkel",
        name="Winkel",
        details=details,
        created_at=AT,
        verified_at=AT,
        closed_at=None,
    )
    return Names({SHOP: shop}, {"winkel": shop})


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize(
    ("language", "subject", "tag", "said"),
    [
        ("nl", "Een klant vraagt u iets", "nl", [True, False]),
        ("en", "A customer asks you something", "en", [False, True]),
        (None, "Een klant vraagt u iets / A customer asks you something", "nl", [True, True]),
        ("fr", "Een klant vraagt u iets / A customer asks you something", "nl", [True, True]),
        (["nl"], "Een klant vraagt u iets / A customer asks you something", "nl", [True, True]),
    ],
)
def test_it_is_written_in_the_language_of_its_reader(
    kind: Kind, language: object, subject: str, tag: str, said: list[bool]
) -> None:
    letter = demand_letters.opened(SETTINGS, names(language), demand(kind))[0]

    assert (subject, tag) == (letter.subject, letter.language)
    assert said == [each in letter.text for each in ("U moet uiterlijk", "You have to answer by")]
    assert "http://localhost:8000/v1/demands" in letter.text
    assert "Geheim" not in letter.text


def test_a_doubted_look_is_told_to_the_operator_in_both() -> None:
    asked, told = demand_letters.opened(SETTINGS, names("en"), demand(Kind.LOOK))

    assert ("fg@winkel.example", "en") == (asked.to, asked.language)
    assert "privacy@klant.example" == told.to
    assert "Een klant vraagt waarom" in told.text
    assert "A customer asks why" in told.text
