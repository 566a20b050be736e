"""An administrator's visit to the page of their organization: who it is, what they see, and what a form did."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Final, Never, cast

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from api import caller, rates
from api.portal import cookies, error_pages, places
from api.portal.frame import Frame
from api.portal.pages import office as pages
from api.portal.pages.office import Done, Held, People
from api.portal.pages.typed import NOTHING, Typed
from api.portal.speech import Speech
from api.portal.visit import portal_of
from api.principals import platform_of
from cdp import clock, organization_details
from cdp.catalog import mapping
from cdp.office import employees, office_logins
from cdp.office.administration import Office
from cdp.permissions.freshness import FreshLoginNeeded
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.signals import streams
from cdp.signals.streams import Kind
from consent.errors import Problem, Unauthenticated

_NO_LOGIN: Final = "this page needs an administrator's login"


@dataclass(frozen=True, slots=True)
class Shown:
    """A secret to show, once: what it is, whose, and the word itself."""

    label: str
    name: str
    word: str


@dataclass(frozen=True, slots=True)
class OfficeVisit:
    """A request for a page by somebody who administers an organization."""

    request: Request
    platform: Platform
    office: Office
    is_fresh: bool
    ends_at: datetime
    at: datetime

    @property
    def scope(self) -> Scope:
        """The scope of what the organization sends, says of its data, and is told."""
        return Scope(Principal.SOURCE, self.office.organization, client=self.office.client_id)

    def page(self, *, fault: str | None = None, typed: Typed = NOTHING, status: int = 200) -> Response:
        """Return the page, with what the last form did."""
        speech = error_pages.speech_of(self.request)
        code, _ = cookies.notice_of(self.request)
        frame = replace(frame_of(self.request, speech), notice=pages.notice(speech, code) if fault is None else None)
        held = self._held()
        draw = partial(pages.office, speech, frame, held, ends_at=self.ends_at, is_fresh=self.is_fresh)
        page = draw(fault=fault, typed=typed)
        answer = portal_of(self.request).answer(self.request, page, status=status)
        if cookies.NOTICE in self.request.cookies:
            cookies.clear_notice(answer, self.platform.settings)
        return answer

    def changed(self, act: Callable[[], object], typed: Typed = NOTHING) -> Response:
        """Do what a form asks of who has just shown the secret, and lead back; see `done`."""
        return self._asked_again(typed) or self.done(act, Done.CHANGED, typed)

    def done(self, act: Callable[[], object], told: Done, typed: Typed = NOTHING) -> Response:
        """Do what a form asks and lead back, or tell why it was not done."""
        try:
            act()
        except FreshLoginNeeded:
            raise
        except Problem as problem:
            return self._refused(problem, typed)
        answer = RedirectResponse(places.OFFICE, 303)
        cookies.set_notice(answer, self.platform.settings, told.value)
        return answer

    def made(self, act: Callable[[Speech], Shown], typed: Typed = NOTHING) -> Response:
        """Do what a form asks of who has just shown the secret, and show what it made, which is kept nowhere."""
        if (asked := self._asked_again(typed)) is not None:
            return asked
        speech = error_pages.speech_of(self.request)
        try:
            shown = act(speech)
        except FreshLoginNeeded:
            raise
        except Problem as problem:
            return self._refused(problem, typed)
        frame = frame_of(self.request, speech)
        page = pages.secret(speech, frame, label=shown.label, name=shown.name, word=shown.word)
        return portal_of(self.request).answer(self.request, page)

    def _asked_again(self, typed: Typed) -> Response | None:
        """Ask for the secret unless it was just shown, keeping what was typed; of nothing, raise FreshLoginNeeded."""
        if self.is_fresh:
            return None
        kept = typed.kept(self.office.client_id)
        if not kept:
            raise FreshLoginNeeded
        return login(self.request, is_again=True, kept=kept, status=403)

    def _refused(self, problem: Problem, typed: Typed) -> Response:
        why = pages.refused(error_pages.speech_of(self.request), problem.code)
        return self.page(fault=why, typed=typed.refused(problem, why), status=422)

    def _held(self) -> Held:
        with self.platform.database.scoped(self.office.scope) as session:
            mine = self.office.shown(session)
            name, said = mine.name, organization_details.said(mine)
            programs, keys = self.office.programs(session), self.office.write_keys(session)
            people = employees.shown(mine) if employees.are_admitted(mine) else None
            for each in programs:
                session.expunge(each)
        with self.platform.database.scoped(self.scope) as session:
            entries = mapping.own_entries(session, self.office.organization)
            hooks = [each for each in streams.listed(session) if each.kind is Kind.WEBHOOK]
            catalog = self.platform.catalogs.of(session, self.office.organization)
        back = f"{self.platform.settings.base_url}{employees.PATH}/{self.office.slug}"
        login = People(self.office.slug, back, people)
        return Held(name, self.office.client_id, said, programs, keys, entries, hooks, catalog, login)


@dataclass(frozen=True, slots=True)
class EndedVisit:
    """A form by somebody whose login ran out: it does nothing, and keeps what was typed for the same one to come in."""

    request: Request
    client_id: str

    def changed(self, _act: object, typed: Typed = NOTHING) -> Response:
        """Ask who is there, keeping what was typed; of nothing, raise Unauthenticated."""
        kept = typed.kept(self.client_id)
        if not kept:
            raise Unauthenticated(_NO_LOGIN)
        return login(self.request, is_again=False, kept=kept, status=401)

    made = changed

    def __getattr__(self, _name: str) -> Never:
        """Open nothing else."""
        raise Unauthenticated(_NO_LOGIN)


def frame_of(request: Request, speech: Speech) -> Frame:
    """Return what stands around a page of an administrator: no menu, since nobody's dossier is open."""
    frame = error_pages.frame_of(portal_of(request), request, speech)
    return replace(frame, ways=(), person=None, here=places.OFFICE)


