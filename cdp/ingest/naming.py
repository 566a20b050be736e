"""Who a batch is about: every reference and identifier in it normalised, hashed and numbered once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final
from uuid import UUID

import msgspec

from cdp.ingest.items import Identifier, Item, Reason, Reference, ReferenceType, Rejection
from cdp.keys import blind
from cdp.keys.blind import BlindIndex
from cdp.keys.blind import IdentifierType as Blindable
from consent.errors import Invalid

_USER_ID: Final = ReferenceType.USER_ID
_PREVIOUS_ID: Final = ReferenceType.PREVIOUS_ID
_TYPES: Final = {
    ReferenceType.USER_ID: (Blindable.USER_ID,),
    ReferenceType.ANONYMOUS_ID: (Blindable.ANONYMOUS_ID,),
    ReferenceType.PREVIOUS_ID: (Blindable.ANONYMOUS_ID, Blindable.USER_ID),
}


_WORDS: Final = {kind: kind.value for kind in Blindable}


class Name(msgspec.Struct, frozen=True, gc=False):
    """A reference as it is stored: its type, its keyed hash, and what it says."""

    type: str
    blind: bytes
    text: str


class Known(msgspec.Struct, frozen=True, gc=False):
    """An identifier as it is stored."""

    type: str
    blind: bytes
    is_verified: bool
    text: str


class Mention(msgspec.Struct, frozen=True, gc=False):
    """Who one group is about, by places in the book.

    `primary` names the subject; `others` are further names of the same person; `earlier` is what an alias leaves
    behind: the place as an anonymous id and the place as a user id.
    """

    primary: int
    is_user: bool
    others: tuple[int, ...] = ()
    earlier: tuple[tuple[int, int], ...] = ()
    identifiers: tuple[int, ...] = ()
    flaws: tuple[Rejection, ...] = ()


class Book:
    """The references and identifiers of a batch, each once."""

    def __init__(self, index: BlindIndex, source: UUID, *, may_verify: bool) -> None:
        self.names: list[Name] = []
        self.known: list[Known] = []
        self._index = index
        self._source = source
        self._hashes: dict[Blindable, Callable[[str], bytes]] = {}
        self._may_verify = may_verify
        self._name_places: dict[tuple[Blindable, str], int | Rejection] = {}
        self._reference_places: dict[Reference, tuple[int, ...] | Rejection] = {}
        self._known_places: dict[Identifier, int | Rejection | None] = {}

    def mention(self, item: Item) -> Mention | Rejection:
        """Return who `item` is about; an identifier that cannot be used is left out and told as a flaw."""
        if len(item.subject) == 1 and not item.identifiers and item.subject[0].type is not _PREVIOUS_ID:
            places = self._known_to_be(item.subject[0])
            return places if isinstance(places, Rejection) else Mention(places[0], item.subject[0].type is _USER_ID)
        user, others, earlier = None, [], []
        for reference in item.subject:
            places = self._known_to_be(reference)
            if isinstance(places, Rejection):
                return places
            if reference.type is _PREVIOUS_ID:
                earlier.append((places[0], places[1]))
            elif reference.type is _USER_ID and user is None:
                user = places[0]
            else:
                others.append(places[0])
        if user is None and not others:
            return Rejection(Reason.MISSING, "subject")
        primary = others.pop(0) if user is None else user
        identifiers, flaws = self._identifiers(item)
        return Mention(primary, user is not None, tuple(others), tuple(earlier), identifiers, flaws)

    def stated(self, identifier: Identifier) -> int | None:
        """Return the place of an identifier that nobody is named by, so that it is asked for; None if it is none."""
        place = self._identifier_place(identifier)
        return place if isinstance(place, int) else None

    def _known_to_be(self, reference: Reference) -> tuple[int, ...] | Rejection:
        places = self._reference_places.get(reference)
        if places is None:
            places = self._reference_places[reference] = self._places(reference)
        return places

    def _places(self, reference: Reference) -> tuple[int, ...] | Rejection:
        places = []
        for kind in _TYPES[reference.type]:
            place = self._name_places.get((kind, reference.value))
            if place is None:
                place = self._name_places[kind, reference.value] = self._enter(kind, reference)
            if isinstance(place, Rejection):
                return place
            places.append(place)
        return tuple(places)

    def _enter(self, kind: Blindable, reference: Reference) -> int | Rejection:
        try:
            text = blind.normalise(kind, reference.value)
        except Invalid:
            return Rejection(Reason.UNREADABLE_VALUE, f"subject.{reference.type}")
        if blind.is_shared_or_fake(kind, text):
            return Rejection(Reason.PLACEHOLDER, f"subject.{reference.type}")
        if text != reference.value:
            place = self._name_places.get((kind, text))
            if place is not None:
                return place
        hashed = self._hashes.get(kind)
        if hashed is None:
            hashed = self._hashes[kind] = self._index.of_many(kind, source=self._source)
        self.names.append(Name(_WORDS[kind], hashed(text), text))
        self._name_places[kind, text] = len(self.names) - 1
        return len(self.names) - 1

    def _identifiers(self, item: Item) -> tuple[tuple[int, ...], tuple[Rejection, ...]]:
        if not item.identifiers:
            return (), ()
        places, flaws = [], []
        for identifier in item.identifiers:
            place = self._identifier_place(identifier)
            if isinstance(place, Rejection):
                flaws.append(place)
            elif place is not None:
                places.append(place)
        return tuple(places), tuple(flaws)

    def _identifier_place(self, identifier: Identifier) -> int | Rejection | None:
        if identifier not in self._known_places:
            self._known_places[identifier] = self._know(identifier)
        return self._known_places[identifier]

    def _know(self, identifier: Identifier) -> int | Rejection | None:
        """Return its place; None for one that many people share or that stands for nobody: it identifies no one."""
        kind = Blindable(identifier.type.value)
        try:
            text = blind.normalise(kind, identifier.value)
        except Invalid:
            return Rejection(Reason.UNREADABLE_VALUE, f"identifiers.{identifier.type}")
        if blind.is_shared_or_fake(kind, text):
            return None
        source = self._source if kind is Blindable.CUSTOMER_NUMBER else None
        hashed = self._index.of(kind, text, source=source)
        self.known.append(Known(kind.value, hashed, identifier.verified and self._may_verify, text))
        return len(self.known) - 1
