"""How long the law makes organizations keep something; where no law that we know of says so, nothing is claimed."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from cdp.catalog.files import CatalogError, Words, shipped

_FILE: Final = "retention.toml"


class Law(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A law that makes organizations keep some types of records for some years."""

    types: tuple[str, ...]
    years: int
    name: Words
    article: str


def law_for(kind: str, type: str) -> Law | None:
    """Return the law that makes an organization keep a record of this kind and type; None when we know of none."""
    return None if kind == "attributes" else laws().get(type)


@cache
def laws() -> dict[str, Law]:
    """Return the laws by type of record; raises CatalogError for a type that the catalog does not have."""
    stated = tomllib.loads((files(__package__) / _FILE).read_text("utf-8"))
    known = {key for _, key in shipped().record_types}
    found = {key: law for law in msgspec.convert(stated["law"], list[Law]) for key in law.types}
    if unknown := found.keys() - known:
        raise CatalogError(f"no such type to keep: {min(unknown)}")
    return found