def login(request: Request, *, is_again: bool, is_wrong: bool = False, kept: str = "", status: int = 200) -> Response:
    """Return the page where an administrator comes in; `kept` is what they typed before they were asked again."""
    speech = error_pages.speech_of(request)
    page = pages.login(speech, frame_of(request, speech), is_again=is_again, is_wrong=is_wrong, kept=kept)
    return portal_of(request).answer(request, page, status=status)


def visit(request: Request) -> OfficeVisit:
    """Return the visit of the administrator whose login the browser sent; raises Unauthenticated."""
    unverified_word = cookies.office_of(request, platform_of(request).settings)
    if unverified_word is None:
        raise Unauthenticated(_NO_LOGIN)
    return visit_by(request, unverified_word)


def visit_by(request: Request, unverified_word: str) -> OfficeVisit:
    """Return the visit of the administrator whose login this is; raises Unauthenticated."""
    platform, at = platform_of(request), clock.now()
    found = office_logins.known(platform, unverified_word, at=at)
    note = caller.note_of(request.scope)
    note.principal, note.organization = "service", found.office.slug
    rates.count_client(request.scope, found.office.client_id)
    is_fresh = at - found.proven_at <= timedelta(seconds=platform.settings.fresh_seconds)
    return OfficeVisit(request, platform, found.office, is_fresh, found.ends_at, at)


def typing_visit(request: Request) -> OfficeVisit:
    """Return the visit of who sends a form with what they typed; where their login ran out, one that only keeps it."""
    try:
        return visit(request)
    except Unauthenticated:
        platform = platform_of(request)
        client_id = office_logins.was(platform, cookies.office_of(request, platform.settings) or "", at=clock.now())
        if client_id is None:
            raise
        return cast("OfficeVisit", EndedVisit(request, client_id))


OfficeVisiting = Annotated[OfficeVisit, Depends(visit)]
OfficeTyping = Annotated[OfficeVisit, Depends(typing_visit)]
