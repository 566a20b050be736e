"""How a letter to a customer begins and ends, in their own language and form of address.

Rules: (1) the customer's own choice of a name wins; (2) who chose nothing is called by the whole name with u, and by
the first name with je; (3) nobody is guessed to be a man or a woman; (4) without a name the words hold for anybody.
"""

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from cdp.addressing import Addressing
from consent.contact import Say


class Salutation(NamedTuple):
    """The first and the last words of what is written or said."""

    salutation: str
    closing: str


_NAMED: Final = {"u": "Geachte {},", "je": "Beste {},", "en": "Dear {},"}
_NAMELESS: Final = {"u": "Geachte klant,", "je": "Beste klant,", "en": "Dear customer,"}
_CLOSING: Final = {"u": "Met vriendelijke groet,", "je": "Hartelijke groet,", "en": "Kind regards,"}
_TO_SAY: Final[Mapping[Say, Mapping[str, str]]] = {
    Say.COMPUTER: {
        "u": "Dit komt van een computer, niet van een mens.",
        "je": "Dit komt van een computer, niet van een mens.",
        "en": "This comes from a computer, not from a person.",
    },
    Say.HUMAN_POSSIBLE: {
        "u": "Spreekt u liever een mens? Dat kan.",
        "je": "Spreek je liever een mens? Dat kan.",
        "en": "Would you rather speak to a person? You can.",
    },
}


def of(addressing: Addressing) -> Salutation:
    """Return the words for somebody who is addressed so."""
    form = _form(addressing)
    called = addressing.called
    return Salutation(_NAMED[form].format(called) if called else _NAMELESS[form], _CLOSING[form])


def to_say(addressing: Addressing, said: Iterable[Say]) -> tuple[str, ...]:
    """Return a sentence for each thing that has to be said first."""
    return tuple(_TO_SAY[each][_form(addressing)] for each in said)


def _form(addressing: Addressing) -> str:
    return addressing.address if addressing.language == "nl" else "en"
