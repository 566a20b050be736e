"""What customers say about themselves, and what they dispute of what others say.

Rules: (1) the customer's own value is a record of their own subject, whose source is the customer: it wins in every
profile that may see its category, from the moment the transaction commits; (2) nothing that a source said is changed
or removed by it: both stand, each with its source; (3) whoever may see it now hears that something changed, in the same
transaction, and no value; (4) what was before the customer when they said another value is marked as put right, as long
as the two differ: what others say of it, and what says the same, is not.
"""

import re
from datetime import date, datetime
from typing import Final
from uuid import UUID

import msgspec
from pydantic import JsonValue
from sqlalchemy import text
from sqlmodel import Session

from cdp import ids
from cdp.catalog.files import Catalog, JsonType
from cdp.database import sql
from cdp.due_dates import ZONE
from cdp.keys import blind
from cdp.keys.blind import IdentifierType
from cdp.keys.digests import Digests
from cdp.keys.sealing import DataKey
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from consent.errors import Conflict, Invalid, NotFound
from consent.types import CUSTOMER_SOURCE, UNMAPPED

MOST_BYTES: Final = 8_192
OLDEST: Final = 130
"""So many years ago nobody was born who still says when."""

_LOCK: Final = text("select customer_id from customer for no key update")
_OWN: Final = text(sql("find_own_subject"))
_STATE: Final = text(sql("state_attribute"))
_STANDING: Final = text(
    "select record_id, digest, category from record"
    " where subject_id = :subject and kind = 'attributes' and type = :attribute and superseded_at is null"
)
_SUPERSEDE: Final = text(sql("supersede_own_attribute"))
_CATEGORIES: Final = text(sql("own_attribute_categories"))
_CORRECTED: Final = text(sql("corrected_records"))
_MARK: Final = text(sql("mark_corrected"))
_DISPUTE: Final = text(sql("dispute_record"))
_TELL: Final = text("select tell_recipients(:word, :source, :category, :at)")

_SHAPES: Final[dict[JsonType, type | tuple[type, ...]]] = {
    JsonType.STRING: str,
    JsonType.INTEGER: int,
    JsonType.NUMBER: (int, float),
    JsonType.BOOLEAN: bool,
    JsonType.DATE: str,
    JsonType.INSTANT: str,
    JsonType.OBJECT: dict,
    JsonType.ARRAY: list,
}


_POSTCODE: Final = re.compile(r"(?=.*\d)[a-z0-9][a-z0-9 -]{1,9}", re.ASCII | re.IGNORECASE)
"""Of any country: every one has a digit."""


class AttributeUnknown(NotFound):
    """Nothing is kept under this name, so there is nothing to correct."""

    code = "attribute-unknown"


class AmbiguousAttribute(Conflict):
    """Sources keep this under different categories; say which one is meant."""

    code = "ambiguous-attribute"


class UnfitValue(Invalid):
    """This value does not fit what the attribute holds."""

    code = "unfit-value"


def state(
    platform: Platform,
    session: Session,
    name: str,
    value: JsonValue,
    *,
    category: str | None = None,
    about: UUID | None = None,
    at: datetime,
) -> UUID:
    """Keep `value` as what the customer in scope says, in place of what they said before, and return the record's id.

    `about` is the record of a source that they put right by it. Saying the same again changes nothing and tells nobody.
    Raises AttributeUnknown for a name that neither the catalog nor a source knows, and UnfitValue.
    """
    catalog = platform.catalogs.of(session, None)
    attribute = catalog.attribute_name(name)
    plain = _checked(catalog, attribute, value, at=at)
    customer = lock(session)
    filed = _category(session, catalog, attribute, category)
    _mark(platform, session, attribute, plain, about=about, at=at)
    own = session.execute(_OWN, {"attribute": attribute, "source": CUSTOMER_SOURCE}).one()
    key = platform.ring.unwrap(bytes(own.wrapped), subject=own.subject_id)
    digest = Digests(key).value(("attributes", attribute, b""), plain, category=None)
    said = {"subject": own.subject_id, "attribute": attribute, "at": at}
    standing = session.execute(_STANDING, said).first()
    if standing is not None and (bytes(standing.digest), standing.category) == (digest, filed):
        found: UUID = standing.record_id
        return found
    session.execute(_SUPERSEDE, said)
    record = ids.row()
    sealed = DataKey(key).seal(plain, table="record", row=record, column="sealed")
    place = {"customer": customer, "record": record, "source": CUSTOMER_SOURCE, "category": filed}
    session.execute(_STATE, said | place | {"digest": digest, "sealed": sealed})
    _tell(session, "correct", CUSTOMER_SOURCE, filed, at=at)
    return record


def take_back(platform: Platform, session: Session, name: str, *, at: datetime) -> None:
    """End the customer's own value, so that what sources say counts again; raises NotFound when there is none."""
    attribute = platform.catalogs.of(session, None).attribute_name(name)
    lock(session)
    own = session.execute(_OWN, {"attribute": attribute, "source": CUSTOMER_SOURCE}).one()
    ended = session.execute(_SUPERSEDE, {"subject": own.subject_id, "attribute": attribute, "at": at}).first()
    if ended is None:
        raise NotFound("you have not said anything about this", field="/name")
    _tell(session, "correct", CUSTOMER_SOURCE, ended.category, at=at)


