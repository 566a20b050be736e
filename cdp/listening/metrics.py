"""The figures of an organization's service, over customers who granted it now; who revokes is left out at once.

Rules: (1) the database's gate decides whose answers are read: a live grant of the customer's own conversations for
customer care; (2) every customer who is counted finds a line in their log, written by the statement that reads;
(3) nothing leaves here but figures of groups that may be shown.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import text

from cdp.database import sql
from cdp.keys.errors import Unreadable
from cdp.keys.sealing import NONCE_BYTES, NOT_OPENED, Opener, opener
from cdp.listening import figures
from cdp.listening.asking import CATEGORY, PURPOSE
from cdp.listening.figures import Group, Reply
from cdp.listening.hiding import FLOOR
from cdp.listening.survey import Answers
from cdp.platform import Platform
from cdp.scope import Principal, Scope

EARLIEST: Final = 2000
LATEST: Final = 9998
_ID: Final = 16
_ANSWERS: Final = text(sql("survey_answers"))


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one year at one moment, over which purpose, and from how many people on a group is shown."""

    year: int
    at: datetime
    groups: list[Group]
    purpose: str = PURPOSE
    floor: int = FLOOR


def service(platform: Platform, organization: UUID, client: str, year: int, *, at: datetime) -> Figures:
    """Return how customers found the service of a year (UTC), as far as they granted it and it may be shown."""
    scope = Scope(Principal.EXPORTER, organization, purpose=PURPOSE, client=client)
    years = {"begin": datetime(year, 1, 1, tzinfo=UTC), "end": datetime(year + 1, 1, 1, tzinfo=UTC)}
    with platform.database.scoped(scope) as session:
        rows = session.execute(_ANSWERS, years | {"category": CATEGORY}).all()
    keys = platform.ring.unwrap_named({bytes(row[2]) for row in rows})
    openers = {subject: opener(key) for subject, key in keys.items()}
    replies = [
        Reply(row[0], row[5], row[3], row[4], _opened(openers[bytes(row[2])[:_ID]], bytes(row[1]), bytes(row[6])))
        for row in rows
        if bytes(row[2])[:_ID] in openers
    ]
    return Figures(year, at, figures.groups(replies))


def _opened(unseal: Opener, survey: bytes, sealed: bytes) -> Answers:
    place = b"survey\0" + survey + b"\0sealed"
    try:
        return Answers.from_bytes(unseal(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place))
    except NOT_OPENED:
        raise Unreadable("a sealed value cannot be read") from None
