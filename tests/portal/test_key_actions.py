"""What matters most is on the screen when it is wanted, on a phone, with a script and without."""

from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page

from cdp.catalog.files import Language
from tests.portal import browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

DRAWN: Final = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(0))))"
Phone = Callable[..., Page]


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Phone]:
    """Return a function that opens a sample on a phone."""
    opened: list[BrowserContext] = []

    def at(name: str, *, scripts: bool = True) -> Page:
        opened.append(browser.opened(chromium, width=390, scripts=scripts))
        page = opened[-1].new_page()
        page.goto(browser.address(name, Language.NL))
        return page

    yield at
    for context in opened:
        context.close()


def span(each: Locator) -> tuple[float, float]:
    """Return where something begins and ends on the screen."""
    box = each.bounding_box()
    assert box is not None
    return box["y"], box["y"] + box["height"]


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("name", ["organisaties-veel", "organisatie"])
@pytest.mark.parametrize("place", [80, 400, 700])
def test_yes_stop_is_seen_as_soon_as_stopping_is_opened(phone: Phone, name: str, place: int, *, scripts: bool) -> None:
    page = phone(name, scripts=scripts)
    opening = page.locator(".stop summary").first
    page.evaluate("by => scrollBy(0, by)", span(opening)[0] - place)

    box = opening.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 20, box["y"] + box["height"] / 2)
    if scripts:
        page.evaluate(DRAWN)

    begins, ends = span(page.get_by_role("button", name="Ja, stop de toegang").first)
    assert 0 <= begins
    assert ends <= span(page.locator(".nav"))[0]


@pytest.mark.parametrize(
    ("name", "action"),
    [("gegeven", "Klopt niet: verbeteren"), ("overzicht-druk", "Bekijk en beslis"), ("organisaties-veel", "Weigeren")],
)
def test_the_first_action_is_seen_at_once(phone: Phone, name: str, action: str) -> None:
    page = phone(name)

    assert span(page.get_by_text(action).first)[1] <= span(page.locator(".nav"))[0]