def dispute(session: Session, record: UUID, *, at: datetime) -> None:
    """Mark what a source said as disputed by the customer in scope; raises NotFound for what is not there."""
    _dispute(session, record, "dispute", marked=at, at=at)


def withdraw(session: Session, record: UUID, *, at: datetime) -> None:
    """Take a dispute back; raises NotFound for what is not there."""
    _dispute(session, record, "dispute-withdrawn", marked=None, at=at)


def _mark(
    platform: Platform, session: Session, attribute: str, plain: bytes, *, about: UUID | None, at: datetime
) -> None:
    """Mark what the customer puts right, and take the mark from what says the same by now; nothing is shown by it."""
    standing = session.execute(_CORRECTED, {"attribute": attribute, "about": about, "own": CUSTOMER_SOURCE}).all()
    if not standing:
        return
    keys, value = OwnKeys(session, platform.ring), msgspec.json.decode(plain)
    said = {row.record_id: keys.open(row.subject_id, row.sealed, table="record", row=row.record_id) for row in standing}
    wrong = [record for record, sealed in said.items() if sealed is not None and msgspec.json.decode(sealed) != value]
    session.execute(_MARK, {"records": list(said), "wrong": wrong, "at": at})


def _dispute(session: Session, record: UUID, word: str, *, marked: datetime | None, at: datetime) -> None:
    found = session.execute(_DISPUTE, {"record": record, "at": marked, "own": CUSTOMER_SOURCE}).first()
    if found is None:
        raise NotFound("there is no such record of a source that stands now")
    _tell(session, word, found.source_id, found.category, at=at)


def _tell(session: Session, word: str, source: UUID, category: str, *, at: datetime) -> None:
    session.execute(_TELL, {"word": word, "source": source, "category": category, "at": at})


def lock(session: Session) -> UUID:
    """Return the customer in scope, whose changes take turns and wait for erasure; raises NotFound when they left."""
    customer: UUID | None = session.execute(_LOCK).scalar_one_or_none()
    if customer is None:
        raise NotFound
    return customer


def _category(session: Session, catalog: Catalog, attribute: str, asked: str | None) -> str:
    """Return where the attribute belongs: as the catalog says, else as the sources that hold it have filed it."""
    if attribute in catalog.attributes:
        return catalog.attributes[attribute].category
    held = [row.category for row in session.execute(_CATEGORIES, {"attribute": attribute})]
    fitting = [each for each in held if asked is None or each == asked]
    mapped = [each for each in fitting if each != UNMAPPED]
    if not fitting:
        raise AttributeUnknown(field="/name")
    if len(mapped) > 1:
        raise AmbiguousAttribute(field="/category")
    return mapped[0] if mapped else UNMAPPED


def _checked(catalog: Catalog, attribute: str, value: JsonValue, *, at: datetime) -> bytes:
    known = catalog.attributes.get(attribute)
    if value is None or (known is not None and not _fits(known.type, value)):
        form = form_of(catalog, attribute)
        raise UnfitValue(None if form is None else f"this is not {_CALLED[form]}", field="/value")
    try:
        plain = msgspec.json.encode(value)
    except (ValueError, UnicodeError, RecursionError, msgspec.MsgspecError):
        raise UnfitValue(field="/value") from None
    if len(plain) > MOST_BYTES or b"\\u0000" in plain:
        raise UnfitValue(field="/value")
    what = form_of(catalog, attribute)
    if isinstance(value, str) and what is not None and not _has_form(what, value, at=at):
        raise UnfitValue(f"this is not {_CALLED[what]}", field="/value")
    return plain


def form_of(catalog: Catalog, attribute: str) -> str | None:
    """Return which form the words of an attribute have: email, phone, postcode, date or birth_date; None for any."""
    known = catalog.attributes.get(attribute)
    if known is None:
        return None
    if known.type is JsonType.DATE:
        return attribute if attribute in _CALLED else "date"
    form = known.identifier or attribute
    return form if form in _CALLED else None


_CALLED: Final = {
    "email": "an e-mail address",
    "phone": "a phone number",
    "postcode": "a postcode",
    "date": "a date (2001-12-31)",
    "birth_date": f"a date of birth (2001-12-31): a day of the last {OLDEST} years",
}


def _has_form(form: str, value: str, *, at: datetime) -> bool:
    if form == "postcode":
        return _POSTCODE.fullmatch(value.strip()) is not None
    if form == "date":
        return True  # held against its type before
    if form == "birth_date":
        born, today = date.fromisoformat(value), at.astimezone(ZONE).date()
        return born <= today and (born.year + OLDEST, born.month, born.day) >= (today.year, today.month, today.day)
    try:
        blind.normalise(IdentifierType(form), value)
    except Invalid:
        return False
    return True


def _fits(shape: JsonType, value: JsonValue) -> bool:
    if not isinstance(value, _SHAPES[shape]) or (isinstance(value, bool) and shape is not JsonType.BOOLEAN):
        return False
    if not isinstance(value, str):
        return True
    if shape not in {JsonType.DATE, JsonType.INSTANT}:
        return bool(value.strip())
    try:
        if shape is JsonType.DATE:  # RFC 3339: ISO 8601 has other spellings, which Python reads, too
            return date.fromisoformat(value).isoformat() == value
        _ = datetime.fromisoformat(value)
    except ValueError:
        return False
    return True
