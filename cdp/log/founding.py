"""Make the two logs once: their keys as files, their names in the database, and the first word in the consent log.

Which witnesses are asked to sign is told there as well, whenever that is not what was told last.
"""

from hashlib import sha256
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp import clock
from cdp.database import sql
from cdp.ids import NIL
from cdp.log import store
from cdp.log.signer import LogSigner
from cdp.platform import Platform
from cdp.scope import SEQUENCER
from consent.commitments import Kind
from consent.notes import Signer

_TURN: Final = text("select pg_advisory_xact_lock(4016)")
_LOG: Final = text("insert into log (log_id, kind, name, origin, begun_at) values (:log, :kind, :name, :origin, :at)")
_KEY: Final = text("insert into log_key (log_id, vkey, added_at) values (:log, :vkey, :at)")
_TOLD: Final = text(sql("log_told_witnesses"))
_TELL: Final = text(
    "insert into consent_outbox (fact, customer_id, fact_id, facts, at, salt)"
    " values ('policy', :nobody, :nobody, jsonb_build_object('change', cast(:change as text),"
    " 'subject', cast(:subject as text)), :at, new_salt())"
)


def found(platform: Platform) -> None:
    """Make the logs if there are none; whoever comes first makes them, and everybody else finds them."""
    with platform.database.scoped(SEQUENCER) as session:
        session.execute(_TURN)
        if not store.logs(session):
            for number, kind in enumerate((store.CONSENT, store.ACCESS), start=1):
                begin(platform, session, number, kind, kind)
        _tell_witnesses(platform, session)


def begin(platform: Platform, session: Session, log_id: int, kind: str, name: str) -> Signer:
    """Make a log of this name, with a key of its own, and tell of the key."""
    origin = f"{platform.settings.log_origin}/{name}"
    signer = signer_of(platform, name).create(origin)
    at = clock.now()
    session.execute(_LOG, {"log": log_id, "kind": kind, "name": name, "origin": origin, "at": at})
    add_key(session, log_id, signer)
    return signer


def add_key(session: Session, log_id: int, signer: Signer) -> None:
    """Let a key sign for a log from now on, and tell of it."""
    facts = {"log": log_id, "vkey": signer.key.to_vkey(), "at": clock.now()}
    session.execute(_KEY, facts)
    tell(session, "key-added", signer.key.to_vkey())


def tell(session: Session, change: str, subject: str) -> None:
    """Put a change of keys or policy where the sequencer takes it from."""
    session.execute(_TELL, {"nobody": NIL, "change": change, "subject": subject, "at": clock.now()})


def _tell_witnesses(platform: Platform, session: Session) -> None:
    """Put a changed list of witnesses where the sequencer takes it from; no list before the first is no change."""
    vkeys = sorted(each.key.to_vkey() for each in platform.settings.witnesses)
    subject = "witnesses:" + sha256("".join(f"{each}\n" for each in vkeys).encode()).hexdigest()
    log = store.current(session, store.CONSENT).log_id
    facts = {"log": log, "nobody": NIL, "kind": int(Kind.POLICY)}
    told = session.execute(_TOLD, facts).scalar_one_or_none()
    if told != subject and (vkeys or told is not None):
        tell(session, "policy-changed", subject)


def signer_of(platform: Platform, name: str) -> LogSigner:
    """Return the signer of the log of this name."""
    return LogSigner(platform.settings.log, name)
