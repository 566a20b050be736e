"""Whether a page shuts somebody out, by axe-core: every language at one width, in the light and in the dark."""

from typing import Any, Final

from playwright.sync_api import Page

from api.portal.speech import LOCALES
from cdp.catalog.files import Language
from tests.portal import browser

RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS: Final = ("color-contrast", "link-in-text-block")
RUN: Final = """([type, values]) => axe.run({exclude: ['svg[aria-hidden=true] *']},
  {preload: false, resultTypes: ['violations', 'incomplete'], runOnly: {type, values}})"""
MAIN: Final = ("overzicht-druk", "gegevens-vol", "organisaties-veel", "logboek-vol", "verzoek", "voorkeuren")
"""The pages that are looked at by every rule in the dark in English, too; of the others, colours are enough."""
OPEN: Final = "document.querySelectorAll('details').forEach(each => each.open = true)"


def shown(page: Page, name: str, locale: Language, *, width: int) -> None:
    """Show one sample with everything opened that can be."""
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme="light")
    page.goto(browser.address(name, locale))
    page.evaluate(OPEN)


def faults(page: Page, axe: str, *, whole: bool = True) -> list[str]:
    """Return what shuts somebody out, by every rule in the light; in the dark, too, or else by those about colours."""
    page.evaluate(axe)
    light = _found(page, "tag", RULES)
    page.emulate_media(color_scheme="dark")
    return light + (_found(page, "tag", RULES) if whole else _found(page, "rule", COLOURS))


def faults_in_every_language(page: Page, axe: str, name: str, *, width: int) -> dict[Language, list[str]]:
    """Return the faults of one sample by language; nothing for one without."""
    found = {}
    for locale in LOCALES:
        shown(page, name, locale, width=width)
        found[locale] = faults(page, axe, whole=locale is Language.NL or (locale is Language.EN and name in MAIN))
    return {locale: each for locale, each in found.items() if each}


def planted(page: Page, axe: str, *, width: int) -> list[str]:
    """Return what is found on a page whose first button lost its name and whose heading cannot be read."""
    shown(page, "organisaties-veel", Language.NL, width=width)
    page.evaluate("document.querySelector('.btn').textContent = ''")
    page.evaluate("document.querySelector('h1').style.color = 'light-dark(#eff3f0, #0c1512)'")
    return faults(page, axe)


def _found(page: Page, type: str, values: tuple[str, ...]) -> list[str]:
    answer: dict[str, list[dict[str, Any]]] = page.evaluate(RUN, [type, list(values)])
    return [
        f"{kind}: {rule['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:200]}"
        for kind in ("violations", "incomplete")
        for rule in answer[kind]
        for node in rule["nodes"]
    ]
