"""The pages of the portal: each module exports `router`; add yours to `ROUTES`."""

from typing import Final

from api.portal.routes import (
    access,
    assets,
    confirm,
    external,
    leaving,
    login,
    organisations,
    overview,
    passkeys,
    plain,
    questions,
    requests,
    sign_in,
    staying,
)

ROUTES: Final = (
    external,
    passkeys,
    login,
    staying,
    sign_in,
    confirm,
    questions,
    leaving,
    assets,
    organisations,
    overview,
    requests,
    access,
    plain,
)
