import json
from datetime import timedelta

import pytest

from cdp.ingest import segment
from cdp.ingest.items import Channel, Direction, Item, Kind, Rejection, TimeNote
from cdp.ingest.problems import TooLarge, UnreadableBody
from consent.wishes import Speaker
from tests.cdp.ingest import wire


def test_a_track_call_is_one_interaction() -> None:
    item = wire.item(properties={"total": 12.5})

    assert (Kind.INTERACTION, "Order Completed", "m-1", "m-1") == (item.kind, item.type, item.key, item.delivery)
    assert {"properties": {"total": 12.5}} == json.loads(item.value)
    assert [("user_id", "u-1")] == [(each.type, each.value) for each in item.subject]


def test_an_identify_call_is_one_item_for_each_trait() -> None:
    address = {"street": "Dorpsstraat", "city": "Bergen"}

    items = wire.items(type="identify", traits={"email": "p@example.org", "address": address, "plan": None})

    assert ["email", "address", "plan"] == [each.type for each in items]
    assert ["p@example.org", address, None] == [json.loads(each.value) for each in items]
    assert {Kind.ATTRIBUTES} == {each.kind for each in items}


def test_root_traits_lie_over_those_of_the_context() -> None:
    items = wire.items(type="identify", traits={"plan": "new"}, context={"traits": {"plan": "old", "age": 30}})

    assert {"plan": b'"new"', "age": b"30"} == {each.type: each.value for each in items}


def test_traits_are_called_by_the_catalogs_names() -> None:
    body = wire.batch(wire.event(type="identify", traits={"firstName": "A", "e_mail": "p@example.org"}))
    names = {"firstName": "first_name", "e_mail": "email"}

    (items,) = segment.parse(segment.Call.BATCH, body, received_at=wire.RECEIVED_AT, attribute_name=names.__getitem__)

    assert isinstance(items, list)
    assert ["first_name", "email"] == [each.type for each in items]
    assert ["p@example.org"] == [each.value for each in items[0].identifiers]


def test_identifiers_among_traits_are_never_verified() -> None:
    item = wire.items(type="identify", traits={"email": "p@example.org", "phone": "0201234567", "verified": True})[0]

    assert [("email", False), ("phone", False)] == [(each.type, each.verified) for each in item.identifiers]


def test_a_trait_that_is_no_text_identifies_nobody() -> None:
    item = wire.items(type="identify", traits={"email": ["p@example.org"], "phone": None})[0]

    assert () == item.identifiers


def test_an_identify_call_without_traits_still_links_its_references() -> None:
    item = wire.item(type="identify", anonymousId="a-1")

    assert Kind.LINK == item.kind
    assert [("user_id", "u-1"), ("anonymous_id", "a-1")] == [(each.type, each.value) for each in item.subject]


def test_an_alias_links_the_earlier_id() -> None:
    item = wire.item(type="alias", previousId="a-1")

    assert Kind.LINK == item.kind
    assert [("user_id", "u-1"), ("previous_id", "a-1")] == [(each.type, each.value) for each in item.subject]


def test_what_is_said_of_a_group_is_not_said_of_the_person() -> None:
    items = wire.items(type="group", groupId="g-1", traits={"name": "Acme", "email": "office@example.org"})

    assert ["group_id", "group.name", "group.email"] == [each.type for each in items]
    assert () == items[0].identifiers


@pytest.mark.parametrize(("call", "channel"), [("page", Channel.WEB), ("screen", Channel.APP)])
def test_a_page_or_screen_is_an_interaction_with_its_name(call: str, channel: Channel) -> None:
    item = wire.item(type=call, name="Prices", category="Docs", properties={"url": "https://example.org/"})

    assert (call, channel) == (item.type, item.channel)
    assert {"properties": {"url": "https://example.org/"}, "name": "Prices", "section": "Docs"} == json.loads(
        item.value
    )


