"""What a program of an organization asks of a person whom it names, and what became of it.

Rules: (1) asking tells nobody whether there is such a person: for who is unknown, not here yet, asked already or said
no lately, the answer is the same, and a request about nobody lapses; (2) what the organization knows by itself is said
aloud: it asked under the same name before; (3) whose a request is, it learns when that person said yes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from sqlalchemy import Row, text
from sqlmodel import Session

from cdp import directory, ids
from cdp.cursors import OLDEST_FIRST, InTime
from cdp.database import sql
from cdp.keys.blind import IdentifierType
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.permissions import access_requests, grants
from cdp.permissions.access_requests import AlreadyAnswered
from cdp.platform import Platform
from cdp.reads import lookup
from cdp.reads.lookup import Identifier
from consent.errors import Conflict, Invalid, NotFound, Refused

State = Literal["pending", "approved", "narrowed", "refused", "expired", "withdrawn"]
UsedBy = Literal["human", "computer", "both"]
_ASK: Final = text("select ask_access(cast(:asked as jsonb), :person, :types, :blinds, :own_types, :own_blinds, :most)")
_LIST: Final = text(sql("organization_requests"))
_WITHDRAW: Final = text(
    "update access_request set state = 'withdrawn', answered_at = :at"
    " where request_id = :request and state = 'pending' and due_at > :at returning request_id"
)


class AlreadyAsked(Conflict):
    """You asked this person the same a moment ago, and they have time to answer."""

    code = "already-asked"


class AskedAgainTooSoon(Conflict):
    """This person said no to the same purpose less than ninety days ago."""

    code = "asked-again-too-soon"


class TooManyAccessRequests(Refused):
    """An organization may ask only so many people in a day."""

    code = "too-many-access-requests"


class NobodyNamed(Invalid):
    """Name the person in one way: by profile_id, by user_id or by identifiers."""

    code = "nobody-named"


class NoDutch(Invalid):
    """What an organization says to customers, it says in Dutch at least."""

    code = "no-dutch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an organization asks for, and what it tells everybody whom it asks."""

    purpose: str
    categories: frozenset[str]
    sources: frozenset[str] | None
    days: int
    notice: Mapping[str, str]
    consequences: Mapping[str, str]
    used_by: UsedBy


