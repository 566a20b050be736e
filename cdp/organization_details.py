"""What an organization says of itself, and what it may let its own programs do."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlmodel import Session

from cdp.client_scopes import SCOPES
from cdp.clients import UnknownScope
from cdp.due_dates import MOST_ANSWER_DAYS, USUAL_ANSWER_DAYS
from cdp.organizations import OrganizationUnknown
from cdp.tables import Organization
from consent.errors import Invalid

LANGUAGES: Final = ("nl", "en")
_MAIL: Final = re.compile(r"[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,189}")


@dataclass(frozen=True, slots=True)
class Said:
    """What an organization says: without a language letters are in both; `may` are the scopes that it may give."""

    language: str | None
    privacy_mail: str | None
    may: tuple[str, ...]
    answer_days: int = USUAL_ANSWER_DAYS
    """Within how many working days a human answers who asks for one; 0: on the same one."""


def said(organization: Organization) -> Said:
    """Return what stands in the details of an organization."""
    details = organization.details
    place = details.get("privacy")
    mail = place.get("email") if isinstance(place, Mapping) else None
    days = details.get("answer_days", USUAL_ANSWER_DAYS)
    return Said(details.get("language"), mail, tuple(details.get("scopes", ())), days)


def put(
    session: Session,
    organization: UUID,
    *,
    language: str | None = None,
    privacy_mail: str | None = None,
    may: Sequence[str] | None = None,
    answer_days: int | None = None,
) -> Organization:
    """Say what is given, leave the rest as it was, and return the organization; raises Invalid or NotFound.

    An empty language or address takes back what was said: letters are in both languages, and go to nobody by mail.
    """
    found = session.get(Organization, organization)
    if found is None:
        raise OrganizationUnknown(field="/organization")
    details: dict[str, Any] = dict(found.details)
    if language is not None:
        _put(details, "language", _language(language) if language else None)
    if privacy_mail is not None:
        place = details.get("privacy")
        known = dict(place) if isinstance(place, Mapping) else {}
        _put(known, "email", _mail(privacy_mail) if privacy_mail else None)
        _put(details, "privacy", known)
    if answer_days is not None:
        details["answer_days"] = _days(answer_days)
    if may is not None:
        details["scopes"] = _scopes(may)
    found.details = details
    session.flush()
    return found


def _put(details: dict[str, Any], name: str, value: object) -> None:
    if value:
        details[name] = value
    else:
        details.pop(name, None)


def _language(stated: str) -> str:
    if stated not in LANGUAGES:
        raise Invalid("the language is nl or en", field="/language")
    return stated


def _mail(stated: str) -> str:
    if not _MAIL.fullmatch(stated) or not stated.isprintable():
        raise Invalid("this is no e-mail address", field="/privacy_mail")
    return stated


def _days(stated: int) -> int:
    if not 0 <= stated <= MOST_ANSWER_DAYS:
        raise Invalid("a human answers within five working days", field="/answer_days")
    return stated


def _scopes(stated: Sequence[str]) -> list[str]:
    if not SCOPES.keys() >= set(stated):
        raise UnknownScope(field="/may")
    return sorted(set(stated))
