"""Passkeys (WebAuthn level 3): register, log in, prove again, rename, and see which there are.

Rules: (1) the user is verified by the device, always; (2) the answer is for our domain, from our own origin, to a
challenge of ours that nobody answered before; (3) a key is found by its id alone, and the user handle in the answer
must be that of its owner; (4) a counter that does not grow is a copied key, and refused; (5) a key belongs to one
customer, for good.
"""

import json
import secrets
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from cbor2 import CBORError
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from sqlalchemy import text
from sqlmodel import Session
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cdp import ids
from cdp.database import rows_changed, sql
from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.logins import ceremonies, sessions
from cdp.logins.askers import Asker
from cdp.logins.ceremonies import ChallengeEnded, Kind
from cdp.logins.sessions import Entry, NewSession
from cdp.own import own_subject
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import DOORMAN, Principal, Scope
from consent.errors import Conflict, Invalid, NotFound, Unauthenticated

MOST: Final = 20
LONGEST_NAME: Final = 60
_CHALLENGE_BYTES: Final = 32
_BROKEN: Final = (
    WebAuthnException,
    CBORError,
    UnsupportedAlgorithm,
    InvalidSignature,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)
_TABLE: Final = "passkey"
_LIST: Final = text("select passkey_id, subject_id, sealed, is_synced, made_at, used_at from passkey order by made_at")
_IDS: Final = text("select credential_id from passkey")
_ADD: Final = text(sql("add_passkey"))
_FIND: Final = text("select * from passkey where credential_id = :credential for update")
_USED: Final = text(
    "update passkey set sign_count = :count, is_synced = :synced, used_at = :at where credential_id = :credential"
)
_RENAME: Final = text("update passkey set sealed = :sealed where passkey_id = :passkey")


class PasskeyRefused(Unauthenticated):
    """This passkey did not open anything; try again, or use a link by e-mail."""

    code = "passkey-refused"


class PasskeyKnown(Conflict):
    """This passkey is known already."""

    code = "passkey-known"


class TooManyPasskeys(Conflict):
    """There are as many passkeys as there can be; remove one first."""

    code = "too-many-passkeys"


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as its owner sees it."""

    passkey_id: UUID
    name: str = field(repr=False)
    is_synced: bool
    made_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who is logged in: the customer, and the session in which a challenge is answered."""

    customer: UUID
    session_id: UUID
    address: str = field(default="", repr=False)

    @property
    def scope(self) -> Scope:
        """The customer's own scope."""
        return Scope(Principal.CUSTOMER, customer=self.customer)

    @property
    def asker(self) -> Asker:
        """Whom the challenge belongs to."""
        return Asker(self.address, ceremonies.of_session(self.session_id))


def options_to_register(platform: Platform, holder: Holder, *, label: str, at: datetime) -> dict[str, Any]:
    """Return what `navigator.credentials.create` is given; `label` is what the device shows beside the passkey."""
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    with platform.database.scoped(holder.scope) as session:
        known = [bytes(row.credential_id) for row in session.execute(_IDS)]
    if len(known) >= MOST:
        raise TooManyPasskeys
    _keep(platform, Kind.REGISTER, challenge, holder.asker, at=at)
    options = webauthn.generate_registration_options(
        rp_id=platform.settings.passkey_domain,
        rp_name=label,
        user_id=_handle(platform, holder.customer),
        user_name=label,
        challenge=challenge,
        timeout=ceremonies.SECONDS * 1000,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[PublicKeyCredentialDescriptor(id=each) for each in known],
    )
    return json.loads(webauthn.options_to_json(options))  # type: ignore[no-any-return]  # the options are one object


def options_to_log_in(platform: Platform, asker: Asker, *, at: datetime) -> dict[str, Any]:
    """Return what `navigator.credentials.get` is given: any passkey of ours that the device holds; TooManyRequests."""
    return _options(platform, Kind.LOGIN, asker, at=at)


def options_to_prove(platform: Platform, holder: Holder, *, at: datetime) -> dict[str, Any]:
    """Return what `navigator.credentials.get` is given by who is logged in and proves it again."""
    return _options(platform, Kind.STEP_UP, holder.asker, at=at)


def register(platform: Platform, holder: Holder, answer: dict[str, Any], *, name: str, at: datetime) -> UUID:
    """Keep the passkey that a device made and return its id; raises PasskeyRefused, ChallengeEnded or PasskeyKnown."""
    challenge = _used(platform, Kind.REGISTER, answer, holder.asker.browser, at=at)
    with _strictly():
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=platform.settings.passkey_domain,
            expected_origin=_origin(platform),
            require_user_verification=True,
        )
    passkey = ids.row()
    with platform.database.scoped(holder.scope) as session:
        own = own_subject.of_customer(session, platform.ring)
    words = {
        "credential": made.credential_id,
        "customer": holder.customer,
        "passkey": passkey,
        "subject": own.subject_id,
        "public_key": made.credential_public_key,
        "count": made.sign_count,
        "synced": made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
        "sealed": own.key.seal(_named(name).encode(), table=_TABLE, row=passkey, column="sealed"),
        "at": at,
    }
    with platform.database.scoped(DOORMAN) as session:
        if session.execute(_ADD, words).first() is None:
            raise PasskeyKnown
    return passkey


