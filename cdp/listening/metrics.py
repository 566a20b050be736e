"""The figures of an organization's service, over customers who granted it now; who revokes is left out at once.

Rules: (1) the database's gate decides whose answers are read: a live grant of the customer's own conversations for
customer care; (2) every customer who is counted finds a line in their log, written by the statement that reads;
(3) nothing leaves here but figures of groups that may be shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text

from cdp.database import sql
from cdp.keys import named
from cdp.keys.errors import Unreadable
from cdp.keys.sealing import NONCE_BYTES, NOT_OPENED, Opener, place
from cdp.listening import figures
from cdp.listening.asking import CATEGORY, PURPOSE
from cdp.listening.figures import Group, Reply
from cdp.listening.hiding import FLOOR
from cdp.listening.survey import Answers
from cdp.platform import Platform
from cdp.scope import Principal, Scope

EARLIEST: Final = 2000
LATEST: Final = 9998
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
    openers = named.openers(platform.ring, {bytes(row.named) for row in rows})
    replies = [each for row in rows if (each := _reply(row, openers)) is not None]
    return Figures(year, at, figures.groups(replies))


def _reply(row: Row[Any], openers: Mapping[bytes, Opener]) -> Reply | None:
    """Return what a customer answered, or None when its key was destroyed."""
    unseal = openers.get(named.subject(bytes(row.named)))
    if unseal is None:
        return None
    sealed = bytes(row.sealed)
    try:
        plain = unseal(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place("survey", row.survey_id, "sealed"))
    except NOT_OPENED:
        raise Unreadable("a sealed value cannot be read") from None
    return Reply(row.customer_id, row.occurred_at, row.channel, row.speaker, Answers.from_bytes(plain))
