"""Pages out of templates: one environment for each language, nothing undefined, everything escaped."""

import gzip
from functools import partial
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.portal import statics
from api.portal.frame import Page
from api.portal.speech import LOCALES, catalog
from api.portal.statics import Statics
from cdp.catalog.files import Language
from cdp.settings import Settings

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_SMALL: Final = 1_000


class Portal:
    """The pages of one process: its files and its templates in every language."""

    def __init__(self, settings: Settings) -> None:
        """Read the files; raises Invalid when the operator's theme or logo cannot be used."""
        self.settings = settings
        self.statics: Statics = statics.load(theme=settings.portal_theme, logo=settings.portal_logo)
        self._environments = {locale: self._environment(locale) for locale in LOCALES}

    def html(self, page: Page) -> str:
        """Return the text of a page in the language of its frame."""
        environment = self._environments[Language(page.frame.locale)]
        return environment.get_template(page.template).render(page=page)

    def answer(self, request: Request, page: Page, *, status: int = 200) -> Response:
        """Return a page as it is sent: to nobody's cache, under a strict policy, packed where the browser unpacks."""
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": POLICY, "Vary": "Accept-Encoding, Cookie"}
        body = self.html(page).encode()
        if len(body) > _SMALL and "gzip" in request.headers.get("accept-encoding", ""):
            body, headers = gzip.compress(body, 5), headers | {"Content-Encoding": "gzip"}
        return HTMLResponse(body, status, headers)

    def _environment(self, locale: Language) -> Environment:
        environment = Environment(
            loader=PackageLoader("api.portal"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        install: Any = partial(environment.install_gettext_translations, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it
        install(catalog(locale))
        environment.globals["url"] = self.statics.url
        environment.globals["has_theme"] = "theme.css" in self.statics.by_name
        environment.globals["logo"] = next(
            (each.path for name, each in self.statics.by_name.items() if name.startswith("logo.")), None
        )
        return environment
