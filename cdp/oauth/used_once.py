"""Words that are taken once: the ids of assertions and proofs, as keyed hashes, until they are too old to be shown."""

from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.platform import Platform

_TAKE: Final = text(
    "insert into used_once (word_hash, expires_at) values (:word, :until) on conflict (word_hash) do nothing"
    " returning word_hash"
)


def is_first(session: Session, platform: Platform, *, owner: str, word: str, until: datetime) -> bool:
    """Say whether this word of this owner is shown for the first time, and remember it; as the doorman.

    Of two that come at once one is the first: the other waits for its transaction. What is no text never is.
    """
    try:
        said = word.encode()
    except UnicodeEncodeError:  # half of a pair, which JSON can write
        return False
    mac = Mac(platform.ring.single(Single.SYSTEM))
    hashed = mac.digest(b"taken once\0" + owner.encode() + b"\0" + said)
    return session.execute(_TAKE, {"word": hashed, "until": until}).one_or_none() is not None
