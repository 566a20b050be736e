"""Every page in a real browser: never wider than the screen, large enough to press, and silent."""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from api.portal.speech import LOCALES
from cdp.catalog.files import Language
from tests.portal import browser, gallery
from tests.portal.reach import OPEN, shown

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LEAST_TARGET: Final = 24
OVER: Final = """() => {
  const nav = document.querySelector('.nav'), found = new Set()
  if (!nav) return []
  const {top, bottom, left, right} = nav.getBoundingClientRect(), end = document.documentElement.scrollHeight
  for (let at = 0; at <= Math.min(end, 6000); at += 23) {
    scrollTo(0, at)
    for (const y of [top + 4, (top + bottom) / 2, bottom - 4])
      for (const x of [left + 30, (left + right) / 3, (left + right) / 2, right - 30]) {
        const there = document.elementFromPoint(x, y)
        if (!nav.contains(there)) found.add(there.outerHTML.slice(0, 90))
      }
  }
  return [...found]
}"""
"""What lies over the bar at the foot of a phone's screen, wherever the page is scrolled to."""


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
def test_nothing_shows_over_the_bar_at_the_foot_of_the_screen(narrow: Page, name: str) -> None:
    narrow.goto(browser.address(name, Language.NL))

    assert [] == narrow.evaluate(OVER)


@pytest.mark.parametrize("name", gallery.SAMPLES)
def test_text_of_twice_the_size_fits(sheet: Page, name: str) -> None:
    shown(sheet, name, Language.NL, width=1280)
    sheet.evaluate("document.documentElement.style.fontSize = '200%'")

    assert sheet.evaluate("document.documentElement.scrollWidth") <= 1280


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
    context = browser.opened(chromium, width=390)
    page = context.new_page()
    page.goto(browser.address("hulp", Language.NL))
    with page.expect_console_message() as heard:
        page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">x</p>')")
    context.close()

    assert "Content Security Policy" in heard.value.text


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
