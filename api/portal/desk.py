"""An employee's visit to the card of a customer: who it is, and what they see."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import msgspec
from fastapi import Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from api import caller, rates
from api.portal import cookies, error_pages, places
from api.portal.frame import Frame
from api.portal.pages import card, card_desk
from api.portal.pages.card_desk import Trouble
from api.portal.pages.typed import NOTHING, Typed
from api.portal.speech import Speech
from api.portal.visit import portal_of
from api.principals import platform_of
from cdp import clock, directory
from cdp.office.card import Card, Cards
from cdp.office.employees import Employee, Employees
from cdp.platform import Platform
from cdp.reads.lookup import Identifier
from cdp.reads.profiles import Profiles
from cdp.reads.recognition import Described
from cdp.scope import Principal
from consent.errors import Invalid, NotFound, Unauthenticated

_FAILED = {None: 200, Trouble.NOBODY: 404, Trouble.TOO_OFTEN: 429, Trouble.UNFIT: 422}


class _Found(msgspec.Struct):
    profile_id: str


@dataclass(frozen=True, slots=True)
class Desk:
    """A request by an employee who is logged in."""

    request: Request
    platform: Platform
    who: Employee

    def page(self, trouble: Trouble | None = None, typed: Typed = NOTHING) -> Response:
        """Return the page where customers are found, with what was `typed` there before."""
        speech = error_pages.speech_of(self.request)
        page = card_desk.desk(speech, frame_of(self.request, speech), self.who, trouble=trouble, typed=typed)
        return portal_of(self.request).answer(self.request, page, status=_FAILED[trouble])

    async def find(self, code: str, identifiers: Sequence[Identifier], described: Described | None) -> str:
        """Return the profile id of the one customer who is meant.

        Raises NotFound, alike for who is unknown and who granted nothing, TooManyTries or Invalid.
        """
        if not (code or identifiers or described):
            raise Invalid("a code, something that is known, or a description")
        profiles: Profiles = self.request.app.state.profiles
        if code:
            reading = await profiles.exchange(self.who.reader, code)
        else:
            reading = await profiles.lookup(self.who.reader, identifiers, described)
        if reading.document is None:
            raise NotFound
        return msgspec.json.decode(reading.document, type=_Found).profile_id

    async def card(self, unverified_profile_id: str) -> Response:
        """Return the card of one customer; raises NoCard."""
        cards: Cards = self.request.app.state.cards
        seen = await cards.read(self.who.reader, unverified_profile_id)
        return await run_in_threadpool(self._drawn, seen)

    def _drawn(self, seen: Card) -> Response:
        speech = error_pages.speech_of(self.request)
        with self.platform.database.scoped(self.who.reader.scope(Principal.EXPORTER)) as session:
            names = directory.names(session)
            catalog = self.platform.catalogs.of(session, self.who.organization)
        page = card.card_page(speech, frame_of(self.request, speech), self.who, seen, catalog=catalog, names=names)
        return portal_of(self.request).answer(self.request, page)


def frame_of(request: Request, speech: Speech) -> Frame:
    """Return what stands around a page of an employee: no menu, since it is nobody's own dossier."""
    frame = error_pages.frame_of(portal_of(request), request, speech)
    return replace(frame, ways=(), person=None, here=places.CARD)


def employees_of(request: Request) -> Employees:
    """Return who knows the employees in this process."""
    known: Employees = request.app.state.employees
    return known


def desk(request: Request) -> Desk:
    """Return the visit of the employee whose login the browser sent; raises Unauthenticated."""
    platform = platform_of(request)
    unverified_word = cookies.desk_of(request, platform.settings)
    if unverified_word is None:
        raise Unauthenticated("this page needs an employee's login")
    who = employees_of(request).known(unverified_word, at=clock.now())
    note = caller.note_of(request.scope)
    note.principal, note.organization = "service", who.slug
    rates.count_client(request.scope, who.client_id)
    return Desk(request, platform, who)


DeskDep = Annotated[Desk, Depends(desk)]
