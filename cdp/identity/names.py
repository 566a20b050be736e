"""Names as they are compared: folded, without particles and titles, double names as a set, initials apart."""

import re
import unicodedata
from typing import Final

MOST_LETTERS: Final = 200
MOST_PARTS: Final = 4
_LETTERS: Final = str.maketrans(
    {"ø": "o", "đ": "d", "ð": "d", "ł": "l", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "\u0131": "i"}
)
_QUOTES: Final = re.compile("['’‘`\u00b4\u02bc]")
_NO_LETTER: Final = re.compile(r"[^a-z ]+")
_JOINS: Final = re.compile(r"[-\u2010\u2013/&+]|\be\.?\s?/?v\.?(?=\s)|\bgeb\.?(?=\s)", re.IGNORECASE)
_PARTICLES: Final = frozenset(
    str.split(
        "van von der den de het t s n te ter ten in op aan bij onder over tot uit voor vd v d du la le les l des di"
        " da do dos del della el al zu zum zur af av y"
    )
)
_TITLES: Final = frozenset(
    str.split("dhr mevr mw mevrouw heer meneer mr mrs ms miss dr drs ir ing prof sir dame jr sr fam familie")
)
_NOBODY: Final = frozenset(
    str.split(
        "test tester null none undefined unknown onbekend anonymous anoniem nvt na nan nil geen xxx xx x firstname"
        " lastname voornaam achternaam"
    )
)
_INITIALS: Final = re.compile(r"(?:[^\W\d_]\.\s*-?)+|[^\W\d_]")
_CAPITALS: Final = re.compile(r"[BCDFGHJKLMNPQRSTVWXZ]{2,3}")


def fold(text: str) -> str:
    """Return `text` in lower-case letters a to z, digits and single spaces; accents and marks are gone."""
    lowered = _QUOTES.sub("", text[:MOST_LETTERS]).lower()
    if not lowered.isascii():
        lowered = unicodedata.normalize("NFKD", lowered.translate(_LETTERS)).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^a-z0-9]+", " ", lowered).split())


def given(text: str) -> tuple[tuple[str, ...], str]:
    """Return the given names that are written out, and the initials of all of them in order."""
    names: list[str] = []
    initials = ""
    for word, letters in _own_words(text):
        if _INITIALS.fullmatch(word) or _CAPITALS.fullmatch(word):
            initials += letters
        else:
            initials += letters[0]
            names.append(letters)
    return tuple(names[:MOST_PARTS]), initials[: 2 * MOST_PARTS]


def surname(text: str) -> tuple[str, ...]:
    """Return the parts of a surname, without particles, in the order in which they are written.

    "Berg, van der" and "van der Berg" are the same; of a double name each half is a part.
    """
    words = [_NO_LETTER.sub("", word) for word in fold(_JOINS.sub(" ", text[:MOST_LETTERS])).split()]
    real = [word for word in words if word and word not in _TITLES and word not in _NOBODY]
    parts = [word for word in real if word not in _PARTICLES] or real[-1:]
    return tuple(dict.fromkeys(parts))[:MOST_PARTS]


def whole(text: str) -> tuple[str, str]:
    """Return a whole name as given names and surname: before and after the comma, a particle or the last space."""
    before, comma, after = text[:MOST_LETTERS].partition(",")
    words = [word for word in text[:MOST_LETTERS].split() if fold(word) not in _TITLES]
    if comma and set(fold(after).split()) <= _PARTICLES:
        return "", text
    if comma:
        tail = after.split()
        cut = next((place for place, word in enumerate(tail) if fold(word) in _PARTICLES), len(tail))
        return " ".join(tail[:cut]), " ".join([*tail[cut:], before])
    cut = next((place for place, word in enumerate(words) if place and fold(word) in _PARTICLES), len(words) - 1)
    return " ".join(words[:cut]), " ".join(words[cut:])


def _own_words(text: str) -> list[tuple[str, str]]:
    """Return the words of a given name as written and folded, without titles, and without particles if others stay."""
    words = [(word, _NO_LETTER.sub("", fold(word)).replace(" ", "")) for word in _words(text)]
    real = [(word, letters) for word, letters in words if letters and letters not in _TITLES and letters not in _NOBODY]
    return [each for each in real if each[1] not in _PARTICLES] or real


def _words(text: str) -> list[str]:
    return text[:MOST_LETTERS].replace("-", " ").split()
