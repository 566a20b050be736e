"""Profiles of the same labels are written in the same shape: the bytes are those that folding gives."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from cdp import ids
from cdp.keys.errors import Unreadable
from cdp.reads import shapes
from cdp.reads.reading import RECENT, Asker
from consent.fold import Record, RecordKind, Standing
from tests.cdp.dossiers import Behind, Dossier, Reads
from tests.consent.strategies import BANK, LANDLORD

NOW = datetime.now(UTC).replace(microsecond=0)
CATEGORIES = ("contact", "products", "conversations", "usage")


def thing(person: Dossier, kind: RecordKind, type_: str, key: str, at: datetime = NOW) -> None:
    category = "usage" if kind is RecordKind.EXTERNAL else "products"
    person.add(
        Record(
            record_id=ids.row(), source=BANK, kind=kind, type=type_, key=key, value=key, category=category,
            observed_at=at,
        )
    )  # fmt: skip


def everything(person: Dossier) -> None:
    person.state(BANK, "phone", "1")
    person.state(LANDLORD, "city", "Delft")
    person.state(BANK, "a-first", "x")
    thing(person, RecordKind.PRODUCT, "subscription", "p")
    thing(person, RecordKind.PRODUCT, "loan", "q")
    thing(person, RecordKind.EXTERNAL, "label", "e")
    person.talk(BANK, at=NOW - timedelta(days=1))
    person.talk(LANDLORD, at=NOW - timedelta(days=2))


def only_attributes(person: Dossier) -> None:
    person.state(BANK, "phone", "1")


def only_talk(person: Dossier) -> None:
    person.talk(BANK, at=NOW)


def nothing(person: Dossier) -> None:
    del person


def rivals(person: Dossier) -> None:
    person.state(BANK, "city", "older", observed_at=NOW - timedelta(days=2))
    person.state(LANDLORD, "city", "newer", observed_at=NOW)
    person.state(BANK, "phone", "weaker", observed_at=NOW)
    person.state(LANDLORD, "phone", "stronger", observed_at=NOW - timedelta(days=9), standing=Standing.VERIFIED)


def twins(person: Dossier) -> None:
    thing(person, RecordKind.PRODUCT, "subscription", "one")
    thing(person, RecordKind.PRODUCT, "subscription", "two")


def many_calls(person: Dossier) -> None:
    for days in range(RECENT + 1):
        person.talk(BANK, at=NOW - timedelta(days=days))


def lasting(answer: bytes) -> bytes:
    answer = re.sub(rb'"decided_at":"[^"]+"', b"", answer)
    return re.sub(rb'"next":"[^"]+"', b"", answer)  # sealed anew each time


@pytest.mark.parametrize("dossier", [everything, only_attributes, only_talk, nothing, rivals, twins, many_calls])
def test_whoever_is_read_again_is_told_the_same(
    behind: Behind, reads: Reads, shop: Asker, dossier: Callable[[Dossier], None]
) -> None:
    person = behind.customer().grant(shop.organization, *CATEGORIES)
    dossier(person)
    reads.read(shop, person.customer)  # now the sources are known
    fresh = reads.profiles.documents._shapes
    fresh._made.clear()
    fresh._met.clear()

    first, again, kept = (lasting(reads.read(shop, person.customer)) for _ in range(3))

    assert first == again == kept


def test_another_customer_of_the_same_shape_is_told_their_own(behind: Behind, reads: Reads, shop: Asker) -> None:
    one, two = (behind.customer().grant(shop.organization, *CATEGORIES) for _ in range(2))
    for person, name in ((one, "Anna"), (two, "Bram")):
        person.state(BANK, "first_name", name)

    for _ in range(3):
        told = [reads.profile(shop, each.customer)["attributes"]["first_name"]["value"] for each in (one, two)]
        assert ["Anna", "Bram"] == told


def test_what_lost_its_key_is_left_out_of_a_shape_that_is_kept(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, *CATEGORIES)
    everything(person)
    before = [reads.profile(shop, person.customer) for _ in range(3)][-1]
    subject, _ = person.keys[LANDLORD]
    behind.connection.execute("delete from data_key where subject_id = %s", (subject,))

    after = reads.profile(shop, person.customer)

    assert {"a-first", "city", "phone"} == before["attributes"].keys()
    assert {"a-first", "phone"} == after["attributes"].keys()
    assert (before["products"], before["interactions"]["recent"][:1]) == (
        after["products"],
        after["interactions"]["recent"],
    )


def test_a_value_that_was_tampered_with_does_not_open_in_any_shape(behind: Behind, reads: Reads, shop: Asker) -> None:
    person = behind.customer().grant(shop.organization, *CATEGORIES)
    record = person.state(BANK, "phone", "1")
    for _ in range(3):
        reads.read(shop, person.customer)
    behind.connection.execute(
        "update record set sealed = set_byte(sealed, 20, 255 - get_byte(sealed, 20)) where record_id = %s", (record,)
    )

    with pytest.raises(Unreadable):
        reads.read(shop, person.customer)


def test_only_so_many_shapes_are_kept_and_none_that_is_long(
    behind: Behind, reads: Reads, shop: Asker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shapes, "MOST", 2)
    monkeypatch.setattr(shapes, "LONGEST", 200)
    known = reads.profiles.documents._shapes
    known._made.clear()
    long = behind.customer().grant(shop.organization, *CATEGORIES)
    everything(long)
    people = [long, *(behind.customer().grant(shop.organization, *CATEGORIES) for _ in range(9))]
    for number, person in enumerate(people[1:]):
        person.state(BANK, f"number-{number}", number)

    for person in people:
        for _ in range(2):
            reads.read(shop, person.customer)

    assert 1 <= len(known._made) <= 2
    assert len(known._met) <= 4 * 2 + 1
    assert all(len(each) <= 200 for each in known._made)
