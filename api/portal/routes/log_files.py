"""The log to take along, and proofs to check."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, UploadFile
from starlette.responses import Response, StreamingResponse

from api.own_forms import OURS
from api.portal import places
from api.portal.frame import Room
from api.portal.pages import log_more
from api.portal.pages.log_more import LARGEST_PROOF, Outcome
from api.portal.speech import Speech
from api.portal.visit import FreshVisiting, Opened, Visiting
from cdp.copies import log_export
from cdp.log import completeness, store
from consent import event_bodies, verify
from consent.commitments import Opening
from consent.errors import NotFound, Problem
from consent.events import Event
from consent.proofs import InclusionProof
from consent.verify import Trust

router = APIRouter(include_in_schema=False)

FORMS: Final = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
Pasted = Annotated[str, Form(max_length=LARGEST_PROOF)]


@router.get(places.LOG_DOWNLOAD)
def offer(visit: Visiting) -> Response:
    """Offer the log as a file."""
    with visit.opened(Room.LOG) as opened:
        page = log_more.download(opened.speech, opened.frame)
    return visit.show(page)


@router.get(places.LOG_DOWNLOAD + "/{form}")
def download(visit: FreshVisiting, form: str) -> Response:
    """Return every line of the log, made while it is sent."""
    if form not in FORMS:
        raise NotFound
    content = log_export.export(visit.platform, visit.person.scope, form=form, at=visit.at)
    name = f"logboek-{visit.at:%Y-%m-%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingResponse(content, media_type=FORMS[form], headers=headers)


@router.get(places.PROOF)
def explain(visit: Visiting) -> Response:
    """Explain what is proved, and offer to check a proof."""
    with visit.opened(Room.LOG) as opened:
        page = log_more.proof(opened.speech, opened.frame, completeness.of_customer(opened.session))
    return visit.show(page)


@router.post(places.PROOF, dependencies=OURS)
def check(visit: Visiting, bestand: UploadFile | None = None, tekst: Pasted = "") -> Response:
    """Check a proof, with the keys of our own logs."""
    content = _content(bestand, tekst)
    with visit.opened(Room.LOG) as opened:
        fault = None if content else opened.speech.say("Kies een bestand of plak de tekst van een bewijs.")
        outcome = _judged(opened, content) if content else None
        complete = completeness.of_customer(opened.session)
        page = log_more.proof(opened.speech, opened.frame, complete, outcome, fault)
    return visit.show(page, status=422 if fault else 200)


def _content(file: UploadFile | None, text: str) -> bytes:
    """Return the proof as bytes; a pasted one loses what a browser adds to its lines."""
    stored = file.file.read(LARGEST_PROOF + 1) if file is not None else b""
    if stored:
        return stored[: LARGEST_PROOF + 1]
    return text.replace("\r\n", "\n").strip().encode() + b"\n" if text.strip() else b""


def _judged(opened: Opened, content: bytes) -> Outcome:
    speech: Speech = opened.speech
    keys = tuple(key for log in store.logs(opened.session) for key in log.keys)
    verdict = verify.verify_receipt(content, Trust(keys=keys))
    return log_more.judged(speech, opened.names, verdict, _event(content) if verdict.holds else None)


def _event(content: bytes) -> Event | None:
    """Return what a proof that holds is about."""
    try:
        opening = Opening.from_extra(InclusionProof.from_bytes(content).extra or b"")
        return event_bodies.from_body(opening.body)
    except Problem:
        return None
