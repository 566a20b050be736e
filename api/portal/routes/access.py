"""Toegang: stop it, give it back, and change it one thing at a time; each form is one act."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.visit import Visit, Visiting
from cdp import directory
from cdp.database import Session
from cdp.permissions import changing, grants, reviews, undoing
from consent import acts as law
from consent.errors import Invalid

router = APIRouter(prefix="/toegang/{grant_id}", include_in_schema=False, dependencies=OURS)

GrantId = Annotated[UUID, Path()]
Category = Annotated[str | None, Form(max_length=64)]
Days = Annotated[int, Form(ge=1, le=366)]


@router.post("/stoppen")
def stop(grant_id: GrantId, visit: Visiting) -> Response:
    """Stop it: no read that begins after this returns anything."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        standing = grants.find(session, grant_id)
        _record(visit, session, law.Revoke(recipient=standing.recipient_id, purpose=standing.purpose, at=visit.at))
    return visit.lead(places.ORGANISATIONS, notices.STOPPED, grant_id)


@router.post("/terug")
def give_back(grant_id: GrantId, visit: Visiting) -> Response:
    """Give back what the last stop took, as a new act."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        act = undoing.resume(session, grants.to_change(session, grant_id), at=visit.at)
        visit.fresh_for(session, act.categories)
        _record(visit, session, act)
    return visit.lead(places.ORGANISATIONS, notices.BACK, grant_id)


@router.post("/soort")
def switch(grant_id: GrantId, visit: Visiting, aan: Category = None, uit: Category = None) -> Response:
    """Open or close one kind of data."""
    if (aan is None) == (uit is None):
        raise Invalid("one kind of data is changed at a time")
    with visit.platform.database.scoped(visit.person.scope) as session:
        standing = grants.to_change(session, grant_id)
        visit.fresh_for(session, [aan] if aan else [])
        act = (
            changing.switched_on(standing, aan, at=visit.at)
            if aan
            else changing.switched_off(standing, uit or "", at=visit.at)
        )
        _record(visit, session, act)
        place, code = _after(session, grant_id)
    return visit.lead(place, notices.STOPPED if isinstance(act, law.Revoke) else code, grant_id)


@router.post("/behouden")
def keep(grant_id: GrantId, visit: Visiting) -> Response:
    """Say that it is still right: nothing changes, and it is asked again after ninety days."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        reviews.keep(session, grants.find(session, grant_id), at=visit.at)
    return visit.lead(places.ORGANISATIONS, notices.KEPT, grant_id)


@router.post("/tot")
def end(grant_id: GrantId, visit: Visiting, dagen: Days) -> Response:
    """Let it end sooner or later."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        _record(visit, session, changing.ending(session, grants.to_change(session, grant_id), days=dagen, at=visit.at))
        place, code = _after(session, grant_id)
    return visit.lead(place, code, grant_id)


@router.post("/alleen-eigen")
def only_own(grant_id: GrantId, visit: Visiting) -> Response:
    """Leave only what the organization knows by itself."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        _record(visit, session, changing.only_own(grants.to_change(session, grant_id), at=visit.at))
        place, code = _after(session, grant_id)
    return visit.lead(place, code, grant_id)


@router.post("/bezwaar")
def object_to(grant_id: GrantId, visit: Visiting) -> Response:
    """Object to the purpose: nothing is allowed for it any more."""
    with visit.platform.database.scoped(visit.person.scope) as session:
        standing = grants.find(session, grant_id)
        _record(visit, session, law.Object(recipient=standing.recipient_id, purpose=standing.purpose, at=visit.at))
    return visit.lead(places.ORGANISATIONS, notices.OBJECTED, grant_id)


def _record(visit: Visit, session: Session, act: law.Act) -> None:
    grants.record(session, visit.person.scope, visit.person.customer_id, act)


def _after(session: Session, grant_id: UUID) -> tuple[str, str]:
    standing = grants.find(session, grant_id)
    slug = directory.names(session).slug(standing.recipient_id)
    return f"{places.organisation(slug)}#{standing.purpose}", notices.CHANGED
