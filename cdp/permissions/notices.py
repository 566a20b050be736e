"""What a customer read when they decided: the purpose in their own words, and what the organization said.

Rules: (1) every act that a customer makes carries it, through whichever door; (2) the act keeps the text, the log and
the receipt its hash, which is of the text as it is, in UTF-8; (3) the pages show the same words, out of here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel import Session, col, select

from cdp.catalog.files import Language, Words
from cdp.database import sql
from cdp.directory import REMOVED
from cdp.tables import Act

_READ: Final = text(sql("read_notice"))


@dataclass(frozen=True, slots=True)
class Notice:
    """A text that somebody read, and its language."""

    text: str
    language: Language

    def to_evidence(self) -> dict[str, str]:
        """Return what an act keeps of it."""
        tongue = "en" if self.language is Language.EN else "nl"
        return {"notice": sha256(self.text.encode()).hexdigest(), "language": tongue, "text": self.text}


def read(session: Session, customer: UUID, recipient: UUID, purpose: str, request: UUID | None) -> Notice | None:
    """Return what this customer reads about a purpose; None when the catalog has no such purpose."""
    facts = {"customer": customer, "recipient": recipient, "purpose": purpose, "request": request}
    found = session.execute(_READ, facts).one_or_none()
    if found is None:
        return None
    language = spoken(found.details or {})
    sentence = purpose if found.sentence is None else msgspec.json.decode(found.sentence, type=Words).said_in(language)
    why = sentence.replace("{organization}", found.organization or REMOVED)
    parts = (why, said(found.notice or {}, language), said(found.consequences or {}, language))
    return Notice("\n\n".join(each for each in parts if each), language)


def said(notice: Mapping[str, Any], language: Language) -> str:
    """Return what an organization says, in this language or in one that it has; empty when it says nothing."""
    found = notice.get(language) or notice.get("nl") or notice.get("en")
    return found if isinstance(found, str) else ""


def spoken(details: Mapping[str, Any], wanted: str | None = None) -> Language:
    """Return the language of a customer with these details, or the `wanted` one; how to address them is theirs."""
    if (wanted or details.get("language", "nl")) == "en":
        return Language.EN
    return Language.NL_JE if details.get("address") == "je" else Language.NL


def fits(evidence: Mapping[str, Any]) -> bool:
    """Tell whether the text that an act keeps, if it keeps one, is the one whose hash it keeps."""
    text = evidence.get("text")
    return text is None or sha256(str(text).encode()).hexdigest() == evidence.get("notice")


def kept(session: Session, unverified_act_id: UUID) -> str | None:
    """Return the text that the customer in scope read before an act; None for an act without one."""
    act = session.exec(select(Act).where(col(Act.act_id) == unverified_act_id)).first()
    found = None if act is None else act.evidence.get("text")
    return found if isinstance(found, str) else None
