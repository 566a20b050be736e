"""The code of a registered message: twelve letters in three groups, the last of them a check on the others.

Rules: (1) nothing that looks or sounds alike is in it; (2) the check letter (ISO/IEC 7064, the hybrid system MOD 31,30)
finds every wrong letter and nearly every swap, so that a slip is told from a forgery; (3) only a keyed hash is kept.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from typing import Final

from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.platform import Platform
from cdp.reads.presentations import ALPHABET

LETTERS: Final = 12
"""Eleven of thirty by chance: 54 bits. Of a hundred million codes a guess hits one in 170 million."""
PATH: Final = "/echt/"
_MODULUS: Final = len(ALPHABET)
_GROUP: Final = 4
LONGEST_LINK: Final = 400
_LONGEST: Final = 40
_LETTER: Final = "[2-9A-HJ-KM-NP-TV-Z]"
_GROUPS: Final = re.compile(
    rf"(?<![A-Z0-9])({_LETTER}{{4}})[ -]({_LETTER}{{4}})[ -]({_LETTER}{{4}})(?![A-Z0-9])", re.IGNORECASE
)
_RUN: Final = re.compile(r"[^\s<>\"']+")
_OPENING: Final = re.compile(r"^(?:[^./]*?https?://|[(\[{*_]*)", re.IGNORECASE)
_PLACE: Final = re.compile(rf"{PATH}({_LETTER}{{4}})-?({_LETTER}{{4}})-?({_LETTER}{{4}})(?![A-Z0-9])", re.IGNORECASE)
"""Where a link has its code; looked for in one run of letters after another, so that no text takes long."""


def new() -> str:
    """Return a fresh code."""
    chosen = "".join(secrets.choice(ALPHABET) for _ in range(LETTERS - 1))
    return chosen + _check(chosen)


def shown(code: str) -> str:
    """Return a code as it is written in a message: in three groups."""
    return "-".join(code[at : at + _GROUP] for at in range(0, LETTERS, _GROUP))


def link(base_url: str, code: str) -> str:
    """Return the address of the page that checks this code; it is also what stands in the picture."""
    return base_url + PATH + shown(code)


def typed(unverified: str) -> str | None:
    """Return the code that somebody typed, scanned or pasted as a link; None for what is none or has a slip in it."""
    text = unverified[:LONGEST_LINK].strip()
    found = next(_codes(each for _, each in _links(text)), None)
    if found is not None:
        return found
    code = "".join(each for each in text[:_LONGEST].upper() if each.isascii() and each.isalnum())
    return code if is_whole(code) else None


def is_whole(code: str) -> bool:
    """Say whether these are twelve letters of which the last fits the others."""
    return len(code) == LETTERS and set(code) <= set(ALPHABET) and _check(code[:-1]) == code[-1]


def within(text: str) -> list[str]:
    """Return the codes that stand in a text, in links or in groups, each once."""
    found = [*_codes(each for _, each in _links(text)), *_codes(_GROUPS.finditer(text))]
    return list(dict.fromkeys(found))


def without(text: str) -> str:
    """Return a text without the links and codes of checks in it."""
    kept, place = list[str](), 0
    for start, match in _links(text):
        if is_whole(_joined(match)):
            kept.append(text[place:start])
            place = match.end()
    rest = "".join((*kept, text[place:]))
    return _GROUPS.sub(lambda each: "" if is_whole(_joined(each)) else each.group(), rest)


def leads_elsewhere(text: str, base_url: str) -> bool:
    """Say whether a link with a code in it leads elsewhere than to the page where codes are checked."""
    here = _bare(base_url)
    return any(is_whole(_joined(match)) and _bare(text[start : match.start()]) != here for start, match in _links(text))


def hashed(platform: Platform, code: str) -> bytes:
    """Return what is kept of a code."""
    return Mac(platform.ring.single(Single.SYSTEM)).digest(b"message\0" + code.encode())


def _links(text: str) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield where each link begins, with the last place in it that has a code."""
    for run in _RUN.finditer(text):
        last = None
        for last in _PLACE.finditer(text, run.start(), run.end()):  # noqa: B007 -- the last is what counts
            pass
        if last is not None:
            yield run.start(), last


def _bare(link: str) -> str:
    """Return where a link leads, without what opens it: a bracket or a word that is no host, and http or https."""
    return _OPENING.sub("", link).lower()


def _codes(matches: Iterable[re.Match[str]]) -> Iterator[str]:
    return (code for each in matches if is_whole(code := _joined(each)))


def _joined(match: re.Match[str]) -> str:
    return "".join(match.groups()).upper()


def _check(letters: str) -> str:
    rest = _MODULUS
    for letter in letters:
        rest = (rest + ALPHABET.index(letter)) % _MODULUS or _MODULUS
        rest = rest * 2 % (_MODULUS + 1)
    return ALPHABET[(1 - rest) % _MODULUS]
