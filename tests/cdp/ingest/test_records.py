import json

import pytest

from cdp.ingest import records
from cdp.ingest.items import Channel, Direction, Item, Kind, Rejection, TimeNote
from cdp.ingest.problems import TooLarge, UnreadableBody
from consent.wishes import Speaker
from tests.cdp.ingest import wire


def read(**members: object) -> Item | Rejection:
    (result,) = wire.parse_records(json.dumps({"items": [wire.record(**members)]}).encode())
    return result


def test_a_product_keeps_its_key_and_properties() -> None:
    item = read(properties={"title": "De aanslag"}, category="products", occurred_at="2026-02-01T00:00:00+01:00")

    assert isinstance(item, Item)
    assert (Kind.PRODUCT, "book", "k-1", "products") == (item.kind, item.type, item.key, item.category)
    assert b'{"title":"De aanslag"}' == item.value
    assert item.occurred_at
    assert "2026-01-31T23:00:00+00:00" == item.occurred_at.isoformat()


def test_an_attribute_keeps_any_value() -> None:
    body = b'{"items":[{"kind":"attributes","type":"x","value":[1, {"a":null}],"subject":{"anonymous_id":"a"}}]}'

    (item,) = wire.parse_records(body)

    assert isinstance(item, Item)
    assert (Kind.ATTRIBUTES, None, [1, {"a": None}]) == (item.kind, item.key, json.loads(item.value))


def test_an_interaction_says_who_spoke() -> None:
    item = read(
        kind="interaction", channel="virtual-reality", speaker="human", direction="outbound",
        subject_line="move", outcome="solved", properties={"minutes": 3},
    )  # fmt: skip

    assert isinstance(item, Item)
    assert (Channel.VIRTUAL_REALITY, Speaker.HUMAN, Direction.OUTBOUND) == (item.channel, item.speaker, item.direction)
    assert {"subject": "move", "outcome": "solved", "properties": {"minutes": 3}} == json.loads(item.value)


def test_the_source_states_what_it_has_verified() -> None:
    item = read(identifiers=[{"type": "email", "value": "p@example.org", "verified": True}])

    assert isinstance(item, Item)
    assert [True] == [each.verified for each in item.identifiers]


def test_a_time_to_come_is_taken_as_now() -> None:
    item = read(occurred_at="2050-01-01T00:00:00Z")

    assert isinstance(item, Item)
    assert (wire.RECEIVED_AT, TimeNote.CLAMPED) == (item.occurred_at, item.time_note)


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"kind": "link"}, ("unknown-value", "kind")),
        ({"kind": None}, ("wrong-type", "kind")),
        ({"type": ""}, ("missing", "type")),
        ({"type": "t" * 201}, ("too-long", "type")),
        ({"key": None}, ("wrong-type", "key")),
        ({"key": "k" * 201}, ("too-long", "key")),
        ({"subject": {}}, ("missing", "subject")),
        ({"subject": {"user_id": "   "}}, ("missing", "subject.user_id")),
        ({"subject": {"user_id": "null"}}, ("placeholder", "subject.user_id")),
        ({"subject": {"user_id": "u" * 1_000}}, ("too-long", "subject.user_id")),
        ({"subject": {"person@example.org": "x"}}, ("unknown-field", "subject")),
        ({"subject": []}, ("wrong-type", "subject")),
        ({"category": "Not A Key"}, ("unreadable-value", "category")),
        ({"occurred_at": "2026-02-01T00:00:00"}, ("unreadable-time", "occurred_at")),
        ({"occurred_at": "soon"}, ("unreadable-time", "occurred_at")),
        ({"properties": [1]}, ("wrong-type", "properties")),
        ({"value": 1}, ("unknown-field", "value")),
        ({"person@example.org": 1}, ("unknown-field", "")),
        ({"identifiers": [{"type": "email", "value": "e" * 321}]}, ("too-long", "identifiers[0].value")),
        ({"identifiers": [{"type": "email", "value": "e" * 1_000_000}]}, ("too-large", "identifiers")),
        ({"identifiers": [{"type": "iban", "value": "e"}]}, ("unknown-value", "identifiers[0].type")),
        ({"identifiers": [{"type": "email", "value": "e"}] * 21}, ("too-many", "identifiers")),
        ({"kind": "interaction", "channel": "fax"}, ("unknown-value", "channel")),
        ({"kind": "attributes"}, ("missing", "value")),
        ({"occured_at": "2026-02-01T00:00:00Z"}, ("unknown-field", "occurred_at")),
        ({"propertys": {}}, ("unknown-field", "properties")),
        ({"subject": {"userId": "x"}}, ("unknown-field", "subject.user_id")),
        (
            {"identifiers": [{"type": "email", "value": "e", "verifed": True}]},
            ("unknown-field", "identifiers[0].verified"),
        ),
        ({"properties": {"person@example.org": "a\0b"}}, ("unstorable-text", "properties")),
        ({"type": "a\0b"}, ("unstorable-text", "type")),
        ({"subject": {"user_id": "a\0b"}}, ("unstorable-text", "subject")),
        ({"properties": {"p": "x" * 40_000}}, ("too-large", "properties")),
    ],
)
def test_an_item_that_makes_no_sense_is_rejected_by_field(
    members: dict[str, object], expected: tuple[str, str]
) -> None:
    stated = wire.record(**members)
    if members == {"kind": "attributes"}:
        del stated["key"]

    (result,) = wire.parse_records(json.dumps({"items": [stated]}).encode())

    assert isinstance(result, Rejection)
    assert expected == (result.reason, result.field)


def test_a_kind_that_is_said_twice_is_a_rejection() -> None:
    twice = json.dumps(wire.record(more=1)).encode()[:-1]

    for kind in (b"[]", b"{}", b'"link"', b"null"):
        (result,) = wire.parse_records(b'{"items":[' + twice + b',"kind":' + kind + b"}]}")
        assert isinstance(result, Rejection)


@pytest.mark.parametrize("name", wire.HOSTILE_VALUES)
def test_a_hostile_value_costs_its_own_item_only(name: str) -> None:
    value, reason = wire.HOSTILE_VALUES[name]
    good = json.dumps(wire.record()).encode()
    bad = good[:-1] + b',"properties":{"p":' + value + b"}}"

    before, rejected, after = wire.parse_records(b'{"items":[' + b",".join((good, bad, good)) + b"]}")

    assert isinstance(rejected, Rejection)
    assert reason == rejected.reason
    assert rejected.field in {"properties", ""}
    assert [Item, Item] == [type(before), type(after)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b'{"items":5}',
        b'{"items":[]',
        b'{"items":[],"more":1}',
        b"[" * 100_000,
        b"\xff\xfe{\x00",
    ],
)
def test_only_a_body_that_cannot_be_read_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableBody):
        wire.parse_records(body)


def test_a_thousand_and_one_items_are_refused() -> None:
    with pytest.raises(TooLarge):
        wire.parse_records(json.dumps({"items": [{}] * 1_001}).encode())


def test_the_schema_names_every_kind() -> None:
    body, components = records.schemas()

    assert {"$ref": "#/components/schemas/RecordsBody"} == body
    assert {"AttributeBody", "ProductBody", "ExternalBody", "InteractionBody"} <= components.keys()
