"""What an organization really said to customers: kept in the dossier as an interaction, and counted.

Rules: (1) it comes in by the way of every other record, in the name of the organization, on a subject of its own under
a name that only this house can make; (2) interaction and contact are one transaction; (3) what was not said as it
was allowed is kept all the same, and stands as what it was; (4) told twice, it is there once; (5) what claims to come
from the future was said now, as with every record.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from psycopg import AsyncConnection

from cdp import arrays, ids
from cdp.catalog.files import Catalog
from cdp.contact import approaching
from cdp.ids import NIL
from cdp.ingest import times
from cdp.ingest.batch import Batch, Path, Taken
from cdp.ingest.intake import Intake
from cdp.ingest.items import Channel, Direction, Item, Kind, Outcome, Reference, ReferenceType, TimeNote, conversation
from cdp.keys import named
from cdp.keys.blind import IdentifierType
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.keys.sealing import DataKey, new_data_keys
from cdp.platform import Platform
from cdp.scope import Scope
from consent.errors import Invalid
from consent.wishes import Speaker

MOST_AT_ONCE: Final = 1_000
LONGEST_SUBJECT: Final = 200
CATEGORY: Final = "conversations"
NOBODY: Final = "unknown"
_HOW: Final[Mapping[str, tuple[str, Channel]]] = {
    "email": ("email", Channel.EMAIL),
    "sms": ("sms", Channel.SMS),
    "app": ("app-message", Channel.APP),
    "phone": ("phone", Channel.PHONE),
    "chat": ("chat", Channel.CHAT),
    "post": ("letter", Channel.POST),
    "in-person": ("visit", Channel.IN_PERSON),
    "virtual-reality": ("virtual-reality", Channel.VIRTUAL_REALITY),
}
"""As which type of interaction a contact by a channel stands in the dossier."""
_NAMES: Final = b"select place, customer_id, is_named, subject_key from contact_names(%(customers)s, %(blinds)s)"
_NAME: Final = b"select name_for_contact(%(customers)s, %(blinds)s, %(sealed)s, %(subjects)s, %(wrapped)s, %(moment)s)"
_MAKE: Final = (
    "select made, in_manner from make_contacts(%(customers)s, %(contacts)s, %(topics)s, %(roots)s, %(purposes)s,"
    " %(senders)s, %(used)s, %(ats)s, %(blinds)s, %(client)s)"
)
_STORED: Final = frozenset({Outcome.STORED, Outcome.DUPLICATE, Outcome.UNCHANGED})
_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Said:
    """One contact that was made: with whom, about what, by which channel, and who spoke.

    `contact_id` is that of its reservation; without one, `key` is the organization's own name for it, if it has any.
    """

    unverified_profile_id: str = field(repr=False)
    topic: str
    channel: str
    sender: Speaker
    at: datetime
    contact_id: UUID | None = None
    key: str | None = None
    subject: str | None = field(default=None, repr=False)


class Kept(NamedTuple):
    """What became of it: recorded, repeated, or unknown where the profile id names nobody; and how it was said."""

    outcome: str
    contact_id: UUID | None = None
    manner: str | None = None


Also = Callable[[AsyncConnection[tuple[Any, ...]], Sequence[Kept]], Awaitable[None]]
"""What else must happen in the transaction that keeps contacts."""


@dataclass(slots=True)
class _Line:
    """One contact on its way: whom it is with, how they are named, and what came of it."""

    place: int
    said: Said
    note: TimeNote | None
    contact: UUID
    customer: UUID
    name: str
    blind: bytes
    manner: str | None = None


class ContactBook:
    """Records contacts; one for each event loop."""

    def __init__(self, platform: Platform, intake: Intake) -> None:
        """Make ready; no connection is made yet."""
        self._platform, self._intake = platform, intake
        self._marks = Mac(platform.ring.single(Single.SYSTEM))

    async def record(
        self, scope: Scope, contacts: Sequence[Said], *, request_id: str, at: datetime, also: Also | None = None
    ) -> list[Kept]:
        """Keep what was said and return what became of each, in order, once it is on the disk.

        `also` happens in the same transaction. Raises Invalid for a topic or a channel that the catalog does not have.
        """
        catalog = await self._catalog(scope, contacts)
        lines = await self._named(
            scope, [self._line(scope, place, each, at) for place, each in enumerate(contacts)], at
        )
        if not lines:
            return [Kept(NOBODY) for _ in contacts]

        async def count(connection: AsyncConnection[tuple[Any, ...]], taken: Taken) -> None:
            stored = [line for line, each in zip(lines, taken.first(), strict=True) if each.outcome in _STORED]
            cursor = await connection.execute(_MAKE, _columns(scope, catalog, stored))
            manners = dict(await cursor.fetchall())
            for line in stored:
                line.manner = manners.get(line.contact)
            if also is not None:
                await also(connection, _answers(len(contacts), lines, taken))

        taken = await self._intake.take(
            Batch(
                scope=scope,
                groups=[[_item(line, catalog)] for line in lines],
                path=Path.RECORDS,
                request_id=request_id,
                received_at=at,
                also=count,
            )
        )
        return _answers(len(contacts), lines, taken)

    async def _catalog(self, scope: Scope, contacts: Sequence[Said]) -> Catalog:
        """Return the words of the organization, which have those of `contacts`; raises Invalid."""
        _, catalog = await approaching.catalog_of(self._platform, scope)
        try:
            _check(catalog, contacts)
        except Invalid:
            _, catalog = await approaching.catalog_of(self._platform, scope, is_old=True)
            _check(catalog, contacts)
        return catalog

    def _line(self, scope: Scope, place: int, said: Said, now: datetime) -> _Line:
        organization = scope.organization or NIL
        customer = self._platform.profile_ids.customer_of(said.unverified_profile_id, organization) or NIL
        contact = said.contact_id
        if contact is None and said.key is not None:
            contact = approaching.contact_id(self._marks, organization, f"said\0{said.key}", said.unverified_profile_id)
        name = "contact:" + self._marks.digest(b"name for a contact\0" + organization.bytes + customer.bytes).hex()
        blind = self._platform.blind.of(IdentifierType.ANONYMOUS_ID, name, source=organization)
        moment, note = times.clamp(said.at, received_at=now)
        return _Line(place, replace(said, at=moment), note, contact or ids.row(), customer, name, blind)

    async def _named(self, scope: Scope, lines: Sequence[_Line], at: datetime) -> list[_Line]:
        """Return those who are somebody, each with a name under which its interaction finds them."""
        facts = {
            "customers": arrays.uuids(line.customer for line in lines),
            "blinds": arrays.blobs(line.blind for line in lines),
        }
        rows = await self._platform.database.at_once(scope, _NAMES, facts)
        unnamed = dict[bytes, tuple[_Line, bytes | None]]()
        for place, customer, is_named, subject_key in rows:
            line = lines[place - 1]
            line.customer = customer
            if not is_named:
                unnamed[line.blind] = line, subject_key
        if unnamed:
            await self._platform.database.at_once(
                scope, _NAME, self._new_names(list(unnamed.values())) | {"moment": at}
            )
        here = {place - 1 for place, *_ in rows}
        return [line for line in lines if line.place in here]

    def _new_names(self, unnamed: Sequence[tuple[_Line, bytes | None]]) -> dict[str, object]:
        """Return the columns that name people anew: on the subject that is there, or on a new one with its key."""
        fresh, ring = iter(zip(ids.rows(len(unnamed)), new_data_keys(len(unnamed)), strict=True)), self._platform.ring
        subjects, keys, wrapped = list[bytes](), list[DataKey | None](), list[bytes]()
        for _, known in unnamed:
            if known is None:
                subject, data_key = next(fresh)
                subjects.append(subject)
                keys.append(DataKey(data_key))
                wrapped += ring.wrap_new([(data_key, subject)])
            else:
                subject, blob = named.split(known)
                subjects.append(subject)
                keys += ring.open_many([(blob, subject)])
                wrapped.append(b"")
        told = [each for each in zip((line for line, _ in unnamed), subjects, keys, wrapped, strict=True) if each[2]]
        return {
            "customers": arrays.uuids(line.customer for line, *_ in told),
            "blinds": arrays.blobs(line.blind for line, *_ in told),
            "sealed": arrays.blobs(
                key.seal(line.name.encode(), table="reference", row=UUID(bytes=subject), column="sealed")
                for line, subject, key, _ in told
                if key
            ),
            "subjects": arrays.ids(subject for _, subject, *_ in told),
            "wrapped": arrays.blobs(key for *_, key in told),
        }


def type_of(channel: str) -> str:
    """Return as which type of interaction a contact by this channel stands in the dossier."""
    return _HOW.get(channel, (channel, None))[0]


def _check(catalog: Catalog, contacts: Sequence[Said]) -> None:
    for each in contacts:
        approaching.channels_of(catalog, [each.channel])
        approaching.topic_of(catalog, each.topic)


def _item(line: _Line, catalog: Catalog) -> Item:
    said = line.said
    type_, channel = _HOW.get(said.channel, (said.channel, None))
    properties = {"topic": said.topic, "purpose": catalog.topics[said.topic].purpose}
    return Item(
        kind=Kind.INTERACTION,
        type=type_,
        key=str(line.contact),
        category=None if channel else CATEGORY,
        value=conversation(_encode(properties), subject=said.subject),
        subject=(Reference(ReferenceType.ANONYMOUS_ID, line.name),),
        occurred_at=said.at,
        channel=channel,
        speaker=said.sender,
        direction=Direction.OUTBOUND,
        time_note=line.note,
    )


def _columns(scope: Scope, catalog: Catalog, lines: Sequence[_Line]) -> dict[str, object]:
    topics = [(line.said.topic, catalog.topics[line.said.topic]) for line in lines]
    return {
        "customers": arrays.uuids(line.customer for line in lines),
        "contacts": arrays.uuids(line.contact for line in lines),
        "topics": arrays.texts(key for key, _ in topics),
        "roots": arrays.texts(topic.law(key).root for key, topic in topics),
        "purposes": arrays.texts(topic.purpose for _, topic in topics),
        "senders": arrays.texts(line.said.sender.value for line in lines),
        "used": arrays.texts(line.said.channel for line in lines),
        "ats": arrays.moments(line.said.at for line in lines),
        "blinds": arrays.blobs(line.blind for line in lines),
        "client": scope.client,
    }


def _answers(count: int, lines: Sequence[_Line], taken: Taken) -> list[Kept]:
    answers = [Kept(NOBODY)] * count
    for line, verdict in zip(lines, taken.first(), strict=True):
        if line.manner is not None:
            outcome = "recorded" if verdict.outcome is Outcome.STORED else "repeated"
            answers[line.place] = Kept(outcome, line.contact, line.manner)
    return answers
