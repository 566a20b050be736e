"""Events as the bytes that are kept and hashed, and back: canonical JSON to write, strict to read."""

from datetime import datetime

from consent import act_bodies, acts, canonical, quick_access, stated_bodies
from consent.canonical import Value
from consent.errors import Malformed
from consent.events import (
    AccessEvent,
    ActEvent,
    AnchorEvent,
    Change,
    ErasureEvent,
    Event,
    LinkEvent,
    Outcome,
    Place,
    PolicyEvent,
    StatementEvent,
    WishEvent,
)
from consent.fields import HASH, KEY, NAME, PSEUDONYM, Fields, from_moment, without_none
from consent.quick_access import Parts


def to_body(event: Event) -> bytes:
    """Return the bytes to keep, to hash and never to write anew."""
    if isinstance(event, AccessEvent) and (quick := quick_access.body(_values(event))) is not None:
        return quick
    place = event.place
    common = without_none(
        at=from_moment(event.at),
        seq=place.seq,
        prev=None if place.prev is None else place.prev.hex(),
        customer=place.customer,
        organization=None if place.organization is None else str(place.organization),
    )
    body = canonical.to_bytes(common | _own_fields(event))
    if from_body(body) != event:
        raise Malformed("this event cannot be read back as it is")
    return body


def from_body(body: bytes) -> Event:
    """Return the event that `body` says; anything missing, unknown or in another form is Malformed."""
    values = quick_access.parts(body)
    return slow_from_body(body) if values is None else access_of(values)


def slow_from_body(body: bytes) -> Event:
    """Return the same as `from_body`, without the short way for access entries."""
    fields = Fields(canonical.from_bytes(body))
    name = fields.text("event", KEY)
    at = fields.moment("at")
    place = _place(fields)
    event = _event(name, fields, place, at)
    fields.finish()
    return event


def access_to_body(values: Parts) -> bytes:
    """Return the bytes to keep for a read with these values, without making an event of them where that goes."""
    return quick_access.body(values) or to_body(access_of(values))


def access_of(values: Parts) -> AccessEvent:
    """Return the event of a read with these values; raises ValueError for an outcome that there is not."""
    (asked, client, owner, outcome, path, principal, purpose, reason, released), own = values
    at, customer, grant, prev, records, seq = own
    place, ended = Place(seq, prev, customer, owner), Outcome(outcome)
    return AccessEvent(place, at, principal, ended, reason, asked, released, records, purpose, client, path, grant)


def _values(event: AccessEvent) -> Parts:
    place, outcome = event.place, event.outcome.value
    who = event.client, place.organization, outcome, event.path, event.principal
    alike = (event.asked, *who, event.purpose, event.reason, event.released)
    return alike, (event.at, place.customer, event.grant, place.prev, event.records, place.seq)


def _place(fields: Fields) -> Place:
    seq = fields.number("seq")
    prev = bytes.fromhex(fields.text("prev", HASH)) if fields.has("prev") else None
    if (seq == 1) != (prev is None) or seq == 0:
        raise Malformed("the first event of a chain, and only that, has no previous one")
    customer = fields.text("customer", PSEUDONYM) if fields.has("customer") else None
    return Place(seq, prev, customer, fields.maybe("organization", fields.uuid))


def _own_fields(event: Event) -> dict[str, Value]:
    match event:
        case ActEvent():
            return _from_act(event)
        case LinkEvent() | WishEvent() | StatementEvent():
            return stated_bodies.to_fields(event)
        case ErasureEvent():
            return {"event": "erasure", "log": event.log, "indices": event.indices}
        case PolicyEvent():
            return {"event": str(event.change), "subject": event.subject}
        case AnchorEvent():
            return {"event": "anchor", "log": event.log, "size": event.size, "root": event.root.hex()}
    return without_none(
        event="access",
        principal=event.principal,
        outcome=str(event.outcome),
        reason=event.reason,
        asked=event.asked,
        released=event.released,
        records=event.records,
        purpose=event.purpose,
        client=event.client,
        path=event.path,
        grant=None if event.grant is None else event.grant.hex(),
    )


def _from_act(event: ActEvent) -> dict[str, Value]:
    return act_bodies.to_fields(event.act) | without_none(
        event=str(event.act.kind),
        purpose=event.act.purpose,
        by=event.by,
        act=None if event.act_id is None else str(event.act_id),
        client=event.client,
        request=None if event.request_id is None else str(event.request_id),
        notice=event.notice_hash,
        language=event.language,
        other_customer=event.other_customer,
    )


def _event(name: str, fields: Fields, place: Place, at: datetime) -> Event:
    if name == "access":
        return _access(fields, place, at)
    if name in set(acts.Kind):
        return _act(name, fields, place, at)
    if name in stated_bodies.NAMES:
        return stated_bodies.from_fields(name, fields, place, at)
    if place.customer is not None or place.organization is not None:
        raise Malformed("the platform's own events have no customer and no organization")
    if name == "erasure":
        return ErasureEvent(place=place, log=fields.text("log", NAME), indices=fields.numbers("indices"), at=at)
    if name == "anchor":
        root = bytes.fromhex(fields.text("root", HASH))
        return AnchorEvent(place=place, log=fields.text("log", NAME), size=fields.number("size"), root=root, at=at)
    if name in set(Change):
        return PolicyEvent(place=place, change=Change(name), subject=fields.text("subject", NAME), at=at)
    raise Malformed("there is no such event")


def _act(name: str, fields: Fields, place: Place, at: datetime) -> ActEvent:
    if place.customer is None or place.organization is None:
        raise Malformed("an act is between a customer and a recipient")
    act = act_bodies.from_fields(name, fields, recipient=place.organization, purpose=fields.text("purpose", KEY), at=at)
    other = fields.text("other_customer", PSEUDONYM) if fields.has("other_customer") else None
    if (other is not None) != isinstance(act, acts.Merge | acts.Split):
        raise Malformed("a merge and a split, and nothing else, name another customer")
    return ActEvent(
        place=place,
        act=act,
        by=fields.text("by", KEY),
        act_id=fields.maybe("act", fields.uuid),
        client=fields.text("client", NAME) if fields.has("client") else None,
        request_id=fields.maybe("request", fields.uuid),
        notice_hash=fields.text("notice", HASH) if fields.has("notice") else None,
        language=fields.text("language", KEY) if fields.has("language") else None,
        other_customer=other,
    )


def _access(fields: Fields, place: Place, at: datetime) -> AccessEvent:
    return AccessEvent(
        place=place,
        at=at,
        principal=fields.text("principal", KEY),
        outcome=_outcome(fields.text("outcome", KEY)),
        reason=fields.text("reason", KEY),
        asked=fields.keys("asked"),
        released=fields.keys("released"),
        records=fields.number("records"),
        purpose=fields.text("purpose", KEY) if fields.has("purpose") else None,
        client=fields.text("client", NAME) if fields.has("client") else None,
        path=fields.text("path", NAME) if fields.has("path") else None,
        grant=bytes.fromhex(fields.text("grant", HASH)) if fields.has("grant") else None,
    )


def _outcome(name: str) -> Outcome:
    try:
        return Outcome(name)
    except ValueError as error:
        raise Malformed("there is no such outcome") from error
