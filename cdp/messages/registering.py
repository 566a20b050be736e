"""What an organization registers before it sends it, and the statement that it gets: signed, and in the consent log.

Rules: (1) whether the person whom it names is here, nobody is told: every answer is the same, and so is the work; (2) a
message is to somebody only when the organization knows them already, as its own or by a grant; (3) it comes from a
sender that was checked; (4) of its text only a keyed hash is kept, unless the organization wants it to be read here:
then it is sealed under a key of the customer's, and nobody else reads it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text as statement
from sqlmodel import Session

from cdp import ids
from cdp.catalog.files import Catalog
from cdp.keys.ring import LocalKeyRing
from cdp.keys.sealing import DataKey, new_data_key
from cdp.messages import codes, reading, texts
from cdp.messages.likeness import SenderKind
from cdp.oauth import signing_keys
from cdp.oauth.signing_keys import Use
from cdp.permissions.requesting import Named
from cdp.platform import Platform
from cdp.reads import lookup
from cdp.scope import DOORMAN, Scope
from consent.errors import Invalid
from consent.wishes import Speaker

KIND: Final = "message+jwt"
TABLE: Final = "message"
GOOD: Final = timedelta(days=90)
"""How long a code is good."""
WINDOW: Final = timedelta(minutes=30)
"""When a call is expected, if nothing else is said."""
LONGEST_WINDOW: Final = timedelta(hours=8)
AHEAD: Final = timedelta(days=31)
AFTER: Final = timedelta(minutes=10)
"""How long after its window a call may still be checked, and how late a message may be registered."""
_BY_ADDRESS: Final = frozenset({"email", "sms", "phone"})
_ADDRESSEE: Final = statement(
    "select customer_id, subject_id, wrapped from message_addressee(:person, :types, :blinds, :own_types, :own_blinds)"
)
_REGISTER: Final = statement("select register_message(cast(:entry as jsonb), :told)")


class UnknownSender(Invalid):
    """Messages come from a sender that your organization published and the operator checked."""

    code = "unknown-sender"


class UnfitMessage(Invalid):
    """This cannot be said of a message like this."""

    code = "unfit-message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What an organization says it will send."""

    channel: str
    sender: str | None
    speaker: Speaker
    at: datetime
    until: datetime | None
    text_hash: str | None
    text: str | None = field(default=None, repr=False)
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """What the organization puts into the message, and the signed statement that it keeps."""

    message_id: UUID
    code: str = field(repr=False)
    link: str = field(repr=False)
    signed: str = field(repr=False)
    at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Addressee:
    """Who it is for, and the key that seals for them; of nobody a key that seals as well and is thrown away."""

    customer: UUID | None
    subject: UUID
    key: DataKey


def register(
    platform: Platform, scope: Scope, slug: str, whom: Named | None, wanted: Wanted, *, at: datetime
) -> Registered:
    """Register a message of the organization in scope and return what to put into it; raises Invalid."""
    organization = _organization(scope)
    with platform.database.scoped(DOORMAN) as session:
        signer = signing_keys.newest(session, platform.ring, at=at, use=Use.MESSAGES)
    with platform.database.scoped(scope) as session:
        facts = _facts(platform.catalogs.of(session, organization), wanted, at=at)
        hashed = facts.pop("digest_of_text")
        message, code = ids.row(), codes.new()
        link = codes.link(platform.settings.base_url, code)
        claims = _claims(platform, slug, facts, hashed, link, is_addressed=whom is not None, at=at)
        signed = signer.sign({"jti": str(message), **claims}, kind=KIND)
        addressee = _addressee(platform, session, organization, whom)
        entry = facts | {
            "customer_id": None if addressee.customer is None else str(addressee.customer),
            "message_id": str(message),
            "organization_id": str(organization),
            "code_hash": _hex(codes.hashed(platform, code)),
            "text_hash": None if hashed is None else _hex(texts.hashed(platform, hashed)),
            "digest": _hex(sha256(signed.encode()).digest()),
            "is_addressed": whom is not None,
            "registered_at": at.isoformat(),
            **_sealed(addressee, message, wanted.text),
        }
        is_told = whom is not None and (whom.customer is not None or _is_own(whom))
        session.execute(_REGISTER, {"entry": json.dumps(entry), "told": is_told})
    return Registered(message, code, link, signed, at, datetime.fromisoformat(facts["expires_at"]))


def _organization(scope: Scope) -> UUID:
    if scope.organization is None:
        raise UnfitMessage("a message comes from an organization")
    return scope.organization


def _is_own(whom: Named) -> bool:
    """Say whether the organization uses its own name of somebody, so that it learns nothing by a chain in the log."""
    return all(each.type == "user_id" for each in whom.identifiers)


