"""What is neither an act on a permission nor a read, as fields of a body, and back: links, wishes and statements."""

from datetime import datetime
from typing import Final

from consent import wish_changes
from consent.canonical import Value
from consent.errors import Invalid, Malformed
from consent.events import LinkEvent, Linking, Place, Statement, StatementEvent, WishEvent
from consent.fields import HASH, KEY, PSEUDONYM, Fields

WISH: Final = "wish"
NAMES: Final = frozenset({WISH, *Linking, *Statement})
"""What these events call themselves."""


def to_fields(event: LinkEvent | WishEvent | StatementEvent) -> dict[str, Value]:
    """Return what is particular to `event`, beyond where it stands and when it was."""
    match event:
        case LinkEvent():
            return {
                "event": str(event.linking),
                "source": str(event.source),
                "subject": event.subject,
                "by": event.by,
            }
        case WishEvent():
            change = event.change
            return {"event": WISH, "wish": str(event.wish_id), "set": change.set, "clear": change.clear}
        case StatementEvent():
            return {"event": str(event.statement), "fact": str(event.fact_id), "digest": event.digest.hex()}


def from_fields(name: str, fields: Fields, place: Place, at: datetime) -> LinkEvent | WishEvent | StatementEvent:
    """Return the event that the fields say."""
    if name in set(Statement):
        return _statement(name, fields, place, at)
    if place.customer is None or place.organization is not None:
        raise Malformed("a link and a wish stand in a chain of their customer alone")
    if name == WISH:
        return _wish(fields, place, at)
    return LinkEvent(
        place=place,
        linking=Linking(name),
        source=fields.uuid("source"),
        subject=fields.text("subject", PSEUDONYM),
        by=fields.text("by", KEY),
        at=at,
    )


def _wish(fields: Fields, place: Place, at: datetime) -> WishEvent:
    wish_id = fields.uuid("wish")
    try:
        change = wish_changes.Change(fields.object("set"), fields.texts("clear"))
    except Invalid as error:
        raise Malformed("this is not a change of wishes") from error
    return WishEvent(place=place, wish_id=wish_id, change=change, at=at)


def _statement(name: str, fields: Fields, place: Place, at: datetime) -> StatementEvent:
    if place.organization is None:
        raise Malformed("a statement is an organization's")
    digest = bytes.fromhex(fields.text("digest", HASH))
    return StatementEvent(place=place, statement=Statement(name), fact_id=fields.uuid("fact"), digest=digest, at=at)
