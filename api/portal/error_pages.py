"""What a person sees where a program would get a problem document: one sentence, and the way on.

Rules: (1) only who asks for a page, at an address that is no program's, gets one; (2) the page says what the status
says and nothing of what went wrong; (3) nobody is led to an address that is not ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from api.portal import cookies, places
from api.portal.frame import Frame, Page, tongues, ways
from api.portal.rendering import Portal
from api.portal.speech import Speech, later
from cdp import clock
from cdp.catalog.files import Language

_PROGRAMS: Final = ("/v1", "/oauth", "/openapi", "/.well-known", "/access", "/log", "/healthz", "/readyz", "/metrics")
_UNKNOWN: Final = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage(Page):
    """That something did not work, and that nothing was changed."""

    template: ClassVar[str] = "error.html"

    sentence: str
    onward: str
    onward_label: str


_WORDS: Final[Mapping[int, tuple[str, str]]] = {
    403: (later("Dit mag hier niet"), later("Er is niets veranderd. Ga terug en probeer het vanaf onze eigen pagina.")),
    404: (later("Deze pagina is er niet"), later("Misschien is de link oud, of klopt het adres niet.")),
    409: (later("Dit kan nu niet meer"), later("Er is intussen iets veranderd. Bekijk eerst hoe het nu staat.")),
    422: (later("Dit begrijpen wij niet"), later("Er is niets veranderd. Ga terug en kies opnieuw.")),
    429: (later("Even wachten"), later("U vroeg dit te vaak achter elkaar. Probeer het over een minuut opnieuw.")),
}
_BROKEN: Final = (
    later("Dit lukt nu niet"),
    later("Er is niets veranderd. Probeer het over een paar minuten opnieuw."),
)


def answer(scope: Scope, *, status: int, code: str) -> Response | None:
    """Return the page for what went wrong, or None when a program is asking."""
    portal = getattr(scope["app"].state, "portal", None) if "app" in scope else None
    if portal is None or not _faces_a_person(scope):
        return None
    request = Request(scope)
    if status == _UNKNOWN:
        return _to(_door(request), request)
    if code == "fresh-login-needed":
        return _to(places.OFFICE_LOGIN if _is_below(request, places.OFFICE) else places.CONFIRM, request)
    return _page(portal, request, status=status)


def page(speech: Speech, frame: Frame, *, status: int) -> ErrorPage:
    """Return the page for a status."""
    title, sentence = _WORDS.get(status, _BROKEN)
    return ErrorPage(
        frame=frame,
        title=speech.say(title),
        sentence=speech.say(sentence),
        onward=places.OVERVIEW,
        onward_label=speech.say("Naar het overzicht"),
    )


def of_app(speech: Speech, frame: Frame) -> ErrorPage:
    """Return the page for a question of an app that nobody can read, or that comes from nobody we know."""
    return ErrorPage(
        frame=frame,
        title=speech.say("Deze link klopt niet"),
        sentence=speech.say("De app stuurde ons een vraag die niet klopt. Er is niets veranderd."),
        onward=places.OVERVIEW,
        onward_label=speech.say("Naar het overzicht"),
    )


def speech_of(request: Request) -> Speech:
    """Return how to speak to somebody of whom only the browser is known."""
    return Speech(cookies.locale_of(request) or _asked(request), clock.now())


def frame_of(portal: Portal, request: Request, speech: Speech) -> Frame:
    """Return what stands around a page for somebody who is not, or perhaps not, logged in."""
    is_perhaps_in = cookies.session_of(request, portal.settings) is not None
    return Frame(
        language=speech.tag,
        locale=speech.locale,
        theme=cookies.theme_of(request),
        brand=portal.settings.portal_name,
        here=places.onward(request.url.path),
        ways=ways(speech, None) if is_perhaps_in else (),
        tongues=tongues(speech.locale),
        person="" if is_perhaps_in else None,
        made=speech.made(),
        stay=None,
        notice=None,
    )


def _page(portal: Portal, request: Request, *, status: int) -> Response:
    speech = speech_of(request)
    return portal.answer(request, page(speech, frame_of(portal, request, speech), status=status), status=status)


def _to(place: str, request: Request) -> Response:
    """Lead to where somebody says who they are, and from there back to the page they wanted."""
    wanted = _asked_for(request) if request.method == "GET" else _before(request)
    onward = f"?{urlencode({places.ONWARD: wanted})}" if wanted != places.OVERVIEW else ""
    return RedirectResponse(place + onward, 303)


def _door(request: Request) -> str:
    """Return where whoever wants this page comes in."""
    doors = ((places.OFFICE, places.OFFICE_LOGIN), (places.CARD, places.CARD_LOGIN))
    return next((login for place, login in doors if _is_below(request, place)), places.LOGIN)


def _is_below(request: Request, place: str) -> bool:
    return request.url.path == place or request.url.path.startswith(f"{place}/")


def _asked_for(request: Request) -> str:
    """Return the page that was asked for, with what it was narrowed to where that is short and plain."""
    path, query = request.url.path, request.url.query
    whole = f"{path}?{query}" if query else path
    return whole if places.onward(whole) == whole else path


def _before(request: Request) -> str:
    """Return the page of ours that a form stood on."""
    try:
        came = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return places.OVERVIEW
    return places.onward(came.path) if came.netloc == request.url.netloc else places.OVERVIEW


def _faces_a_person(scope: Scope) -> bool:
    path: str = scope["path"]
    is_for_programs = any(path == each or path.startswith(f"{each}/") for each in _PROGRAMS)
    accepts = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return b"text/html" in accepts and not is_for_programs


def _asked(request: Request) -> Language:
    asked = request.headers.get("accept-language", "").lower()
    found = [(asked.find(each), each) for each in ("nl", "en") if each in asked]
    return Language.EN if found and min(found)[1] == "en" else Language.NL