def _facts(catalog: Catalog, wanted: Wanted, *, at: datetime) -> dict[str, Any]:
    """Return what is said of the message, as it is kept and signed; raises UnfitMessage or UnknownSender."""
    channel = catalog.channels.get(wanted.channel)
    if channel is None:
        raise UnfitMessage("there is no such channel", field="/channel")
    if wanted.topic is not None and wanted.topic not in catalog.topics:
        raise UnfitMessage("there is no such topic", field="/topic")
    kind, value = _sender(wanted)
    until = wanted.until or (wanted.at + WINDOW if channel.is_live else wanted.at)
    if not at - AFTER <= wanted.at <= at + AHEAD:
        raise UnfitMessage("a message is registered before it goes out, a month ahead at most", field="/at")
    if not wanted.at <= until <= wanted.at + LONGEST_WINDOW:
        raise UnfitMessage("a window ends after it begins, within eight hours", field="/until")
    digest = _digest(wanted)
    if digest is None and not channel.is_live:
        raise UnfitMessage("what is written has a text: give it, or its hash", field="/text_hash")
    ends = until + AFTER if channel.is_live else until + GOOD
    return {
        "channel": wanted.channel,
        "sender_kind": kind,
        "sender": value,
        "speaker": wanted.speaker,
        "topic": wanted.topic,
        "at": wanted.at.isoformat(),
        "until": until.isoformat(),
        "expires_at": ends.isoformat(),
        "digest_of_text": digest,
    }


def _sender(wanted: Wanted) -> tuple[str | None, str | None]:
    if wanted.sender is None:
        if wanted.channel in _BY_ADDRESS:
            raise UnfitMessage("say from which address or number it comes", field="/sender")
        return None, None
    found = reading.sender(wanted.sender)
    if found is None or (wanted.channel == "email" and found[0] is not SenderKind.EMAIL):
        raise UnknownSender(field="/sender")
    if wanted.channel == "phone" and found[0] is not SenderKind.PHONE:
        raise UnknownSender(field="/sender")
    return found[0].value, found[1]


def _digest(wanted: Wanted) -> bytes | None:
    if wanted.text is None:
        return None if wanted.text_hash is None else bytes.fromhex(wanted.text_hash)
    made = texts.digest(wanted.text)
    if wanted.text_hash not in {None, made.hex()}:
        raise UnfitMessage("this is not the hash of this text", field="/text_hash")
    return made


def _claims(
    platform: Platform,
    slug: str,
    facts: Mapping[str, Any],
    digest: bytes | None,
    link: str,
    *,
    is_addressed: bool,
    at: datetime,
) -> dict[str, Any]:
    """Return what is signed: everything about the message but to whom it is."""
    said = {
        "iss": platform.settings.base_url,
        "iat": int(at.timestamp()),
        "exp": int(datetime.fromisoformat(facts["expires_at"]).timestamp()),
        "organization": slug,
        "channel": facts["channel"],
        "sender": facts["sender"],
        "sends_at": facts["at"],
        "until": facts["until"],
        "speaker": facts["speaker"],
        "topic": facts["topic"],
        "text": None if digest is None else digest.hex(),
        "to_one": is_addressed,
        "check": link,
    }
    return {name: value for name, value in said.items() if value is not None}


def _addressee(platform: Platform, session: Session, organization: UUID, whom: Named | None) -> _Addressee:
    named = whom or Named(None)
    shared, own = lookup.hashes(platform, organization, named.identifiers)
    facts = {
        "person": named.customer,
        "types": [kind for kind, _ in shared],
        "blinds": [hashed for _, hashed in shared],
        "own_types": [kind for kind, _ in own],
        "own_blinds": [hashed for _, hashed in own],
    }
    found = session.execute(_ADDRESSEE, facts).one_or_none()
    nobody, spare = ids.row(), new_data_key()
    wrapped = _wrapped(platform.ring, nobody, spare) if found is None else bytes(found.wrapped)
    subject = nobody if found is None else found.subject_id
    (key,) = platform.ring.unwrap_many([(wrapped, subject)])
    return _Addressee(None if found is None or key is None else found.customer_id, subject, DataKey(key or spare))


def _wrapped(ring: LocalKeyRing, subject: UUID, key: bytes) -> bytes:
    return ring.wrap(ring.new_slot(), key, subject=subject)


def _sealed(addressee: _Addressee, message: UUID, text: str | None) -> dict[str, str | None]:
    if text is None:
        return {"subject_id": None, "sealed": None}
    sealed = addressee.key.seal(text.encode(), table=TABLE, row=message, column="sealed")
    if addressee.customer is None:
        return {"subject_id": None, "sealed": None}
    return {"subject_id": str(addressee.subject), "sealed": _hex(sealed)}


def _hex(content: bytes) -> str:
    return f"\\x{content.hex()}"
