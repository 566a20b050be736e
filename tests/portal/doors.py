"""Every way into the portal."""

from typing import Final

from fastapi.routing import APIRoute

from api.portal import routes

DOORS: Final = [route for module in routes.ROUTES for route in module.router.routes if isinstance(route, APIRoute)]