def test_a_conversation_says_who_spoke_where_and_how_it_ended() -> None:
    said = {"channel": "chatbot", "speaker": "computer", "direction": "inbound", "subject": "move", "outcome": "solved"}

    by_context, by_properties = wire.item(context=said), wire.item(properties=said)

    for item in (by_context, by_properties):
        assert (Channel.CHATBOT, Speaker.COMPUTER, Direction.INBOUND) == (item.channel, item.speaker, item.direction)
        assert ("move", "solved") == (json.loads(item.value)["subject"], json.loads(item.value)["outcome"])


def test_a_channel_of_another_meaning_says_nothing() -> None:
    assert None is wire.item(properties={"channel": {"id": 5}, "speaker": 7}, channel="server").channel


def test_the_context_of_the_batch_lies_under_that_of_each_event() -> None:
    body = wire.batch(
        wire.event(), wire.event(context={"channel": "email"}), context={"channel": "phone"}, integrations={"All": True}
    )

    channels = [result[0].channel for result in wire.parse(body) if isinstance(result, list)]

    assert [Channel.PHONE, Channel.EMAIL] == channels


def test_consent_flags_are_kept_once_as_evidence() -> None:
    context = {
        "consent": {"categoryPreferences": {"ads": True}},
        "consentManagement": {"allowedConsentIds": ["1"], "deniedConsentIds": []},
    }

    items = wire.items(type="identify", traits={"a": 1, "b": 2}, context=context)

    assert [context, None] == [each.evidence and json.loads(each.evidence) for each in items]


@pytest.mark.parametrize(
    ("context", "is_objecting", "kept"),
    [
        ({}, False, None),
        ({}, True, {"gpc": True}),
        ({"gpc": True}, False, {"gpc": True}),
        ({"gpc": None}, False, None),
        ({"consent": {"a": 1}}, True, {"consent": {"a": 1}, "gpc": True}),
    ],
)
def test_an_objection_of_the_browser_is_evidence(
    context: dict[str, object], kept: dict[str, object] | None, *, is_objecting: bool
) -> None:
    body = wire.batch(wire.event(context=context))

    (event,) = segment.parse(
        segment.Call.BATCH, body, received_at=wire.RECEIVED_AT, attribute_name=str, is_objecting=is_objecting
    )

    assert isinstance(event, list)
    assert kept == (event[0].evidence and json.loads(event[0].evidence))


@pytest.mark.parametrize("call", list(segment.Call))
def test_short_paths_mean_the_same(call: segment.Call) -> None:
    assert call == segment.CALLS[call.value] == segment.CALLS[call.value[0]]


def test_a_single_call_takes_its_type_from_the_path() -> None:
    body = json.dumps({"userId": "u-1", "name": "Home", "writeKey": "wk"}).encode()

    (items,) = wire.parse(body, segment.Call.PAGE)

    assert isinstance(items, list)
    assert "page" == items[0].type
    assert "wk" == segment.write_key(body)


def test_null_is_allowed_where_sdks_send_it() -> None:
    nulls = {"anonymousId": None, "category": None, "name": None, "context": None, "properties": None, "traits": None}

    assert "u-1" == wire.item(type="page", **nulls).subject[0].value


def test_numbers_as_ids_are_taken_as_text() -> None:
    assert "42" == wire.item(userId=42).subject[0].value


def test_a_missing_message_id_is_made_up() -> None:
    first, second = wire.item(messageId=None), wire.item(messageId="")

    assert first.delivery
    assert first.delivery != second.delivery


