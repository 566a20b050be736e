"""Draw every page into a folder that git ignores: `make screenshots`, or with words that the names must hold."""

import sys
from itertools import product
from pathlib import Path

from cdp.catalog.files import Language
from tests.portal import browser, gallery

FOLDER = Path("screenshots")
WIDTHS = {"phone": 390, "desktop": 1280}


def main(*wanted: str) -> None:
    """Draw the samples whose names hold one of the wanted words, or all of them."""
    names = [name for name in gallery.SAMPLES if not wanted or any(each in name for each in wanted)]
    FOLDER.mkdir(exist_ok=True)
    with browser.started() as started:
        for (size, width), theme in product(WIDTHS.items(), ("light", "dark")):
            context = browser.opened(started, width=width, theme=theme, scale=2 if size == "phone" else 1)
            sheet = context.new_page()
            for name in names:
                sheet.goto(browser.address(name, Language.NL))
                sheet.evaluate("document.fonts.ready.then(() => true)")
                sheet.set_viewport_size({"width": width, "height": 900})
                height = sheet.evaluate("document.documentElement.scrollHeight")
                sheet.set_viewport_size({"width": width, "height": min(max(height, 844), 6000)})
                sheet.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
                sheet.screenshot(path=FOLDER / f"{name}-{size}-{theme}.png")
            context.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
