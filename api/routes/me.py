"""The customer and their dossier as a whole: who they are to us, everything in a file, and leaving."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response, StreamingResponse

from api.principals import Customer, FreshCustomer, PlatformDep
from cdp import clock, erasure, replicas
from cdp.contact import preferences
from cdp.copies import portability
from cdp.own import accesses, dossier
from cdp.own.addressing import Address, Language
from cdp.own.holdings import Summary
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import Scope
from consent.types import Instant

router = APIRouter(prefix="/v1/me", tags=["customer"])

ZIP: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/zip": {}}, "description": "Everything, as a zip."}
}


class Me(BaseModel):
    """Who the customer is to us, and how much is held."""

    emails: list[str]
    since: Instant | None
    language: Language
    address: Address
    records: int
    interactions: int
    evidence: int
    sources: int


class Adapted(BaseModel):
    """How the customer wants to be addressed; what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    language: Annotated[Language | None, Field(description="Dutch or English.")] = None
    address: Annotated[Address | None, Field(description="The Dutch form of address.")] = None


class Erased(BaseModel):
    """That everything is gone; the id names nobody and is the customer's proof."""

    erasure_id: UUID
    at: Instant
    subjects: int


class Settled(BaseModel):
    """That everything decided before this question holds everywhere."""

    is_settled: Literal[True]


def _view(summary: Summary) -> Me:
    return Me(
        emails=summary.emails,
        since=summary.since,
        language=summary.language,
        address=summary.address,
        records=summary.records,
        interactions=summary.interactions,
        evidence=summary.evidence,
        sources=summary.sources,
    )


def _read(platform: Platform, scope: Scope, chosen: dict[str, str] | None = None) -> Me:
    at = clock.now()
    with platform.database.scoped(scope) as session:
        if chosen:
            preferences.change(platform, session, chosen, at=at)
        accesses.note_own_read(session, scope, path="me", categories=["contact"], records=0, at=at)
        return _view(dossier.summary(session, OwnKeys(session, platform.ring)))


@router.get("", summary="Say who I am", operation_id="read_me")
def read_me(person: Customer, platform: PlatformDep) -> Me:
    """Return the addresses that the customer logs in with, the form of address, and how much is held."""
    return _read(platform, person.scope)


@router.patch("", summary="Change language or form of address", operation_id="change_me")
def change_me(adapted: Adapted, person: Customer, platform: PlatformDep) -> Me:
    """Keep how the customer wants to be addressed."""
    return _read(platform, person.scope, adapted.model_dump(exclude_none=True))


@router.get(
    "/export", summary="Take everything along", operation_id="export_me", response_class=Response, responses=ZIP
)
def export_me(person: FreshCustomer, platform: PlatformDep) -> StreamingResponse:
    """Return everything in a zip: one JSON document, CSV files and an explanation. Needs a login of minutes ago."""
    made = portability.export(platform, person.scope, at=clock.now())
    headers = {"Content-Disposition": 'attachment; filename="mijn-gegevens.zip"', "Cache-Control": "no-store"}
    return StreamingResponse(made, media_type="application/zip", headers=headers)


@router.delete("", summary="Erase everything", operation_id="erase_me")
def erase_me(person: FreshCustomer, platform: PlatformDep) -> Erased:
    """Erase the dossier: rows and keys, everywhere, backups included. Needs a login of minutes ago; cannot be undone.

    What was decided and who looked stays as proof, without a person. Sources cannot bring the person back.
    """
    done = erasure.erase(platform, person.scope, at=clock.now())
    return Erased(erasure_id=done.erasure_id, at=done.at, subjects=done.subjects)


@router.get("/settled", summary="Ask whether what I decided holds everywhere", operation_id="ask_if_settled")
def settled(person: Customer, platform: PlatformDep) -> Settled:
    """Answer once every replica obeys all that the customer decided before; 503 when that takes too long."""
    with platform.database.scoped(person.scope) as session:
        replicas.ask(session)
    return Settled(is_settled=True)
