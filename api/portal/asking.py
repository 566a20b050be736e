"""Who comes in through the portal: the secret of a browser that nobody is logged in with yet, and what kind it is.

Rules: (1) the secret binds a letter, a challenge or another service's answer to this browser, and is forgotten at the
login; (2) of what the browser says of itself two words are kept, from lists of ours; (3) where somebody goes on to
after the login is a place of ours, kept by the browser that asked.
"""

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from api.portal import cookies, places
from cdp import clock
from cdp.logins import askers
from cdp.logins.askers import Asker
from cdp.logins.sessions import Entry, NewSession, Way
from cdp.settings import Settings

ASKED: Final = "cdp_asked"
ONWARD: Final = "cdp_onward"
_KEPT_SECONDS: Final = 900
_BROWSERS: Final = (
    ("edg", "Edge"),
    ("opr/", "Opera"),
    ("samsungbrowser", "Samsung Internet"),
    ("firefox", "Firefox"),
    ("fxios", "Firefox"),
    ("crios", "Chrome"),
    ("chrom", "Chrome"),
    ("safari", "Safari"),
)
_SYSTEMS: Final = (
    ("android", "Android"),
    ("iphone", "iPhone"),
    ("ipad", "iPad"),
    ("windows", "Windows"),
    ("cros", "ChromeOS"),
    ("mac os", "Mac"),
    ("linux", "Linux"),
)


def asker_of(request: Request, settings: Settings) -> Asker:
    """Return who asks: the address, and the browser's secret, or a new one that still has to be kept."""
    shown = secret_of(request, settings)
    address = request.client.host if request.client else ""
    return Asker(address, shown if askers.is_browser(shown) else askers.new_browser())


def secret_of(request: Request, settings: Settings) -> str | None:
    """Return the unverified secret that the browser kept."""
    return request.cookies.get(_name(settings, ASKED))


def keep(response: Response, settings: Settings, asker: Asker, *, onward: str = "") -> None:
    """Let the browser keep its secret, and where to go on to."""
    _set(response, settings, ASKED, asker.browser or "")
    if onward:
        _set(response, settings, ONWARD, places.onward(onward))


def onward_of(request: Request, settings: Settings) -> str:
    """Return where this browser goes on to after the login."""
    return places.onward(request.cookies.get(_name(settings, ONWARD), ""))


def entry(request: Request, settings: Settings, way: Way) -> Entry:
    """Return how somebody comes in now with this browser; the session that it had ends with it."""
    return Entry(way, clock.now(), device(request), cookies.session_of(request, settings))


def let_in(response: Response, settings: Settings, begun: NewSession) -> None:
    """Give the browser its session and let it forget what it kept for the way in."""
    cookies.set_session(response, settings, begun.token, seconds=settings.session_seconds)
    for name in (ASKED, ONWARD):
        response.delete_cookie(_name(settings, name), secure=cookies.is_secure(settings), httponly=True, samesite="lax")


def device(request: Request) -> str:
    """Return the kind of browser and system in two words; empty for one that is in no list of ours."""
    said = request.headers.get("user-agent", "").lower()
    found = [next((name for word, name in kind if word in said), "") for kind in (_BROWSERS, _SYSTEMS)]
    return " – ".join(each for each in found if each)


def _name(settings: Settings, name: str) -> str:
    return f"__Host-{name}" if cookies.is_secure(settings) else name


def _set(response: Response, settings: Settings, name: str, value: str) -> None:
    secure = cookies.is_secure(settings)
    response.set_cookie(
        _name(settings, name), value, max_age=_KEPT_SECONDS, secure=secure, httponly=True, samesite="lax"
    )
