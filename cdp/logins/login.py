"""How a customer comes in: a letter with a link and a code, used once, opens a session on the dossier of that address.

Rules: (1) nothing tells whether an address is known; (2) a link alone works in the browser that asked and nowhere else,
and so does a code alone; elsewhere both are needed, which only the reader of the letter has; (3) of both only keyed
hashes are stored, and the address only sealed under keys that the link or the browser yields, so that a stolen table
names nobody; (4) asking is limited per mailbox and per asker, and guessing per letter: wrong codes of one who has the
link and of one who has not are counted apart, so that nobody locks somebody else out; (5) every login is a fresh proof.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.keys import blind, sealing, tokens
from cdp.keys.blind import IdentifierType
from cdp.keys.sealing import DataKey
from cdp.keys.tokens import Prefix
from cdp.logins import askers, claiming, sessions
from cdp.logins.askers import Asker
from cdp.logins.sessions import Entry, NewSession, Way
from cdp.mailroom import codes
from cdp.platform import Platform
from cdp.scope import DOORMAN
from consent.errors import Refused, Unauthenticated

LINKS_PER_MAILBOX: Final = 3
"""How many links one mailbox is sent while a link lives: so there is always one in it that works."""
LINKS_PER_ASKER: Final = 60
"""How many links one network address may ask for while a link lives; many people can share one."""

_TABLE: Final = "login_link"
_LINK: Final = b"cdp login link e-mail 1"
_BROWSER: Final = b"cdp login code e-mail 1"
_TRY_LINK: Final = text(sql("try_login_link"))
_USE_LINK: Final = text(sql("use_login_link"))
_TRY_CODE: Final = text(sql("try_login_code"))
_USED: Final = text("update login_link set used_at = :at where link_hash = :link_hash")


class LinkEnded(Unauthenticated):
    """This link has been used, or it is too old; ask for a new one."""

    code = "link-ended"


class CodeNeeded(Unauthenticated):
    """This link was asked for in another browser: here it needs the code of the same letter."""

    code = "code-needed"


class CodeWrong(Unauthenticated):
    """This code is wrong, too old or used; look in the newest letter, or ask for a new one."""

    code = "code-wrong"


class TooManyRequests(Refused):
    """Too many links were asked for from here; wait a while."""

    code = "too-many-requests"


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link and a code to be sent to `email`, and never shown to who asked."""

    email: str = field(repr=False)
    token: str = field(repr=False)
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody shows beside a link: the secret of their browser, or the code of the letter."""

    browser: str | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)


def ask(platform: Platform, *, email: str, asker: str | Asker, at: datetime) -> NewLink | None:
    """Store a link for this mailbox and return it, or None when it has been sent enough of them.

    Both cost the same. Raises TooManyRequests by the asker's address alone, so that it says nothing about a mailbox.
    A link that no browser asked for works anywhere: the demo's own.
    """
    asker = Asker(asker) if isinstance(asker, str) else asker
    normalised = blind.normalise(IdentifierType.EMAIL, email)
    link = NewLink(normalised, tokens.new(Prefix.MAIL_LINK), codes.new())
    words = _stored(platform, link, asker) | {
        "at": at,
        "expires_at": at + timedelta(seconds=platform.settings.link_seconds),
        "most_mailbox": LINKS_PER_MAILBOX,
        "most_asker": LINKS_PER_ASKER,
    }
    with platform.database.scoped(DOORMAN) as session:
        session.execute(text(sql("lock_login")), words)
        outcome = session.execute(text(sql("ask_login_link")), words).scalar_one()
    if outcome == "asker":
        raise TooManyRequests
    return link if outcome == "sent" else None


def consume(platform: Platform, unverified_token: str, *, at: datetime, shown: Shown | None = None) -> NewSession:
    """Use the link up and begin a session; raises LinkEnded, CodeNeeded or CodeWrong."""
    return enter(platform, unverified_token, Entry(Way.EMAIL, at), shown or Shown())


def enter(platform: Platform, unverified_token: str, entry: Entry, shown: Shown) -> NewSession:
    """Use the link up and begin a session for the customer behind it; raises LinkEnded, CodeNeeded or CodeWrong.

    At the first login the dossiers that know the address as verified become this customer's.
    """
    try:
        hashed = platform.fingerprints.fingerprint(unverified_token, Prefix.MAIL_LINK)
    except Unauthenticated:
        raise LinkEnded from None
    words = {
        "link_hash": hashed,
        "browser_hash": askers.browser_hash(platform, shown.browser),
        "code_hash": codes.hashed(platform, shown.code, of=hashed) if shown.code else None,
        "codes": int(bool(shown.code)),
        "most_tries": codes.MOST_TRIES,
        "at": entry.at,
    }
    with platform.database.scoped(DOORMAN) as session:
        is_good = session.execute(_TRY_LINK, words).first() is not None
        sealed = session.execute(_USE_LINK, words).scalar_one_or_none() if is_good else None
        begun, email = None, ""
        if sealed is not None:
            email = _unsealed(_key_of(unverified_token, _LINK), sealed, hashed, "sealed_email")
            begun = _let_in(session, platform, email, entry)
    if not is_good:
        raise LinkEnded
    if begun is None:
        raise CodeWrong if shown.code else CodeNeeded
    claiming.keep_address(platform, begun.customer_id, email, at=entry.at)
    return begun


def enter_by_code(platform: Platform, unverified_code: str, entry: Entry, *, browser: str | None) -> NewSession:
    """Begin a session by the code alone, in the browser that asked for the letter; raises CodeWrong."""
    words = {"browser_hash": askers.browser_hash(platform, browser), "most_tries": codes.MOST_TRIES, "at": entry.at}
    begun, email = None, ""
    with platform.database.scoped(DOORMAN) as session:
        for row in session.execute(_TRY_CODE, words).all():
            hashed = bytes(row.link_hash)
            is_right = codes.is_same(bytes(row.code_hash), codes.hashed(platform, unverified_code, of=hashed))
            if begun is None and browser is not None and is_right:
                session.execute(_USED, {"link_hash": hashed, "at": entry.at})
                email = _unsealed(_key_of(browser, _BROWSER), row.sealed_for_code, hashed, "sealed_for_code")
                begun = _let_in(session, platform, email, entry)
    if begun is None:
        raise CodeWrong
    claiming.keep_address(platform, begun.customer_id, email, at=entry.at)
    return begun


def _let_in(session: Session, platform: Platform, email: str, entry: Entry) -> NewSession:
    customer, is_new = claiming.claim(session, platform, email, at=entry.at)
    return sessions.begin(session, platform, customer, entry, is_new=is_new)


def _stored(platform: Platform, link: NewLink, asker: Asker) -> dict[str, object]:
    hashed = platform.fingerprints.fingerprint(link.token, Prefix.MAIL_LINK)
    email, is_bound = link.email.encode(), asker.browser is not None
    return {
        "link_hash": hashed,
        "email_blind": platform.blind.of(IdentifierType.EMAIL, link.email),
        "asker_blind": askers.network_blind(platform, asker.address),
        "sealed_email": _key_of(link.token, _LINK).seal(email, table=_TABLE, row=_row(hashed), column="sealed_email"),
        "browser_hash": askers.browser_hash(platform, asker.browser),
        "code_hash": codes.hashed(platform, link.code, of=hashed) if is_bound else None,
        "sealed_for_code": None
        if asker.browser is None
        else _key_of(asker.browser, _BROWSER).seal(email, table=_TABLE, row=_row(hashed), column="sealed_for_code"),
    }


def _key_of(secret: str, info: bytes) -> DataKey:
    """Return the key that only a link or a browser yields (RFC 5869)."""
    return DataKey(HKDF(SHA256(), length=sealing.KEY_BYTES, salt=None, info=info).derive(secret.encode()))


def _unsealed(key: DataKey, sealed: bytes, link_hash: bytes, column: str) -> str:
    return key.unseal(bytes(sealed), table=_TABLE, row=_row(link_hash), column=column).decode()


def _row(link_hash: bytes) -> UUID:
    return UUID(bytes=link_hash[:16])
