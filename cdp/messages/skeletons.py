"""What a word looks like at a glance: two words of one skeleton are taken for each other.

Unicode's table of confusable letters (UTS 39) comes with a package; on top of it stand what readers of Latin script
confuse without any foreign letter: digits for letters, rn for m, vv for w, cl for d, ij for y, and i for l.
"""

import unicodedata
from collections import defaultdict
from functools import cache
from typing import Final

from confusable_homoglyphs.confusables import confusables_data

_TOGETHER: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"), ("y", "ij"))
_DIGITS: Final = str.maketrans("0134567892i|", "oleasgtbgzll")


def skeleton(word: str) -> str:
    """Return what a word looks like, without its case and its accents."""
    plain = _plain(_plain(_bare(word)).lower())
    for pair, one in _TOGETHER:
        plain = plain.replace(pair, one)
    return _bare(plain).translate(_DIGITS)


def _plain(word: str) -> str:
    return "".join(_alike().get(each, each) for each in word)


def _bare(word: str) -> str:
    return "".join(
        each for each in unicodedata.normalize("NFKD", word) if unicodedata.category(each) not in {"Mn", "Cf"}
    )


@cache
def _alike() -> dict[str, str]:
    """Return for each letter the plainest one that looks the same."""
    families: dict[str, set[str]] = defaultdict(set)
    for letter, others in confusables_data.items():
        alike = [each["c"].strip("\u200e") for each in others]
        whole = {letter.strip("\u200e"), *alike}.union(*(families[each] for each in (letter, *alike)))
        for each in whole:
            families[each] = whole
    return {each: min(family, key=_plainness) for each, family in families.items() if len(each) == 1 and each > "\x7f"}


def _plainness(letter: str) -> tuple[bool, int, bool, str]:
    return not letter.isascii(), len(letter), not letter.islower(), letter
