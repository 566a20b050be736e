"""Every page in a real browser: reachable for everybody, never wider than the screen, and silent."""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page

from api.portal.speech import LOCALES
from cdp.catalog.files import Language
from tests.portal import axe_core, browser, gallery

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDTHS: Final = (390, 1280)
CASES: Final = [(width, name) for width in WIDTHS for name in gallery.SAMPLES]
RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS: Final = ("color-contrast", "link-in-text-block")
RUN: Final = (
    "([type, values]) => axe.run(document, {preload: false, resultTypes: ['violations', 'incomplete'],"
    " runOnly: {type, values}})"
)
OPEN: Final = "document.querySelectorAll('details').forEach(each => each.open = true)"
LEAST_TARGET: Final = 24


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return axe_core.source(tmp_path_factory.mktemp("axe"))


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Page]:
    context = browser.opened(chromium, width=WIDTHS[0])
    yield context.new_page()
    context.close()


def _shown(page: Page, name: str, locale: Language, *, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto(browser.address(name, locale))
    page.evaluate(OPEN)


def _found(page: Page, type: str, values: tuple[str, ...]) -> list[str]:
    answer: dict[str, list[dict[str, Any]]] = page.evaluate(RUN, [type, list(values)])
    return [
        f"{kind}: {rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for kind in ("violations", "incomplete")
        for rule in answer[kind]
        for node in rule["nodes"]
    ]


def _in_both_themes(page: Page, axe: str) -> list[str]:
    """Return what shuts somebody out: by every rule in the light, in the dark by those about colours."""
    page.evaluate(axe)
    light = _found(page, "tag", RULES)
    page.emulate_media(color_scheme="dark")
    return light + _found(page, "rule", COLOURS)


@pytest.mark.parametrize(("width", "name"), CASES)
def test_nobody_is_shut_out(window: Page, axe: str, width: int, name: str) -> None:
    found = {}
    for locale in LOCALES:
        _shown(window, name, locale, width=width)
        found[locale] = _in_both_themes(window, axe)

    assert {} == {locale: each for locale, each in found.items() if each}


@pytest.mark.parametrize("width", WIDTHS)
def test_a_planted_fault_is_found(window: Page, axe: str, width: int) -> None:
    _shown(window, "organisaties-veel", Language.NL, width=width)
    window.evaluate("document.querySelector('.btn').textContent = ''")
    window.evaluate("document.querySelector('h1').style.color = 'light-dark(var(--ground), #13221c)'")
    window.evaluate("document.querySelector('h1').id = ''")
    found = _in_both_themes(window, axe)

    assert 2 == sum(": color-contrast: <h1" in each for each in found)
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
        narrow.evaluate(OPEN)

        assert narrow.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_text_of_twice_the_size_fits(window: Page, name: str) -> None:
    _shown(window, name, Language.NL, width=1280)
    window.evaluate("document.documentElement.style.fontSize = '200%'")

    assert window.evaluate("document.documentElement.scrollWidth") <= 1280


def test_no_page_breaks_the_policy_or_asks_anybody_else(chromium: Browser) -> None:
    context, heard, asked = browser.opened(chromium, width=390), list[str](), list[str]()
    page = context.new_page()
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    for name in gallery.SAMPLES:
        page.goto(browser.address(name, Language.NL))
        page.evaluate("document.fonts.ready.then(() => true)")
    context.close()

    assert [] == heard
    assert [] == [url for url in asked if not url.startswith(browser.HOST)]
    assert len(asked) > len(gallery.SAMPLES)


def test_a_page_that_breaks_the_policy_is_heard(chromium: Browser) -> None:
    context, heard = browser.opened(chromium, width=390), list[str]()
    page = context.new_page()
    page.on("console", lambda message: heard.append(message.text))
    page.goto(browser.address("hulp", Language.NL))
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    context.close()

    assert ["Content Security Policy"] == [each for each in ("Content Security Policy",) if each in " ".join(heard)]


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
