"""Domains as people read them, and which part of one somebody had to register.

Where names are registered stands in the Public Suffix List, which comes with a package.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Self

import idna
from publicsuffixlist import PublicSuffixList

LONGEST: Final = 253
_LABEL: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_DOTS: Final = re.compile(r"[.\u3002\uff0e\uff61]")


@dataclass(frozen=True, slots=True)
class Domain:
    """A domain: as it is sent (`ascii`), and its labels as they are read."""

    ascii: str
    labels: tuple[str, ...]
    name: str
    """The label that was registered, as it is read; empty for an ending under which anybody may register."""
    ending: str

    @classmethod
    def read(cls, unverified: str) -> Self | None:
        """Return the domain that somebody wrote; None for what is none."""
        written = unverified.strip().strip(".").lower()
        if not written or len(written) > LONGEST:
            return None
        parts = [_to_ascii(each) for each in _DOTS.split(written)]
        if len(parts) < 2 or not all(_LABEL.fullmatch(each) for each in parts) or parts[-1].isdigit():  # noqa: PLR2004 -- a name and an ending
            return None
        plain = ".".join(parts)
        registered = _suffixes().privatesuffix(plain)
        name, _, ending = (registered or f".{plain}").partition(".")
        return cls(plain, tuple(_read(each) for each in parts), _read(name), ending)

    @property
    def is_ending(self) -> bool:
        """Whether anybody may register a name under it, so that it is nobody's."""
        return not self.name

    def is_under(self, other: str) -> bool:
        """Say whether this is `other` or lies below it."""
        return self.ascii == other or self.ascii.endswith(f".{other}")


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()


def _to_ascii(label: str) -> str:
    if label.isascii():
        return label
    try:
        return idna.encode(label, uts46=True, transitional=False).decode()
    except (idna.IDNAError, UnicodeError):
        try:
            return "xn--" + label.encode("punycode").decode()  # a browser may be more generous than the standard
        except UnicodeError:
            return ""


def _read(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode().decode("punycode")
    except (UnicodeError, ValueError):
        return label
