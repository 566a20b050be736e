import re
from collections.abc import Iterator
from importlib import resources

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.catalog import files, mapping
from cdp.catalog.files import CatalogError, JsonType, Language, Words
from cdp.ingest import items, stated
from consent.types import UNMAPPED
from consent.wishes import Speaker

CATALOG = files.shipped()

SEGMENT_TRAITS = [
    *["address", "age", "avatar", "birthday", "company", "createdAt", "description", "email", "firstName", "gender"],
    *["id", "lastName", "name", "phone", "title", "username", "website", "industry", "employees", "plan"],
]

# Terms that were looked up one by one in DPV 2.3: modules/purposes, pd core and extended, eu-gdpr legal bases.
DPV = {
    "dpv:PersonalData",
    "dpv:CustomerCare",
    "dpv:RequestedServiceProvision",
    "dpv:Personalisation",
    "dpv:DirectMarketing",
    "dpv:ResearchAndDevelopment",
    "dpv:FraudPreventionAndDetection",
    "dpv:ProvidePersonalisedRecommendations",
    "pd:Contact",
    "pd:PhysicalAddress",
    "pd:Demographic",
    "pd:Household",
    "pd:Interest",
    "pd:Purchase",
    "pd:Ownership",
    "pd:Financial",
    "pd:Communication",
    "pd:ServiceConsumptionBehaviour",
    "pd:BrowsingBehaviour",
    "pd:MedicalHealth",
    "eu-gdpr:A6-1-a",
    "eu-gdpr:A9-2-a",
}
HARD_WORDS = ("verwerk", "inzage", "grondslag", "consent", "derden", "profiel", "oeps", "!")
SAYS_U = re.compile(r"\b(u|uw|uzelf)\b", re.IGNORECASE)
SAYS_JE = re.compile(r"\b(je|jij|jou|jouw|jezelf)\b", re.IGNORECASE)


def copy() -> Iterator[tuple[str, Words]]:
    for key, category in CATALOG.categories.items():
        yield f"{key} name", category.name
        yield f"{key} explanation", category.explanation
    for key, purpose in CATALOG.purposes.items():
        yield f"{key} name", purpose.name
        yield f"{key} sentence", purpose.sentence
    for name, attribute in CATALOG.attributes.items():
        yield name, attribute.label
    for (kind, key), record_type in CATALOG.record_types.items():
        yield f"{kind} {key}", Words(nl=record_type.nl, en=record_type.en)


COPY = dict(copy())
each_text = pytest.mark.parametrize("words", COPY.values(), ids=COPY)


def broken(old: str, new: str) -> str:
    """Return what is wrong with the catalog once `old` reads `new`."""

    def text_of(name: str) -> str:
        return resources.files("cdp.catalog").joinpath(name).read_text("utf-8").replace(old, new, 1)

    with pytest.raises((CatalogError, ValueError)) as caught:
        files.parse(text_of)
    return str(caught.value)


def test_there_are_eight_kinds_of_data_to_grant_and_one_that_is_not() -> None:
    assert {
        "contact",
        "address",
        "personal",
        "products",
        "financial",
        "conversations",
        "usage",
        "health",
    } == CATALOG.grantable()
    assert {UNMAPPED} == CATALOG.categories.keys() - CATALOG.grantable()


def test_every_grantable_category_has_its_own_slot_on_the_key() -> None:
    slots = {category.slot for category in CATALOG.categories.values() if category.is_grantable}

    assert set(range(1, 9)) == slots


def test_health_is_the_special_category() -> None:
    assert {"health"} == {key for key, category in CATALOG.categories.items() if category.is_special}


def test_every_term_is_one_that_was_looked_up() -> None:
    categories = CATALOG.categories.values()
    used = {category.dpv for category in categories} | {term for category in categories for term in category.also}
    used |= {category.legal_basis for category in categories if category.legal_basis}
    used |= {purpose.dpv for purpose in CATALOG.purposes.values()}

    assert used <= DPV


@each_text
def test_everything_is_named_in_every_language(words: Words) -> None:
    assert all(words.said_in(language).strip() for language in Language)


@each_text
def test_sentences_are_short(words: Words) -> None:
    for language in Language:
        for sentence in re.split(r"[.?]\s*", words.said_in(language)):
            assert len(sentence.split()) <= 12


@each_text
def test_words_are_plain(words: Words) -> None:
    for language in Language:
        assert not [word for word in HARD_WORDS if word in words.said_in(language).casefold()]


@each_text
def test_u_and_je_are_never_mixed(words: Words) -> None:
    assert not SAYS_JE.search(words.nl)
    assert not SAYS_U.search(words.said_in(Language.NL_JE))
    assert words.nl_je != words.nl


