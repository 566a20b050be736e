"""The catalog in the database: seeded once, remembered safely, mapped per organization, and mapped back."""

from typing import Any
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from cdp import clock, jobs
from cdp.catalog import extension, files, mapping, seeding
from cdp.catalog.extension import AlreadyInCatalog
from cdp.catalog.files import Catalog, Category, JsonType, Purpose, Words
from cdp.catalog.mapping import BelongsElsewhere, Mapped, NotMapped, Wanted
from cdp.ingest.items import Kind, Outcome
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent.errors import CategoryUnknown, Invalid
from consent.types import UNMAPPED
from tests import make

SHIPPED = files.shipped()
OPERATOR = Scope(Principal.OPERATOR)
SIZE = mapping.entry_of("attributes", "shoeSize")
LABEL = Words(nl="Maat", en="Size")


@pytest.fixture
def source(platform: Platform) -> Organization:
    return make.organization(platform)


def scope_of(source: Organization) -> Scope:
    return Scope(Principal.SOURCE, source.organization_id)


def catalog_of(platform: Platform, source: Organization) -> Catalog:
    with platform.database.scoped(scope_of(source)) as session:
        return platform.catalogs.hold(session, source.organization_id)


def supply(platform: Platform, source: Organization, *, size: int = 43, user: str = "user-1") -> None:
    outcomes = make.delivery(
        platform,
        source,
        make.item(Kind.ATTRIBUTES, "shoe_size", size, user=user),
        make.item(Kind.ATTRIBUTES, "first_name", "Noor", user=user),
        make.item(Kind.PRODUCT, "Spaceship", {}, user=user, key=make.name("p")),
        make.item(Kind.INTERACTION, "Shoe Fitted", {"properties": {}}, user=user, key=make.name("i")),
    )
    assert set(outcomes) <= {Outcome.STORED, Outcome.UNCHANGED}


def filed(admin: psycopg.Connection, source: Organization, table: str = "record") -> list[tuple[Any, ...]]:
    """Return where everything of `source` is filed, also what was superseded."""
    query = f"select record_id, type, category from {table} where source_id = %s order by record_id"
    return list(admin.execute(query.encode(), (source.organization_id,)))


def categories(admin: psycopg.Connection, source: Organization, table: str = "record") -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for _, type_, category in filed(admin, source, table):
        found.setdefault(type_, set()).add(category)
    return found


def version(admin: psycopg.Connection) -> int:
    (number,) = admin.execute("select version from catalog_version").fetchone() or (0,)
    return int(number)


def test_the_database_says_what_the_files_say(platform: Platform, source: Organization) -> None:
    loaded = catalog_of(platform, source)

    assert SHIPPED.attributes == loaded.attributes
    assert SHIPPED.record_types == loaded.record_types
    assert SHIPPED.names == loaded.names
    assert SHIPPED.purposes == loaded.purposes
    assert SHIPPED.categories == loaded.categories
    assert SHIPPED.topics == loaded.topics
    assert [*SHIPPED.topics] == [*loaded.topics]
    assert SHIPPED.channels == loaded.channels
    assert SHIPPED.offer_kinds == loaded.offer_kinds


def test_seeding_again_changes_nothing(platform: Platform, admin: psycopg.Connection) -> None:
    before = version(admin)

    changed = seeding.seed(admin)

    assert (0, before) == (changed, version(admin))


def test_an_upgrade_changes_only_what_is_new(platform: Platform, admin: psycopg.Connection) -> None:
    newer = Catalog(
        categories=SHIPPED.categories,
        purposes=SHIPPED.purposes,
        attributes={
            **SHIPPED.attributes,
            "iris": files.Attribute(category="health", type=JsonType.STRING, label=LABEL),
        },
        record_types=SHIPPED.record_types,
        interaction_words=SHIPPED.interaction_words,
        topics=SHIPPED.topics,
        channels=SHIPPED.channels,
        offer_kinds=SHIPPED.offer_kinds,
        names=SHIPPED.names,
    )
    before = version(admin)

    with admin.transaction(force_rollback=True):
        assert (1, before + 1) == (seeding.seed(admin, newer), version(admin))


