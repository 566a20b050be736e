"""Every page in a real browser: reachable for everybody, never wider than the screen, and silent."""

from collections.abc import Iterator
from itertools import product
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from api.portal.speech import LOCALES
from cdp.catalog.files import Language
from tests.portal import axe_core, browser, gallery

pytestmark = [pytest.mark.browser, pytest.mark.slow]

THEMES: Final = ("light", "dark")
WIDTHS: Final = (390, 1280)
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
RUN: Final = "rules => axe.run(document, {resultTypes: ['violations', 'incomplete'], runOnly: rules})"
LEAST_TARGET: Final = 24


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if browser.program() is None:
        axe_core.missing("no chromium on this machine")
    with browser.started() as started:
        yield started


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return axe_core.source(tmp_path_factory.mktemp("axe"))


@pytest.fixture(scope="module", params=list(product(WIDTHS, THEMES)), ids=str)
def window(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[BrowserContext]:
    width, theme = request.param
    opened = browser.opened(chromium, width=width, theme=theme)
    yield opened
    opened.close()


def _found(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    answer: dict[str, list[dict[str, Any]]] = page.evaluate(RUN, list(RULES))
    return [
        f"{kind}: {rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for kind in ("violations", "incomplete")
        for rule in answer[kind]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_nobody_is_shut_out(window: BrowserContext, axe: str, name: str) -> None:
    page, found = window.new_page(), {}
    for locale in LOCALES:
        page.goto(browser.address(name, locale))
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        found[locale] = _found(page, axe)
    page.close()

    assert {} == {locale: each for locale, each in found.items() if each}


def test_a_planted_fault_is_found(window: BrowserContext, axe: str) -> None:
    page = window.new_page()
    page.goto(browser.address("organisaties-veel", Language.NL))
    page.evaluate("document.querySelector('.btn').textContent = ''")
    page.evaluate("document.querySelector('h1').style.color = 'var(--ground)'")
    found = _found(page, axe)
    page.close()

    assert {"color-contrast"} <= {each.split(": ")[1] for each in found}
    assert any("link-name" in each or "button-name" in each for each in found)


@pytest.fixture(scope="module")
def narrow(chromium: Browser) -> Iterator[Page]:
    context = browser.opened(chromium, width=320)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_no_page_scrolls_sideways_on_the_smallest_screen(narrow: Page, name: str) -> None:
    for locale in LOCALES:
        narrow.goto(browser.address(name, locale))
        narrow.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")

        assert narrow.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_text_of_twice_the_size_fits(chromium: Browser, name: str) -> None:
    context = browser.opened(chromium, width=1280)
    page = context.new_page()
    page.goto(browser.address(name, Language.NL))
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert wide <= 1280


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_a_page_breaks_no_policy_and_asks_nobody_else(chromium: Browser, name: str) -> None:
    context, heard, asked = browser.opened(chromium, width=390), list[str](), list[str]()
    page = context.new_page()
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(browser.address(name, Language.NL), wait_until="networkidle")
    context.close()

    assert [] == heard
    assert [] == [url for url in asked if not url.startswith(browser.HOST)]


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_everything_to_press_is_large_enough(narrow: Page, name: str) -> None:
    narrow.goto(browser.address(name, Language.NL))
    small = narrow.evaluate(
        "least => [...document.querySelectorAll('a,button,summary,select,input:not([type=hidden])')]"
        ".filter(each => each.offsetParent && !each.closest('p,h2,.skip'))"
        ".map(each => [each.outerHTML.slice(0, 90), each.getBoundingClientRect()])"
        ".filter(([, box]) => box.height < least || box.width < least).map(([html]) => html)",
        LEAST_TARGET,
    )

    assert [] == small
