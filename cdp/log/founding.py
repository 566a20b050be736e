"""Make the two logs once: their keys as files, their names in the database, and the first word in the consent log."""

from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp import clock
from cdp.ids import NIL
from cdp.log import store
from cdp.log.signer import LogSigner
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from consent.notes import Signer

SEQUENCER: Final = Scope(Principal.SEQUENCER)
_TURN: Final = text("select pg_advisory_xact_lock(4016)")
_LOG: Final = text("insert into log (log_id, kind, name, origin, begun_at) values (:log, :kind, :name, :origin, :at)")
_KEY: Final = text("insert into log_key (log_id, vkey, added_at) values (:log, :vkey, :at)")
_TELL: Final = text(
    "insert into consent_outbox (fact, customer_id, fact_id, facts, at, salt)"
    " values ('policy', :nobody, :nobody, jsonb_build_object('change', cast(:change as text),"
    " 'subject', cast(:subject as text)), :at, new_salt())"
)


def found(platform: Platform) -> None:
    """Make the logs if there are none; whoever comes first makes them, and everybody else finds them."""
    with platform.database.scoped(SEQUENCER) as session:
        session.execute(_TURN)
        if store.logs(session):
            return
        for number, kind in enumerate((store.CONSENT, store.ACCESS), start=1):
            begin(platform, session, number, kind, kind)


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


def signer_of(platform: Platform, name: str) -> LogSigner:
    """Return the signer of the log of this name."""
    return LogSigner(platform.settings.log, name)
