"""Who a batch is about: every reference and identifier in it normalised, hashed and numbered once."""

from __future__ import annotations

from typing import Final, NamedTuple
from uuid import UUID

from cdp.ingest.items import Identifier, Item, Reason, Reference, ReferenceType, Rejection
from cdp.keys import blind
from cdp.keys.blind import BlindIndex
from cdp.keys.blind import IdentifierType as Blindable
from consent.errors import Invalid

_TYPES: Final = {
    ReferenceType.USER_ID: (Blindable.USER_ID,),
    ReferenceType.ANONYMOUS_ID: (Blindable.ANONYMOUS_ID,),
    ReferenceType.PREVIOUS_ID: (Blindable.ANONYMOUS_ID, Blindable.USER_ID),
}


class Name(NamedTuple):
    """A reference as it is stored: its type, its keyed hash, and what it says."""

    type: str
    blind: bytes
    text: str


class Known(NamedTuple):
    """An identifier as it is stored."""

    type: str
    blind: bytes
    is_verified: bool
    text: str


class Mention(NamedTuple):
    """Who one group is about, by places in the book.

    `primary` names the subject; `others` are further names of the same person; `earlier` is what an alias leaves
    behind: the place as an anonymous id and the place as a user id.
    """

    primary: int
    is_user: bool
    others: tuple[int, ...]
    earlier: tuple[tuple[int, int], ...]
    identifiers: tuple[int, ...]
    flaws: tuple[Rejection, ...]


class Book:
    """The references and identifiers of a batch, each once."""

    def __init__(self, index: BlindIndex, source: UUID, *, may_verify: bool) -> None:
        self.names: list[Name] = []
        self.known: list[Known] = []
        self._index = index
        self._source = source
        self._may_verify = may_verify
        self._name_places: dict[tuple[Blindable, str], int | Rejection] = {}
        self._reference_places: dict[Reference, tuple[int, ...] | Rejection] = {}
        self._known_places: dict[Identifier, int | Rejection | None] = {}

    def mention(self, item: Item) -> Mention | Rejection:
        """Return who `item` is about; an identifier that cannot be used is left out and told as a flaw."""
        user, others, earlier = None, [], []
        known = self._reference_places
        for reference in item.subject:
            places = known.get(reference)
            if places is None:
                places = known[reference] = self._places(reference)
            if isinstance(places, Rejection):
                return places
            if reference.type is ReferenceType.PREVIOUS_ID:
                earlier.append((places[0], places[1]))
            elif reference.type is ReferenceType.USER_ID and user is None:
                user = places[0]
            else:
                others.append(places[0])
        if user is None and not others:
            return Rejection(Reason.MISSING, "subject")
        primary = others.pop(0) if user is None else user
        identifiers, flaws = self._identifiers(item)
        return Mention(primary, user is not None, tuple(others), tuple(earlier), identifiers, flaws)

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
        self.names.append(Name(kind.value, self._index.of(kind, text, source=self._source), text))
        self._name_places[kind, text] = len(self.names) - 1
        return len(self.names) - 1

    def _identifiers(self, item: Item) -> tuple[tuple[int, ...], tuple[Rejection, ...]]:
        if not item.identifiers:
            return (), ()
        places, flaws = [], []
        for identifier in item.identifiers:
            if identifier not in self._known_places:
                self._known_places[identifier] = self._know(identifier)
            place = self._known_places[identifier]
            if isinstance(place, Rejection):
                flaws.append(place)
            elif place is not None:
                places.append(place)
        return tuple(places), tuple(flaws)

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
