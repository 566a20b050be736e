"""The shipped catalog: data files beside this module, read once and checked as a whole."""

import re
import tomllib
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any, Final
from uuid import UUID

import msgspec

from consent import contact
from consent.fold import RecordKind
from consent.types import UNMAPPED, AttributeName, CategoryKey, PurposeKey, TypeKey, is_key

FILES: Final = ("categories", "purposes", "attributes", "topics", "channels", "offer_kinds")
SLOTS: Final = frozenset(range(1, 9))
LONGEST_DAYS: Final = 365
TYPED: Final = (RecordKind.PRODUCT, RecordKind.INTERACTION, RecordKind.EXTERNAL)
"""The kinds of record that have types; an attribute has a name instead."""

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_GAP: Final = re.compile(r"[\s_\-]+")
_NAME: Final = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*(?:\.[a-z0-9]+(?:_[a-z0-9]+)*)*")


class CatalogError(ValueError):
    """The shipped catalog contradicts itself; the message names the entry."""


class Language(StrEnum):
    """The languages that everything is named in; `nl@je` is Dutch that says je."""

    NL = "nl"
    NL_JE = "nl@je"
    EN = "en"


class JsonType(StrEnum):
    """What the value of an attribute looks like; date and instant are strings (RFC 3339)."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    OBJECT = "object"
    ARRAY = "array"


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename={"nl_je": "nl@je"}):
    """One text in every language."""

    nl: str
    en: str
    nl_je: str | None = None

    def said_in(self, language: Language) -> str:
        """Return the text in `language`; where je makes no difference, it is as with u."""
        match language:
            case Language.EN:
                return self.en
            case Language.NL_JE:
                return self.nl_je or self.nl
            case Language.NL:
                return self.nl


class Category(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of data; `slot` is its place in the drawing of a key."""

    dpv: str
    name: Words
    explanation: Words
    slot: int | None = None
    legal_basis: str | None = None
    also: tuple[str, ...] = ()
    is_special: bool = False
    is_grantable: bool = True


