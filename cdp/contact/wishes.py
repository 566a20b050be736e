"""What a customer chose about contact and about how to address them: one document, changed by acts in the consent log.

Rules: (1) a change and what it makes of the document are kept in one transaction, and the log tells of it; (2) what
identifies nobody stands in clear; a name is sealed with the key of the customer's own subject, and the document and
the log have the hash of what is sealed; (3) a change after which nothing is different is none; (4) an organization
sees of it what lets it decide, of those alone who let it know how to reach them.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.mailroom import receipt_letters
from cdp.own import corrections, dossier, own_subject
from cdp.own.own_names import SEALED
from cdp.platform import Platform
from consent import wish_changes, wish_form
from consent.errors import Invalid, NotAWish
from consent.wish_changes import Change
from consent.wishes import Wishes

LONGEST_NAME: Final = 60
LARGEST: Final = 32_768
"""Bytes of a document and of a change; a log's body holds twice as much."""
BESIDE: Final[tuple[str, ...]] = ("language", "address", "greeting", "theme", "reminders", "reading_level", "print")
"""What every page needs, and so stands beside the customer too."""
_OF: Final = text("select customer_id, document from wishes_of(:customers)")
_OWN: Final = text("select document from wish")
_KEEP: Final = text(sql("keep_wish"))
_NOTHING: Final = Wishes()


class UnfitName(Invalid):
    """A name is one line of at most sixty characters."""

    code = "unfit-name"


def of(session: Session, customers: Sequence[UUID]) -> dict[UUID, Wishes]:
    """Return what these customers wish, for the organization in scope; who granted it nothing wishes nothing here."""
    rows = session.execute(_OF, {"customers": list(customers)})
    chosen = {row.customer_id: wish_form.read(row.document) for row in rows}
    return {each: chosen.get(each, _NOTHING) for each in customers}


def own(session: Session) -> dict[str, Any]:
    """Return the wishes of the customer in scope as a document."""
    found: dict[str, Any] | None = session.execute(_OWN).scalar_one_or_none()
    return found or {}


def choose(platform: Platform, session: Session, patch: Mapping[str, Any], *, at: datetime) -> UUID | None:
    """Keep what the customer in scope changes by a merge patch, and return the act; None when nothing is different.

    Raises Invalid, with the field at fault, for what is no wish.
    """
    customer = corrections.lock(session)
    sealed = _sealed(platform, session, customer, patch)
    change = wish_changes.change_of({**patch, **{name: _hash(value) for name, value in sealed.items()}})
    before = own(session)
    document = wish_changes.after(before, change)
    said = msgspec.json.encode(document)
    told = msgspec.json.encode({"set": change.set, "clear": change.clear})
    if max(len(said), len(told)) > LARGEST:  # an act that no entry can say would keep what comes after it from the log
        raise NotAWish("these are more wishes than can be kept")
    _keep_beside(session, customer, document, change, sealed, at=at)
    if document == before:
        return None
    wish = uuid4()
    facts = {"customer": customer, "wish": wish, "at": at, "document": said.decode()}
    session.execute(_KEEP, facts | {"said": told.decode()})
    return wish


def _sealed(platform: Platform, session: Session, customer: UUID, patch: Mapping[str, Any]) -> dict[str, bytes]:
    """Return the names in the patch, sealed."""
    wanted = {name: patch[name] for name in SEALED if patch.get(name) is not None}
    if not wanted:
        return {}
    key = own_subject.of_customer(session, platform.ring).key
    return {
        name: key.seal(_plain(name, value).encode(), table="customer", row=customer, column=SEALED[name])
        for name, value in wanted.items()
    }


def _plain(name: str, value: object) -> str:
    plain = " ".join(value.split()) if isinstance(value, str) else ""
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise UnfitName(field=f"/{name}")
    return plain


def _hash(sealed: bytes) -> str:
    return sha256(sealed).hexdigest()


def _keep_beside(  # everything that a page needs of it
    session: Session,
    customer: UUID,
    document: Mapping[str, Any],
    change: Change,
    sealed: Mapping[str, bytes],
    *,
    at: datetime,
) -> None:
    """Keep beside the customer what every page needs."""
    touched = {*change.set, *(pointer.split("/")[1] for pointer in change.clear)}
    kept: dict[str, str] = {name: document[name] for name in BESIDE if name in touched and name in document}
    gone = [name for name in BESIDE if name in touched and name not in document]
    kept |= {SEALED[name]: b64encode(value).decode() for name, value in sealed.items()}
    gone += [SEALED[name] for name in SEALED if name in touched and name not in document]
    if kept or gone:
        dossier.adapt(session, kept, without=gone)
    if "receipts" in touched:
        receipt_letters.choose(session, customer, wanted=document.get("receipts") == "mail", at=at)
