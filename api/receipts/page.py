"""A receipt as a page that is whole in one file."""

from typing import Final

from api.receipts.sheet import Sheet
from api.whole_pages import Style, templates

STYLE: Final = Style.of("api", "styles", "receipt.css")
_TEMPLATES: Final = templates("api")


def render(sheet: Sheet) -> bytes:
    """Return the page."""
    return _TEMPLATES.get_template("receipt.html").render(sheet=sheet, style=STYLE.text).encode()
