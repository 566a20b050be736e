"""What somebody pasted, typed or scanned: a code, an address, a number, a link, a name or a whole text."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from cdp.messages import codes
from cdp.messages.domains import Domain
from cdp.messages.likeness import SenderKind
from cdp.messages.senders import UnfitSender, written

MOST_CODES: Final = 3
MOST_SENDERS: Final = 20
_WORDS: Final = 4
"""So many words are a text; fewer are a name, or a number with spaces in it."""
_NAME: Final = 64
_EMAIL: Final = re.compile(r"[^\s<>\"'(),;:]{1,64}@[^\s<>\"'(),;:@]{3,255}")
_LINK: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"']{3,500}", re.IGNORECASE)
_BARE: Final = re.compile(r"(?<![@\w.-])(?:[\w-]{1,63}\.){1,8}[^\W\d_]{2,24}(?![\w@])")
_NUMBER: Final = re.compile(r"\+?[\d ().-]{6,30}")
_DIGITS: Final = 6

From = tuple[SenderKind, str]
"""A sender as it is compared."""


@dataclass(frozen=True, slots=True)
class Given:
    """What was given, as far as it can be read."""

    codes: tuple[str, ...] = ()
    text: str | None = None
    senders: tuple[From, ...] = ()
    is_slip: bool = False
    is_link: bool = False
    """Whether it is an address on the web, which says where it leads and not who sent it."""


def read(unverified: str) -> Given:
    """Return what somebody gave."""
    given = unverified.strip()
    is_line = "\n" not in given and len(given.split()) <= _WORDS
    if is_line and len(given) <= codes.LONGEST_LINK and (code := codes.typed(given)) is not None:
        return Given(codes=(code,))
    if not is_line:
        return _text(given)
    if (found := sender(given)) is not None:
        is_link = found[0] is SenderKind.DOMAIN
        return Given(senders=(found,), is_link=is_link, is_slip=_is_slip(given))
    return Given(is_slip=_is_slip(given))


def sender(unverified: str) -> From | None:
    """Return the sender that one line names: an address, a number, a link or a name; None for nothing of these."""
    line = unverified.strip()
    if (found := _EMAIL.search(line)) is not None:
        return _as(SenderKind.EMAIL, found.group())
    if _NUMBER.fullmatch(line) and sum(each.isdigit() for each in line) >= _DIGITS:
        return _as(SenderKind.PHONE, line)
    if _LINK.fullmatch(line) or _BARE.fullmatch(line) or "://" in line:
        return _host(line)
    return _as(SenderKind.NAME, line) if len(line) <= _NAME else None


def hosts(link: str) -> list[From]:
    """Return where one link leads, as a sender that it may pose as."""
    found = _host(link.strip())
    return [] if found is None else [found]


def _text(text: str) -> Given:
    """Return a text, with the codes in it and where it says that it comes from or leads to."""
    without = codes.without(text)
    mails = (_as(SenderKind.EMAIL, each) for each in _EMAIL.findall(without)[:MOST_SENDERS])
    links = (_host(each) for each in _LINK.findall(without)[:MOST_SENDERS])
    bare = (_host(each) for each in _BARE.findall(without)[:MOST_SENDERS])
    found = dict.fromkeys(each for each in (*mails, *links, *bare) if each is not None)
    return Given(tuple(codes.within(text)[:MOST_CODES]), text, tuple(found)[:MOST_SENDERS])


def _as(kind: SenderKind, unverified: str) -> From | None:
    try:
        return kind, written(kind, unverified.strip(".,;:!?"))
    except UnfitSender:
        return None


def _host(link: str) -> From | None:
    """Return where a link really leads: behind a name and an @, if it has one."""
    try:
        host = urlsplit(link if "://" in link else f"//{link}").hostname
    except ValueError:
        return None
    found = None if host is None else Domain.read(host.strip(".,;:!?"))
    return None if found is None else (SenderKind.DOMAIN, found.ascii)


def _is_slip(line: str) -> bool:
    """Say whether somebody meant a code, which then has a slip in it."""
    letters = [each for each in line if each.isalnum()]
    in_groups = len(re.split(r"[ -]", line)) == codes.LETTERS // 4
    return abs(len(letters) - codes.LETTERS) <= 1 and (in_groups or any(each.isdigit() for each in letters))
