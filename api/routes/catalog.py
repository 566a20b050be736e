"""The catalog: kinds of data, purposes, topics and channels, for anybody; its own additions, for an organization."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel, ConfigDict, Field

from api.principals import CatalogWriter, PlatformDep, Service
from cdp.catalog import extension, files, mapping
from cdp.catalog.files import (
    Attribute,
    Catalog,
    Category,
    Channel,
    JsonType,
    Language,
    Purpose,
    RecordType,
    Topic,
)
from cdp.catalog.mapping import Entry, Mapped, Wanted
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.types import KEY_PATTERN, LONGEST_KEY, CategoryKey, TypeKey

router = APIRouter(prefix="/v1/catalog", tags=["catalog"])

Name = Annotated[str, Path(min_length=1, max_length=200, description="As the organization sends it.")]
Kind = Annotated[Literal["product", "interaction", "external"], Path(description="What kind of record.")]
OwnKey = Annotated[
    str, Path(max_length=LONGEST_KEY, pattern=KEY_PATTERN, description="Begins with your slug and a hyphen.")
]
Sentence = Annotated[str, Field(min_length=1, max_length=200)]


class Text(BaseModel):
    """One text in every language; `nl@je` is Dutch that says je."""

    nl: str
    nl_je: str = Field(serialization_alias="nl@je")
    en: str


class CategoryView(BaseModel):
    """A kind of data; `slot` is its place in the drawing of a key."""

    category: str
    name: Text
    explanation: Text
    dpv: str
    legal_basis: str | None
    is_special: bool
    is_grantable: bool
    slot: int | None


class PurposeView(BaseModel):
    """What data may be used for; {organization} in the sentence stands for the recipient's name."""

    purpose: str
    name: Text
    sentence: Text
    dpv: str
    default_days: int
    longest_days: int


class EntryView(BaseModel):
    """An attribute or a type of record, and the category that it belongs to."""

    kind: str
    name: str
    category: str
    label: Text


class OwnEntryView(EntryView):
    """The same, as the asking organization sees it; `is_own` when it mapped it itself."""

    is_own: bool


class TopicView(BaseModel):
    """What organizations approach people about; an organization's own stands `under` one of the platform's."""

    topic: str
    name: Text
    explanation: Text
    purpose: str
    defaults: list[str]
    is_required: bool
    is_advertising: bool
    reason: Text | None
    under: str | None


class ChannelView(BaseModel):
    """A way to reach somebody."""

    channel: str
    name: Text
    is_disturbing: bool
    is_live: bool


class OfferKindView(BaseModel):
    """A kind of thing that can be offered."""

    kind: str
    name: Text


class CatalogView(BaseModel):
    """Everything in the catalog, but the attributes and types that are an organization's own."""

    categories: list[CategoryView]
    purposes: list[PurposeView]
    attributes: list[EntryView]
    types: list[EntryView]
    topics: list[TopicView]
    channels: list[ChannelView]
    offer_kinds: list[OfferKindView]


class Label(BaseModel):
    """How it is called."""

    model_config = ConfigDict(extra="forbid")

    nl: Sentence
    en: Sentence


class AttributeMapping(BaseModel):
    """Where an attribute shall belong."""

    model_config = ConfigDict(extra="forbid")

    category: CategoryKey
    label: Label
    type: JsonType = JsonType.STRING


class TypeMapping(BaseModel):
    """Where a type of record shall belong."""

    model_config = ConfigDict(extra="forbid")

    category: CategoryKey
    label: Label


class OwnTopic(BaseModel):
    """A topic of this organization, under one of the platform's."""

    model_config = ConfigDict(extra="forbid")

    under: TypeKey
    name: Label
    explanation: Label


class OwnChannel(BaseModel):
    """A channel of this organization; it keeps to the hours that a customer chose."""

    model_config = ConfigDict(extra="forbid")

    name: Label
    is_live: bool = False


class MappedView(BaseModel):
    """What a change did: how many stored records were re-filed; the rest follows when it is not done."""

    kind: str
    name: str
    category: str
    refiled: int
    is_done: bool


@router.get("", summary="See the catalog", operation_id="show_catalog")
def show_catalog(platform: PlatformDep) -> CatalogView:
    """Return the kinds of data, the purposes and what belongs where, in Dutch and English."""
    with platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        catalog = platform.catalogs.of(session, None)
    return _catalog_view(catalog)


@router.get("/attributes/{name}", summary="See where an attribute belongs", operation_id="show_attribute")
def show_attribute(name: Name, asking: CatalogWriter, platform: PlatformDep) -> OwnEntryView:
    """Return where this organization's attribute belongs; unknown ones belong to nobody and cannot be granted."""
    return _shown(platform, asking, mapping.entry_of(mapping.ATTRIBUTES, name))


@router.put("/attributes/{name}", summary="Map an attribute", operation_id="map_attribute")
def map_attribute(name: Name, wanted: AttributeMapping, asking: CatalogWriter, platform: PlatformDep) -> MappedView:
    """File this organization's attribute under a category, and re-file what is stored of it."""
    entry = mapping.entry_of(mapping.ATTRIBUTES, name)
    target = Wanted(wanted.category, _words(wanted.label), wanted.type)
    return _mapped(mapping.put(platform, asking.scope(Principal.SOURCE), entry, target))


@router.delete("/attributes/{name}", summary="Unmap an attribute", operation_id="unmap_attribute")
def unmap_attribute(name: Name, asking: CatalogWriter, platform: PlatformDep) -> MappedView:
    """Give up this organization's own mapping: records go back where the platform files them."""
    entry = mapping.entry_of(mapping.ATTRIBUTES, name)
    return _mapped(mapping.release(platform, asking.scope(Principal.SOURCE), entry))


