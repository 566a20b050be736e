"""The pages of the portal: each module exports `router`; add yours to `ROUTES`."""

from typing import Final

from api.portal.routes import assets, organisations, overview

ROUTES: Final = (
    assets,
    organisations,
    overview,
)
