"""Rows of a file become Items, as a mapping says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

import msgspec

from cdp.ingest import decoding, times
from cdp.ingest.conversions import Fields, Getter, UnreadableCellError, Value
from cdp.ingest.files import BadRow, Row
from cdp.ingest.items import (
    IDENTIFIER_LENGTH,
    ITEM_BYTES,
    KEY_LENGTH,
    NAME_LENGTH,
    TEXT_LENGTH,
    AttributeNames,
    Channel,
    Direction,
    Identifier,
    Item,
    Kind,
    Reason,
    Reference,
    ReferenceType,
    Rejection,
    TimeNote,
    conversation,
    reference_flaw,
)
from cdp.ingest.mapping import AttributePart, InteractionPart, Mapping, RecordPart
from consent.wishes import Speaker

_ENCODE: Final = msgspec.json.Encoder(decimal_format="number").encode
_Word = TypeVar("_Word", bound=StrEnum)


class _UnusableError(Exception):
    def __init__(self, reason: Reason, field: str) -> None:
        super().__init__(reason)
        self.rejection = Rejection(reason, field)


class _Person(NamedTuple):
    """What all items of a row share."""

    subject: tuple[Reference, ...]
    identifiers: tuple[Identifier, ...]
    at: datetime | None
    note: TimeNote | None


_Maker = Callable[[Fields, _Person], Item | None]


class Mapper:
    """Turns rows into items by a mapping; a cell that cannot be read costs its own item only."""

    def __init__(self, mapping: Mapping, *, received_at: datetime, attribute_name: AttributeNames) -> None:
        self._received_at = received_at
        self._empty = frozenset(mapping.empty) | {""}
        self._at = self._moment(mapping.occurred_at, "occurred_at")
        self._references = self._subject(mapping)
        self._identifiers = [
            (part.type, part.verified, self._text(part.value, f"identifiers.{number}.value", IDENTIFIER_LENGTH))
            for number, part in enumerate(mapping.identifiers)
        ]
        self._makers: list[_Maker] = [self._attribute(part, attribute_name(part.name)) for part in mapping.attributes]
        for kind, parts in ((Kind.PRODUCT, mapping.products), (Kind.EXTERNAL, mapping.externals)):
            self._makers += [self._record(kind, part, f"{kind}s.{number}") for number, part in enumerate(parts)]
        for number, part in enumerate(mapping.interactions):
            self._makers.append(self._interaction(part, f"interactions.{number}"))

    def items(self, row: Row | BadRow) -> list[Item | Rejection]:
        """Return what `row` says, in the mapping's order, with a Rejection in place of each item that cannot be made.

        The field of a Rejection is the key in the mapping. A row without anything to say gives an
        item that links its references.
        """
        if isinstance(row, BadRow):
            return [Rejection(row.reason)]
        try:
            person = self._person(row.fields)
        except _UnusableError as unusable:
            return [unusable.rejection]
        made: list[Item | Rejection] = []
        for make in self._makers:
            try:
                item = make(row.fields, person)
            except _UnusableError as unusable:
                made.append(unusable.rejection)
            else:
                if item is not None:
                    made.append(item)
        return made or [self._item(Kind.LINK, "import", b"{}", person)]

    def first_name(self, row: Row | BadRow) -> str:
        """Return by what the person of `row` is named first, so that rows of one can be kept together; else nothing."""
        if isinstance(row, BadRow):
            return ""
        try:
            return next(filter(None, (get(row.fields) for _, _, get in self._references)), "")
        except _UnusableError:
            return ""

    def _person(self, fields: Fields) -> _Person:
        subject = []
        for kind, key, get in self._references:
            value = get(fields)
            if value is None:
                continue
            reason = reference_flaw(value)
            if reason is not None:
                raise _UnusableError(reason, key)
            subject.append(Reference(kind, value))
        if not subject:
            raise _UnusableError(Reason.MISSING, "subject")
        found = ((kind, get(fields), verified) for kind, verified, get in self._identifiers)
        identifiers = tuple(Identifier(kind, value, verified) for kind, value, verified in found if value)
        return _Person(tuple(subject), identifiers, *self._at(fields))

    def _subject(self, mapping: Mapping) -> list[tuple[ReferenceType, str, Callable[[Fields], str | None]]]:
        found = []
        if mapping.subject.user_id is not None:
            found.append((ReferenceType.USER_ID, "subject.user_id", mapping.subject.user_id))
        for value in mapping.subject.anonymous_id:
            found.append((ReferenceType.ANONYMOUS_ID, "subject.anonymous_id", value))  # noqa: PERF401  # reads as above
        return [(kind, key, self._text(value, key, IDENTIFIER_LENGTH)) for kind, key, value in found]

    def _attribute(self, part: AttributePart, name: str) -> _Maker:
        key = f"attributes.{part.name}"
        get, moment = self._cell(part.value, key), self._moment(part.occurred_at, key)

        def make(fields: Fields, person: _Person) -> Item | None:
            value = get(fields)
            if value is None:
                return None
            at = moment(fields)
            return self._item(Kind.ATTRIBUTES, name, _encode(value, key), person, at=at, category=part.category)

        return make

    def _record(self, kind: Kind, part: RecordPart, key: str) -> _Maker:
        sort, number = self._text(part.type, f"{key}.type", NAME_LENGTH), self._text(part.key, f"{key}.key", KEY_LENGTH)
        properties, moment = self._properties(part, key), self._moment(part.occurred_at, f"{key}.occurred_at")

        def make(fields: Fields, person: _Person) -> Item | None:
            own = number(fields)
            if own is None:
                return None
            value, at = _encode(properties(fields), key), moment(fields)
            found = sort(fields) or _missing(f"{key}.type")
            return self._item(kind, found, value, person, at=at, category=part.category, own=own)

        return make

    def _interaction(self, part: InteractionPart, key: str) -> _Maker:
        def text(value: Value | None, name: str, longest: int) -> Callable[[Fields], str | None]:
            return self._text(value, f"{key}.{name}", longest) if value else lambda _: None

        sort, number = text(part.type, "type", NAME_LENGTH), text(part.key, "key", KEY_LENGTH)
        line, outcome = text(part.subject_line, "subject_line", TEXT_LENGTH), text(part.outcome, "outcome", TEXT_LENGTH)
        channel, speaker = text(part.channel, "channel", 64), text(part.speaker, "speaker", 64)
        direction, moment = text(part.direction, "direction", 64), self._moment(part.occurred_at, f"{key}.occurred_at")
        properties = self._properties(part, key)

        def make(fields: Fields, person: _Person) -> Item | None:
            found, at = sort(fields), moment(fields)
            if found is None:
                return None
            value = conversation(_encode(properties(fields), key), subject=line(fields), outcome=outcome(fields))
            own = number(fields) or _fingerprint(person, found, at[0] or person.at, value)
            item = self._item(Kind.INTERACTION, found, value, person, at=at, category=part.category, own=own)
            return msgspec.structs.replace(
                item,
                channel=_word(Channel, channel(fields), f"{key}.channel"),
                speaker=_word(Speaker, speaker(fields), f"{key}.speaker"),
                direction=_word(Direction, direction(fields), f"{key}.direction"),
            )

        return make

    def _item(
        self,
        kind: Kind,
        sort: str,
        value: bytes,
        person: _Person,
        *,
        at: tuple[datetime | None, TimeNote | None] = (None, None),
        category: str | None = None,
        own: str | None = None,
    ) -> Item:
        moment, note = at if at[0] is not None else (person.at, person.note)
        return Item(
            kind=kind,
            type=sort,
            value=value,
            subject=person.subject,
            key=own,
            category=category,
            occurred_at=moment,
            identifiers=person.identifiers,
            time_note=note,
        )

    def _properties(self, part: RecordPart | InteractionPart, key: str) -> Callable[[Fields], dict[str, object]]:
        getters = [(name, self._cell(value, f"{key}.properties.{name}")) for name, value in part.properties.items()]

        def read(fields: Fields) -> dict[str, object]:
            found = ((name, get(fields)) for name, get in getters)
            return {name: value for name, value in found if value is not None}

        return read

    def _cell(self, value: Value, key: str) -> Getter:
        """Return the getter of `value`, whose failures name `key`."""
        get = value.getter(self._empty)

        def read(fields: Fields) -> object:
            try:
                return get(fields)
            except UnreadableCellError:
                raise _UnusableError(Reason.UNREADABLE_VALUE, key) from None

        return read

    def _text(self, value: Value, key: str, longest: int) -> Callable[[Fields], str | None]:
        get = self._cell(value, key)

        def read(fields: Fields) -> str | None:
            cell = get(fields)
            if cell is None:
                return None
            if isinstance(cell, dict | list | bytes | float):
                raise _UnusableError(Reason.WRONG_TYPE, key)
            text = str(cell).strip()
            if len(text) > longest:
                raise _UnusableError(Reason.TOO_LONG, key)
            if "\0" in text:
                raise _UnusableError(Reason.UNSTORABLE_TEXT, key)
            return text

        return read

    def _moment(self, value: Value | None, key: str) -> Callable[[Fields], tuple[datetime | None, TimeNote | None]]:
        if value is None:
            return lambda _: (None, None)
        get = self._cell(value.model_copy(update={"read_as": "time"}), key)

        def read(fields: Fields) -> tuple[datetime | None, TimeNote | None]:
            moment = get(fields)
            if not isinstance(moment, datetime):
                return None, None
            return times.clamp(moment, received_at=self._received_at)

        return read


def _missing(key: str) -> str:
    raise _UnusableError(Reason.MISSING, key)


def _encode(value: object, key: str) -> bytes:
    try:
        text = _ENCODE(value)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise _UnusableError(Reason.UNREADABLE_VALUE, key) from error
    if isinstance(value, str) and len(text) <= ITEM_BYTES and b"\\u0000" not in text:
        return text  # no number in it, and nothing that nests
    reason = decoding.flaw(text, plain=decoding.is_plain(text))
    if reason is not None:
        raise _UnusableError(reason, key)
    return text


def _word(words: type[_Word], stated: str | None, key: str) -> _Word | None:
    if stated is None:
        return None
    try:
        return words(stated.lower())
    except ValueError:
        raise _UnusableError(Reason.UNKNOWN_VALUE, key) from None


def _fingerprint(person: _Person, sort: str, at: datetime | None, value: bytes) -> str:
    """Return a key made of the content, so that the same row again is the same interaction."""
    stated = [[(each.type, each.value) for each in person.subject], sort, at]
    return hashlib.sha256(_ENCODE(stated) + b"\0" + value).hexdigest()
