import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from consent import canonical, commitments, event_bodies, events, quick_access, wish_changes
from consent.acts import Grant, Merge, Split
from consent.canonical import Value
from consent.commitments import Kind, Opening
from consent.errors import Malformed, VerificationFailed
from consent.events import (
    AccessEvent,
    ActEvent,
    AnchorEvent,
    Change,
    ErasureEvent,
    Event,
    LinkEvent,
    Linking,
    Outcome,
    Place,
    PolicyEvent,
    Statement,
    StatementEvent,
    WishEvent,
)
from tests.consent import strategies
from tests.consent.log import vectors
from tests.consent.log.workbench import CARE, SHOP, START, honest, minute

words = st.from_regex(r"[a-z]{1,8}(-[a-z0-9]{1,5})?", fullmatch=True)
pseudonyms = st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True)
printable = st.from_regex(r"[!-~]{1,40}", fullmatch=True)
hashes = st.binary(min_size=32, max_size=32)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive
numbers = st.integers(0, canonical.LARGEST_NUMBER)
lists = st.sets(words, max_size=4).map(lambda some: tuple(sorted(some)))


@st.composite
def places(draw: st.DrawFn, *, is_personal: bool = True) -> Place:
    seq = draw(st.integers(1, 10**9))
    who = (draw(pseudonyms), SHOP) if is_personal else (None, None)
    return Place(seq, None if seq == 1 else draw(hashes), *who)


@st.composite
def own_places(draw: st.DrawFn) -> Place:
    place = draw(places())
    return Place(place.seq, place.prev, place.customer)


accesses = st.builds(
    AccessEvent,
    place=st.builds(
        lambda place, customer, owner: Place(place.seq, place.prev, customer, owner),
        places(),
        st.none() | pseudonyms,
        st.none() | st.uuids(),
    ),
    at=moments,
    principal=words,
    outcome=st.sampled_from(Outcome),
    reason=words,
    asked=lists,
    released=lists,
    records=st.integers(0, 10**9),
    purpose=st.none() | words,
    client=st.none() | printable,
    path=st.none() | printable,
    grant=st.none() | hashes,
)


changes: st.SearchStrategy[wish_changes.Change] = st.one_of(
    st.builds(
        wish_changes.Change,
        set=st.fixed_dictionaries(
            {"language": st.sampled_from(["nl", "en"])},
            optional={
                "channels": st.dictionaries(words, st.lists(words, max_size=3), max_size=3),
                "caps": st.dictionaries(words, st.fixed_dictionaries({"most": st.integers(1, 9)}), max_size=2),
            },
        ),
        clear=st.sampled_from([(), ("/first",), ("/channels/offers", "/hours")]),
    ),
    st.builds(wish_changes.Change, set=st.just({}), clear=st.just(("/never",))),
)


@st.composite
def act_events(draw: st.DrawFn) -> ActEvent:
    act = draw(strategies.acts())
    return ActEvent(
        place=draw(places()),
        act=act,
        by=draw(words),
        act_id=draw(st.none() | st.uuids()),
        client=draw(st.none() | printable),
        request_id=draw(st.none() | st.uuids()),
        notice_hash=draw(st.none() | hashes.map(bytes.hex)),
        language=draw(st.none() | st.sampled_from(["nl", "en"])),
        other_customer=draw(pseudonyms) if isinstance(act, Merge | Split) else None,
    )


others: st.SearchStrategy[Event] = st.one_of(
    st.builds(
        LinkEvent,
        place=own_places(),
        linking=st.sampled_from(Linking),
        source=st.uuids(),
        subject=pseudonyms,
        by=words,
        at=moments,
    ),
    st.builds(WishEvent, place=own_places(), wish_id=st.uuids(), change=changes, at=moments),
    st.builds(
        StatementEvent,
        place=places(),
        statement=st.sampled_from(Statement),
        fact_id=st.uuids(),
        digest=hashes,
        at=moments,
    ),
    st.builds(
        ErasureEvent,
        place=places(is_personal=False),
        log=printable,
        indices=st.sets(numbers, min_size=1, max_size=50).map(lambda some: tuple(sorted(some))),
        at=moments,
    ),
    st.builds(
        PolicyEvent, place=places(is_personal=False), change=st.sampled_from(Change), subject=printable, at=moments
    ),
    st.builds(AnchorEvent, place=places(is_personal=False), log=printable, size=numbers, root=hashes, at=moments),
)


@given(st.one_of(act_events(), accesses, others))
def test_an_event_comes_back_as_it_was(event: Event) -> None:
    body = event_bodies.to_body(event)

    assert event == event_bodies.from_body(body)
    assert body == canonical.to_bytes(canonical.from_bytes(body))


