"""What of a text is hashed, so that a copy of it gives the same hash however it was wrapped, quoted or dressed.

The steps, in order (`docs/messages.md` tells them to who writes another program, `docs/message_texts.json` has
cases): (1) of marks that stand on one letter those beyond thirty go (UAX 15, stream-safe
text), for to sort very many takes minutes; then Unicode NFKC, lower case, NFKC again; (2) quotation marks and dashes
of every kind become the plain ones; (3) marks of quoting (`>`) at the beginning of lines go; (4) links and codes of
checks go, which are only known after the text was hashed; (5) everything invisible goes: white space, controls and
formats. What is left is UTF-8 and is hashed with SHA-256. Words, numbers and signs all count: a text that says
something else never gives the same hash.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.messages import codes
from cdp.platform import Platform

LONGEST: Final = 50_000
"""How many letters a text may have."""
MOST_MARKS: Final = 30
"""How many marks on one letter count."""
_QUOTED: Final = re.compile(r"^[ \t]*(?:>[ \t]*)+", re.MULTILINE)
_PLAIN: Final = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    }
)
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


def normalised(text: str) -> str:
    """Return what is left of a text to be hashed."""
    safe = text if text.isascii() else "".join(_stream_safe(text))
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", safe.translate(_PLAIN)).lower())
    kept = codes.without(_QUOTED.sub("", plain.translate(_PLAIN)))
    return "".join(each for each in kept if unicodedata.category(each) not in _INVISIBLE)


def _stream_safe(text: str) -> Iterator[str]:
    """Yield the letters of a text, without the marks beyond `MOST_MARKS` in a row."""
    marks = 0
    for each in text:
        marks = marks + 1 if _is_mark(each) else 0
        if marks <= MOST_MARKS:
            yield each


@lru_cache(maxsize=4096)
def _is_mark(letter: str) -> bool:
    """Say whether something stands on the letter before it, or comes apart into what does."""
    return unicodedata.combining(unicodedata.normalize("NFKD", letter)[0]) > 0


def digest(text: str) -> bytes:
    """Return the SHA-256 of a text's normal form."""
    return sha256(normalised(text).encode(errors="replace")).digest()


def hashed(platform: Platform, text_digest: bytes) -> bytes:
    """Return what is kept of a text: a keyed hash, by which nobody with a copy of the database can guess one."""
    return Mac(platform.ring.single(Single.SYSTEM)).digest(b"message text\0" + text_digest)
