"""The letter that tells a customer who looked: names of organizations and numbers, and no data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cdp.mailroom.mail import Letter
from cdp.own.addressing import Addressing

_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True)
class Line:
    """What one organization did since the last letter."""

    name: str
    seen: int
    stopped: int


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    hello: str
    begin: str
    seen: tuple[str, str]
    stopped: tuple[str, str]
    end: str


_NL: Final = _Words(
    "Er is naar uw gegevens gekeken",
    "Dag {name},",
    "Sinds ons vorige bericht is er gekeken:",
    ("{n} keer gezien", "{n} keer gezien"),
    ("{n} keer tegengehouden", "{n} keer tegengehouden"),
    "Wat er is bekeken, staat in uw logboek:\n{link}\n\nWilt u dit bericht niet meer? Dat kiest u hier:\n{choice}\n",
)
_JE: Final = _Words(
    "Er is naar jouw gegevens gekeken",
    _NL.hello,
    _NL.begin,
    _NL.seen,
    _NL.stopped,
    "Wat er is bekeken, staat in je logboek:\n{link}\n\nWil je dit bericht niet meer? Dat kies je hier:\n{choice}\n",
)
_EN: Final = _Words(
    "Somebody looked at your data",
    "Dear {name},",
    "Since our last message, these looked:",
    ("seen {n} time", "seen {n} times"),
    ("stopped {n} time", "stopped {n} times"),
    "What they looked at is in your log:\n{link}\n\nNo more of these messages? Choose here:\n{choice}\n",
)


def write(to: str, known: Addressing, lines: Sequence[Line], *, base_url: str) -> Letter:
    """Return the letter to `to`, in the customer's own language and form of address."""
    words = _EN if known.language == "en" else _JE if known.address == "je" else _NL
    link, choice = f"{base_url}/logboek", f"{base_url}/logboek/meldingen"
    told = "\n".join(f"- {plain(each.name)}: {_told(words, each)}" for each in lines)
    hello = f"{words.hello.format(name=plain(known.called))}\n\n" if known.called else ""
    text = f"{hello}{words.begin}\n\n{told}\n\n{words.end.format(link=link, choice=choice)}"
    return Letter(to, words.subject, text, known.language)


def _told(words: _Words, line: Line) -> str:
    parts = [
        forms[number != 1].format(n=number)
        for forms, number in ((words.seen, line.seen), (words.stopped, line.stopped))
        if number
    ]
    return ", ".join(parts)


def plain(name: str) -> str:
    """Return a name on one line, so that it cannot look like a line of ours."""
    return " ".join(name.split())[:_LONGEST_NAME]
