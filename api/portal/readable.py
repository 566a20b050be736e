"""What somebody takes along, as a file to read: a page that needs nothing from elsewhere, or paper.

Rules: (1) the page holds no script and no address of ours, so that it stays readable as a file; (2) every value is
text; (3) paper holds the newest of a long list and says that there is more, for a file must fit in memory.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from fpdf import FPDF

from api.portal.pages.take_along import Item, Paper
from api.receipts import paper as sheets
from api.whole_pages import Style, templates

MOST: Final = 2_000
"""How many items of a list stand on paper."""
LONGEST_LINE: Final = 2_000
_BEGINNING: Final = 30
"""How many millimetres a chapter needs, so that its title does not stand alone at the end of a page."""
STYLE: Final = Style.of("api.portal", "static", "paper.css")
_TEMPLATES: Final = templates("api.portal")


def page(paper: Paper) -> Iterator[bytes]:
    """Yield the page, made while it is sent."""
    stream = _TEMPLATES.get_template("paper.html").stream(paper=paper, style=STYLE.text)
    stream.enable_buffering(100)
    for part in stream:
        yield part.encode()


def pdf(paper: Paper, *, more: str, at: datetime) -> bytes:
    """Return the paper as PDF; `more` is what it says where a list goes on elsewhere."""
    sheet = sheets.blank(paper.title, paper.language, at=at)
    sheets.write(sheet, paper.title, 19, style="B", after=1)
    sheets.write(sheet, paper.sentence, 11, after=4)
    for chapter in paper.chapters:
        if sheet.will_page_break(_BEGINNING):
            sheet.add_page()
        sheets.write(sheet, chapter.title, 15, style="B", after=1)
        shown = list(islice(chapter.items, MOST + 1))
        for item in shown[:MOST]:
            _item(sheet, item)
        if not shown or len(shown) > MOST:
            sheets.write(sheet, more if shown else paper.empty, 11, after=2)
    return bytes(sheet.output())


def _item(sheet: FPDF, item: Item) -> None:
    sheets.keep_together(sheet, [each[:LONGEST_LINE] for each in (item.title, *item.lines)], 11)
    sheets.write(sheet, item.title[:LONGEST_LINE], 11, style="B")
    for line in item.lines:
        sheets.write(sheet, line[:LONGEST_LINE], 11)
    sheet.ln(2)
