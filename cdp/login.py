"""How a customer comes in: a link by e-mail, used once, opens a session on the dossier that this address owns.

Rules: (1) nothing tells whether an address is known; (2) of a link only the fingerprint is stored, and the address only
sealed under a key that the link itself yields, so that a stolen table names nobody; (3) asking is limited per address
of a mailbox and per address of the asker, in the database; (4) every login is a fresh proof of who this is.
"""

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import text
from sqlmodel import Session

from cdp import corrections, ids
from cdp.database import sql
from cdp.keys import blind, sealing, tokens
from cdp.keys.blind import IdentifierType
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.keys.sealing import DataKey
from cdp.keys.tokens import Prefix
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import CustomerSession
from consent.errors import Refused, Unauthenticated
from consent.types import CUSTOMER_SOURCE

LINKS_PER_MAILBOX: Final = 3
"""How many links one mailbox is sent while a link lives: so there is always one in it that works."""
LINKS_PER_ASKER: Final = 60
"""How many links one network address may ask for while a link lives; many people can share one."""

_DOORMAN: Final = Scope(Principal.DOORMAN)
_TABLE: Final = "login_link"
_NETWORK: Final = {4: 32, 6: 64}  # what one household has of each version (RFC 6177)


class LinkEnded(Unauthenticated):
    """This link has been used, or it is too old; ask for a new one."""

    code = "link-ended"


class TooManyRequests(Refused):
    """Too many links were asked for from here; wait a while."""

    code = "too-many-requests"


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link to be sent to `email`, and never shown to who asked."""

    email: str = field(repr=False)
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that has just begun; the token is said once."""

    customer_id: UUID
    session_id: UUID
    token: str = field(repr=False)
    expires_at: datetime
    is_new: bool


def ask(platform: Platform, *, email: str, asker: str, at: datetime) -> NewLink | None:
    """Store a link for this mailbox and return it, or None when it has been sent enough of them.

    Both cost the same. Raises TooManyRequests by the asker's address alone, so that it says nothing about a mailbox.
    """
    normalised = blind.normalise(IdentifierType.EMAIL, email)
    token = tokens.new(Prefix.MAIL_LINK)
    hashed = platform.fingerprints.fingerprint(token, Prefix.MAIL_LINK)
    words = {
        "link_hash": hashed,
        "email_blind": platform.blind.of(IdentifierType.EMAIL, normalised),
        "asker_blind": _asker_blind(platform, asker),
        "sealed_email": _key_of(token).seal(normalised.encode(), table=_TABLE, row=_row(hashed), column="sealed_email"),
        "at": at,
        "expires_at": at + timedelta(seconds=platform.settings.link_seconds),
        "most_mailbox": LINKS_PER_MAILBOX,
        "most_asker": LINKS_PER_ASKER,
    }
    with platform.database.scoped(_DOORMAN) as session:
        session.execute(text(sql("lock_login")), words)
        outcome = session.execute(text(sql("ask_login_link")), words).scalar_one()
    if outcome == "asker":
        raise TooManyRequests
    return NewLink(normalised, token) if outcome == "sent" else None


def consume(platform: Platform, unverified_token: str, *, at: datetime) -> NewSession:
    """Use the link up and begin a session for the customer behind it; raises LinkEnded.

    At the first login the dossiers that know the address as verified become this customer's.
    """
    try:
        hashed = platform.fingerprints.fingerprint(unverified_token, Prefix.MAIL_LINK)
    except Unauthenticated:
        raise LinkEnded from None
    own_key = sealing.new_data_key()
    with platform.database.scoped(_DOORMAN) as session:
        sealed = session.execute(text(sql("use_login_link")), {"link_hash": hashed, "at": at}).scalar_one_or_none()
        if sealed is None:
            raise LinkEnded
        email = _key_of(unverified_token).unseal(sealed, table=_TABLE, row=_row(hashed), column="sealed_email").decode()
        customer, is_new = _claim(session, platform, email, own_key, at=at)
        begun = begin(session, platform, customer, is_new=is_new, at=at)
    _keep_address(platform, customer, email, at=at)
    return begun


def begin(session: Session, platform: Platform, customer: UUID, *, is_new: bool, at: datetime) -> NewSession:
    """Open a session for a customer who has just proved who they are; doorman only."""
    begun = NewSession(
        customer_id=customer,
        session_id=ids.row(),
        token=tokens.new(Prefix.SESSION),
        expires_at=at + timedelta(seconds=platform.settings.session_seconds),
        is_new=is_new,
    )
    session.add(
        CustomerSession(
            session_hash=platform.fingerprints.fingerprint(begun.token, Prefix.SESSION),
            customer_id=customer,
            session_id=begun.session_id,
            started_at=at,
            expires_at=begun.expires_at,
            proven_at=at,
        )
    )
    return begun


def _claim(session: Session, platform: Platform, email: str, own_key: bytes, *, at: datetime) -> tuple[UUID, bool]:
    """Return the customer whom this proven address belongs to; their own subject gets `own_key` if it is new."""
    subject = ids.row()
    wrapped = platform.ring.wrap(platform.ring.new_slot(), own_key, subject=subject)
    found = session.execute(
        text(sql("claim_customer")),
        {
            "type": IdentifierType.EMAIL.value,
            "blind": platform.blind.of(IdentifierType.EMAIL, email),
            "sealed": DataKey(own_key).seal(email.encode(), table="reference", row=subject, column="sealed"),
            "customer": ids.row(),
            "subject": subject,
            "wrapped": wrapped,
            "at": at,
        },
    ).one()
    return found.customer_id, found.is_new


def _keep_address(platform: Platform, customer: UUID, email: str, *, at: datetime) -> None:
    """Keep the proven address as what the customer says, unless they ever said one: safe to repeat at every login."""
    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
        own = session.execute(text(sql("find_own_subject")), {"attribute": "email", "source": CUSTOMER_SOURCE}).first()
        if own is not None and not own.is_stated:
            corrections.state(platform, session, "email", email, at=at)


def _key_of(token: str) -> DataKey:
    """Return the key that only the link yields (RFC 5869)."""
    derived = HKDF(SHA256(), length=sealing.KEY_BYTES, salt=None, info=b"cdp login link e-mail 1").derive(
        token.encode()
    )
    return DataKey(derived)


def _row(link_hash: bytes) -> UUID:
    return UUID(bytes=link_hash[:16])


def _asker_blind(platform: Platform, asker: str) -> bytes:
    """Return the keyed hash of a network address; of IPv6 only its network."""
    try:
        address = ipaddress.ip_address(asker)
    except ValueError:
        network = "unknown"
    else:
        network = str(ipaddress.ip_network((address, _NETWORK[address.version]), strict=False))
    return Mac(platform.ring.single(Single.SYSTEM)).digest(b"asker of a login\0" + network.encode())[:16]
