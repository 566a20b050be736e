"""The customer's receipts: for each act the proof that it stands in the consent log, and the words around it.

A receipt can be had once a signed checkpoint covers the act. What it proves is the act itself, as it was logged; names
and words around it are those of today.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, select

from cdp.catalog.files import Catalog, Language, Words
from cdp.cursors import NEWEST_FIRST, InTime
from cdp.database import sql
from cdp.directory import Names
from cdp.log import published, store
from cdp.permissions import notices
from cdp.tables import Act
from consent import acts
from consent.commitments import Opening
from consent.errors import NotFound
from consent.receipts import Party, Receipt, Surroundings, Word
from consent.types import CUSTOMER_SOURCE
from consent.wish_receipts import WishReceipt

JURISDICTION: Final = "NL"

_RECEIPTS: Final = text(sql("own_receipts"))
_LATEST: Final = text("select act_id from act order by at desc, seq desc limit 1")
_WISH: Final = text("select from wish_act where wish_id = :wish")
_DETAILS: Final = text("select details from customer")
_SELF: Final = Words(nl="Uzelf", nl_je="Jijzelf", en="Yourself")
_STORAGE: Final = Words(
    nl="bij wie de gegevens leverde en op dit platform, tot de klant ze wist",
    en="with whoever supplied the data and on this platform, until the customer erases them",
)
_HERE: Final = Words(nl="online, door de klant zelf", en="online, by the customer")


@dataclass(frozen=True, slots=True)
class Listed:
    """An act, and where its receipt stands; `position` is None while the log does not hold it."""

    act_id: UUID
    kind: str
    recipient: UUID
    purpose: str
    at: datetime
    position: int | None
    is_signed: bool

    @property
    def place(self) -> InTime:
        """Where a page that ends here ended."""
        return InTime(self.at, self.act_id)


@dataclass(frozen=True, slots=True)
class House:
    """What a receipt says about this platform."""

    name: str
    url: str


def of_customer(session: Session, *, after: InTime = NEWEST_FIRST, until: datetime, limit: int) -> list[Listed]:
    """Return the acts of the customer in scope up to `until`, newest first."""
    facts = {"until": until, "after_at": after.at, "after_act": after.row, "limit": limit}
    return [
        Listed(row.act_id, row.kind, row.recipient_id, row.purpose, row.at, row.position, row.is_signed)
        for row in session.execute(_RECEIPTS, facts)
    ]


def latest(session: Session) -> UUID | None:
    """Return the newest act of the customer in scope."""
    found: UUID | None = session.execute(_LATEST).scalar_one_or_none()
    return found


def find(session: Session, unverified_act_id: UUID) -> Receipt | None:
    """Return the receipt of an act of the customer in scope, or None while no signed checkpoint covers it.

    Raises NotFound when this customer has no such act.
    """
    if session.exec(select(Act).where(Act.act_id == unverified_act_id)).first() is None:
        raise NotFound("there is no such receipt")
    found = proof(session, unverified_act_id)
    return None if found is None else Receipt.of(*found)


def wish(session: Session, unverified_wish_id: UUID) -> WishReceipt | None:
    """Do what `find` does for a change of wishes."""
    if session.execute(_WISH, {"wish": unverified_wish_id}).first() is None:
        raise NotFound("there is no such receipt")
    found = proof(session, unverified_wish_id)
    return None if found is None else WishReceipt.of(*found)


def proof(session: Session, unverified_fact_id: UUID) -> tuple[Opening, int, list[bytes], bytes] | None:
    """Return what opens the leaf of a fact, its index, its hashes and the checkpoint that covers it, if one does."""
    for log in reversed(store.logs(session)):
        entry = store.entry_of(session, log, unverified_fact_id) if log.kind == store.CONSENT else None
        if entry is None:
            continue
        checkpoint = published.covering(session, log, entry.position)
        if checkpoint is None:
            return None
        hashes = store.inclusion(session, log, entry.position, checkpoint.size)
        return entry.opening, entry.position, hashes, checkpoint.note
    return None


def language_of(session: Session, wanted: str | None) -> Language:
    """Return the language of the customer in scope, or the `wanted` one; the form of address is always theirs."""
    details: Mapping[str, Any] = session.execute(_DETAILS).scalars().first() or {}
    return notices.spoken(details, wanted)


def around(  # where each kind of word comes from, by name
    receipt: Receipt, names: Names, catalog: Catalog, language: Language, house: House, *, notice: str | None
) -> Surroundings:
    """Return the names and words that a receipt needs, in `language`; `notice` is what was read, in its own."""
    act, customer = receipt.event.act, CUSTOMER_SOURCE
    known = names.by_id.get(act.recipient)
    details: Mapping[str, Any] = {} if known is None else known.details
    sources: frozenset[UUID] = getattr(act, "sources", None) or frozenset()
    return Surroundings(
        recipient=_party(names.name(act.recipient), details),
        purpose=_purpose(act.purpose, catalog, language),
        categories=_categories(catalog, language),
        language="en" if language is Language.EN else "nl",
        jurisdiction=JURISDICTION,
        policy_url=details.get("contact", {}).get("website") or house.url,
        withdraw_url=house.url,
        storage=said(_STORAGE, language),
        notice=notice,
        method=str(act.evidence.method) if isinstance(act, acts.Attest) else said(_HERE, language),
        sources={each: said(_SELF, language) if each == customer else names.name(each) for each in sources},
    )


def said(words: Words, language: Language) -> str:
    """Return the words in `language`."""
    return words.said_in(language)


def _purpose(key: str, catalog: Catalog, language: Language) -> Word:
    known = catalog.purposes.get(key)
    if known is None:
        return Word(name=key, term="dpv:Purpose")
    return Word(name=said(known.name, language), term=known.dpv)


def _categories(catalog: Catalog, language: Language) -> dict[str, Word]:
    return {
        key: Word(name=said(each.name, language), term=each.dpv, is_special=each.is_special)
        for key, each in catalog.categories.items()
    }


def _party(name: str, details: Mapping[str, Any]) -> Party:
    contact, privacy = details.get("contact", {}), details.get("privacy", {})
    return Party(
        name=details.get("legal_name") or name,
        contact=privacy.get("role") or name,
        email=privacy.get("email") or contact.get("email") or "",
        phone=contact.get("phone") or "",
        address={"streetAddress": details["address"]} if isinstance(details.get("address"), str) else {},
        url=contact.get("website"),
    )
