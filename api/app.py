"""The door as one ASGI application: routes, errors and the edge, put together around a platform."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from api import errors
from api.limits import Limits, SafeHeaders
from api.metrics import Metrics
from api.requests_log import RequestsLog
from api.routes import demo_mail, grants, login, login_page, me_grants, me_requests, oauth, operations
from cdp import mail
from cdp.platform import Platform

ROUTES: Final = (login, me_grants, me_requests, grants, oauth, operations, login_page, demo_mail)
"""The modules of `api.routes`; each exports `router`. Add yours here."""


def create_app(platform: Platform) -> FastAPI:
    """Return the application that serves `platform`; it opens and closes the database with its lifespan.

    Raises Invalid when the settings name nobody who carries letters.
    """
    outbox, metrics = mail.outbox(platform.settings), Metrics(platform.database)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        outbox.open()
        await platform.database.open()
        try:
            yield
        finally:
            await platform.database.close()
            await run_in_threadpool(outbox.close)

    app = FastAPI(
        title="Customer data platform",
        version="1",
        description="Profiles that their customers own.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi/v1.json",
        redirect_slashes=False,
        # The framework's own telemetry would record what validation refused, with its values.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.platform, app.state.outbox, app.state.metrics = platform, outbox, metrics
    errors.install(app)
    for each in ROUTES:
        app.include_router(each.router)
    app.add_middleware(Limits)
    app.add_middleware(errors.OpaqueErrors)
    app.add_middleware(SafeHeaders)
    app.add_middleware(RequestsLog, measure=metrics.observe)
    return app
