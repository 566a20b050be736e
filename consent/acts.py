"""What a customer can do with a permission, what an organization can attest, and what time does.

One act concerns exactly one recipient and one purpose: purposes are never bundled, categories
are named one by one (GDPR art. 7(2)). An act is checked for its own shape when it is made;
whether it fits what stands is decided in `consent.admission`.
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Final
from uuid import UUID

from consent import errors
from consent.types import (
    MOST_CATEGORIES,
    MOST_SOURCES,
    UNMAPPED,
    is_document_hash,
    is_key,
)

if TYPE_CHECKING:  # permission folds acts, and two acts carry a permission
    from consent.permission import Permission

LONGEST_MONTHS: Final = 12
"""A permission ends at most twelve calendar months (in UTC) after it was given."""


class Kind(StrEnum):
    """What sort of act it is; a name never changes once an act is logged."""

    GRANT = "grant"
    NARROW = "narrow"
    EXTEND = "extend"
    REVOKE = "revoke"
    REFUSE = "refuse"
    OBJECT = "object"
    ATTEST = "attest"
    EXPIRE = "expire"
    MERGE = "merge"
    SPLIT = "split"
    ERASE = "erase"


class Method(StrEnum):
    """How a customer gave a permission outside the platform."""

    PAPER = "paper"
    PHONE = "phone"
    WEBSITE = "website"
    APP = "app"
    EMAIL = "email"
    IN_PERSON = "in-person"


def latest_end(at: datetime) -> datetime:
    """Return the last moment at which a permission given at `at` may end.

    Twelve calendar months in UTC; the 29th of February becomes the 28th, as in
    PostgreSQL's `at time zone 'UTC' + interval '12 months'`.
    """
    start = at.astimezone(UTC)
    year = start.year + LONGEST_MONTHS // 12
    day = min(start.day, calendar.monthrange(year, start.month)[1])
    return start.replace(year=year, day=day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where an attested permission comes from: how, when and on which document."""

    method: Method
    at: datetime
    document_hash: str

    def __post_init__(self) -> None:
        """Refuse evidence that cannot be checked."""
        _has_zone(self.at, "/evidence/at")
        if not is_document_hash(self.document_hash):
            raise errors.BadEvidence(field="/evidence/document_hash")


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One thing that happened to the permission of `recipient` for `purpose`."""

    kind: ClassVar[Kind]
    recipient: UUID
    purpose: str
    at: datetime

    def __post_init__(self) -> None:
        """Refuse an act that makes no sense by itself."""
        _has_zone(self.at, "/at")
        if not is_key(self.purpose):
            raise errors.BadKey(field="/purpose")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Extent(Act):
    """An act that says in full what is permitted from now on."""

    categories: frozenset[str]
    sources: frozenset[UUID] | None = None
    expires_at: datetime

    def __post_init__(self) -> None:
        """Refuse bundles without names, lists without end, and periods that are too long."""
        Act.__post_init__(self)
        _are_categories(self.categories)
        _are_sources(self.sources)
        _is_period(self.at, self.expires_at, longest=latest_end(self.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(_Extent):
    """The customer allows exactly this; it replaces what they granted before.

    A category that they had granted and do not name again is stopped.
    """

    kind: ClassVar[Kind] = Kind.GRANT


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow(_Extent):
    """The customer allows less: at most this is left; what goes is stopped."""

    kind: ClassVar[Kind] = Kind.NARROW


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(_Extent):
    """The customer allows more or longer: at least what stands, counted from this act."""

    kind: ClassVar[Kind] = Kind.EXTEND


@dataclass(frozen=True, slots=True, kw_only=True)
class Revoke(Act):
    """The customer takes everything back, attested permissions too (GDPR art. 7(3))."""

    kind: ClassVar[Kind] = Kind.REVOKE


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse(Act):
    """The customer says no to a request for these categories.

    What stands stays as it is. Where nothing stands it is a no to everything.
    """

    kind: ClassVar[Kind] = Kind.REFUSE
    categories: frozenset[str]

    def __post_init__(self) -> None:
        """Refuse an answer that does not say to what."""
        Act.__post_init__(self)
        _are_categories(self.categories)


@dataclass(frozen=True, slots=True, kw_only=True)
class Object(Act):
    """The customer objects to this purpose (GDPR art. 21): nothing is allowed any more."""

    kind: ClassVar[Kind] = Kind.OBJECT


@dataclass(frozen=True, slots=True, kw_only=True)
class Attest(Act):
    """An organization states that the customer allowed it to use its own records.

    It replaces what it attested before. The twelve months run from the evidence.
    """

    kind: ClassVar[Kind] = Kind.ATTEST
    by: UUID
    categories: frozenset[str]
    expires_at: datetime
    evidence: Evidence

    def __post_init__(self) -> None:
        """Refuse evidence from the future and periods that are too long."""
        Act.__post_init__(self)
        _are_categories(self.categories)
        if self.evidence.at > self.at:
            raise errors.BadEvidence(field="/evidence/at")
        _is_period(self.at, self.expires_at, longest=latest_end(self.evidence.at))


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire(Act):
    """Time has ended a permission. It only records this: an end needs no act to take effect."""

    kind: ClassVar[Kind] = Kind.EXPIRE


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(Act):
    """Two customers turn out to be one: the strictest of both permissions is left."""

    kind: ClassVar[Kind] = Kind.MERGE
    other: "Permission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Act):
    """One customer turns out to be two: each keeps what it had, less what the other stopped."""

    kind: ClassVar[Kind] = Kind.SPLIT
    other: "Permission"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase(Act):
    """The customer leaves: nothing is allowed, and nothing can be granted again (art. 17)."""

    kind: ClassVar[Kind] = Kind.ERASE


def _has_zone(moment: datetime, field: str) -> None:
    if moment.utcoffset() is None:
        raise errors.TimeWithoutZone(field=field)


def _are_categories(categories: frozenset[str]) -> None:
    if not categories:
        raise errors.NoCategory(field="/categories")
    if len(categories) > MOST_CATEGORIES:
        raise errors.TooMany(field="/categories")
    if not all(is_key(category) for category in categories):
        raise errors.BadKey(field="/categories")
    if UNMAPPED in categories:
        raise errors.NotGrantable(field="/categories")


def _are_sources(sources: frozenset[UUID] | None) -> None:
    if sources is None:
        return
    if not sources:
        raise errors.NoSource(field="/sources")
    if len(sources) > MOST_SOURCES:
        raise errors.TooMany(field="/sources")


def _is_period(begin: datetime, end: datetime, *, longest: datetime) -> None:
    _has_zone(end, "/expires_at")
    if end <= begin:
        raise errors.PeriodEmpty(field="/expires_at")
    if end > longest:
        raise errors.PeriodTooLong(field="/expires_at")
