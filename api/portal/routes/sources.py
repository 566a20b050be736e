"""Van wie: the sources that somebody may see, chosen one by one or all of them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Path
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import notices, places
from api.portal.frame import Room
from api.portal.pages import sources as pages
from api.portal.routes.organisations import facts
from api.portal.visit import Visit, Visiting
from cdp import directory
from cdp.own import dossier
from cdp.own.holdings import Grant
from cdp.permissions import changing, grants
from consent.acts import Grant as Granted
from consent.errors import NothingGranted

router = APIRouter(prefix="/toegang/{grant_id}/bronnen", include_in_schema=False)

EVERYBODY = "alle"
GrantId = Annotated[UUID, Path()]
Chosen = Annotated[list[str], Form(max_length=200, default_factory=list)]
Answer = Annotated[str, Form(max_length=10)]


@router.get("")
def show(grant_id: GrantId, visit: Visiting) -> Response:
    """Show who said something, and whose words can be seen now."""
    return visit.show(_page(visit, grant_id))


@router.post("", dependencies=OURS)
def choose(grant_id: GrantId, visit: Visiting, bron: Chosen, antwoord: Answer = "") -> Response:
    """Leave what the chosen ones say, or open what all say; nobody chosen is asked again."""
    if antwoord != EVERYBODY and not bron:
        return visit.show(_page(visit, grant_id, is_faulty=True), status=422)
    with visit.platform.database.scoped(visit.person.scope) as session:
        names, standing = directory.names(session), grants.to_change(session, grant_id)
        wanted = None if antwoord == EVERYBODY else names.organizations(bron)
        act = changing.from_sources(standing, wanted, at=visit.at)
        visit.fresh_for(session, act.categories if isinstance(act, Granted) else [])
        grants.record(session, visit.person.scope, visit.person.customer_id, act)
        place = f"{places.organisation(names.slug(standing.recipient_id))}#{standing.purpose}"
    return visit.lead(place, notices.CHANGED, grant_id)


def _page(visit: Visit, grant_id: UUID, *, is_faulty: bool = False) -> pages.SourcesPage:
    with visit.opened(Room.ORGANISATIONS) as opened:
        grant = Grant.of(grants.find(opened.session, grant_id), at=visit.at)
        if not (grant.is_live and grant.categories):
            raise NothingGranted
        suppliers = dossier.suppliers(opened.session)
        fault = opened.speech.say("Kies minstens 1 organisatie. Of stop de toegang.") if is_faulty else None
        return pages.sources(facts(visit, opened), opened.frame, grant, suppliers, fault=fault)
