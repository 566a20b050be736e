"""Items, batches and a look behind the wall for the tests of the store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from cdp import clock
from cdp.ingest.batch import Batch, Path, Taken
from cdp.ingest.items import Identifier, IdentifierType, Item, Kind, Outcome, Reference, ReferenceType, Rejection
from cdp.ingest.store import Store
from cdp.scope import Principal, Scope
from cdp.tables import Organization

Subject = tuple[Reference, ...]


def user(value: str) -> Subject:
    """Return the subject that a source knows by its own number."""
    return (Reference(ReferenceType.USER_ID, value),)


def device(value: str) -> Subject:
    """Return the subject that is known by a device only."""
    return (Reference(ReferenceType.ANONYMOUS_ID, value),)


def email(address: str, *, verified: bool = True) -> Identifier:
    """Return an e-mail address as an identifier."""
    return Identifier(IdentifierType.EMAIL, address, verified)


def attribute(subject: Subject, name: str, value: bytes, at: datetime | None = None, **more: Any) -> Item:
    """Return an attribute."""
    return Item(kind=Kind.ATTRIBUTES, type=name, value=value, subject=subject, occurred_at=at, **more)


def product(subject: Subject, key: str, value: bytes = b"{}", at: datetime | None = None, **more: Any) -> Item:
    """Return an order."""
    more = {"type": "order"} | more
    return Item(kind=Kind.PRODUCT, key=key, value=value, subject=subject, occurred_at=at, **more)


def interaction(subject: Subject, key: str | None, at: datetime | None = None, **more: Any) -> Item:
    """Return a chat."""
    value = b'{"properties":{}}'
    return Item(kind=Kind.INTERACTION, type="chat", key=key, value=value, subject=subject, occurred_at=at, **more)


def link(subject: Subject, **more: Any) -> Item:
    """Return an item that says only who is who."""
    return Item(kind=Kind.LINK, type="identify", value=b"{}", subject=subject, **more)


def batch(
    source: Organization, groups: Sequence[Sequence[Item | Rejection]], *, may_verify: bool = True, **more: Any
) -> Batch:
    """Return a batch of `source`."""
    scope = Scope(Principal.SOURCE, source.organization_id)
    return Batch(scope, groups, Path.RECORDS, "request-1", clock.now(), may_verify=may_verify, **more)


async def taken(store: Store, source: Organization, *items: Item | Rejection, may_verify: bool = True) -> Taken:
    """Store items, each on its own, and return all that came of it."""
    return await store.take(batch(source, [[item] for item in items], may_verify=may_verify))


async def take(store: Store, source: Organization, *items: Item | Rejection, may_verify: bool = True) -> list[Outcome]:
    """Store items, each on its own, and return the outcomes."""
    return [each.outcome for each in (await taken(store, source, *items, may_verify=may_verify)).first()]


def look(url: str, question: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """Return what the superuser sees."""
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(question.encode(), parameters).fetchall()


def change(url: str, statement: str, *parameters: Any) -> None:
    """Do what no role may do, as the superuser."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(statement.encode(), parameters)
