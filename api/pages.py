"""Pages: templates that decide nothing, in Dutch and English."""

from dataclasses import dataclass
from typing import Final, Literal

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

Language = Literal["nl", "en"]

_TEMPLATES: Final = Environment(loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined)


@dataclass(frozen=True, slots=True)
class Page:
    """What every page says about itself."""

    language: Language
    title: str


def language_of(request: Request) -> Language:
    """Return the language that the reader prefers of the two we speak; Dutch without a preference."""
    asked = request.headers.get("accept-language", "").lower()
    found = [(asked.find(each), each) for each in ("nl", "en") if each in asked]
    return "en" if found and min(found)[1] == "en" else "nl"


def render(template: str, page: Page, *, status: int = 200) -> HTMLResponse:
    """Return a page."""
    return HTMLResponse(_TEMPLATES.get_template(template).render(page=page), status)
