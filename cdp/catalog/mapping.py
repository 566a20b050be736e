"""What an organization adds to the catalog: where its own attributes and types belong. A change re-files.

Rules: (1) the new mapping commits first, after whoever stores by the old one has finished, so that a record is either
stored by the new mapping or found by the re-filing; (2) records are re-filed in chunks, current and history alike,
and a change that was interrupted is taken up by the worker; (3) an identifier keeps its category, and nothing leaves
a special category, since a grant of another category would open it to others; (4) mapping back undoes a mapping.
Categories, purposes and what may stand in clear (`queryable`) are the operator's to add: see `cdp.catalog.extension`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from cdp.catalog import files
from cdp.catalog.files import Attribute, Catalog, JsonType, RecordType, Words
from cdp.catalog.reading import Catalogs
from cdp.database import sql
from cdp.platform import Platform
from cdp.scope import Scope
from consent.errors import CategoryUnknown, Conflict, Invalid, NotFound, Refused
from consent.fold import RecordKind
from consent.types import UNMAPPED

CHUNK: Final = 5_000
MOST_CHUNKS: Final = 40
"""How much one call re-files before it leaves the rest to the worker."""
MOST_ENTRIES: Final = 2_000
LONGEST_NAME: Final = 200
ATTRIBUTES: Final = RecordKind.ATTRIBUTES.value
_HIDE: Final = "select hide_queryable(:organization, :type, :chunk)"
_SETTLED: Final = {
    True: (
        (
            "delete from attribute where (organization_id, attribute, category, pending)"
            " = (:organization, :name, :category, 'release')"
        ),
        (
            "update attribute set pending = null where (organization_id, attribute, category)"
            " = (:organization, :name, :category)"
        ),
    ),
    False: (
        (
            "delete from record_type where (organization_id, kind, type, category, pending)"
            " = (:organization, :kind, :name, :category, 'release')"
        ),
        (
            "update record_type set pending = null where (organization_id, kind, type, category)"
            " = (:organization, :kind, :name, :category)"
        ),
    ),
}


class BelongsElsewhere(Refused):
    """The platform decides where this belongs: it identifies somebody, or it is of a special category."""

    code = "category-fixed"


class NotMapped(NotFound):
    """This organization has no mapping of that name."""

    code = "mapping-unknown"


class TooManyMappings(Conflict):
    """This organization has as many mappings as it may."""

    code = "too-many-mappings"


class Entry(NamedTuple):
    """What is mapped: an attribute by its name, or a type of one kind of record."""

    kind: str
    name: str


class Wanted(NamedTuple):
    """Where it shall belong, and how it is called."""

    category: str
    label: Words
    type: JsonType = JsonType.STRING
    is_queryable: bool = False


@dataclass(frozen=True, slots=True)
class Mapped:
    """What a change did; when it is not done, the worker goes on."""

    entry: Entry
    category: str
    refiled: int
    is_done: bool


def entry_of(kind: str, sent: str) -> Entry:
    """Return the entry that a source's spelling means; raises Invalid for what is no name."""
    if kind not in {*RecordKind}:
        raise Invalid("the kind is attributes, product, interaction or external", field="/kind")
    name = files.shipped().attribute_name(sent) if kind == ATTRIBUTES else files.kebab_case(sent)
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid("this is no name of an attribute or a type", field="/name")
    return Entry(kind, name)


def described(catalog: Catalog, entry: Entry) -> Attribute | RecordType:
    """Return what the catalog says of `entry`; raises NotFound when it does not know it."""
    found: Attribute | RecordType | None
    if entry.kind == ATTRIBUTES:
        found = catalog.attributes.get(entry.name)
    else:
        found = catalog.record_types.get((RecordKind(entry.kind), entry.name))
    if found is None:
        raise NotMapped
    return found


def put(
    platform: Platform,
    scope: Scope,
    entry: Entry,
    wanted: Wanted,
    *,
    most_chunks: int = MOST_CHUNKS,
    report: Callable[[int], None] = lambda _: None,
) -> Mapped:
    """Map `entry` of the organization in `scope` (as source or operator) and re-file its records."""
    with platform.database.scoped(scope) as session:
        session.execute(text("select change_catalog()"))
        _check(session, scope, entry, wanted.category)
        _store(session, scope, entry, wanted, pending="refile")
    return refile(platform, scope, entry, most_chunks=most_chunks, report=report)


def release(
    platform: Platform,
    scope: Scope,
    entry: Entry,
    *,
    most_chunks: int = MOST_CHUNKS,
    report: Callable[[int], None] = lambda _: None,
) -> Mapped:
    """Give up the organization's own mapping: its records go where the platform files them; unknown ones to nobody."""
    with platform.database.scoped(scope) as session:
        session.execute(text("select change_catalog()"))
        if _own(session, scope, entry) is None:
            raise NotMapped
        _store(session, scope, entry, _platforms(session, entry), pending="release")
    return refile(platform, scope, entry, most_chunks=most_chunks, report=report)