def test_what_is_remembered_is_the_same_until_something_changes(platform: Platform, source: Organization) -> None:
    first, second = catalog_of(platform, source), catalog_of(platform, source)
    mapping.put(platform, scope_of(source), SIZE, Wanted("personal", LABEL))
    third = catalog_of(platform, source)

    assert first is second
    assert "shoe_size" not in first.attributes
    assert "personal" == third.attributes["shoe_size"].category


def test_a_mapping_files_what_comes_and_what_is_there_also_its_history(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    supply(platform, source, size=42)
    supply(platform, source, size=43)
    before = categories(admin, source)["shoe_size"]

    mapped = mapping.put(platform, scope_of(source), SIZE, Wanted("personal", LABEL))
    supply(platform, source, size=44)

    assert {UNMAPPED} == before
    assert Mapped(SIZE, "personal", refiled=2, is_done=True) == mapped
    assert {"personal"} == categories(admin, source)["shoe_size"]
    assert 3 == len([1 for _, type_, _ in filed(admin, source) if type_ == "shoe_size"])


@pytest.mark.parametrize(
    ("kind", "sent", "table"),
    [("product", "Spaceship", "record"), ("interaction", "shoe fitted", "interaction")],
)
def test_types_are_mapped_however_they_are_spelled(
    platform: Platform, source: Organization, admin: psycopg.Connection, kind: str, sent: str, table: str
) -> None:
    supply(platform, source)
    entry = mapping.entry_of(kind, sent)

    mapped = mapping.put(platform, scope_of(source), entry, Wanted("usage", LABEL))

    assert (1, True) == (mapped.refiled, mapped.is_done)
    assert "usage" == mapping.described(catalog_of(platform, source), entry).category
    assert ("usage",) in {(category,) for _, _, category in filed(admin, source, table)}


def test_mapping_back_undoes_a_mapping(platform: Platform, source: Organization, admin: psycopg.Connection) -> None:
    supply(platform, source)
    before = filed(admin, source)
    mapping.put(platform, scope_of(source), SIZE, Wanted("personal", LABEL))

    released = mapping.release(platform, scope_of(source), SIZE)

    assert (UNMAPPED, 1, True) == (released.category, released.refiled, released.is_done)
    assert before == filed(admin, source)
    with platform.database.scoped(scope_of(source)) as session:
        assert [] == mapping.own_entries(session, source.organization_id)


def test_a_platform_attribute_goes_back_to_its_own_category(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    supply(platform, source)
    name = mapping.entry_of("attributes", "voornaam")
    mapping.put(platform, scope_of(source), name, Wanted("personal", LABEL))
    moved = categories(admin, source)["first_name"]

    mapping.release(platform, scope_of(source), name)

    assert ({"personal"}, {"contact"}) == (moved, categories(admin, source)["first_name"])


def test_a_mapping_is_the_organization_s_own(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    other = make.organization(platform)
    supply(platform, other)
    before = filed(admin, other)

    mapping.put(platform, scope_of(source), SIZE, Wanted("personal", LABEL))

    assert before == filed(admin, other)
    assert "shoe_size" not in catalog_of(platform, other).attributes


def test_what_one_call_does_not_come_to_the_worker_does(
    platform: Platform, source: Organization, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        supply(platform, source, user=f"user-{number}")
    monkeypatch.setattr(mapping, "CHUNK", 2)

    begun = mapping.put(platform, scope_of(source), SIZE, Wanted("personal", LABEL), most_chunks=1)
    finished = jobs.finish_mappings(platform, clock.now())

    assert (2, False, 3) == (begun.refiled, begun.is_done, finished)
    assert {"personal"} == categories(admin, source)["shoe_size"]
    assert 0 == jobs.finish_mappings(platform, clock.now())


def test_whoever_stores_by_the_old_mapping_is_waited_for(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    change = text("set local lock_timeout = '50ms'; select change_catalog()")

    with platform.database.scoped(scope_of(source)) as session:
        platform.catalogs.hold(session, source.organization_id)
        with pytest.raises(Exception, match="lock timeout"), platform.database.scoped(scope_of(source)) as changing:
            changing.execute(change)


@pytest.mark.parametrize(
    ("sent", "kind", "category"),
    [
        ("email", "attributes", "personal"),  # it identifies
        ("klantnummer", "attributes", "products"),
        ("health-insurance", "product", "products"),  # it is of a special category
    ],
)
def test_what_the_platform_fixes_stays(
    platform: Platform, source: Organization, sent: str, kind: str, category: str
) -> None:
    with pytest.raises(BelongsElsewhere):
        mapping.put(platform, scope_of(source), mapping.entry_of(kind, sent), Wanted(category, LABEL))


def test_an_unknown_category_is_refused(platform: Platform, source: Organization) -> None:
    with pytest.raises(CategoryUnknown):
        mapping.put(platform, scope_of(source), SIZE, Wanted("nothing", LABEL))


def test_what_was_never_mapped_cannot_be_released(platform: Platform, source: Organization) -> None:
    with pytest.raises(NotMapped):
        mapping.release(platform, scope_of(source), SIZE)


@pytest.mark.parametrize(
    ("kind", "sent"), [("link", "a"), ("attributes", ""), ("attributes", "a\0"), ("product", "x" * 201)]
)
def test_what_is_no_name_is_refused(kind: str, sent: str) -> None:
    with pytest.raises(Invalid):
        mapping.entry_of(kind, sent)


def test_what_may_not_stand_in_clear_any_more_is_emptied(
    platform: Platform, source: Organization, admin: psycopg.Connection
) -> None:
    operator = Scope(Principal.OPERATOR, organization=source.organization_id)
    mapping.put(platform, operator, SIZE, Wanted("personal", LABEL, JsonType.INTEGER, is_queryable=True))
    supply(platform, source)
    clear = "select count(*) from record where source_id = %s and type = 'shoe_size' and queryable is not null"
    before = admin.execute(clear, (source.organization_id,)).fetchone()

    mapping.put(platform, operator, SIZE, Wanted("personal", LABEL, JsonType.INTEGER))

    assert ((1,), (0,)) == (before, admin.execute(clear, (source.organization_id,)).fetchone())


def own_category(**changes: Any) -> Category:
    facts: dict[str, Any] = {"dpv": "pd:Interest", "name": LABEL, "explanation": LABEL, "legal_basis": "eu-gdpr:A6-1-a"}
    return Category(**facts | changes)


def test_an_added_category_can_be_granted_and_mapped_to(platform: Platform, source: Organization) -> None:
    key = f"{source.slug}-reading"
    with platform.database.scoped(Scope(Principal.OPERATOR, organization=source.organization_id)) as session:
        extension.add_category(session, source.slug, key, own_category())

    mapping.put(platform, scope_of(source), SIZE, Wanted(key, LABEL))

    assert key in catalog_of(platform, source).grantable()
    with (
        pytest.raises(AlreadyInCatalog),
        platform.database.scoped(Scope(Principal.OPERATOR, organization=source.organization_id)) as session,
    ):
        extension.add_category(session, source.slug, key, own_category())


@pytest.mark.parametrize("key", ["reading", "contact", "other-reading", "-reading"])
def test_an_addition_cannot_pass_for_another_s(platform: Platform, source: Organization, key: str) -> None:
    with pytest.raises(Invalid), platform.database.scoped(OPERATOR) as session:
        extension.add_category(session, source.slug, key, own_category())


def test_an_added_purpose_says_what_the_organization_does(platform: Platform, source: Organization) -> None:
    operator = Scope(Principal.OPERATOR, organization=source.organization_id)
    sentence = Words(nl="{organization} leest voor.", en="{organization} reads aloud.")
    purpose = Purpose(dpv="dpv:Personalisation", default_days=30, longest_days=60, name=LABEL, sentence=sentence)
    key = f"{source.slug}-reading-aloud"

    with platform.database.scoped(operator) as session:
        extension.add_purpose(session, source.slug, key, purpose)

    assert purpose == catalog_of(platform, source).purposes[key]


def test_an_organization_cannot_add_categories_or_purposes(platform: Platform, source: Organization) -> None:
    for table in ("category", "purpose"):
        with pytest.raises(Exception, match="permission denied"), platform.database.scoped(scope_of(source)) as session:
            session.execute(text(f"insert into {table} select * from {table} limit 1"))


def test_an_organization_cannot_map_for_another(platform: Platform, source: Organization) -> None:
    other: UUID = make.organization(platform).organization_id
    insert = text(
        "insert into attribute (organization_id, attribute, category) values (:other, 'shoe_size', 'contact')"
    )

    with pytest.raises(Exception, match="row-level security"), platform.database.scoped(scope_of(source)) as session:
        session.execute(insert, {"other": other})