@pytest.mark.parametrize("purpose", CATALOG.purposes.values(), ids=CATALOG.purposes)
def test_a_purpose_says_in_every_language_what_the_organization_does(purpose: files.Purpose) -> None:
    for language in Language:
        assert purpose.sentence.said_in(language).startswith("{organization} ")
        assert purpose.sentence.said_in(language).endswith(".")


@pytest.mark.parametrize("trait", SEGMENT_TRAITS)
def test_every_reserved_trait_has_its_category(trait: str) -> None:
    assert mapping.described(CATALOG, mapping.entry_of("attributes", trait)).category != UNMAPPED


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("firstName", "first_name"),
        ("first_name", "first_name"),
        ("First Name", "first_name"),
        ("voornaam", "first_name"),
        ("createdAt", "created_at"),
        ("birthday", "birth_date"),
        ("postalCode", "postcode"),
        ("IBAN", "iban"),
        ("customerID", "id"),
        ("eanCode", "ean_code"),
        ("group.industry", "group.industry"),
        ("favouriteColour", "favourite_colour"),
        ("Größe (cm)", "Größe (cm)"),
        ("", ""),
    ],
)
def test_every_spelling_of_a_name_becomes_one(sent: str, name: str) -> None:
    assert name == CATALOG.attribute_name(sent)


@given(st.text(max_size=40))
def test_naming_twice_is_naming_once(sent: str) -> None:
    once = CATALOG.attribute_name(sent)

    assert once == CATALOG.attribute_name(once)


def test_only_what_identifies_nobody_may_stand_in_clear() -> None:
    queryable = {name for name, attribute in CATALOG.attributes.items() if attribute.is_queryable}

    assert {"language", "locale", "country", "timezone", "currency"} == queryable


def test_identifiers_are_text() -> None:
    assert all(attribute.type is JsonType.STRING for attribute in CATALOG.attributes.values() if attribute.identifier)


@pytest.mark.parametrize(
    "channel", ["email", "phone", "chat", "chatbot", "post", "in-person", "app", "virtual-reality", "web"]
)
def test_every_channel_has_an_interaction(channel: str) -> None:
    channels = {record_type.channel for record_type in CATALOG.record_types.values()}

    assert channel in channels


def test_ingest_and_catalog_describe_an_interaction_in_the_same_words() -> None:
    assert set(items.Channel) == set(CATALOG.interaction_words.channels)
    assert set(Speaker) == set(CATALOG.interaction_words.speakers)
    assert set(items.Direction) == set(CATALOG.interaction_words.directions)


def test_a_timeline_names_every_channel_as_the_catalog_does() -> None:
    assert CATALOG.channels.keys() <= set(items.Channel)


@pytest.mark.parametrize(("former", "word"), [("letter", "post"), ("visit", "in-person")])
def test_a_former_word_for_a_channel_is_taken_for_todays(former: str, word: str) -> None:
    assert word == msgspec.json.decode(f'"{former}"', type=items.Channel) == stated.CHANNELS[former]


def test_a_type_is_found_as_segment_spells_it() -> None:
    assert "products" == mapping.described(CATALOG, mapping.entry_of("interaction", "Order Completed")).category


@pytest.mark.parametrize(
    ("kind", "sent"),
    [("interaction", "Blood Test Ordered"), ("product", "order-completed"), ("attributes", "shoeSize")],
)
def test_what_the_catalog_does_not_know_is_not_mapped(kind: str, sent: str) -> None:
    with pytest.raises(mapping.NotMapped):
        mapping.described(CATALOG, mapping.entry_of(kind, sent))


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"voornaam"', '"email"', "email leads to"),
        ('"voornaam"', '"voorNaam"', "not in snake case"),
        ('category = "contact"', 'category = "unmapped"', "wrong about name"),
        ('category = "contact"', 'category = "nothing"', "wrong about name"),
        ("slot = 1", "slot = 2", "wrong about slot"),
        ("longest_days = 365", "longest_days = 366", "wrong about customer-care"),
        ('identifier = "email"', 'identifier = "email"\nis_queryable = true', "wrong about email"),
        ('type = "string"', 'type = "text"', "Invalid enum value 'text'"),
        ("is_special = true", "is_special = true\nsecret = 1", "unknown field `secret`"),
        ('channel = "email"', 'channel = "pigeon"', "wrong about email"),
        ("is_grantable = false", "is_grantable = true", "wrong about unmapped"),
    ],
)
def test_a_catalog_that_contradicts_itself_does_not_load(old: str, new: str, told: str) -> None:
    assert told in broken(old, new)
