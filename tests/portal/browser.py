"""A real browser that is answered from memory: the pages and files of the gallery, and nothing else."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from playwright.sync_api import Browser, BrowserContext, Playwright, Route, expect, sync_playwright

from api.portal.rendering import POLICY
from cdp.catalog.files import Language
from tests.portal import gallery
from tests.waiting import PATIENCE

HOST: Final = "http://portal.test"
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE: Final = 1_000.0 * PATIENCE
"""In milliseconds."""
PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome")


def program() -> str | None:
    """Return an installed browser."""
    return next((found for each in PROGRAMS if (found := shutil.which(each))), None)


@contextmanager
def started() -> Iterator[Browser]:
    """Start the browser for as long as the block runs."""
    expect.set_options(timeout=_PATIENCE)
    with sync_playwright() as driver:
        yield _launched(driver)


def _launched(driver: Playwright) -> Browser:
    return driver.chromium.launch(executable_path=program(), args=list(FLAGS), timeout=_PATIENCE)


def patient(context: BrowserContext) -> BrowserContext:
    """Return the window, whose pages wait for as long as the slowest machine takes."""
    context.set_default_timeout(_PATIENCE)
    return context


def address(name: str, locale: Language) -> str:
    """Return where a sample is."""
    return f"{HOST}/sample/{name}/{locale.value.replace('@', '-')}"


def opened(
    browser: Browser, *, width: int, theme: str = "light", scripts: bool = True, scale: int = 1
) -> BrowserContext:
    """Return a window of `width` in which the gallery can be opened."""
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width < 800 else 900},
        device_scale_factor=scale,
        color_scheme="dark" if theme == "dark" else "light",
        locale="nl-NL",
        timezone_id="Europe/Amsterdam",
        java_script_enabled=scripts,
        reduced_motion="reduce",
    )
    context.route("**/*", _answer)
    return patient(context)


def _answer(route: Route) -> None:
    url = route.request.url
    if not url.startswith(HOST):
        route.abort()
        return
    path = url.removeprefix(HOST).partition("?")[0].partition("#")[0]
    if path.startswith("/sample/"):
        _, _, name, locale = path.split("/")
        headers = {"content-type": "text/html; charset=utf-8", "content-security-policy": POLICY}
        route.fulfill(headers=headers, body=gallery.html(name, Language(locale.replace("-", "@"))))
    elif static := gallery.portal().statics.by_path.get(path):
        route.fulfill(headers={"content-type": static.media_type}, body=static.content)
    else:
        route.fulfill(status=404, body="")
