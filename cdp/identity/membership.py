"""Which sources a customer's dossier is made of, why, and since when; and the way to part from one.

Rules: (1) a customer sees the bonds between what is theirs, and of nobody else's that there is one; (2) a reason names
kinds and levels, never a value; (3) parting is for good, takes along what hangs on it alone, and gives back nothing
that was stopped: see `unlink_subject` in the migrations.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from cdp.database import sql
from consent.types import CUSTOMER_SOURCE

_MEMBERS: Final = text(sql("own_membership"))
_BONDS: Final = text("select subject_id, other_id, why, tier, evidence, at from own_bonds()")
_UNLINK: Final = text("select unlink_subject(:customer, :subject, :at)")


class Why(StrEnum):
    """What makes two subjects one person; a name never changes."""

    CUSTOMER_SAID = "customer-said"
    PROVEN = "proven-identifier"
    VERIFIED = "verified-identifier"
    DEVICE = "anonymous-to-user"
    OPERATOR_SAID = "operator-said"
    MATCH = "match"


_FIRMEST_FIRST: Final = tuple(Why)
WORDS: Final[dict[Why, dict[str, str]]] = {
    Why.CUSTOMER_SAID: {"nl": "U zei zelf dat dit over u gaat.", "en": "You said yourself that this is about you."},
    Why.PROVEN: {
        "nl": "Deze bron kent u onder een adres of nummer waarvan u bewees dat het van u is.",
        "en": "This source knows you by an address or number that you proved to be yours.",
    },
    Why.VERIFIED: {
        "nl": "Twee bronnen kennen u onder hetzelfde adres of nummer, dat zij hebben gecontroleerd.",
        "en": "Two sources know you by the same address or number, which they checked.",
    },
    Why.DEVICE: {
        "nl": "Op dit apparaat logde u in bij deze organisatie.",
        "en": "On this device you logged in with this organization.",
    },
    Why.OPERATOR_SAID: {
        "nl": "De beheerder heeft bekeken dat dit dezelfde persoon is.",
        "en": "The operator looked at it and found that this is the same person.",
    },
    Why.MATCH: {
        "nl": "Deze organisatie kende u twee keer, met dezelfde gegevens.",
        "en": "This organization knew you twice, by the same details.",
    },
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a subject is one person with another of the same dossier."""

    why: Why
    other_source: UUID
    since: datetime
    agreeing: list[str]
    """The fields that were alike, by name, where likeness is the reason."""


@dataclass(frozen=True, slots=True)
class Member:
    """The customer as one source knows them; without a reason it is what the dossier began with."""

    subject_id: UUID
    source: UUID
    since: datetime
    linked_at: datetime | None
    reasons: list[Reason]

    @property
    def is_own(self) -> bool:
        """Whether these are the customer's own statements, which cannot be parted with."""
        return self.source == CUSTOMER_SOURCE


def own(session: Session) -> list[Member]:
    """Return everything that the dossier in scope is made of, longest known first, with the firmest reasons first."""
    rows = session.execute(_MEMBERS).all()
    sources = {row.subject_id: row.source_id for row in rows}
    reasons: dict[UUID, list[Reason]] = defaultdict(list)
    for bond in session.execute(_BONDS):
        if bond.tier == "possible" or not {bond.subject_id, bond.other_id} <= sources.keys():
            continue
        reasons[bond.subject_id].append(_reason(bond, sources[bond.other_id]))
        reasons[bond.other_id].append(_reason(bond, sources[bond.subject_id]))
    return [
        Member(
            row.subject_id,
            row.source_id,
            row.created_at,
            row.linked_at,
            sorted(reasons[row.subject_id], key=lambda reason: (_FIRMEST_FIRST.index(reason.why), reason.since)),
        )
        for row in rows
    ]


def part(session: Session, customer: UUID, subject: UUID, *, at: datetime) -> None:
    """Say of a subject that it is somebody else, for good; raises NotFound for one's own, and what is not here."""
    session.execute(_UNLINK, {"customer": customer, "subject": subject, "at": at})


def _reason(bond: Row[Any], other: UUID) -> Reason:
    agreeing = sorted(name for name, (_, bits) in bond.evidence.items() if bits > 0)
    return Reason(Why(bond.why), other, bond.at, agreeing)
