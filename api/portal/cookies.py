"""What the portal keeps in a browser: the session, how to speak before anybody logged in, the colours, and one notice.

Rules: (1) the session is a random token to a row of the database, which no script reads and no other site's form sends;
(2) over https its name begins with `__Host-`, so that no neighbour under our domain can plant one (RFC 6265bis §4.1.3);
(3) none of the others is believed further than a choice among known words.
"""

from typing import Final, Literal

from starlette.requests import Request
from starlette.responses import Response

from cdp.catalog.files import Language
from cdp.settings import Settings

SESSION: Final = "cdp_session"
OFFICE: Final = "cdp_office"
DESK: Final = "cdp_desk"
LOCALE: Final = "cdp_speech"
THEME: Final = "cdp_colours"
NOTICE: Final = "cdp_notice"
_YEAR: Final = 365 * 24 * 3600
_NOTICE_SECONDS: Final = 60
_LONGEST_NOTICE: Final = 100

Theme = Literal["auto", "light", "dark"]
_THEMES: Final[dict[str, Theme]] = {"light": "light", "dark": "dark"}
_LOCALES: Final = {each.value.replace("@", "-"): each for each in Language}


def is_secure(settings: Settings) -> bool:
    """Tell whether browsers reach us over https."""
    return settings.base_url.startswith("https:")


def session_name(settings: Settings) -> str:
    """Return what the cookie of the session is called."""
    return _named(settings, SESSION)


def session_of(request: Request, settings: Settings) -> str | None:
    """Return the unverified token of the session that a browser sent."""
    return request.cookies.get(session_name(settings))


def set_session(response: Response, settings: Settings, token: str, *, seconds: int) -> None:
    """Let the browser keep the session; a link from elsewhere may lead into it, a form from elsewhere may not."""
    response.set_cookie(
        session_name(settings), token, max_age=seconds, secure=is_secure(settings), httponly=True, samesite="lax"
    )


def clear_session(response: Response, settings: Settings) -> None:
    """Let the browser forget the session."""
    response.delete_cookie(session_name(settings), secure=is_secure(settings), httponly=True, samesite="lax")


def office_of(request: Request, settings: Settings) -> str | None:
    """Return the unverified login of an organization's administrator."""
    return request.cookies.get(_named(settings, OFFICE))


def set_office(response: Response, settings: Settings, token: str, *, seconds: int) -> None:
    """Let the browser keep the login of an administrator; nothing from elsewhere leads into it."""
    response.set_cookie(
        _named(settings, OFFICE), token, max_age=seconds, secure=is_secure(settings), httponly=True, samesite="strict"
    )


def clear_office(response: Response, settings: Settings) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_named(settings, OFFICE), secure=is_secure(settings), httponly=True, samesite="strict")


def desk_of(request: Request, settings: Settings) -> str | None:
    """Return the unverified login of an organization's employee."""
    return request.cookies.get(_named(settings, DESK))


def set_desk(response: Response, settings: Settings, token: str, *, seconds: int) -> None:
    """Let the browser keep the login of an employee; a link in the organization's own system leads into it."""
    response.set_cookie(
        _named(settings, DESK), token, max_age=seconds, secure=is_secure(settings), httponly=True, samesite="lax"
    )


def clear_desk(response: Response, settings: Settings) -> None:
    """Let the browser forget it."""
    response.delete_cookie(_named(settings, DESK), secure=is_secure(settings), httponly=True, samesite="lax")


def locale_of(request: Request) -> Language | None:
    """Return the language that this browser was last spoken to in."""
    return _LOCALES.get(request.cookies.get(LOCALE, ""))


def set_locale(response: Response, settings: Settings, locale: Language) -> None:
    """Let the browser keep the language for pages before the login."""
    _keep(response, settings, LOCALE, locale.value.replace("@", "-"), seconds=_YEAR)


def theme_of(request: Request) -> Theme:
    """Return the colours that were chosen in this browser; `auto` follows the device."""
    return _THEMES.get(request.cookies.get(THEME, ""), "auto")


def set_theme(response: Response, settings: Settings, theme: Theme) -> None:
    """Let the browser keep the colours."""
    _keep(response, settings, THEME, theme, seconds=_YEAR)


def notice_of(request: Request) -> tuple[str, str]:
    """Return the unverified code and subject of what the last form did; empty when there is nothing to tell."""
    code, _, about = request.cookies.get(NOTICE, "")[:_LONGEST_NOTICE].partition(".")
    return code, about


def set_notice(response: Response, settings: Settings, code: str, about: str = "") -> None:
    """Let the next page tell what was done: a code and the id it is about, never a text."""
    _keep(response, settings, NOTICE, f"{code}.{about}", seconds=_NOTICE_SECONDS)


def clear_notice(response: Response, settings: Settings) -> None:
    """Let the browser forget what was told."""
    response.delete_cookie(NOTICE, secure=is_secure(settings), httponly=True, samesite="lax")


def _keep(response: Response, settings: Settings, name: str, value: str, *, seconds: int) -> None:
    response.set_cookie(name, value, max_age=seconds, secure=is_secure(settings), httponly=True, samesite="lax")


def _named(settings: Settings, name: str) -> str:
    return f"__Host-{name}" if is_secure(settings) else name
