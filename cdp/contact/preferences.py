"""What a customer prefers, as they read and change it: how they are spoken to, and how organizations approach them.

Rules: (1) organizations are known by their short name here, and names stand in the clear, for their owner alone; (2)
only what the catalog knows can be chosen; (3) what the law demands cannot be switched off or capped, and is told as
such; (4) everything that is changed is an act with a receipt (`cdp.contact.wishes`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp import directory
from cdp.catalog.files import Catalog
from cdp.contact import wishes
from cdp.cursors import NEWEST_FIRST, InTime
from cdp.database import sql
from cdp.own import own_names
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from consent import wish_form
from consent.errors import Conflict, Invalid
from consent.types import CUSTOMER_SOURCE

_EXCEPTIONS: Final = "exceptions"
_CHANGES: Final = text(sql("own_wishes"))
_DETAILS: Final = text(sql("own_addressing"))


class UnknownChoice(Invalid):
    """There is nothing like this to choose."""

    code = "unknown-choice"


class LawDemands(Conflict):
    """The law demands these messages, so they cannot be switched off."""

    code = "demanded-by-law"


@dataclass(frozen=True, slots=True)
class Changed:
    """A change of preferences, and whether its receipt can be had already."""

    wish_id: UUID
    at: datetime
    said: Mapping[str, Any]
    is_signed: bool

    @property
    def place(self) -> InTime:
        """Where it stands in the list."""
        return InTime(self.at, self.wish_id)


def read(session: Session, keys: OwnKeys) -> dict[str, Any]:
    """Return everything that the customer in scope chose, and nothing else: not what a dossier brought that joined."""
    document = {name: each for name, each in wishes.own(session).items() if name != wish_form.ALSO}
    row = session.execute(_DETAILS, {"source": CUSTOMER_SOURCE}).one()
    beside = {name: row.details[name] for name in wishes.BESIDE if name in row.details}
    found = {**document, **beside, **own_names.opened(keys, row)}
    if _EXCEPTIONS in found:
        names = directory.names(session)
        found[_EXCEPTIONS] = {names.slug(UUID(each)): chosen for each, chosen in found[_EXCEPTIONS].items()}
    return found


def channels_now(session: Session, catalog: Catalog) -> dict[str, list[str]]:
    """Return for each topic that can be switched off the channels that hold for everybody now, the best first."""
    chosen = wish_form.read(wishes.own(session))
    return {
        key: list(chosen.standing(UUID(int=0), key, topic.under or "", topic.defaults))
        for key, topic in catalog.topics.items()
        if not topic.is_required
    }


def change(platform: Platform, session: Session, patch: Mapping[str, Any], *, at: datetime) -> UUID | None:
    """Keep what the customer in scope changes by a merge patch, and return the act; None when nothing is different.

    Raises UnknownChoice for what the catalog does not know, LawDemands for what cannot be switched off, and Invalid.
    """
    catalog = platform.catalogs.of(session, None)
    for at_field, choices in _every(patch):
        _check_topics(catalog, choices, at_field)
        _check_known(choices.get("never"), catalog.channels, f"{at_field}/never")
    for name in ("wanted", "unwanted"):
        offers = patch.get("offers")
        _check_known(offers.get(name) if isinstance(offers, Mapping) else None, catalog.offer_kinds, f"/offers/{name}")
    names = directory.names(session)
    try:
        return wishes.choose(platform, session, _with_ids(names, patch), at=at)
    except Invalid as refused:
        raise type(refused)(refused.message, field=_by_name(names, refused.field)) from None


def changes(session: Session, *, after: InTime = NEWEST_FIRST, until: datetime, limit: int) -> list[Changed]:
    """Return the changes that the customer in scope made up to `until`, the newest first."""
    behind = {"after_at": after.at, "after_wish": after.row}
    rows = session.execute(_CHANGES, {"until": until, "limit": limit} | behind)
    return [Changed(row.wish_id, row.at, row.said, row.is_signed) for row in rows]


def _every(patch: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the choices about topics in general, and those for each organization, each with its field."""
    yield "", patch
    exceptions = patch.get(_EXCEPTIONS)
    for slug, each in exceptions.items() if isinstance(exceptions, Mapping) else ():
        if isinstance(each, Mapping):
            yield f"/{_EXCEPTIONS}/{slug}", each


def _check_topics(catalog: Catalog, choices: Mapping[str, Any], at: str) -> None:
    for name in ("channels", "caps"):
        chosen = choices.get(name)
        for topic, value in chosen.items() if isinstance(chosen, Mapping) else ():
            field = f"{at}/{name}/{topic}"
            if value is not None and topic not in catalog.topics:
                raise UnknownChoice(field=field)
            if value is not None and catalog.topics[topic].is_required and (name == "caps" or not value):
                raise LawDemands(field=field)
            if name == "channels":
                _check_known(value, catalog.channels, field)


def _check_known(chosen: object, known: Mapping[str, Any], field: str) -> None:
    if isinstance(chosen, Sequence) and not isinstance(chosen, str) and not all(each in known for each in chosen):
        raise UnknownChoice(field=field)


def _with_ids(names: directory.Names, patch: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the patch with the ids of organizations; one that is gone can still be taken back."""
    exceptions = patch.get(_EXCEPTIONS)
    if not isinstance(exceptions, Mapping):
        return patch
    known = {slug: each.organization_id for slug, each in names.by_slug.items()}
    ids = {
        str(known[slug] if value is None and slug in known else names.organization(slug)): value
        for slug, value in exceptions.items()
    }
    return {**patch, _EXCEPTIONS: ids}


def _by_name(names: directory.Names, field: str | None) -> str | None:
    """Return the field at fault as it was sent: an organization's id stands in no preferences."""
    parts = (field or "").split("/")
    if parts[1:2] != [_EXCEPTIONS] or len(parts) == len(("", _EXCEPTIONS)):
        return field
    return "/".join([*parts[:2], names.slug(UUID(parts[2])), *parts[3:]])
