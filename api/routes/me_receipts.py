"""The customer's receipts: what they allowed, changed, refused or stopped, as proof that needs nobody's word."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query
from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from api import negotiation, paging, preferences
from api.paging import After
from api.preferences import Proven
from api.principals import Customer, PlatformDep
from api.receipts import page, paper, sheet
from cdp import clock, directory
from cdp.catalog.files import Language
from cdp.cursors import NEWEST_FIRST
from cdp.own import receipts
from cdp.own.receipts import House
from cdp.permissions import notices
from cdp.platform import Platform
from consent.receipts import Receipt, Surroundings

router = APIRouter(prefix="/v1/me/receipts", tags=["customer"], route_class=Proven)

FORMS: Final[Mapping[str, str]] = {
    "tlog-proof": "text/plain; charset=utf-8",
    "json-ld": "application/ld+json",
    "kantara": "application/json",
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
}
_ENDINGS: Final = {"tlog-proof": "tlog-proof", "json-ld": "jsonld", "kantara": "json", "html": "html", "pdf": "pdf"}

Limit = Annotated[int, Query(ge=1, le=500, description="How many at most.")]
ReceiptId = Annotated[UUID, Path(description="The act that it is the receipt of, as listed.")]
Form = Annotated[
    Literal["tlog-proof", "json-ld", "kantara", "html", "pdf"] | None,
    Query(description="In which form; it goes before the Accept header."),
]
Tongue = Annotated[Literal["nl", "en"] | None, Query(description="In which language; left out, the customer's own.")]
Accept = Annotated[str | None, Header(max_length=1000, include_in_schema=False)]


class ReceiptView(BaseModel):
    """One act, and whether its receipt can be had already."""

    receipt_id: UUID
    kind: str
    organization: str
    organization_name: str
    purpose: str
    at: datetime
    index: int | None
    is_proven: bool


class Receipts(BaseModel):
    """A page of receipts, newest first."""

    receipts: list[ReceiptView]
    next: str | None


class Pending(BaseModel):
    """That an act holds, and its receipt will be there in a moment."""

    receipt_id: UUID
    is_proven: Literal[False]


CONTENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The receipt, in the form that is asked for.",
        "content": {each.partition(";")[0]: {"schema": {"type": "string"}} for each in FORMS.values()},
    },
    202: {"model": Pending, "description": "The act holds, but no signed checkpoint covers it yet; see Retry-After."},
    406: {"description": "There is no such form."},
}


def _view(each: receipts.Listed, names: directory.Names) -> ReceiptView:
    return ReceiptView(
        receipt_id=each.act_id,
        kind=each.kind,
        organization=names.slug(each.recipient),
        organization_name=names.name(each.recipient),
        purpose=each.purpose,
        at=each.at,
        index=each.position,
        is_proven=each.is_signed,
    )


@router.get("", summary="List my receipts", operation_id="list_my_receipts")
def list_my_receipts(person: Customer, platform: PlatformDep, after: After = None, limit: Limit = 100) -> Receipts:
    """Return every act and whether its receipt can be had, newest first."""
    at, caller = clock.now(), f"receipts {person.customer_id}"
    place = paging.begin(platform, after, NEWEST_FIRST, caller=caller)
    with platform.database.scoped(person.scope) as session:
        names = directory.names(session)
        found = receipts.of_customer(session, after=place, until=at, limit=limit)
    last = paging.next_after(platform, found, limit, caller=caller)
    return Receipts(receipts=[_view(each, names) for each in found], next=last)


@router.get(
    "/{receipt_id}",
    summary="Get one receipt",
    operation_id="read_my_receipt",
    response_class=Response,
    responses=CONTENT,
)
def read_my_receipt(
    receipt_id: ReceiptId,
    person: Customer,
    platform: PlatformDep,
    form: Annotated[Form, Query(alias="format")] = None,
    language: Tongue = None,
    accept: Accept = None,
) -> Response:
    """Return the receipt: the proof itself, or the same in JSON-LD, Kantara 1.1, HTML or PDF with the proof inside."""
    chosen = negotiation.chosen(FORMS, named=form, accept=accept)
    with platform.database.scoped(person.scope) as session:
        receipt = receipts.find(session, receipt_id)
        tongue = receipts.language_of(session, language)
        notice = notices.kept(session, receipt_id)
        names, catalog = directory.names(session), platform.catalogs.of(session, None)
    if receipt is None:
        return _pending(receipt_id)
    around = receipts.around(receipt, names, catalog, tongue, house_of(platform), notice=notice)
    return answer(chosen, receipt, around, tongue, platform)


def _pending(receipt_id: UUID) -> Response:
    body = Pending(receipt_id=receipt_id, is_proven=False).model_dump(mode="json")
    return JSONResponse(body, 202, headers={"Retry-After": preferences.AGAIN})


def house_of(platform: Platform) -> House:
    """Return what a receipt says about this platform."""
    return House(platform.settings.portal_name, platform.settings.base_url)


def answer(form: str, receipt: Receipt, around: Surroundings, language: Language, platform: Platform) -> Response:
    """Return a receipt in one of the FORMS."""
    house = house_of(platform)

    def told() -> sheet.Sheet:
        return sheet.of(receipt, around, language=language, house=house.name, site=house.url)

    made: Mapping[str, Callable[[], bytes]] = {
        "tlog-proof": receipt.to_bytes,
        "json-ld": lambda: json.dumps(receipt.to_json_ld(around), ensure_ascii=False).encode(),
        "kantara": lambda: json.dumps(receipt.to_kantara(around), ensure_ascii=False).encode(),
        "html": lambda: page.render(told()),
        "pdf": lambda: paper.render(told(), at=receipt.event.at),
    }
    kind = "inline" if form in {"html", "pdf"} else "attachment"
    name = f"{receipt.event.at:%Y-%m-%d}-{receipt.event.act.kind}.{_ENDINGS[form]}"
    headers = {
        "Content-Disposition": f'{kind}; filename="{name}"',
        "Vary": "Accept",
    }
    if form == "html":
        headers |= {"Content-Security-Policy": page.STYLE.policy, "Content-Language": around.language}
    return Response(made[form](), media_type=FORMS[form], headers=headers)