@dataclass(frozen=True, slots=True)
class Named:
    """A person as an organization names them: an id that was made for it, or identifiers."""

    customer: UUID | None
    identifiers: tuple[Identifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Granted:
    """What a request led to, at the moment of the answer; whether it still holds, the grants tell."""

    customer_id: UUID
    grant_id: UUID
    categories: list[str]
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """One request of an organization, and where it stands."""

    request_id: UUID
    purpose: str
    categories: list[str]
    sources: list[str] | None
    days: int
    used_by: UsedBy | None
    hashes: dict[str, str]
    state: State
    asked_at: datetime
    due_at: datetime
    answered_at: datetime | None
    granted: Granted | None

    @property
    def place(self) -> InTime:
        """Where it stands in the list."""
        return InTime(self.asked_at, self.request_id)


def named(
    platform: Platform,
    organization: UUID,
    *,
    profile_id: str | None,
    user_id: str | None,
    identifiers: Sequence[Identifier] | None,
) -> Named:
    """Return whom an organization means; raises NobodyNamed, or NotFound for a profile id that was not made for it."""
    if sum(each is not None for each in (profile_id, user_id, identifiers)) != 1:
        raise NobodyNamed
    if profile_id is not None:
        customer = platform.profile_ids.customer_of(profile_id, organization)
        if customer is None:
            raise NotFound("there is no such profile", field="/profile_id")
        return Named(customer)
    if user_id is not None:
        return Named(None, (Identifier(IdentifierType.USER_ID, user_id),))
    return Named(None, tuple(identifiers or ()))


def ask(
    platform: Platform, session: Session, organization: UUID, whom: Named, wanted: Wanted, *, at: datetime
) -> Standing:
    """Ask, and return the request as it stands, whoever is meant; a letter tells the person in the next minute.

    Raises NoDutch, UnfitNotice, TooManyNotices, AlreadyAsked, AskedAgainTooSoon, TooManyAccessRequests, and Invalid for
    what the catalog does not have.
    """
    if "nl" not in wanted.notice or (wanted.consequences and "nl" not in wanted.consequences):
        raise NoDutch(field="/consequences" if "nl" in wanted.notice else "/notice")
    shared, own = lookup.hashes(platform, organization, whom.identifiers)
    names = directory.names(session)
    sources = names.organizations(wanted.sources)
    request = ids.row()
    row = {
        "request_id": request,
        "organization_id": organization,
        "purpose": wanted.purpose,
        "categories": sorted(wanted.categories),
        "sources": None if sources is None else sorted(sources),
        "days": wanted.days,
        "notice": wanted.notice,
        "consequences": wanted.consequences,
        "used_by": wanted.used_by,
        "texts": _hex(access_requests.check_texts(session, organization, wanted.notice, wanted.consequences)),
        "called": _hex(_called(platform, organization, whom, [*shared, *own])),
        "state": "pending",
        "asked_at": at,
        "due_at": at + timedelta(days=access_requests.ANSWER_DAYS),
    }
    limits = platform.settings
    facts = {
        "asked": msgspec.json.encode(row).decode(),
        "person": whom.customer,
        "types": [kind for kind, _ in shared],
        "blinds": [hashed for _, hashed in shared],
        "own_types": [kind for kind, _ in own],
        "own_blinds": [hashed for _, hashed in own],
        "most": limits.requests_per_day if names.is_verified(organization) else limits.requests_per_day_unverified,
    }
    session.execute(_ASK, facts)
    return find(session, organization, request, at=at)


def _called(platform: Platform, organization: UUID, whom: Named, hashes: lookup.Hashes) -> bytes:
    """Return a keyed hash of how the organization names somebody: the same for the same name, in any order."""
    parts = [b"profile", whom.customer.bytes] if whom.customer else [b"identifiers"]
    parts += sorted(kind.encode() + b"=" + hashed for kind, hashed in hashes)
    mac = Mac(platform.ring.single(Single.SYSTEM))
    return mac.digest(b"\0".join((b"who is asked", organization.bytes, *parts)))


def _hex(content: bytes) -> str:
    return f"\\x{content.hex()}"


def listed(
    session: Session, organization: UUID, *, state: State | None, after: InTime, limit: int, at: datetime
) -> list[Standing]:
    """Return the requests of the organization in scope, oldest first, behind `after`."""
    facts = {"request": None, "state": state, "after_at": after.at, "after_id": after.row, "limit": limit, "at": at}
    names = directory.names(session)
    return [_standing(organization, each, names) for each in session.execute(_LIST, facts)]


def find(session: Session, organization: UUID, unverified_id: UUID, *, at: datetime) -> Standing:
    """Return one request of the organization in scope; raises NotFound."""
    facts = {
        "request": unverified_id,
        "state": None,
        "after_at": OLDEST_FIRST.at,
        "after_id": OLDEST_FIRST.row,
        "limit": 1,
        "at": at,
    }
    found = session.execute(_LIST, facts).one_or_none()
    if found is None:
        raise NotFound("there is no such request")
    return _standing(organization, found, directory.names(session))


def withdraw(session: Session, organization: UUID, unverified_id: UUID, *, at: datetime) -> None:
    """Take a request back that waits for its answer; raises NotFound, or AlreadyAnswered."""
    if session.execute(_WITHDRAW, {"request": unverified_id, "at": at}).first() is None:
        find(session, organization, unverified_id, at=at)
        raise AlreadyAnswered


def _standing(organization: UUID, row: Row[Any], names: directory.Names) -> Standing:
    return Standing(
        request_id=row.request_id,
        purpose=row.purpose,
        categories=row.categories,
        sources=None if row.sources is None else sorted(names.slug(each) for each in row.sources),
        days=row.days,
        used_by=row.used_by,
        hashes={language: sha256(said.encode()).hexdigest() for language, said in row.notice.items()},
        state=row.state,
        asked_at=row.asked_at,
        due_at=row.due_at,
        answered_at=row.answered_at,
        granted=None
        if row.customer_id is None
        else Granted(
            row.customer_id,
            grants.grant_id(row.customer_id, organization, row.purpose),
            row.granted,
            row.expires_at,
        ),
    )
