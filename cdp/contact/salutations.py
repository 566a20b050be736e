"""How a letter to a customer begins and ends, in their own language and form of address.

Rules: (1) the customer's own choice of a name wins; (2) who chose nothing is called by the whole name with u, and by
the first name with je; (3) nobody is guessed to be a man or a woman; (4) without a name the words hold for anybody.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from cdp.own.addressing import Address, Addressing, Language
from consent.contact import Say


class Salutation(NamedTuple):
    """The first and the last words of what is written or said."""

    salutation: str
    closing: str


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language and form of address."""

    named: str
    nameless: str
    closing: str
    says: Mapping[Say, str]
    """A sentence for each thing that has to be said first."""

    def salutation(self, called: str) -> str:
        """Return the first words to somebody who is called so; the empty text is nobody's name."""
        return f"{self.named} {called}," if called else self.nameless

    def to_say(self, said: Iterable[Say]) -> tuple[str, ...]:
        """Return a sentence for each thing that has to be said first."""
        return tuple(self.says[each] for each in said)


_WORDS: Final[Mapping[str, Words]] = {
    "u": Words(
        "Geachte",
        "Geachte klant,",
        "Met vriendelijke groet,",
        {
            Say.COMPUTER: "Dit komt van een computer, niet van een mens.",
            Say.HUMAN_POSSIBLE: "Spreekt u liever een mens? Dat kan.",
        },
    ),
    "je": Words(
        "Beste",
        "Beste klant,",
        "Hartelijke groet,",
        {
            Say.COMPUTER: "Dit komt van een computer, niet van een mens.",
            Say.HUMAN_POSSIBLE: "Spreek je liever een mens? Dat kan.",
        },
    ),
    "en": Words(
        "Dear",
        "Dear customer,",
        "Kind regards,",
        {
            Say.COMPUTER: "This comes from a computer, not from a person.",
            Say.HUMAN_POSSIBLE: "Would you rather speak to a person? You can.",
        },
    ),
}


def of(addressing: Addressing) -> Salutation:
    """Return the words for somebody who is addressed so."""
    words = words_in(addressing.language, addressing.address)
    return Salutation(words.salutation(addressing.called), words.closing)


def words_in(language: Language, address: Address) -> Words:
    """Return the words in a language and, where it has them, a form of address."""
    return _WORDS[address if language == "nl" else "en"]
