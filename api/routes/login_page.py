"""Where a login link leads: a page with one button. Opening it changes nothing, for mail programs open links too."""

from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import HTMLResponse

from api import pages
from api.pages import Language, Page
from api.principals import PlatformDep
from cdp import clock, login
from consent.errors import Unauthenticated

router = APIRouter(include_in_schema=False)

COOKIE: Final = "cdp_session"
UnverifiedToken = Annotated[str, Path(max_length=100)]


@dataclass(frozen=True, slots=True)
class LoginPage(Page):
    """A sentence, and a button when there is something to do."""

    sentence: str
    button: str | None


_BEFORE: Final[dict[Language, LoginPage]] = {
    "nl": LoginPage("nl", "Inloggen", "Druk op de knop om in te loggen. De link werkt één keer.", "Log in"),
    "en": LoginPage("en", "Log in", "Press the button to log in. The link works once.", "Log in"),
}
_AFTER: Final[dict[Language, LoginPage]] = {
    "nl": LoginPage("nl", "U bent ingelogd", "U kunt deze pagina sluiten.", None),
    "en": LoginPage("en", "You are logged in", "You can close this page.", None),
}
_ENDED: Final[dict[Language, LoginPage]] = {
    "nl": LoginPage("nl", "Deze link werkt niet meer", "Hij is al gebruikt of te oud. Vraag een nieuwe link.", None),
    "en": LoginPage("en", "This link has ended", "It was used already or is too old. Ask for a new one.", None),
}


@router.get("/login/{token}")
def show(token: UnverifiedToken, request: Request) -> HTMLResponse:  # noqa: ARG001 -- opening a link must not even look
    """Show the button, whatever the link is worth."""
    return pages.render("login.html", _BEFORE[pages.language_of(request)])


@router.post("/login/{token}")
def use(token: UnverifiedToken, request: Request, platform: PlatformDep) -> HTMLResponse:
    """Use the link up and give the browser the session in a cookie that no script can read."""
    language = pages.language_of(request)
    try:
        begun = login.consume(platform, token, at=clock.now())
    except Unauthenticated:
        return pages.render("login.html", _ENDED[language], status=410)
    page = pages.render("login.html", _AFTER[language])
    is_secure = platform.settings.base_url.startswith("https:")
    name = f"__Host-{COOKIE}" if is_secure else COOKIE
    seconds = platform.settings.session_seconds
    page.set_cookie(name, begun.token, max_age=seconds, secure=is_secure, httponly=True, samesite="strict")
    return page