@router.get("/types/{kind}/{name}", summary="See where a type belongs", operation_id="show_type")
def show_type(kind: Kind, name: Name, asking: CatalogWriter, platform: PlatformDep) -> OwnEntryView:
    """Return where this organization's type of record belongs."""
    return _shown(platform, asking, mapping.entry_of(kind, name))


@router.put("/types/{kind}/{name}", summary="Map a type", operation_id="map_type")
def map_type(kind: Kind, name: Name, wanted: TypeMapping, asking: CatalogWriter, platform: PlatformDep) -> MappedView:
    """File this organization's type of record under a category, and re-file what is stored of it."""
    entry = mapping.entry_of(kind, name)
    target = Wanted(wanted.category, _words(wanted.label))
    return _mapped(mapping.put(platform, asking.scope(Principal.SOURCE), entry, target))


@router.delete("/types/{kind}/{name}", summary="Unmap a type", operation_id="unmap_type")
def unmap_type(kind: Kind, name: Name, asking: CatalogWriter, platform: PlatformDep) -> MappedView:
    """Give up this organization's own mapping: records go back where the platform files them."""
    return _mapped(mapping.release(platform, asking.scope(Principal.SOURCE), mapping.entry_of(kind, name)))


@router.put("/topics/{key}", summary="Add a topic of mine", operation_id="put_topic")
def put_topic(key: OwnKey, topic: OwnTopic, asking: CatalogWriter, platform: PlatformDep) -> TopicView:
    """Add something that this organization approaches people about; what customers chose above it holds for it."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        kept = extension.put_topic(
            session,
            asking.organization,
            key,
            under=topic.under,
            name=_words(topic.name),
            explanation=_words(topic.explanation),
            reason=None,
        )
    return _topic_view(key, kept)


@router.put("/channels/{key}", summary="Add a channel of mine", operation_id="put_channel")
def put_channel(key: OwnKey, channel: OwnChannel, asking: CatalogWriter, platform: PlatformDep) -> ChannelView:
    """Add a way in which this organization reaches people; nobody is reached by it who did not choose it."""
    kept = Channel(name=_words(channel.name), is_disturbing=True, is_live=channel.is_live)
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        extension.put_channel(session, asking.organization, key, kept)
    return _channel_view(key, kept)


def _shown(platform: Platform, asking: Service, entry: Entry) -> OwnEntryView:
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        catalog = platform.catalogs.of(session, asking.organization)
        own = dict(mapping.own_entries(session, asking.organization))
    view = _entry_view(entry, mapping.described(catalog, entry))
    return OwnEntryView(**view.model_dump(), is_own=entry in own)


def _mapped(mapped: Mapped) -> MappedView:
    kind, name = mapped.entry
    return MappedView(kind=kind, name=name, category=mapped.category, refiled=mapped.refiled, is_done=mapped.is_done)


def _catalog_view(catalog: Catalog) -> CatalogView:
    return CatalogView(
        categories=[_category_view(key, each) for key, each in sorted(catalog.categories.items())],
        purposes=[_purpose_view(key, each) for key, each in sorted(catalog.purposes.items())],
        attributes=[
            _entry_view(Entry(mapping.ATTRIBUTES, name), each) for name, each in sorted(catalog.attributes.items())
        ],
        types=[_entry_view(Entry(kind, name), each) for (kind, name), each in sorted(catalog.record_types.items())],
        topics=[_topic_view(key, each) for key, each in catalog.topics.items()],
        channels=[_channel_view(key, each) for key, each in catalog.channels.items()],
        offer_kinds=[OfferKindView(kind=key, name=_text(each.name)) for key, each in catalog.offer_kinds.items()],
    )


def _topic_view(key: str, of: Topic) -> TopicView:
    return TopicView(
        topic=key,
        name=_text(of.name),
        explanation=_text(of.explanation),
        purpose=of.purpose,
        defaults=list(of.defaults),
        is_required=of.is_required,
        is_advertising=of.is_advertising,
        reason=None if of.reason is None else _text(of.reason),
        under=of.under,
    )


def _channel_view(key: str, of: Channel) -> ChannelView:
    return ChannelView(channel=key, name=_text(of.name), is_disturbing=of.is_disturbing, is_live=of.is_live)


def _category_view(key: str, of: Category) -> CategoryView:
    return CategoryView(
        category=key,
        name=_text(of.name),
        explanation=_text(of.explanation),
        dpv=of.dpv,
        legal_basis=of.legal_basis,
        is_special=of.is_special,
        is_grantable=of.is_grantable,
        slot=of.slot,
    )


def _purpose_view(key: str, of: Purpose) -> PurposeView:
    return PurposeView(
        purpose=key,
        name=_text(of.name),
        sentence=_text(of.sentence),
        dpv=of.dpv,
        default_days=of.default_days,
        longest_days=of.longest_days,
    )


def _entry_view(entry: Entry, of: Attribute | RecordType) -> EntryView:
    label = of.label if isinstance(of, Attribute) else files.Words(nl=of.nl, en=of.en)
    return EntryView(kind=entry.kind, name=entry.name, category=of.category, label=_text(label))


def _text(words: files.Words) -> Text:
    return Text(nl=words.nl, nl_je=words.said_in(Language.NL_JE), en=words.en)


def _words(label: Label) -> files.Words:
    return files.Words(nl=label.nl, en=label.en)
