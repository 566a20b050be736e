"""On paper: who printed what and when, everything open, each fact in one piece, nothing to press, dark on white."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from cdp.catalog.files import Language
from tests.portal import browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES: Final = ("logboek-vol", "bewijs", "gegevens-vol", "gegeven", "organisatie", "organisaties-veel")
SEEN: Final = """names => [...document.querySelectorAll(names)].filter(
  each => each.checkVisibility() && each.getClientRects().length).map(each => each.outerHTML.slice(0, 80))"""
PALE: Final = """() => [...document.querySelectorAll('main *')].filter(each => each.checkVisibility() && each.innerText)
  .map(each => [getComputedStyle(each).color.match(/[0-9]+/g).slice(0, 3).map(Number), each.outerHTML.slice(0, 80)])
  .filter(([rgb]) => rgb.reduce((sum, each) => sum + each) > 420)"""

FACTS: Final = "main li, main dt, main dd, main p, main article"
SPLIT: Final = """facts => [...document.querySelectorAll(facts)].filter(each => {
  if (!each.checkVisibility() || !each.innerText.trim()) return false;
  for (let part = each; part; part = part.parentElement)
    if (getComputedStyle(part).breakInside === 'avoid') return false;
  return true}).map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture(params=PAGES)
def paper(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.opened(chromium, width=718, theme="dark")
    page = context.new_page()
    page.goto(browser.address(request.param, Language.NL))
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.emulate_media(media="print", color_scheme="dark")
    yield page
    context.close()


def test_nothing_on_paper_can_be_pressed(paper: Page) -> None:
    assert [] == paper.evaluate(SEEN, "button, input, select, textarea, nav, .btn")


def test_paper_is_dark_on_white_whatever_the_theme(paper: Page) -> None:
    assert [] == paper.evaluate(PALE)
    assert "rgb(255, 255, 255)" == paper.evaluate("getComputedStyle(document.body).backgroundColor")


def test_paper_says_whose_it_is_and_from_when(paper: Page) -> None:
    assert "Noor de Wit, 21 november 2026, 14:30" == paper.locator(".made").inner_text()
    assert 0 == paper.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_no_fact_may_be_split_over_two_pages(paper: Page) -> None:
    assert [] == paper.evaluate(SPLIT, FACTS)


@pytest.mark.parametrize(
    ("name", "folded"), [("gegevens-vol", "noor@example.org"), ("bewijs", "log.test/consent"), ("organisatie", "Geld")]
)
def test_what_is_folded_on_the_screen_is_open_on_paper(
    chromium: Browser, name: str, folded: str, tmp_path: Path
) -> None:
    context = browser.opened(chromium, width=718)
    page = context.new_page()
    page.goto(browser.address(name, Language.NL))
    page.emulate_media(media="print")
    found = page.get_by_text(folded).first

    made = page.pdf(path=tmp_path / "paper.pdf", format="A4")

    assert found.is_visible()
    assert b"%PDF-" == made[:5]
    context.close()
