"""Access requests: what an organization asks a customer, and the customer's answer.

One request is one purpose. Not answering is no: a request that nobody answered lapses by its date, without a job.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import text
from sqlmodel import Session, col, select

from cdp import ids
from cdp.permissions import grants
from cdp.scope import Scope
from cdp.tables import AccessRequest
from consent import acts as law
from consent import answers
from consent.errors import Conflict, Invalid, NotFound

ANSWER_DAYS: Final = 14
LONGEST_NOTICE: Final = 1_000
MOST_NOTICES: Final = 50
"""How many different notices an organization may have: they explain a purpose to everybody, and none is about one."""
_LANGUAGES: Final = frozenset({"nl", "nl@je", "en"})
_PERSONAL: Final = re.compile(r"@|(?:\d[ .-]?){6,}")
_SAID: Final = text("select exists (select from access_request where organization_id = :asker and texts = :texts)")
_NOTICES: Final = text("select count(distinct texts) from access_request where organization_id = :asker")


class AlreadyAnswered(Conflict):
    """This request has been answered, withdrawn or has lapsed."""

    code = "already-answered"


class UnfitNotice(Invalid):
    """A notice is a text for everybody: Dutch or English, 1,000 characters, no addresses and no long numbers."""

    code = "unfit-notice"


class TooManyNotices(Conflict):
    """An organization explains itself to everybody in the same words; it has as many notices as it may."""

    code = "too-many-notices"


@dataclass(frozen=True, slots=True)
class ByApp:
    """That an app asks while the customer is there: under which id, of which sources, and until when it waits."""

    request_id: UUID
    sources: list[UUID] | None
    until: datetime


def ask(  # noqa: PLR0913  # what a request must say, each by name
    session: Session,
    *,
    customer: UUID,
    organization: UUID,
    purpose: str,
    categories: frozenset[str],
    days: int,
    notice: Mapping[str, Any],
    consequences: Mapping[str, Any] | None = None,
    at: datetime,
    by_app: ByApp | None = None,
) -> UUID:
    """Put a request before a customer, and return its id; only of an app's there is a letter, when it stays open.

    It lapses after fourteen days, or with the app's patience.

    The notice is not sealed, so it may say nothing about the person: raises UnfitNotice or TooManyNotices.
    """
    texts = check_texts(session, organization, notice, consequences or {})
    request = AccessRequest(
        customer_id=customer,
        request_id=ids.row() if by_app is None else by_app.request_id,
        organization_id=organization,
        purpose=purpose,
        categories=sorted(categories),
        sources=None if by_app is None else by_app.sources,
        days=days,
        notice=dict(notice),
        consequences=dict(consequences or {}),
        texts=texts,
        state="pending",
        asked_at=at,
        due_at=at + timedelta(days=ANSWER_DAYS) if by_app is None else by_app.until,
        answered_at=None,
        told_at=at if by_app is None else None,  # whoever leaves the app's question open hears of it by letter
    )
    session.add(request)
    return request.request_id


def check_words(notice: Mapping[str, Any]) -> None:
    """Raise UnfitNotice unless a notice is a text for everybody."""
    if not notice or not _is_fit(notice):
        raise UnfitNotice(field="/notice")


def check_texts(
    session: Session, organization: UUID, notice: Mapping[str, Any], consequences: Mapping[str, Any]
) -> bytes:
    """Return the hash of what an organization says to everybody whom it asks; raises UnfitNotice or TooManyNotices."""
    check_words(notice)
    if not _is_fit(consequences):
        raise UnfitNotice(field="/consequences")
    texts = sha256(msgspec.json.encode([dict(notice), dict(consequences)], order="deterministic")).digest()
    facts = {"asker": organization, "texts": texts}
    if not session.execute(_SAID, facts).scalar() and session.execute(_NOTICES, facts).scalar_one() >= MOST_NOTICES:
        raise TooManyNotices(field="/notice")
    return texts


def _is_fit(texts: Mapping[str, Any]) -> bool:
    return texts.keys() <= _LANGUAGES and all(
        isinstance(each, str) and each.strip() and len(each) <= LONGEST_NOTICE and not _PERSONAL.search(each)
        for each in texts.values()
    )


def of_customer(session: Session) -> list[AccessRequest]:
    """Return the requests to the customer in scope, those that wait longest first."""
    return list(session.exec(select(AccessRequest).order_by(col(AccessRequest.due_at), col(AccessRequest.request_id))))


def state(request: AccessRequest, *, at: datetime) -> str:
    """Return where the request stands at `at`; one that nobody answered in time is `expired`."""
    return "expired" if request.state == "pending" and request.due_at <= at else request.state


def approve(
    session: Session,
    scope: Scope,
    request_id: UUID,
    *,
    categories: frozenset[str] | None,
    expires_at: datetime | None,
    at: datetime,
) -> UUID:
    """Grant what was asked, or the part of it that the customer chose, and return the act's id.

    What this recipient may see already for this purpose stays, under the narrower sources and the earlier end of both:
    an answer never widens or lengthens what stood.
    """
    request = _pending(session, request_id, at=at)
    grant = answers.answer(
        grants.between(session, request.organization_id, request.purpose),
        _asked(session, request, at=at),
        categories=categories,
        expires_at=expires_at,
        at=at,
    )
    is_whole = expires_at is None and categories in (None, frozenset(request.categories))
    _answer(request, "approved" if is_whole else "narrowed", at=at)
    return grants.record(session, scope, request.customer_id, grant, request=request_id)


def refuse(session: Session, scope: Scope, request_id: UUID, *, at: datetime) -> UUID:
    """Say no, and return the act's id; what stands already stays as it is."""
    request = _pending(session, request_id, at=at)
    refusal = law.Refuse(
        recipient=request.organization_id,
        purpose=request.purpose,
        at=at,
        categories=frozenset(request.categories),
    )
    _answer(request, "refused", at=at)
    return grants.record(session, scope, request.customer_id, refusal, request=request_id)


def _pending(session: Session, request_id: UUID, *, at: datetime) -> AccessRequest:
    request = session.exec(
        select(AccessRequest).where(AccessRequest.request_id == request_id).with_for_update()
    ).one_or_none()
    if request is None:
        raise NotFound("there is no such request")
    if state(request, at=at) != "pending":
        raise AlreadyAnswered
    return request


def _asked(session: Session, request: AccessRequest, *, at: datetime) -> answers.Asked:
    return answers.Asked(
        recipient=request.organization_id,
        purpose=request.purpose,
        categories=frozenset(request.categories),
        sources=None if request.sources is None else frozenset(request.sources),
        latest_end=grants.period(session, request.purpose).end(at, days=request.days),
    )


def _answer(request: AccessRequest, answer: str, *, at: datetime) -> None:
    request.state = answer
    request.answered_at = at
