"""Pages: templates that decide nothing, in Dutch and English."""

from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

Language = Literal["nl", "en"]
_LANGUAGES: Final[dict[str, Language]] = {"nl": "nl", "en": "en"}

STYLE: Final = files("api").joinpath("styles", "pages.css").read_bytes()
STYLE_PATH: Final = f"/pages.{sha256(STYLE).hexdigest()[:12]}.css"
"""Where the stylesheet is: another text has another address, so that a browser may keep it for ever."""

_TEMPLATES: Final = Environment(loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined)


@dataclass(frozen=True, slots=True)
class Page:
    """What every page says about itself."""

    language: Language
    title: str


def language_of(request: Request) -> Language:
    """Return the language that the address names, else the one that the reader prefers; Dutch without either."""
    if named := _LANGUAGES.get(request.query_params.get("lang", "")):
        return named
    asked = request.headers.get("accept-language", "").lower()
    found = [(asked.find(each), each) for each in ("nl", "en") if each in asked]
    return "en" if found and min(found)[1] == "en" else "nl"


def render(template: str, page: Page, *, status: int = 200) -> HTMLResponse:
    """Return a page."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(page=page, style=STYLE_PATH), status)