class Purpose(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What data may be used for; {organization} in the sentence is the recipient's name."""

    dpv: str
    default_days: int
    longest_days: int
    name: Words
    sentence: Words


class Attribute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fact of a person."""

    category: CategoryKey
    type: JsonType
    label: Words
    aliases: tuple[str, ...] = ()
    identifier: str | None = None
    is_queryable: bool = False


class RecordType(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a product, interaction or external record is about."""

    category: CategoryKey
    nl: str
    en: str
    channel: str | None = None


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a message is about; what the law demands says why. An organization's own stands `under` the platform's."""

    name: Words
    explanation: Words
    purpose: PurposeKey
    defaults: tuple[str, ...] = ()
    is_required: bool = False
    is_advertising: bool = False
    reason: Words | None = None
    under: str | None = None
    organization: UUID | None = None

    def law(self, key: str) -> contact.Topic:
        """Return the topic as the law knows it."""
        return contact.Topic(key, self.defaults, self.is_required, self.is_advertising, self.under or "")


class Channel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A way to reach somebody: a disturbing one rings, blinks or stands at the door; on a live one two speak."""

    name: Words
    is_disturbing: bool = False
    is_live: bool = False
    organization: UUID | None = None

    def law(self, key: str) -> contact.Channel:
        """Return the channel as the law knows it."""
        return contact.Channel(key, self.is_disturbing)


class OfferKind(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of thing that can be offered."""

    name: Words


class InteractionWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How an interaction is described, whatever its channel."""

    speakers: tuple[str, ...]
    directions: tuple[str, ...]
    outcomes: tuple[str, ...]
    channels: tuple[str, ...]


class Catalog(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that is shipped, by key, with the look-ups that ingest needs."""

    categories: Mapping[CategoryKey, Category]
    purposes: Mapping[PurposeKey, Purpose]
    attributes: Mapping[AttributeName, Attribute]
    record_types: Mapping[tuple[RecordKind, TypeKey], RecordType]
    interaction_words: InteractionWords
    topics: Mapping[str, Topic]
    channels: Mapping[str, Channel]
    offer_kinds: Mapping[str, OfferKind]
    names: Mapping[str, AttributeName]
    """Every spelling of an attribute, aliases too, to its name."""
    watched: frozenset[str] = frozenset()
    """The records that some rule asks about, as kind/type: their arrival is noted."""

    def attribute_name(self, sent: str) -> str:
        """Return the catalog's name of an attribute that a source calls `sent`.

        An unknown name comes back in snake case, so that its spellings become one, or as it was
        if that makes no name.
        """
        spelled = snake_case(sent)
        return self.names.get(spelled, spelled if _NAME.fullmatch(spelled) else sent)

    def grantable(self) -> frozenset[CategoryKey]:
        """Return the categories that a customer can grant."""
        return frozenset(key for key, category in self.categories.items() if category.is_grantable)


def snake_case(sent: str) -> str:
    """Return `sent` in lower case with underscores between its words."""
    return _GAP.sub("_", _CAMEL.sub("_", sent.strip())).strip("_").lower()


def kebab_case(sent: str) -> str:
    """Return `sent` in lower case with hyphens between its words."""
    return snake_case(sent).replace("_", "-")


@cache
def shipped() -> Catalog:
    """Return the shipped catalog; raises CatalogError or ValidationError if it is broken."""
    return parse(lambda name: resources.files(__package__).joinpath(name).read_text("utf-8"))


def parse(text_of: Callable[[str], str]) -> Catalog:
    """Return the catalog that the files say, checked as a whole."""
    files = {name: tomllib.loads(text_of(f"{name}.toml")) for name in FILES}
    types = tomllib.loads(text_of("record_types.toml"))
    attributes = msgspec.convert(files["attributes"], dict[str, Attribute])
    catalog = Catalog(
        categories=msgspec.convert(files["categories"], dict[str, Category]),
        purposes=msgspec.convert(files["purposes"], dict[str, Purpose]),
        attributes=attributes,
        record_types=_record_types(types),
        interaction_words=msgspec.convert(types["interaction_words"], InteractionWords),
        topics=msgspec.convert(files["topics"], dict[str, Topic]),
        channels=msgspec.convert(files["channels"], dict[str, Channel]),
        offer_kinds=msgspec.convert(files["offer_kinds"], dict[str, OfferKind]),
        names=_names(attributes),
    )
    _check(catalog)
    return catalog


def _record_types(sections: Mapping[str, Any]) -> dict[tuple[RecordKind, TypeKey], RecordType]:
    return {
        (kind, key): record_type
        for kind in TYPED
        for key, record_type in msgspec.convert(sections[kind], dict[str, RecordType]).items()
    }


def _names(attributes: Mapping[str, Attribute]) -> dict[str, AttributeName]:
    names: dict[str, AttributeName] = {}
    for name, attribute in attributes.items():
        for spelling in (name, *attribute.aliases):
            if spelling != snake_case(spelling):
                raise CatalogError(f"{spelling} is not in snake case")
            if spelling in names:
                raise CatalogError(f"{spelling} leads to {names[spelling]} and to {name}")
            names[spelling] = name
    return names


def _check(catalog: Catalog) -> None:
    _check_categories(catalog.categories)
    _check_contact(catalog)
    for key, purpose in catalog.purposes.items():
        _expect(is_key(key), key)
        _expect(1 <= purpose.default_days <= purpose.longest_days <= LONGEST_DAYS, key)
    for name, attribute in catalog.attributes.items():
        _expect(attribute.category in catalog.grantable(), name)
        _expect(not (attribute.is_queryable and attribute.identifier), name)
    for (_, key), record_type in catalog.record_types.items():
        _expect(is_key(key), key)
        _expect(record_type.category in catalog.grantable(), key)
        _expect(record_type.channel is None or record_type.channel in catalog.interaction_words.channels, key)


def _check_contact(catalog: Catalog) -> None:
    for key in (*catalog.topics, *catalog.channels, *catalog.offer_kinds):
        _expect(is_key(key), key)
    for key, topic in catalog.topics.items():
        _expect(topic.purpose in catalog.purposes and set(topic.defaults) <= catalog.channels.keys(), key)
        _expect(topic.is_required == (topic.reason is not None), key)
        _expect(not (topic.is_advertising and (topic.is_required or topic.defaults)), key)
        _expect(topic.under is None and topic.organization is None, key)


def _check_categories(categories: Mapping[CategoryKey, Category]) -> None:
    _expect(UNMAPPED in categories and not categories[UNMAPPED].is_grantable, UNMAPPED)
    slots = [category.slot for category in categories.values() if category.is_grantable]
    _expect(sorted(SLOTS) == sorted(slot or 0 for slot in slots), "slot")
    for key, category in categories.items():
        _expect(is_key(key), key)
        _expect(category.is_grantable == (category.legal_basis is not None), key)
        _expect(category.is_special == (category.legal_basis == "eu-gdpr:A9-2-a"), key)


def _expect(fact: bool, entry: str) -> None:  # noqa: FBT001  # reads as a sentence where it is called
    if not fact:
        raise CatalogError(f"the catalog is wrong about {entry}")
