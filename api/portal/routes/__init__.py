"""The pages of the portal: each module exports `router`; add yours to `ROUTES`."""

from typing import Final

from api.portal.routes import (
    access,
    assets,
    confirm,
    data,
    demands,
    demo_mail,
    external,
    leaving,
    log,
    log_files,
    login,
    organisations,
    overview,
    passkeys,
    plain,
    preferences,
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
    demo_mail,
    assets,
    organisations,
    overview,
    requests,
    access,
    plain,
    log,
    log_files,
    demands,
    data,
    preferences,
)