def log_in(platform: Platform, answer: dict[str, Any], entry: Entry, *, browser: str | None) -> NewSession:
    """Begin a session for whose passkey this is; raises PasskeyRefused or ChallengeEnded."""
    challenge = _used(platform, Kind.LOGIN, answer, browser, at=entry.at)
    with platform.database.scoped(DOORMAN) as session:
        owner = _owner(session, platform, answer, challenge, at=entry.at)
        return sessions.begin(session, platform, owner, entry)


def prove(platform: Platform, holder: Holder, answer: dict[str, Any], *, at: datetime) -> str:
    """Note that the customer proved who they are, and return the session's new token; raises as `log_in`."""
    challenge = _used(platform, Kind.STEP_UP, answer, holder.asker.browser, at=at)
    with platform.database.scoped(DOORMAN) as session:
        if _owner(session, platform, answer, challenge, at=at) != holder.customer:
            raise PasskeyRefused
        return sessions.prove(session, platform, holder.customer, holder.session_id, at=at)


def known(session: Session, keys: OwnKeys) -> list[Passkey]:
    """Return the passkeys of the customer in scope, oldest first."""
    rows = session.execute(_LIST)
    found = [(row, keys.open(row.subject_id, row.sealed, table=_TABLE, row=row.passkey_id)) for row in rows]
    return [
        Passkey(row.passkey_id, "" if name is None else name.decode(), row.is_synced, row.made_at, row.used_at)
        for row, name in found
    ]


def rename(session: Session, platform: Platform, passkey: UUID, name: str) -> None:
    """Give a passkey of the customer in scope another name; raises NotFound or Invalid."""
    own = own_subject.of_customer(session, platform.ring)
    sealed = own.key.seal(_named(name).encode(), table=_TABLE, row=passkey, column="sealed")
    if rows_changed(session, _RENAME, {"passkey": passkey, "sealed": sealed}) != 1:
        raise NotFound


def _options(platform: Platform, kind: Kind, asker: Asker, *, at: datetime) -> dict[str, Any]:
    challenge = secrets.token_bytes(_CHALLENGE_BYTES)
    _keep(platform, kind, challenge, asker, at=at)
    options = webauthn.generate_authentication_options(
        rp_id=platform.settings.passkey_domain,
        challenge=challenge,
        timeout=ceremonies.SECONDS * 1000,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return json.loads(webauthn.options_to_json(options))  # type: ignore[no-any-return]  # the options are one object


def _keep(platform: Platform, kind: Kind, challenge: bytes, asker: Asker, *, at: datetime) -> None:
    with platform.database.scoped(DOORMAN) as session:
        ceremonies.ask(session, platform, kind, challenge, asker, at=at)


def _used(platform: Platform, kind: Kind, answer: dict[str, Any], browser: str | None, *, at: datetime) -> bytes:
    """Return the challenge that was answered, used up before anything else is looked at."""
    with _strictly():
        said = json.loads(base64url_to_bytes(answer["response"]["clientDataJSON"]))
        challenge = base64url_to_bytes(said["challenge"])
    with platform.database.scoped(DOORMAN) as session:
        is_good = ceremonies.use(session, platform, kind, challenge, browser, at=at)
    if not is_good:
        raise ChallengeEnded
    return challenge


def _owner(session: Session, platform: Platform, answer: dict[str, Any], challenge: bytes, *, at: datetime) -> UUID:
    """Return whose passkey answered, and keep its counter; doorman only. Raises PasskeyRefused."""
    with _strictly():
        credential = base64url_to_bytes(answer["id"])
    row = session.execute(_FIND, {"credential": credential}).first()
    if row is None:
        raise PasskeyRefused
    with _strictly():
        verified = webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=platform.settings.passkey_domain,
            expected_origin=_origin(platform),
            credential_public_key=bytes(row.public_key),
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
        handle = base64url_to_bytes(answer["response"]["userHandle"])
    if handle != _handle(platform, row.customer_id):
        raise PasskeyRefused
    is_synced = verified.credential_device_type is CredentialDeviceType.MULTI_DEVICE
    kept = {"credential": credential, "count": verified.new_sign_count, "synced": is_synced, "at": at}
    session.execute(_USED, kept)
    owner: UUID = row.customer_id
    return owner


@contextmanager
def _strictly() -> Iterator[None]:
    """Let out one family only, whatever a hostile answer does to the parsers."""
    try:
        yield
    except _BROKEN:
        raise PasskeyRefused from None


def _handle(platform: Platform, customer: UUID) -> bytes:
    """Return the user handle (WebAuthn §5.4.3): the same for every passkey of one customer, and it names nobody."""
    return Mac(platform.ring.single(Single.SYSTEM)).digest(b"user handle of a passkey\0" + customer.bytes)


def _origin(platform: Platform) -> str:
    url = urlsplit(platform.settings.base_url)
    return f"{url.scheme}://{url.netloc}"


def _named(name: str) -> str:
    shown = " ".join("".join(each if each.isprintable() else " " for each in name).split())
    if not 1 <= len(shown) <= LONGEST_NAME:
        raise Invalid("a passkey has a name of 1 to 60 letters", field="/name")
    return shown