def refile(
    platform: Platform,
    scope: Scope,
    entry: Entry,
    *,
    most_chunks: int = MOST_CHUNKS,
    report: Callable[[int], None] = lambda _: None,
) -> Mapped:
    """Re-file what is stored of `entry` by the organization's present mapping, chunk by chunk."""
    refiled, category, is_done = 0, "", False
    for _ in range(most_chunks):
        with platform.database.scoped(scope) as session:
            own = _own(session, scope, entry)
            if own is None:
                raise NotMapped
            category = own.category
            moved, is_done = _refile_chunk(session, scope, entry, own)
            if is_done:
                _settle(session, scope, entry, category)
        refiled += moved
        report(moved)
        if is_done:
            break
    return Mapped(entry, category, refiled, is_done)


def unfinished(session: Session) -> list[tuple[UUID, Entry]]:
    """Return the entries whose records are not all re-filed yet, for the worker. Operator only."""
    return [
        (row.organization_id, Entry(row.kind, row.name)) for row in session.execute(text(sql("mapping_unfinished")))
    ]


def own_entries(session: Session, organization: UUID) -> list[tuple[Entry, str]]:
    """Return what an organization mapped itself, with the categories."""
    rows = session.execute(text(sql("mapping_own_entries")), {"organization": organization})
    return [(Entry(row.kind, row.name), row.category) for row in rows]


def _check(session: Session, scope: Scope, entry: Entry, category: str) -> None:
    platforms = Catalogs().of(session, None)
    if category not in platforms.categories:
        raise CategoryUnknown(field="/category")
    if entry.kind == ATTRIBUTES:
        attribute = platforms.attributes.get(entry.name)
        known = attribute.category if attribute is not None else None
        is_fixed = attribute is not None and attribute.identifier is not None
    else:
        record_type = platforms.record_types.get((RecordKind(entry.kind), entry.name))
        known, is_fixed = (record_type.category if record_type is not None else None), False
    if known is not None and known != category and (is_fixed or platforms.categories[known].is_special):
        raise BelongsElsewhere(field="/category")
    if _own(session, scope, entry) is None and len(own_entries(session, owner(scope))) >= MOST_ENTRIES:
        raise TooManyMappings


def _platforms(session: Session, entry: Entry) -> Wanted:
    """Return where the platform files it."""
    try:
        known = described(Catalogs().of(session, None), entry)
    except NotMapped:
        return Wanted(UNMAPPED, Words(nl=entry.name, en=entry.name))
    if isinstance(known, Attribute):
        return Wanted(known.category, known.label, known.type, known.is_queryable)
    return Wanted(known.category, Words(nl=known.nl, en=known.en))


def _store(session: Session, scope: Scope, entry: Entry, wanted: Wanted, *, pending: str) -> None:
    category, label = wanted.category, wanted.label
    known: Attribute | RecordType
    if entry.kind == ATTRIBUTES:
        known = Attribute(category=category, type=wanted.type, label=label, is_queryable=wanted.is_queryable)
    else:
        known = RecordType(category=category, nl=label.nl, en=label.en)
    stored: dict[str, Any] = {"category": category, "pending": pending, "is_queryable": wanted.is_queryable}
    stored["details"] = msgspec.json.encode(known).decode()
    name = "mapping_put_attribute" if entry.kind == ATTRIBUTES else "mapping_put_type"
    session.execute(text(sql(name)), stored | _key(scope, entry))


class _Own(NamedTuple):
    category: str
    is_queryable: bool
    pending: str | None


def _own(session: Session, scope: Scope, entry: Entry) -> _Own | None:
    found = session.execute(text(sql("mapping_own")), _key(scope, entry)).one_or_none()
    return None if found is None else _Own(*found)


def _refile_chunk(session: Session, scope: Scope, entry: Entry, own: _Own) -> tuple[int, bool]:
    """Move one chunk of one spelling of `entry` that is filed elsewhere; true when there is none left."""
    table = "interaction" if entry.kind == RecordKind.INTERACTION else "record"
    where = {"organization": owner(scope), "kind": entry.kind}
    for type_, category in session.execute(text(sql(f"mapping_filed_{table}")), where).all():
        if category != own.category and entry_of(entry.kind, type_) == entry:
            chunk = {**where, "type": type_, "was": category, "category": own.category, "chunk": CHUNK}
            return _count(session, sql(f"mapping_refile_{table}"), chunk), False
    if entry.kind == ATTRIBUTES and not own.is_queryable:
        hidden = _count(session, _HIDE, {**where, "type": entry.name, "chunk": CHUNK})
        return hidden, hidden == 0
    return 0, True


def _settle(session: Session, scope: Scope, entry: Entry, category: str) -> None:
    """Note that everything is re-filed; a mapping that was given up goes now. A newer change stays pending."""
    statements = _SETTLED[entry.kind == ATTRIBUTES]
    settled = _key(scope, entry) | {"category": category}
    for statement in statements:
        session.execute(text(statement), settled)


def _count(session: Session, statement: str, values: dict[str, Any]) -> int:
    return int(session.execute(text(statement), values).scalar_one())


def _key(scope: Scope, entry: Entry) -> dict[str, Any]:
    return {"organization": owner(scope), "kind": entry.kind, "name": entry.name}


def owner(scope: Scope) -> UUID:
    """Return the organization in scope, whose additions these are."""
    if scope.organization is None:
        raise Invalid("a mapping belongs to an organization")
    return scope.organization
