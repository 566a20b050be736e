"""Bring the shipped catalog into the database. Safe to run again; what organizations added stays as it is."""

from typing import Any

import msgspec
import psycopg

from cdp.catalog import files
from cdp.catalog.files import Catalog
from cdp.database import sql


def seed(connection: psycopg.Connection[tuple[Any, ...]], catalog: Catalog | None = None) -> int:
    """Store the shipped catalog and return how many entries are new or changed; for the operator's role."""
    shipped = catalog or files.shipped()
    changed = 0
    with connection.transaction():
        for name, entries in _entries(shipped).items():
            changed += connection.execute(sql(f"catalog_seed_{name}"), {"entries": entries}).rowcount
        if changed:
            connection.execute("update catalog_version set version = version + 1")
    return changed


def _entries(catalog: Catalog) -> dict[str, str]:
    types = [
        {"kind": kind, "type": key, "category": each.category, "details": msgspec.to_builtins(each)}
        for (kind, key), each in catalog.record_types.items()
    ]
    named = {
        "category": [
            {"category": key, "details": msgspec.to_builtins(each)} for key, each in catalog.categories.items()
        ],
        "purpose": [{"purpose": key, "details": msgspec.to_builtins(each)} for key, each in catalog.purposes.items()],
        "attribute": [
            {"attribute": key, "details": msgspec.to_builtins(each)} for key, each in catalog.attributes.items()
        ],
        "record_type": types,
        "topic": [{"topic": key, "details": msgspec.to_builtins(each)} for key, each in catalog.topics.items()],
        "channel": [{"channel": key, "details": msgspec.to_builtins(each)} for key, each in catalog.channels.items()],
        "offer_kind": [
            {"offer_kind": key, "details": msgspec.to_builtins(each)} for key, each in catalog.offer_kinds.items()
        ],
    }
    return {name: msgspec.json.encode(entries).decode() for name, entries in named.items()}
