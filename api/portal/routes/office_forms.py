"""Beheer: the forms. What makes or changes something needs a proof of the last minutes; ending is always allowed."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path
from pydantic import StringConstraints
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import places
from api.portal.office import OfficeTyping, OfficeVisit, OfficeVisiting, Shown
from api.portal.pages.office import Done
from api.portal.pages.typed import Typed
from api.portal.speech import Speech
from cdp.catalog import files, mapping
from cdp.catalog.mapping import Wanted as Filed
from cdp.signals import events, streams
from cdp.signals.streams import Kind, StreamUnknown, Wanted

router = APIRouter(include_in_schema=False, prefix=places.OFFICE, dependencies=OURS)

Word = Annotated[str, Form(max_length=200)]
Url = Annotated[str, Form(max_length=2_000)]
Lines = Annotated[str, Form(max_length=6_000)]
Rights = Annotated[list[Annotated[str, StringConstraints(max_length=200)]] | None, Form(max_length=20)]
Name = Annotated[str, Path(max_length=100)]


@router.post("/gegevens")
def change_details(visit: OfficeTyping, taal: Word = "", adres: Word = "") -> Response:
    """Say in which language letters are, and where those about privacy go; what is empty is taken back."""

    def act() -> None:
        with visit.platform.database.scoped(visit.office.scope) as session:
            visit.office.say(session, language=taal, privacy_mail=adres.strip())

    return visit.changed(act, Typed("gegevens", {"taal": taal, "adres": adres}))


@router.post("/programmas")
def add_program(visit: OfficeTyping, naam: Word = "", rechten: Rights = None, mens: Word = "") -> Response:
    """Make a program and show its secret."""

    def act(speech: Speech) -> Shown:
        office, marks = visit.office, visit.platform.fingerprints
        with visit.platform.database.scoped(office.scope) as session:
            made = office.add_program(session, marks, name=naam, scopes=rechten or (), is_human=bool(mens), at=visit.at)
        return Shown(speech.say("Geheim van het programma"), made.client_id, made.client_secret)

    return visit.made(act, Typed("programmas", {"naam": naam, "rechten": tuple(rechten or ()), "mens": mens}))


@router.post("/programmas/{client_id}/geheim")
def renew_secret(client_id: Name, visit: OfficeVisiting) -> Response:
    """Give a program a new secret and show it."""

    def act(speech: Speech) -> Shown:
        with visit.platform.database.scoped(visit.office.scope) as session:
            made = visit.office.rotate_program(session, visit.platform.fingerprints, client_id, at=visit.at)
        return Shown(speech.say("Geheim van het programma"), made.client_id, made.client_secret)

    return visit.made(act)


@router.post("/programmas/{client_id}/adressen")
def lead_back(client_id: Name, visit: OfficeTyping, terug: Lines = "", uit: Lines = "") -> Response:
    """Say where an app leads its customers back to."""

    def act() -> None:
        with visit.platform.database.scoped(visit.office.scope) as session:
            visit.office.lead_back(session, client_id, redirects=terug.split(), logouts=uit.split())

    return visit.changed(act, Typed(f"programmas/{client_id}", {"terug": terug, "uit": uit}))


@router.post("/programmas/{client_id}/stop")
def end_program(client_id: Name, visit: OfficeVisiting) -> Response:
    """End a program."""

    def act() -> None:
        with visit.platform.database.scoped(visit.office.scope) as session:
            visit.office.end_program(session, client_id, at=visit.at)

    return visit.done(act, Done.ENDED)


@router.post("/sleutels")
def add_key(visit: OfficeTyping, naam: Word = "") -> Response:
    """Make a write key and show it."""

    def act(speech: Speech) -> Shown:
        with visit.platform.database.scoped(visit.office.scope) as session:
            made = visit.office.add_write_key(session, visit.platform.fingerprints, name=naam, at=visit.at)
        return Shown(speech.say("Sleutel om te sturen"), made.key_id, made.write_key)

    return visit.made(act, Typed("sleutels", {"naam": naam}))


@router.post("/sleutels/{key_id}/geheim")
def renew_key(key_id: Name, visit: OfficeVisiting) -> Response:
    """Put a new write key in the place of one and show it."""

    def act(speech: Speech) -> Shown:
        with visit.platform.database.scoped(visit.office.scope) as session:
            made = visit.office.rotate_write_key(session, visit.platform.fingerprints, key_id, at=visit.at)
        return Shown(speech.say("Sleutel om te sturen"), made.key_id, made.write_key)

    return visit.made(act)


@router.post("/sleutels/{key_id}/stop")
def end_key(key_id: Name, visit: OfficeVisiting) -> Response:
    """End a write key."""

    def act() -> None:
        with visit.platform.database.scoped(visit.office.scope) as session:
            visit.office.end_write_key(session, key_id, at=visit.at)

    return visit.done(act, Done.ENDED)


@router.post("/soorten")
def file_type(
    visit: OfficeTyping, soort: Word = "", naam: Word = "", categorie: Word = "", nl: Word = "", en: Word = ""
) -> Response:
    """Say to which kind of data a type or an attribute belongs."""

    def act() -> None:
        entry, words = mapping.entry_of(soort, naam), files.Words(nl=nl.strip() or naam, en=en.strip() or naam)
        mapping.put(visit.platform, visit.scope, entry, Filed(categorie, words))

    said = {"soort": soort, "naam": naam, "categorie": categorie, "nl": nl, "en": en}
    return visit.changed(act, Typed("soorten", said))


@router.post("/soorten/weg")
def release_type(visit: OfficeVisiting, soort: Word = "", naam: Word = "") -> Response:
    """Give up what the organization filed itself."""
    return visit.changed(lambda: mapping.release(visit.platform, visit.scope, mapping.entry_of(soort, naam)))


@router.post("/webhooks")
def add_webhook(visit: OfficeTyping, adres: Url = "", uitleg: Word = "") -> Response:
    """Make a webhook that is told of everything from now on, and show its secret."""

    def act(speech: Speech) -> Shown:
        asked = Wanted(Kind.WEBHOOK, list(events.NAMES), adres.strip(), uitleg)
        with visit.platform.database.scoped(visit.scope) as session:
            made = streams.create(visit.platform, session, visit.office.organization, asked, at=visit.at)
        secret = streams.kept(visit.platform, made).signing(at=visit.at)[0]
        return Shown(speech.say("Geheim van de webhook"), made.url or "", secret)

    return visit.made(act, Typed("webhooks", {"adres": adres, "uitleg": uitleg}))


@router.post("/webhooks/{stream_id}/geheim")
def renew_webhook(stream_id: UUID, visit: OfficeVisiting) -> Response:
    """Sign with a new secret from now on, and show it; the one before signs beside it for a day."""

    def act(speech: Speech) -> Shown:
        with visit.platform.database.scoped(visit.scope) as session:
            word = streams.renew_secret(visit.platform, session, stream_id, at=visit.at)
            name = streams.read(session, stream_id).url or ""
        return Shown(speech.say("Geheim van de webhook"), name, word)

    return visit.made(act)


@router.post("/webhooks/{stream_id}/proef")
def try_webhook(stream_id: UUID, visit: OfficeVisiting) -> Response:
    """Have a webhook told a test."""
    return visit.done(lambda: _on_webhook(visit, stream_id, is_end=False), Done.TRIED)


@router.post("/webhooks/{stream_id}/stop")
def end_webhook(stream_id: UUID, visit: OfficeVisiting) -> Response:
    """Remove a webhook."""
    return visit.done(lambda: _on_webhook(visit, stream_id, is_end=True), Done.ENDED)


def _on_webhook(visit: OfficeVisit, stream_id: UUID, *, is_end: bool) -> None:
    with visit.platform.database.scoped(visit.scope) as session:
        if streams.read(session, stream_id).kind is not Kind.WEBHOOK:
            raise StreamUnknown
        if is_end:
            streams.remove(session, stream_id)
        else:
            streams.verify(session, stream_id, None, at=visit.at)