def test_an_act_says_all_that_it_allows() -> None:
    act = Grant(
        recipient=SHOP,
        purpose=CARE,
        at=START,
        categories=frozenset({"products", "contact"}),
        sources=frozenset({SHOP}),
        expires_at=START + timedelta(days=1),
    )
    body = event_bodies.to_body(ActEvent(place=Place(1, None, "anna", SHOP), act=act, by="customer"))

    assert {
        "at": "2025-03-01T09:00:00.000000Z",
        "by": "customer",
        "categories": ["contact", "products"],
        "customer": "anna",
        "event": "grant",
        "expires_at": "2025-03-02T09:00:00.000000Z",
        "organization": str(SHOP),
        "purpose": CARE,
        "seq": 1,
        "sources": [str(SHOP)],
    } == json.loads(body)


@given(accesses, st.data())
def test_the_short_way_reads_what_the_long_way_reads(event: AccessEvent, data: st.DataObject) -> None:
    body = event_bodies.to_body(event)
    at = data.draw(st.integers(0, len(body) - 1))
    changed = body[:at] + bytes([data.draw(st.integers(32, 126))]) + body[at + 1 :]

    assert event == event_bodies.slow_from_body(body)
    for each in (body, changed):
        assert _read(event_bodies.slow_from_body, each) == _read(event_bodies.from_body, each)


def _read(read: Callable[[bytes], Event], body: bytes) -> Event | None:
    """Return what `read` makes of a body; None when it refuses, as for the thirty-first of a short month."""
    try:
        return read(body)
    except Malformed:
        return None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"seq":1}', b'"seq":2}'),
        (b'"asked":["contact"]', b'"asked":["contact","contact"]'),
        (b'"asked":["contact"]', b'"asked":["products","contact"]'),
        (b'"asked":["contact"]', b'"asked":["' + b"a" * 65 + b'"]'),
        (b'"reason":"granted"', b'"reason":"' + b"a" * 65 + b'"'),
        (b"2025-03-01", b"2025-02-30"),
    ],
)
def test_the_short_way_lets_nothing_through_that_the_long_way_refuses(old: bytes, new: bytes) -> None:
    body = honest().access.openings[0].body

    assert old in body
    for read in (event_bodies.from_body, event_bodies.slow_from_body):
        with pytest.raises(Malformed):
            read(body.replace(old, new))


def test_the_short_way_is_taken() -> None:
    body = honest().access.openings[0].body

    assert quick_access.parts(body) is not None


BODIES = [opening.body for log in (honest().consent, honest().access) for opening in log.openings.values()]


@pytest.mark.parametrize("body", BODIES)
def test_a_field_too_few_or_too_many_or_of_another_kind_is_malformed(body: bytes) -> None:
    fields = json.loads(body)
    optional = {"sources", "client", "path", "purpose", "grant", "customer", "organization"}
    for name in fields:
        wrong: list[object] = [[], {}, "", "Ä", -1, "x" * 70_000, [[]], "\x00"]
        wrong += [True, 1.5, None]
        for value in wrong:
            if value in (fields[name], []) and isinstance(fields[name], list):
                continue
            with pytest.raises(Malformed):
                event_bodies.from_body(json.dumps(fields | {name: value}).encode())
        if name not in optional:
            with pytest.raises(Malformed):
                event_bodies.from_body(json.dumps({key: fields[key] for key in fields if key != name}).encode())
    with pytest.raises(Malformed):
        event_bodies.from_body(json.dumps(fields | {"more": ""}).encode())
    with pytest.raises(Malformed):
        event_bodies.from_body(body[:-1] + b',"seq":' + str(fields["seq"]).encode() + b"}")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"1",
        b"{",
        b"\xff",
        b'{"a":1e2}',
        b'{"a":0.5}',
        b'{"a":NaN}',
        b'{"a":-0}',
        b'{"a":9007199254740992}',
        b'{"a":' + b"9" * 5_000 + b"}",
        b'{"a":1,"a":1}',
        b'{"a":' + b"[" * 50_000 + b"}",
        b'{"a":"' + b"x" * 70_000 + b'"}',
    ],
)
def test_a_body_in_another_form_is_malformed(content: bytes) -> None:
    with pytest.raises(Malformed):
        canonical.from_bytes(content)


@pytest.mark.parametrize(
    "body", [{"a": 1.5}, {"a": True}, {"a": None}, {"a": 2**53}, {"a": "\ud800"}, {1: "a"}, {"a": b"a"}]
)
def test_a_body_holds_strings_and_small_integers_only(body: dict[str, Value]) -> None:
    with pytest.raises(Malformed):
        canonical.to_bytes(body)


