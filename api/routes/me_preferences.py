"""The customer's preferences: how they are spoken to, and about what, how and when organizations may approach them."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, JsonValue
from starlette.responses import JSONResponse, Response

from api import paging, preferences
from api.paging import After
from api.preferences import Proven
from api.principals import Customer, PlatformDep
from api.wanted_preferences import WantedPreferences
from cdp import clock
from cdp.contact import preferences as vault
from cdp.cursors import NEWEST_FIRST
from cdp.database import Session
from cdp.own import accesses, receipts
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from consent.wish_receipts import WishReceipt

router = APIRouter(prefix="/v1/me/preferences", tags=["customer"], route_class=Proven)

FORMS: Final = {"tlog-proof": "text/plain; charset=utf-8", "json": "application/json"}
Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
ReceiptId = Annotated[UUID, Path(description="The change that it is the receipt of, as listed.")]
Form = Annotated[Literal["tlog-proof", "json"], Query(alias="format", description="In which form.")]


class RequiredView(BaseModel):
    """A kind of message that the law demands, so that it cannot be switched off."""

    topic: str
    name: str
    reason: str


class PreferencesView(BaseModel):
    """What the customer chose, and nothing else; what holds by it; and what comes whatever they choose."""

    chosen: dict[str, JsonValue]
    channels_now: dict[str, list[str]]
    required: list[RequiredView]


class PreferencesKept(PreferencesView):
    """The same after a change, with the act that it was; null where nothing was different."""

    receipt_id: UUID | None


class PreferenceChange(BaseModel):
    """One change, and whether its receipt can be had already."""

    receipt_id: UUID
    at: datetime
    set: dict[str, JsonValue]
    clear: list[str]
    is_proven: bool


class PreferenceChanges(BaseModel):
    """A page of changes, newest first."""

    changes: list[PreferenceChange]
    next: str | None


class PreferencePending(BaseModel):
    """That a change holds, and its receipt will be there in a moment."""

    receipt_id: UUID
    is_proven: Literal[False]


PROOF: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The receipt, in the form that is asked for.",
        "content": {each.partition(";")[0]: {"schema": {"type": "string"}} for each in FORMS.values()},
    },
    202: {
        "model": PreferencePending,
        "description": "The change holds, but no signed checkpoint covers it yet; see Retry-After.",
    },
}


@router.get("", summary="See my preferences", operation_id="read_preferences")
def read_preferences(person: Customer, platform: PlatformDep) -> PreferencesView:
    """Return everything that the customer chose, and what the law demands whatever they choose, with the reason."""
    with platform.database.scoped(person.scope) as session:
        accesses.note_own_read(
            session, person.scope, path="preferences", categories=["contact"], records=0, at=clock.now()
        )
        return PreferencesView(**_seen(platform, session))


@router.patch("", summary="Change my preferences", operation_id="change_preferences")
def change_preferences(
    wanted: WantedPreferences, person: Customer, platform: PlatformDep, request: Request
) -> PreferencesKept:
    """Keep what is sent: what is left out stays as it is, and null takes back what was chosen (RFC 7396)."""
    with platform.database.scoped(person.scope) as session:
        receipt = vault.change(platform, session, wanted.patch(), at=clock.now())
        kept = PreferencesKept(**_seen(platform, session), receipt_id=receipt)
    if receipt is not None:
        preferences.about(request, receipt, person.scope)
    return kept


@router.get("/changes", summary="List what I changed", operation_id="list_preference_changes")
def list_preference_changes(
    person: Customer, platform: PlatformDep, after: After = None, limit: Limit = 100
) -> PreferenceChanges:
    """Return every change of preferences and whether its receipt can be had, newest first."""
    at, caller = clock.now(), f"preferences {person.customer_id}"
    place = paging.begin(platform, after, NEWEST_FIRST, caller=caller)
    with platform.database.scoped(person.scope) as session:
        found = vault.changes(session, after=place, until=at, limit=limit)
    last = paging.next_after(platform, found, limit, caller=caller)
    return PreferenceChanges(changes=[_change_view(each) for each in found], next=last)


@router.get(
    "/changes/{receipt_id}",
    summary="Get the receipt of a change",
    operation_id="read_preference_receipt",
    response_class=Response,
    responses=PROOF,
)
def read_preference_receipt(
    receipt_id: ReceiptId, person: Customer, platform: PlatformDep, form: Form = "tlog-proof"
) -> Response:
    """Return the proof that the change stands in the consent log, or the same as JSON with the proof inside."""
    with platform.database.scoped(person.scope) as session:
        receipt = receipts.wish(session, receipt_id)
    if receipt is None:
        return _pending(receipt_id)
    return answer(receipt, form)


def answer(receipt: WishReceipt, form: str) -> Response:
    """Return a receipt in one of the FORMS."""
    made: Mapping[str, Callable[[], bytes]] = {
        "tlog-proof": receipt.to_bytes,
        "json": lambda: json.dumps(receipt.to_json(), ensure_ascii=False).encode(),
    }
    name = f"{receipt.event.at:%Y-%m-%d}-wish.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made[form](), media_type=FORMS[form], headers=headers)


def _seen(platform: Platform, session: Session) -> dict[str, Any]:
    """Return what the customer in scope chose, and what the law demands, in their language."""
    catalog, language = platform.catalogs.of(session, None), receipts.language_of(session, None)
    required = [
        RequiredView(topic=key, name=each.name.said_in(language), reason=each.reason.said_in(language))
        for key, each in catalog.topics.items()
        if each.is_required and each.reason is not None
    ]
    chosen, now = vault.read(session, OwnKeys(session, platform.ring)), vault.channels_now(session, catalog)
    return {"chosen": chosen, "channels_now": now, "required": required}


def _change_view(change: vault.Changed) -> PreferenceChange:
    return PreferenceChange(
        receipt_id=change.wish_id,
        at=change.at,
        set=change.said["set"],
        clear=change.said["clear"],
        is_proven=change.is_signed,
    )


def _pending(receipt_id: UUID) -> Response:
    body = PreferencePending(receipt_id=receipt_id, is_proven=False).model_dump(mode="json")
    return JSONResponse(body, 202, headers={"Retry-After": preferences.AGAIN})