@pytest.mark.parametrize(
    ("members", "expected"),
    [
        ({"type": None}, ("missing", "type")),
        ({"type": "explode"}, ("unknown-value", "type")),
        ({"type": 5}, ("wrong-type", "type")),
        ({"event": None}, ("missing", "event")),
        ({"event": "   "}, ("missing", "event")),
        ({"event": "e" * 201}, ("too-long", "event")),
        ({"userId": None}, ("missing", "userId")),
        ({"userId": "  "}, ("missing", "userId")),
        ({"userId": True}, ("wrong-type", "userId")),
        ({"userId": {"id": 1}}, ("wrong-type", "userId")),
        ({"userId": "u" * 256}, ("too-long", "userId")),
        ({"userId": "undefined"}, ("placeholder", "userId")),
        ({"anonymousId": "[object Object]"}, ("placeholder", "anonymousId")),
        ({"messageId": "m" * 101}, ("too-long", "messageId")),
        ({"properties": [1]}, ("wrong-type", "properties")),
        ({"properties": "text"}, ("wrong-type", "properties")),
        ({"context": []}, ("wrong-type", "context")),
        ({"type": "identify", "traits": [1]}, ("wrong-type", "traits")),
        ({"type": "identify", "context": {"traits": 1}}, ("wrong-type", "context.traits")),
        ({"type": "identify", "traits": {"": 1}}, ("missing", "traits")),
        ({"type": "identify", "traits": {"t" * 201: 1}}, ("too-long", "traits")),
        ({"type": "identify", "traits": {"email": "e" * 321}}, ("too-long", "traits.email")),
        ({"type": "alias"}, ("missing", "previousId")),
        ({"type": "alias", "userId": None, "previousId": "a"}, ("missing", "userId")),
        ({"type": "group"}, ("missing", "groupId")),
        ({"timestamp": "yesterday"}, ("unreadable-time", "timestamp")),
        ({"originalTimestamp": "2026-13-01"}, ("unreadable-time", "originalTimestamp")),
        ({"timestamp": 1_700_000_000}, ("wrong-type", "timestamp")),
    ],
)
def test_an_event_that_makes_no_sense_is_rejected_by_field(
    members: dict[str, object], expected: tuple[str, str]
) -> None:
    assert expected == wire.rejection(**members)


@pytest.mark.parametrize("name", wire.HOSTILE_VALUES)
def test_a_hostile_value_costs_its_own_event_only(name: str) -> None:
    value, reason = wire.HOSTILE_VALUES[name]
    good = json.dumps(wire.event()).encode()
    bad = b'{"type":"track","event":"e","userId":"u-1","properties":{"p":' + value + b"}}"

    before, rejected, after = wire.parse(wire.raw_batch(good, bad, good))

    assert isinstance(rejected, Rejection)
    assert reason == rejected.reason
    assert [list, list] == [type(before), type(after)]


@pytest.mark.parametrize("bad", [b"5", b"null", b"[]", b'"text"', b"{}", b'{"type":}', b"tru", b"{1:2}", b""])
def test_what_is_no_event_costs_its_own_place_only(bad: bytes) -> None:
    good = json.dumps(wire.event()).encode()

    before, rejected, after = wire.parse(wire.raw_batch(good, bad, good))

    assert [list, Rejection, list] == [type(before), type(rejected), type(after)]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b"5",
        b'{"batch":5}',
        b'{"batch":{}}',
        b'{"events":[]}',
        b'{"batch":[{}',
        b'{"batch":[]} x',
        b'{"batch":[]}{"batch":[]}',
        b"\xff\xfe{\x00}\x00",
        json.dumps({"batch": []}).encode("utf-16"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"batch":["' + b"x" * 1000,
        b"\x00" * 100,
    ],
)
def test_only_a_body_that_cannot_be_read_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableBody):
        wire.parse(body)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"5", b'{"a":', b"{} x", b"\xff\xfe{\x00}\x00", b'{"a":"\xff"}', b'{"a":tru}']
)
def test_a_single_call_that_cannot_be_read_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableBody):
        wire.parse(body, segment.Call.TRACK)


