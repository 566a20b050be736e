"""How what was said kept to what its customer had chosen by then, and to what its sender had said beforehand.

Rules: (1) it is held against the wishes of that moment, as the acts up to then add up to; (2) nothing is said of what
is still to come; (3) who spoke is taken from the organization: whoever says nothing of it is not taken for a computer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.catalog.files import Catalog
from cdp.contact import contacts
from cdp.ingest import arrivals
from cdp.keys.ring import LocalKeyRing
from cdp.messages import kinds
from cdp.messages.inbox import Entry
from consent import contact, wish_changes, wish_form, wish_strays
from consent.contact import Question
from consent.wish_changes import Change
from consent.wish_strays import Stray
from consent.wishes import Speaker, Wishes

Announced = Literal["unasked", "late", "other-channel", "other-speaker"]
"""How a contact was made otherwise than it was reserved, if at all."""
Manner = Stray | Announced
_ACTS: Final = text("select said, at from wish_act order by seq")
_MADE: Final = text(
    "select contact_id, organization_id, channels[1] as channel, manner from contact"
    " where state = 'made' and manner <> 'as-allowed' and at between :first and :last"
)


def manners(
    session: Session, ring: LocalKeyRing, catalog: Catalog, said: Sequence[Entry], *, at: datetime
) -> dict[UUID, tuple[Manner, ...]]:
    """Return of each entry in what it strayed from what was chosen or announced; nothing of those that did not."""
    past = [each for each in said if each.at <= at]
    if not past:
        return {}
    announced = _announced(session, ring, past)
    found = {
        each.entry_id: (*_strays(catalog, each, chosen), *announced.get(each.entry_id, ()))
        for each, chosen in _chosen_then(session, past)
    }
    return {entry: some for entry, some in found.items() if some}


def _announced(session: Session, ring: LocalKeyRing, said: Sequence[Entry]) -> Mapping[UUID, tuple[Announced, ...]]:
    moments = [each.at for each in said]
    rows = session.execute(_MADE, {"first": min(moments), "last": max(moments)})
    return {
        arrivals.interaction(ring, row.organization_id, contacts.type_of(row.channel), str(row.contact_id)): (
            row.manner,
        )
        for row in rows
    }


def _chosen_then(session: Session, said: Sequence[Entry]) -> Iterator[tuple[Entry, Wishes]]:
    """Yield each entry with what its customer had chosen when it was said, the oldest first."""
    acts: Iterable[Any] = session.execute(_ACTS).all()
    waiting = iter(acts)
    following = next(waiting, None)
    document: dict[str, Any] = {}
    chosen = Wishes()
    for each in sorted(said, key=lambda one: one.at):
        before = document
        while following is not None and following.at <= each.at:
            document = wish_changes.after(document, Change(following.said["set"], tuple(following.said["clear"])))
            following = next(waiting, None)
        if document is not before:
            chosen = wish_form.read(document)
        yield each, chosen


def _strays(catalog: Catalog, said: Entry, chosen: Wishes) -> tuple[Stray, ...]:
    key, topic = kinds.channel_of(catalog, said), catalog.topics.get(said.topic or "")
    if not key:
        return ()
    channel = catalog.channels[key]
    question = Question(
        organization=said.organization,
        topic=contact.Topic("") if topic is None else topic.law(said.topic or ""),
        channels=(channel.law(key),),
        sender=Speaker(said.speaker or Speaker.HUMAN),
        at=said.at,
    )
    return wish_strays.strays(question, chosen, is_live=channel.is_live)
