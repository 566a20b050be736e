"""A visit: who opened a page of the portal, by the session in the cookie, and how to speak to them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from starlette.responses import RedirectResponse, Response

from api import caller, privacy_control, rates
from api.portal import cookies, notices
from api.portal.frame import Frame, Page, Room, Stay, tongues, ways
from api.portal.rendering import Portal
from api.portal.speech import Speech
from api.principals import LoggedIn, platform_of
from cdp import clock, credentials, directory
from cdp.catalog.files import Catalog, Language
from cdp.database import Session
from cdp.logins import sessions
from cdp.own import accesses, addressing, objections, waiting
from cdp.own.addressing import Addressing
from cdp.own.unsealing import OwnKeys
from cdp.permissions.freshness import FreshLoginNeeded
from cdp.platform import Platform
from consent.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Opened:
    """The dossier while a page reads it: the transaction, its keys, and how to speak."""

    session: Session
    keys: OwnKeys
    names: directory.Names
    catalog: Catalog
    speech: Speech
    addressing: Addressing
    began_at: datetime
    frame: Frame


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a page by a customer who is logged in."""

    request: Request
    platform: Platform
    person: LoggedIn
    at: datetime

    @contextmanager
    def opened(self, room: Room | None, *, reads: Iterable[str] = ()) -> Iterator[Opened]:
        """Open the dossier for one page and write down that its owner read it; commits when the block ends.

        `reads` are categories whose values the page shows beside those of the records that it reads.
        """
        with self.platform.database.scoped(self.person.scope) as session:
            keys = OwnKeys(session, self.platform.ring)
            said = privacy_control.is_said(self.request)
            known = objections.noted(session, addressing.read(session, keys), is_said=said, at=self.at)
            speech = Speech(locale_of(known), self.at)
            names = directory.names(session)
            mine = [each for each in sessions.living(session, at=self.at) if each.session_id == self.person.session_id]
            yield Opened(
                session=session,
                keys=keys,
                names=names,
                catalog=self.platform.catalogs.of(session, None),
                speech=speech,
                addressing=known,
                began_at=mine[0].started_at if mine else self.at,
                frame=self._frame(session, speech, known, names, room, mine),
            )
            path, shown = f"page:{room or 'other'}", {"contact", *reads, *keys.shown}
            accesses.note_own_read(session, self.person.scope, path=path, categories=shown, records=0, at=self.at)

    @property
    def portal(self) -> Portal:
        """The templates and files of this process."""
        return portal_of(self.request)

    def show(self, page: Page, *, status: int = 200) -> Response:
        """Return a page; what was told once is not told again."""
        answer = self.portal.answer(self.request, page, status=status)
        locale = Language(page.frame.locale)
        if cookies.locale_of(self.request) is not locale:
            cookies.set_locale(answer, self.platform.settings, locale)
        if page.frame.notice is not None or cookies.NOTICE in self.request.cookies:
            cookies.clear_notice(answer, self.platform.settings)
        return answer

    def lead(self, place: str, notice: str = "", about: object = "") -> Response:
        """Lead on to a page after a form, which then tells what was done."""
        answer = RedirectResponse(place, 303)
        if notice:
            cookies.set_notice(answer, self.platform.settings, notice, str(about))
        return answer

    def fresh(self) -> None:
        """Raise FreshLoginNeeded unless the visitor proved a few minutes ago who they are."""
        if not self.person.is_fresh:
            raise FreshLoginNeeded

    def fresh_for(self, session: Session, categories: Iterable[str]) -> None:
        """Raise FreshLoginNeeded before anything of a special kind is opened, unless the proof is fresh."""
        known = self.platform.catalogs.of(session, None).categories
        if any(known[each].is_special for each in categories if each in known):
            self.fresh()

    def _frame(
        self,
        session: Session,
        speech: Speech,
        known: Addressing,
        names: directory.Names,
        room: Room | None,
        mine: list[sessions.SessionFacts],
    ) -> Frame:
        code, about = cookies.notice_of(self.request)
        return Frame(
            language=speech.tag,
            locale=speech.locale,
            theme=known.theme or cookies.theme_of(self.request),
            brand=self.platform.settings.portal_name,
            here=self.request.url.path,
            ways=ways(speech, room, waiting=waiting.count(session, at=self.at)),
            tongues=tongues(speech.locale),
            person=known.name,
            made=speech.made(),
            stay=self._stay(speech, mine),
            notice=notices.told(session, speech, names, code, about),
            print=known.print,
        )

    def _stay(self, speech: Speech, mine: list[sessions.SessionFacts]) -> Stay | None:
        ends = [each.expires_at for each in mine]
        if not ends:
            return None
        left = ends[0] - self.at
        until = speech.clock(ends[0]) if left < timedelta(days=1) else speech.date(ends[0])
        return Stay(until, int(left.total_seconds()))


def locale_of(known: Addressing) -> Language:
    """Return the language of the pages for somebody who wants to be addressed like this."""
    if known.language == "en":
        return Language.EN
    return Language.NL_JE if known.address == "je" else Language.NL


def portal_of(request: Request) -> Portal:
    """Return the pages of this process."""
    portal: Portal = request.app.state.portal
    return portal


async def visit(request: Request) -> Visit:
    """Return the visit of the customer whose session the browser sent; raises Unauthenticated."""
    platform = platform_of(request)
    unverified_token = cookies.session_of(request, platform.settings)
    if unverified_token is None:
        raise Unauthenticated("this page needs a login")
    holder = await credentials.of_session(platform, unverified_token)
    caller.note_of(request.scope).principal = "customer"
    rates.count_customer(request.scope, str(holder.customer_id))
    return Visit(request, platform, LoggedIn.of(platform, holder), clock.now())


def identifier(unverified: str) -> UUID | None:
    """Return an id out of a cookie, or None when it is none."""
    try:
        return UUID(unverified)
    except ValueError:
        return None


Visiting = Annotated[Visit, Depends(visit)]


async def fresh_visit(visit: Visiting) -> Visit:
    """Return the visit of a customer who has just proved who they are; raises FreshLoginNeeded."""
    if not visit.person.is_fresh:
        raise FreshLoginNeeded
    return visit


FreshVisiting = Annotated[Visit, Depends(fresh_visit)]
