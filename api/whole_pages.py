"""Pages that are whole in one file: no script and no address of ours in them, so that they stay readable on paper."""

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from typing import Self

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Style:
    """The one style that stands in such a page, and what a browser may do with the page: use that, and nothing else."""

    text: Markup
    policy: str
    """What the header Content-Security-Policy says (CSP Level 3)."""

    @classmethod
    def of(cls, package: str, *path: str) -> Self:
        """Return the style that a package of ours holds."""
        text = files(package).joinpath(*path).read_text(encoding="utf-8")
        hashed = b64encode(sha256(text.encode()).digest()).decode()
        allowed = f"default-src 'none'; style-src 'sha256-{hashed}'"
        nowhere = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
        return cls(Markup(text), f"{allowed}; {nowhere}")  # noqa: S704 -- nothing from outside is in it


def templates(package: str) -> Environment:
    """Return the templates of a package, in which every value is text."""
    return Environment(
        loader=PackageLoader(package), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
