"""The way in for a browser: a form that asks for a link, and where the link leads, a page with one button.

Opening a page changes nothing, for mail programs open links too. Everybody who asks for a link is answered alike.
"""

from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Form, Path, Request
from starlette.responses import HTMLResponse

from api import own_forms, pages
from api.pages import Language, Page
from api.principals import PlatformDep
from api.routes.login import send_link
from cdp import askers, clock, login
from consent.errors import Invalid, Unauthenticated

router = APIRouter(include_in_schema=False)

COOKIE: Final = "cdp_session"
ASKED: Final = "cdp_asked"
UnverifiedToken = Annotated[str, Path(max_length=100)]
_OURS: Final = [Depends(own_forms.only)]


@dataclass(frozen=True, slots=True)
class LinkForm:
    """The words of the form that asks for a link, and the way to the same form in the other language."""

    label: str
    button: str
    other: Language
    in_other: str


@dataclass(frozen=True, slots=True)
class LoginPage(Page):
    """A sentence, and a button or the form when there is something to do."""

    sentence: str
    button: str | None = None
    form: LinkForm | None = None
    code: str | None = None


_FORM: Final[dict[Language, LinkForm]] = {
    "nl": LinkForm("Uw e-mailadres", "Stuur mij een link", "en", "In English"),
    "en": LinkForm("Your e-mail address", "Send me a link", "nl", "In het Nederlands"),
}
_ASK: Final[dict[Language, LoginPage]] = {
    "nl": LoginPage("nl", "Inloggen", "U krijgt een e-mail met een link. Daarmee logt u in.", form=_FORM["nl"]),
    "en": LoginPage("en", "Log in", "You get an e-mail with a link. It logs you in.", form=_FORM["en"]),
}
_ASKED: Final[dict[Language, LoginPage]] = {
    "nl": LoginPage(
        "nl",
        "Kijk in uw e-mail",
        "Klopt uw adres? Dan krijgt u een link. Nog niets na 5 minuten? Kijk bij de ongewenste e-mail. "
        "Of vraag later een nieuwe link.",
        form=_FORM["nl"],
    ),
    "en": LoginPage(
        "en",
        "Look in your e-mail",
        "If your address is right, you get a link. Nothing after 5 minutes? Look among the unwanted e-mail. "
        "Or ask for a new link later.",
        form=_FORM["en"],
    ),
}
_BEFORE: Final[dict[Language, LoginPage]] = {
    "nl": LoginPage("nl", "Inloggen", "Druk op de knop om in te loggen. De link werkt één keer.", "Log in"),
    "en": LoginPage("en", "Log in", "Press the button to log in. The link works once.", "Log in"),
}
_CODE: Final[dict[Language, LoginPage]] = {
    "nl": LoginPage("nl", "Inloggen", "Typ de code uit dezelfde e-mail.", "Log in", code="Code uit de e-mail"),
    "en": LoginPage("en", "Log in", "Type the code from the same e-mail.", "Log in", code="Code from the e-mail"),
}
_AFTER: Final[dict[Language, LoginPage]] = {
    "nl": LoginPage("nl", "U bent ingelogd", "U kunt deze pagina sluiten."),
    "en": LoginPage("en", "You are logged in", "You can close this page."),
}
_ENDED: Final[dict[Language, LoginPage]] = {
    "nl": LoginPage(
        "nl", "Deze link werkt niet meer", "Hij is al gebruikt of te oud. Vraag een nieuwe link.", form=_FORM["nl"]
    ),
    "en": LoginPage(
        "en", "This link has ended", "It was used already or is too old. Ask for a new one.", form=_FORM["en"]
    ),
}


@router.get("/login")
def ask(request: Request) -> HTMLResponse:
    """Show the form."""
    return pages.render("login.html", _ASK[pages.language_of(request)])


@router.post("/login", dependencies=_OURS)
def asked(request: Request, platform: PlatformDep, email: Annotated[str, Form()] = "") -> HTMLResponse:
    """Send a link where one can be sent; the page is the same for every address, good or not."""
    language = pages.language_of(request)
    known = request.cookies.get(ASKED)
    browser = known if known is not None and askers.is_browser(known) else askers.new_browser()
    with suppress(Invalid, login.TooManyRequests):
        send_link(request, platform, email=email, voice=language, browser=browser)
    page = pages.render("login.html", _ASKED[language])
    is_secure = platform.settings.base_url.startswith("https:")
    page.set_cookie(ASKED, browser, max_age=platform.settings.link_seconds, secure=is_secure, httponly=True)
    return page


@router.get("/login/{token}")
def show(token: UnverifiedToken, request: Request) -> HTMLResponse:  # noqa: ARG001 -- opening a link must not even look
    """Show the button, whatever the link is worth."""
    return pages.render("login.html", _BEFORE[pages.language_of(request)])


@router.post("/login/{token}", dependencies=_OURS)
def use(
    token: UnverifiedToken, request: Request, platform: PlatformDep, code: Annotated[str, Form()] = ""
) -> HTMLResponse:
    """Use the link up and give the browser the session in a cookie that no script can read."""
    language = pages.language_of(request)
    try:
        shown = login.Shown(request.cookies.get(ASKED), code or None)
        begun = login.consume(platform, token, at=clock.now(), shown=shown)
    except (login.CodeNeeded, login.CodeWrong):
        return pages.render("login.html", _CODE[language], status=401)
    except Unauthenticated:
        return pages.render("login.html", _ENDED[language], status=410)
    page = pages.render("login.html", _AFTER[language])
    is_secure = platform.settings.base_url.startswith("https:")
    name = f"__Host-{COOKIE}" if is_secure else COOKIE
    seconds = platform.settings.session_seconds
    page.set_cookie(name, begun.token, max_age=seconds, secure=is_secure, httponly=True, samesite="strict")
    return page