def test_a_single_call_that_nests_too_deep_is_rejected() -> None:
    (result,) = wire.parse(b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", segment.Call.TRACK)

    assert isinstance(result, Rejection)
    assert "too-deep" == result.reason


def test_a_batch_may_be_empty() -> None:
    assert [] == wire.parse(b'{"batch":[]}')


def test_too_many_events_are_refused() -> None:
    with pytest.raises(TooLarge):
        wire.parse(wire.batch(*[{}] * 2_501))


def test_a_broken_envelope_member_does_not_harm_the_events() -> None:
    body = b'{"sentAt":5,"context":[1e999],"batch":[' + json.dumps(wire.event()).encode() + b"]}"

    assert [list] == [type(result) for result in wire.parse(body)]


def test_a_context_of_the_batch_that_cannot_be_stored_says_nothing() -> None:
    event = json.dumps(wire.event()).encode()

    (items,) = wire.parse(b'{"context":{"consent":{"a":"\\u0000"}},"batch":[' + event + b"]}")

    assert isinstance(items, list)
    assert items[0].evidence is None


@pytest.mark.parametrize(("original", "sent", "expected", "note"), [
    ("2026-03-01T11:00:00Z", "2026-03-01T11:00:10Z", timedelta(seconds=-10), None),
    ("2026-03-01T11:00:00.123+00:00", "2026-03-01T11:00:00.123456Z", timedelta(microseconds=-456), None),
    ("2026-02-01T12:00:00Z", None, timedelta(days=-28), None),
    ("2025-03-01T12:00:00Z", "2026-03-01T12:00:00Z", timedelta(days=-365), None),
    ("2001-01-01T00:00:00Z", "2001-01-01T00:00:05Z", timedelta(seconds=-5), TimeNote.SKEWED),
    ("9999-12-31T23:59:59Z", None, timedelta(0), TimeNote.CLAMPED),
    ("9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", timedelta(0), TimeNote.CLAMPED),
    ("2026-03-01T12:00:00", None, timedelta(0), TimeNote.ZONE_ASSUMED),
    (None, "2026-03-01T11:00:10Z", timedelta(0), None),
])  # fmt: skip
def test_times_are_corrected_for_the_senders_clock(
    original: str | None, sent: str | None, expected: timedelta, note: TimeNote | None
) -> None:
    item = wire.item(originalTimestamp=original, timestamp="2020-01-01T00:00:00Z" if original else None, sentAt=sent)

    assert (expected, note) == ((item.occurred_at or wire.RECEIVED_AT) - wire.RECEIVED_AT, item.time_note)


def test_a_time_before_1900_is_taken_as_1900() -> None:
    for stated in ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00"):
        item = wire.item(timestamp=stated)

        assert (1900, TimeNote.CLAMPED) == (item.occurred_at and item.occurred_at.year, item.time_note)


def test_the_time_of_sending_may_stand_on_the_envelope() -> None:
    body = wire.batch(wire.event(timestamp="2026-03-01T10:00:00Z"), sentAt="2026-03-01T10:00:30Z")

    (items,) = wire.parse(body)

    assert isinstance(items, list)
    assert wire.RECEIVED_AT - timedelta(seconds=30) == items[0].occurred_at


def test_nothing_personal_stands_in_what_is_printed() -> None:
    items = wire.items(type="identify", userId="canary-1", traits={"email": "canary-2@example.org", "x": "canary-3"})

    assert all(isinstance(each, Item) for each in items)
    assert "canary" not in repr(items) + repr(items[0].subject) + repr(items[0].identifiers)
    assert "canary" not in repr(wire.parse(wire.batch(wire.event(userId={"canary": 1}, canary=1))))


def test_the_last_of_two_equal_keys_counts() -> None:
    body = wire.raw_batch(b'{"type":"identify","userId":"a","userId":"b","traits":{"x":1,"x":2}}')

    (items,) = wire.parse(body)

    assert isinstance(items, list)
    assert [("b", b"2")] == [(each.subject[0].value, each.value) for each in items]
