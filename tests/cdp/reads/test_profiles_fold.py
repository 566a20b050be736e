"""A profile is the fold over the records that its reader may see: of any records, under any permission."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdp.reads.reading import RECENT, Asker
from consent import fold
from consent.errors import Refused
from consent.fold import Record, RecordKind
from consent.permission import Permission
from tests.cdp.dossiers import CARE, GRANTABLE, Behind, Reads
from tests.consent import strategies
from tests.consent.strategies import SHOP, START

TODAY = timedelta(days=20)
"""What the law's strategies call the twentieth day is now."""


def shifted(moment: datetime | None) -> datetime | None:
    """Return a moment of the strategies as one around now, never exactly now, in whole seconds."""
    now = datetime.now(UTC).replace(microsecond=0)
    return None if moment is None else moment - START - TODAY + now + timedelta(hours=1)


def storable(records: list[Record]) -> list[Record]:
    """Return records as the store could hold them: one current version of each thing, attributes without a key."""
    kept: dict[tuple[object, ...], Record] = {}
    for record in records:
        one = replace(record, key="") if record.kind is RecordKind.ATTRIBUTES else record
        name = one.record_id if one.kind is RecordKind.INTERACTION else (one.source, one.kind, one.type, one.key)
        at = shifted(one.observed_at)
        assert at is not None
        kept[(name,)] = replace(one, observed_at=at)
    return list(kept.values())


def shown(behind: Behind, record: Record) -> dict[str, Any]:
    facts = {
        "source": behind.slugs[record.source],
        "category": record.category,
        "disputed": record.disputed,
    }
    at = record.observed_at.isoformat().replace("+00:00", "Z")
    match record.kind:
        case RecordKind.ATTRIBUTES:
            return facts | {"value": record.value, "standing": record.standing.value, "observed_at": at}
        case RecordKind.PRODUCT:
            worth = {"worth": record.value}
            return facts | {"type": record.type, "since": at, "key": record.key, "properties": worth}
        case RecordKind.EXTERNAL:
            worth = {"worth": record.value}
            return facts | {"type": record.type, "observed_at": at, "key": record.key, "properties": worth}
    said = {"said": record.value}
    return facts | {"type": record.type, "occurred_at": at, "channel": "phone", "properties": said}


def document(behind: Behind, folded: fold.Profile) -> dict[str, Any]:
    return {
        "attributes": {name: shown(behind, record) for name, record in folded.attributes.items()},
        "products": by_text([shown(behind, record) for record in folded.products]),
        "interactions": [shown(behind, record) for record in folded.interactions][:RECENT],
        "external": by_text([shown(behind, record) for record in folded.external]),
        "granted": sorted(folded.granted),
        "withheld": sorted(folded.withheld),
    }


def lasting(answer: bytes | None) -> bytes:
    return re.sub(rb'"decided_at":"[^"]+"', b"", answer or b"")


@st.composite
def permissions(draw: st.DrawFn) -> Permission:
    drawn = draw(strategies.permissions())
    return replace(drawn, expires_at=shifted(drawn.expires_at), attested_expires_at=shifted(drawn.attested_expires_at))


wide = Permission(
    categories=frozenset({"contact", "products", "financial", "health"}),
    expires_at=datetime.now(UTC) + timedelta(days=1),
)
often_wide = st.one_of(st.just(wide), permissions())
some_records = st.lists(strategies.records(), max_size=14, unique_by=lambda record: record.record_id)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some_records, often_wide, st.none() | st.frozensets(st.sampled_from(GRANTABLE), min_size=1))
def test_a_profile_is_the_fold_over_the_permitted_records(
    behind: Behind, reads: Reads, records: list[Record], permission: Permission, asked: frozenset[str] | None
) -> None:
    several, asker = storable(records), Asker(SHOP, "test", CARE, None if asked is None else tuple(sorted(asked)))
    person = behind.customer().add(*several).permit(SHOP, permission)
    at = datetime.now(UTC)
    expected = fold.profile(several, permission, recipient=SHOP, asked=asked or frozenset(GRANTABLE), at=at)

    reading = reads.run(reads.profiles.read(asker, reads.profile_id(person.customer, asker)))

    if not permission.open_at(at):
        with pytest.raises(Refused):
            reading.answer()
        return
    found = reads.profile(asker, person.customer)
    assert document(behind, expected) == {
        "attributes": found["attributes"],
        "products": by_text(found["products"]),
        "interactions": found["interactions"]["recent"],
        "external": by_text(found["external"]),
        "granted": found["granted"],
        "withheld": found["withheld"],
    }


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(some_records, permissions(), st.randoms())
def test_what_is_not_permitted_changes_nothing_in_the_answer(
    behind: Behind, reads: Reads, records: list[Record], permission: Permission, chance: Random
) -> None:
    several, asker = storable(records), Asker(SHOP, "test", CARE)
    person = behind.customer().permit(SHOP, permission)
    allowed = fold.permitted(several, permission, recipient=SHOP, at=datetime.now(UTC))
    forbidden = [record for record in several if record not in allowed]
    person.add(*allowed)
    profile_id = reads.profile_id(person.customer, asker)
    before = reads.run(reads.profiles.read(asker, profile_id))

    person.add(*forbidden)
    between = reads.run(reads.profiles.read(asker, profile_id))
    for record in forbidden:
        person.change(record, chance.choice(["disputed_at", "occurred_at", "sealed"]))
    after = reads.run(reads.profiles.read(asker, profile_id))

    assert before.reason == between.reason == after.reason
    assert lasting(before.document) == lasting(between.document) == lasting(after.document)


def by_text(things: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(things, key=lambda thing: json.dumps(thing, sort_keys=True))
