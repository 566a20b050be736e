"""The door as one ASGI application: routes, errors and the edge, put together around a platform."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from fastapi import FastAPI

from api import errors
from api.requests_log import RequestsLog
from api.routes import grants, health, me_grants, me_requests
from cdp.platform import Platform

ROUTES: Final = (health, me_grants, me_requests, grants)
"""The modules of `api.routes`; each exports `router`. Add yours here."""


def create_app(platform: Platform) -> FastAPI:
    """Return the application that serves `platform`; it opens and closes the database with its lifespan."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        await platform.database.open()
        try:
            yield
        finally:
            await platform.database.close()

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
    app.state.platform = platform
    errors.install(app)
    for each in ROUTES:
        app.include_router(each.router)
    app.add_middleware(errors.OpaqueErrors)
    app.add_middleware(RequestsLog, measure=lambda *_: None)
    return app