@vectors.needed
@pytest.mark.parametrize("path", vectors.files("jcs/input/*.json"), ids=lambda path: path.stem)
def test_canonical_json_as_the_author_of_rfc_8785_expects(path: Path) -> None:
    """Through the library itself: `values` and `structures` hold fractions, null and booleans, which no body does."""
    expected = (vectors.FOLDER / "jcs/output" / path.name).read_bytes()
    value = json.loads(path.read_bytes())

    assert expected == rfc8785.dumps(value)
    if path.stem in {"french", "weird", "unicode"}:
        assert expected == canonical.to_bytes(value)


def test_canonical_json_sorts_names_as_utf_16_does() -> None:
    """The order in which `sort_keys` of Python is wrong: RFC 8785 §3.2.3."""
    body = {"\ufb33": "last", "\U0001f600": "first", "\r": "r", "1": "one"}

    assert '{"\\r":"r","1":"one","\U0001f600":"first","\ufb33":"last"}'.encode() == canonical.to_bytes(body)


def test_a_leaf_has_34_bytes_and_the_hash_that_the_format_says() -> None:
    """Known answer, worked out with `sha256sum`."""
    opening = Opening(bytes(32), b"{}")

    leaf = opening.leaf(Kind.CONSENT)

    assert 34 == len(leaf)
    assert b"\x01\x01" == leaf[:2]
    assert KNOWN == leaf.hex()[4:]


KNOWN = "7c46fe45e4bcb5c4cbd1edef329e0604ab04ef0ce1c0e9806d82823094e78eda"


@given(hashes, st.binary(min_size=1, max_size=100), st.sampled_from(Kind), st.data())
def test_an_opening_opens_its_own_leaf_and_no_other_hash(
    salt: bytes, body: bytes, kind: Kind, data: st.DataObject
) -> None:
    """The kind stands beside the hash: that it is the event's own is looked at when the event is read."""
    opening = Opening(salt, body)
    leaf = opening.leaf(kind)
    at = data.draw(st.integers(0, 33).filter(lambda place: place != 1))
    changed = leaf[:at] + bytes([leaf[at] ^ data.draw(st.integers(1, 255))]) + leaf[at + 1 :]

    assert kind is opening.verify(leaf)
    assert opening == Opening.from_extra(opening.to_extra())
    with pytest.raises((Malformed, VerificationFailed)):
        opening.verify(changed)
    with pytest.raises(VerificationFailed):
        Opening(salt, body + b" ").verify(leaf)


@pytest.mark.parametrize(
    "leaf", [b"", bytes(34), b"\x01\x00" + bytes(32), b"\x01\x06" + bytes(32), b"\x01\x01" + bytes(31)]
)
def test_a_leaf_in_another_form_is_malformed(leaf: bytes) -> None:
    with pytest.raises(Malformed):
        commitments.kind_of(leaf)


@pytest.mark.parametrize(
    ("salt", "body"), [(bytes(31), b"{}"), (bytes(33), b"{}"), (bytes(32), b""), (bytes(32), bytes(65_536))]
)
def test_an_opening_in_another_form_is_malformed(salt: bytes, body: bytes) -> None:
    with pytest.raises(Malformed):
        Opening(salt, body)


def test_an_event_that_could_not_be_read_back_is_not_written() -> None:
    event = AccessEvent(
        place=Place(1, None, "anna", SHOP),
        at=START,
        principal="service",
        outcome=Outcome.REFUSED,
        reason="revoked",
        asked=("contact", "contact"),
        released=(),
        records=0,
        purpose=CARE,
    )

    with pytest.raises(Malformed):
        event_bodies.to_body(event)


def test_the_names_of_events_never_change() -> None:
    assert ["link", "unlink"] == [*Linking]
    assert ["message", "firing", "reply", "demand"] == [*Statement]
    assert ["key-added", "key-retired", "policy-changed", "fact-held", "fact-told"] == [*Change]
    assert ["released", "refused", "unknown"] == [*Outcome]
    assert [1, 2, 3, 4, 5] == [*Kind]
    assert Kind.ACCESS is events.KIND_OF[AccessEvent]


NAMES = ["crm", 'with"quote', "with\\backslash", "with{brace}", "~", None]


@pytest.mark.parametrize("client", NAMES)
@pytest.mark.parametrize("grant", [None, bytes(32)])
def test_the_short_way_to_write_a_read_is_the_long_way(client: str | None, grant: bytes | None) -> None:
    event = AccessEvent(
        place=Place(2, bytes(range(32)), "anna", SHOP),
        at=minute(1.5),
        principal="service",
        outcome=Outcome.RELEASED,
        reason="granted",
        asked=("contact", "products"),
        released=("contact",),
        records=3,
        purpose=CARE,
        client=client,
        path="profile",
        grant=grant,
    )

    body = event_bodies.to_body(event)

    assert canonical.to_bytes(canonical.from_bytes(body)) == body
    assert event == event_bodies.slow_from_body(body)
