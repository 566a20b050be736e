"""No sequence of inputs from a write key leads into a claimed dossier: it vouches for no identifier."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.ingest.items import Identifier, IdentifierType, Item, Kind, Reference, ReferenceType
from cdp.ingest.store import Store
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.ingest.arrange import batch

ADDRESS, NUMBER = "noor.vanden.berg@example.org", "+31612345678"
FACTS = {"first_name": "Noor", "last_name": "Berg", "birth_date": "1970-02-03", "email": ADDRESS, "phone": NUMBER}
NAMES = (
    Reference(ReferenceType.USER_ID, "one"),
    Reference(ReferenceType.USER_ID, "two"),
    Reference(ReferenceType.ANONYMOUS_ID, "three"),
    Reference(ReferenceType.ANONYMOUS_ID, "four"),
)
CLAIMS = (
    Identifier(IdentifierType.EMAIL, ADDRESS, verified=True),
    Identifier(IdentifierType.PHONE, NUMBER, verified=True),
)


@pytest.fixture(scope="module")
def owner(platform: Platform) -> make.Person:
    """Return a customer whom a shop knows by everything that anybody could say of her."""
    shop = make.organization(platform)
    said = [make.item(Kind.ATTRIBUTES, name, value, user="noor", identifiers=CLAIMS) for name, value in FACTS.items()]
    make.delivery(platform, shop, *said)
    return make.person(platform, address=ADDRESS)


@pytest.fixture(scope="module")
def attacker(platform: Platform) -> Organization:
    return make.organization(platform)


def attribute(names: Sequence[Reference], name: str, claims: Sequence[Identifier]) -> Item:
    return Item(
        kind=Kind.ATTRIBUTES,
        type=name,
        value=make.encoded(FACTS[name]),
        subject=tuple(names),
        identifiers=tuple(claims),
    )


def link(names: Sequence[Reference], earlier: Reference, claims: Sequence[Identifier]) -> Item:
    previous = Reference(ReferenceType.PREVIOUS_ID, earlier.value)
    return Item(kind=Kind.LINK, type="alias", value=b"{}", subject=(*names, previous), identifiers=tuple(claims))


def _of_one_kind_each(names: Sequence[Reference]) -> bool:
    return len({each.type for each in names}) == len(names)


WHO = st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True).filter(_of_one_kind_each)
ITEMS = st.one_of(
    st.builds(attribute, WHO, st.sampled_from(sorted(FACTS)), st.lists(st.sampled_from(CLAIMS), unique=True)),
    st.builds(link, WHO, st.sampled_from(NAMES), st.lists(st.sampled_from(CLAIMS), unique=True)),
)


def deliver(platform: Platform, source: Organization, items: Sequence[Item]) -> None:
    async def take() -> None:
        own = Platform.open(platform.settings)  # a pool of connections belongs to the loop that it was opened in
        await own.database.open()
        try:
            await Store(own).take(batch(source, [[each] for each in items], may_verify=False))
        finally:
            await own.database.close()

    asyncio.run(take())


def members(url: str, customer: UUID) -> set[tuple[UUID]]:
    with psycopg.connect(url) as connection:
        found = connection.execute("select subject_id from subject where customer_id = %s", (customer,)).fetchall()
    return set(found)


@given(st.lists(ITEMS, min_size=2, max_size=8))
@settings(max_examples=12, deadline=None)
def test_nothing_that_a_write_key_says_leads_into_a_claimed_dossier(
    platform: Platform, database_url: str, owner: make.Person, attacker: Organization, items: list[Item]
) -> None:
    """Also not by what it says together with what it said in the sequences before."""
    before = members(database_url, owner.customer_id)

    deliver(platform, attacker, items)

    assert 2 == len(before)
    assert before == members(database_url, owner.customer_id)
