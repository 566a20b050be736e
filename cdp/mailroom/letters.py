"""What the letters and text messages to customers say: the words stand in letters.toml, in Dutch (u, je) and English.

A subject is a sentence of ours and the portal's name: no word of a customer or a source ever stands in a header.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

from cdp.catalog.files import Language as Voice
from cdp.mailroom import codes
from cdp.mailroom.mail import Attachment, Letter, TextMessage

_URGENT: Final = frozenset({"login", "code", "address", "question"})
"""Letters that somebody waits for."""


class Change(StrEnum):
    """What changed about how somebody logs in; each is told to every address they have."""

    PASSKEY_ADDED = "passkey-added"
    PASSKEY_REMOVED = "passkey-removed"
    PASSKEY_RENAMED = "passkey-renamed"
    EXTERNAL_ADDED = "external-added"
    EXTERNAL_REMOVED = "external-removed"
    EMAIL_ADDED = "email-added"
    EMAIL_REMOVED = "email-removed"
    PHONE_ADDED = "phone-added"
    PHONE_REMOVED = "phone-removed"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request in a letter: who asks, whether the operator knows them, and where to answer."""

    name: str
    is_verified: bool
    link: str

    @property
    def standing(self) -> str:
        """What it is called in the words."""
        return "verified" if self.is_verified else "unverified"


class Letters:
    """The words of one portal, under its own name."""

    def __init__(self, brand: str) -> None:
        self._brand = brand

    def login(self, *, to: str, voice: str, link: str, code: str, seconds: int) -> Letter:
        """Return the letter with a login link and its code."""
        return self._letter("login", to, voice, link=link, code=codes.shown(code), minutes=_minutes(seconds))

    def code(self, *, to: str, voice: str, code: str, seconds: int) -> Letter:
        """Return the letter with a code by which somebody who is logged in proves who they are."""
        return self._letter("code", to, voice, code=codes.shown(code), minutes=_minutes(seconds))

    def address(self, *, to: str, voice: str, code: str, seconds: int) -> Letter:
        """Return the letter with a code that proves a further address; its reader may know nothing of us."""
        return self._letter("address", to, voice, code=codes.shown(code), minutes=_minutes(seconds))

    def question(self, *, to: str, voice: str, code: str, seconds: int) -> Letter:
        """Return the letter to an address in a record with the code that proves whose it is; it names no record."""
        return self._letter("question", to, voice, code=codes.shown(code), minutes=_minutes(seconds))

    def question_sms(self, *, to: str, voice: str, code: str) -> TextMessage:
        """Return the same to a number."""
        return self._text("question-sms", to, voice, code)

    def sms(self, *, to: str, voice: str, code: str) -> TextMessage:
        """Return the text message with a code."""
        return self._text("sms", to, voice, code)

    def changed(self, *, to: str, voice: str, change: Change, link: str) -> Letter:
        """Return the letter that tells what changed about a login, and where to look."""
        return self._letter("changed", to, voice, change=_words()["changes"][voice][change.value], link=link)

    def reminder(self, *, to: str, voice: str, number: int, link: str, choice: str) -> Letter:
        """Return the letter that asks whether permissions of ninety days ago are still right; it names nobody."""
        several = _words()["several"][voice]
        who = str(several["one"] if number == 1 else several["many"]).format(number=number)
        return self._letter("reminder", to, voice, who=who, link=link, choice=choice)

    def receipts(self, *, to: str, voice: str, proofs: tuple[Attachment, ...], link: str, choice: str) -> Letter:
        """Return the letter that brings the receipts of choices; what was chosen stands in the files alone."""
        return replace(self._letter("receipts", to, voice, link=link, choice=choice), attachments=proofs)

    def requests(self, *, to: str, voice: str, asked: Sequence[Asked]) -> Letter:
        """Return the letter that tells who asks something, and where to look; it names no data."""
        words = _words()["asker"][voice]
        lines = [str(words[each.standing]).format(name=each.name, link=each.link) for each in asked]
        return self._letter("requests", to, voice, lines="\n\n".join(lines))

    def _text(self, kind: str, to: str, voice: str, code: str) -> TextMessage:
        text = str(_words()[kind][voice]["text"]).format(brand=self._brand, code=codes.shown(code))
        return TextMessage(to, text, _tag(voice))

    def _letter(self, kind: str, to: str, voice: str, **facts: object) -> Letter:
        words = _words()[kind][voice]
        subject = str(words["subject"]).format(brand=self._brand)
        text = str(words["text"]).lstrip().format(brand=self._brand, **facts)
        return Letter(to, subject, text, _tag(voice), is_urgent=kind in _URGENT)


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath("letters.toml").read_text(encoding="utf-8"))


def _tag(voice: str) -> str:
    """Return the language as a header names it."""
    return "en" if voice == Voice.EN else "nl"


def _minutes(seconds: int) -> int:
    return max(1, seconds // 60)
