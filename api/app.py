"""The door as one ASGI application: routes, errors and the edge, put together around a platform."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event, Thread
from typing import Final

from fastapi import Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Lifespan

from api import errors, lean, once, openapi, parameters, privacy_control
from api.branches import Branch
from api.edge import Edge
from api.lean import Lean
from api.long_polls import LongPolls
from api.metrics import Metrics
from api.openapi import DescribedAPI, operation_id
from api.portal import routes as portal
from api.portal.rendering import Portal
from api.preferences import Signed
from api.rates import Rates
from api.routes import (
    access_requests,
    audit,
    authorize,
    authzen,
    catalog,
    checks,
    confirmations,
    contact,
    demands,
    employees,
    figures,
    grants,
    log,
    login,
    me,
    me_accesses,
    me_attributes,
    me_demands,
    me_firings,
    me_grants,
    me_identity,
    me_messages,
    me_offers,
    me_preferences,
    me_presentations,
    me_receipts,
    me_records,
    me_requests,
    me_sources,
    me_surveys,
    messages,
    oauth,
    oauth_grants,
    oauth_metadata,
    offers,
    operations,
    org_admin,
    presentations,
    profiles,
    records,
    rejects,
    replies,
    rules,
    segment,
    senders,
    signals,
    surveys,
    webhooks,
)
from cdp.authzen.point import DecisionPoint
from cdp.contact.asking import Contacts
from cdp.contact.contacts import ContactBook
from cdp.ingest.intake import Intake
from cdp.log.full_tiles import FullTiles
from cdp.logins import external
from cdp.logins.token_checks import TokenChecks
from cdp.mailroom import mail, sms
from cdp.offers.deciding import Deciding
from cdp.office.card import Cards
from cdp.office.employees import Employees
from cdp.platform import Platform
from cdp.reads.profiles import Profiles

ROUTES: Final = (
    profiles,  # looked through in this order: the hot paths come first
    presentations,
    segment,
    records,
    rejects,
    authzen,
    contact,
    login,
    me,
    me_records,
    me_attributes,
    me_sources,
    me_accesses,
    me_grants,
    me_identity,
    me_requests,
    me_demands,
    me_surveys,
    me_offers,
    me_firings,
    me_preferences,
    me_receipts,
    me_presentations,
    me_messages,
    checks,
    messages,
    replies,
    senders,
    audit,
    log,
    grants,
    access_requests,
    demands,
    surveys,
    figures,
    offers,
    rules,
    signals,
    webhooks,
    catalog,
    confirmations,
    org_admin,
    employees,
    oauth,
    oauth_grants,
    oauth_metadata,
    authorize,
    operations,
)
"""The modules of `api.routes`; each exports `router`. Add yours here."""
LENIENT: Final = (segment, oauth, oauth_grants, oauth_metadata, authorize, authzen)
"""Those that pass over parameters they do not know, as other standards ask."""


def create_app(platform: Platform) -> FastAPI:
    """Return the application that serves `platform`; it opens and closes the database with its lifespan.

    Raises Invalid when the settings name nobody who carries letters.
    """
    outbox = mail.outbox(platform.settings, sms.gateway(platform.settings))
    metrics = Metrics(platform.database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        outbox.open()
        await platform.database.open()
        closing = Event()
        Thread(target=platform.ring.keep_present, args=(closing,), daemon=True).start()
        try:
            yield
        finally:
            closing.set()
            await platform.database.close()
            await run_in_threadpool(outbox.close)

    app = described(lifespan, served=_Served)
    app.state.platform, app.state.outbox, app.state.metrics = platform, outbox, metrics
    app.state.profiles, app.state.token_checks = Profiles(platform), TokenChecks(platform)
    app.state.full_tiles, app.state.rates = FullTiles(), Rates(platform.settings)
    app.state.decision_point, app.state.long_polls = DecisionPoint(platform), LongPolls()
    app.state.employees, app.state.cards = Employees(platform), Cards(platform, app.state.profiles)
    app.state.offers = Deciding(platform, app.state.profiles)
    app.state.intake, app.state.portal = Intake(platform), Portal(platform.settings)
    app.state.contacts, app.state.contact_book = Contacts(platform), ContactBook(platform, app.state.intake)
    app.add_middleware(once.OnceOnly)
    app.state.signed, app.state.provider = Signed(platform), external.provider(platform)
    return app


class _Served(DescribedAPI):
    """The application behind the edge, which comes before the framework's own layers: lean routes pass none of them."""

    def build_middleware_stack(self) -> ASGIApp:
        lean_routes = Lean(super().build_middleware_stack(), routes=lean.ROUTES)
        return Edge(lean_routes, measure=self.state.metrics.observe)


def described(lifespan: Lifespan[FastAPI] | None = None, *, served: type[DescribedAPI] = DescribedAPI) -> DescribedAPI:
    """Return the routes and their errors without anything behind them: enough to describe, not to serve."""
    app = served(
        title="Customer data platform",
        version="1",
        description="Profiles that their customers own.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi/v1.json",
        redirect_slashes=False,
        generate_unique_id_function=operation_id,
        # The framework's own telemetry would record what validation refused, with its values.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    errors.install(app)
    once.install(app)
    openapi.install(app)
    for each in portal.ROUTES:
        app.include_router(Branch(each.router))
    app.include_router(Branch(privacy_control.router))
    for each in ROUTES:
        app.include_router(Branch(each.router), dependencies=[] if each in LENIENT else [Depends(parameters.known)])
    return app
