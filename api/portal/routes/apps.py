"""What an app asks: a permission becomes a Verzoek; who one is, is asked on a page of its own."""

from typing import Annotated

from fastapi import APIRouter, Form, Path
from starlette.responses import RedirectResponse, Response

from api.own_forms import OURS
from api.portal import apps, places
from api.portal.pages import app as pages
from api.portal.visit import Visit, Visiting
from cdp.database import Session
from cdp.oauth import requests
from cdp.oauth.requests import Begun
from cdp.oauth.wanted import Wanted
from cdp.permissions.freshness import FreshLoginNeeded
from cdp.permissions.requesting import AskedAgainTooSoon
from cdp.scope import Principal, Scope
from consent.errors import Conflict, Invalid

router = APIRouter(include_in_schema=False)

UnverifiedWord = Annotated[str, Path(max_length=100)]
Answer = Annotated[str, Form(max_length=10)]


@router.get(places.APPS + "/{word}")
def show(word: UnverifiedWord, visit: Visiting) -> Response:
    """Ask what the app asks, after a new proof of who it is where the app wants one."""
    begun = _claimed(visit, word)
    with visit.platform.database.scoped(visit.person.scope) as session:
        asking = apps.asking(session, begun.wanted)
        _check_proof(visit, session, begun.wanted)
    if begun.wanted.consent is None:
        return _page(visit, word, begun)
    try:
        requests.put_before(visit.platform, asking, begun, visit.person.customer_id, at=visit.at)
    except AskedAgainTooSoon:
        return apps.denied(visit, _answered(visit, begun))
    except (Invalid, Conflict):
        return apps.denied(visit, _answered(visit, begun), "invalid_authorization_details")
    return RedirectResponse(places.request(begun.request_id), 303)


@router.post(places.APPS + "/{word}", dependencies=OURS)
def answer(word: UnverifiedWord, visit: Visiting, antwoord: Answer) -> Response:
    """Lead back with a yes or a no; a permission is answered on its own page."""
    begun = _claimed(visit, word)
    if begun.wanted.consent is not None:
        return RedirectResponse(places.request(begun.request_id), 303)
    if antwoord != pages.YES:
        return apps.denied(visit, _answered(visit, begun))
    with visit.platform.database.scoped(visit.person.scope) as session:
        person, at = visit.person.customer_id, visit.at
        wanted = requests.answer(session, visit.platform, person, begun.request_id, at=at)
        if wanted is None:
            raise requests.RequestUnknown
        _check_proof(visit, session, wanted)
        return apps.back(visit, session, apps.asking(session, wanted), wanted)


def _check_proof(visit: Visit, session: Session, wanted: Wanted) -> None:
    """Raise FreshLoginNeeded where the app wants a later proof of who it is than there is; a no needs none."""
    if wanted.proven_after is not None and apps.proven_at(visit, session) < wanted.proven_after:
        raise FreshLoginNeeded


def _claimed(visit: Visit, word: str) -> Begun:
    with visit.platform.database.scoped(Scope(Principal.DOORMAN)) as session:
        return requests.claim(session, visit.platform, word, visit.person.customer_id, at=visit.at)


def _answered(visit: Visit, begun: Begun) -> Wanted:
    with visit.platform.database.scoped(visit.person.scope) as session:
        requests.answer(session, visit.platform, visit.person.customer_id, begun.request_id, at=visit.at)
    return begun.wanted


def _page(visit: Visit, word: str, begun: Begun) -> Response:
    with visit.opened(None) as opened:
        asking = apps.asking(opened.session, begun.wanted)
        name, is_verified = opened.names.name(asking.organization), opened.names.is_verified(asking.organization)
        page = pages.app(opened.speech, opened.frame, word=word, app=asking.name, name=name, is_verified=is_verified)
    return apps.opening(visit.show(page), begun.wanted)
