"""A receipt as a page: no script, no address of ours in it, so that it stays readable as a file and on paper."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from api.receipts.sheet import Sheet

_STYLE: Final = files("api").joinpath("styles", "receipt.css").read_text(encoding="utf-8")
_TEMPLATES: Final = Environment(
    loader=PackageLoader("api"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()

POLICY: Final = (
    f"default-src 'none'; style-src 'sha256-{_HASH}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
"""What a browser may do with the page: use the one style that stands in it, and nothing else."""


def render(sheet: Sheet) -> bytes:
    """Return the page, whole in one file."""
    style = Markup(_STYLE)  # noqa: S704 -- our own stylesheet, with nothing from outside in it
    return _TEMPLATES.get_template("receipt.html").render(sheet=sheet, style=style).encode()
