"""How large a pattern of RE2 is once it is written out: what it costs to compile, and to hold against a letter.

A repetition counts as often as it may repeat, and a class by how many ranges of letters it can come to; a pattern that
cannot be read is refused by the library itself.
"""

import re
from typing import Final

_PIECE: Final = re.compile(
    r"\\Q.*?(?:\\E|\Z)|\\[pP](?:\{[^}]*\}|.)|\\x\{[^}]*\}|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]"
    r"|\{\d+(?:,\d*)?\}|\(\?[^:()]*[:)]|.",
    re.DOTALL,
)
_COUNTED: Final = re.compile(r"\{(\d+)(?:,(\d*))?\}")
_WIDE: Final = 500
"""A class of Unicode, or one that leaves out some letters of all scripts by name."""
_ANY: Final = 16
"""Any letter at all but some: several bytes, each in ranges."""
_CLASS: Final = 2


def weight(pattern: str) -> int:
    """Return about how many instructions a pattern is; never fewer than it has letters."""
    groups: list[list[int]] = [[]]
    for piece in _PIECE.findall(pattern):
        if counted := _COUNTED.fullmatch(piece):
            _repeat(groups[-1], max(int(counted[1]) + 1, int(counted[2] or 0)))
        elif piece == "(" or (piece.startswith("(?") and piece.endswith(":")):
            groups.append([])
        elif piece == ")" and len(groups) > 1:
            inner = groups.pop()
            groups[-1].append(1 + sum(inner))
        else:
            groups[-1].append(_atom(piece))
    return max(len(pattern), sum(sum(each) for each in groups)) * (2 if "(?" in pattern else 1)


def _repeat(group: list[int], times: int) -> None:
    if group:
        group[-1] *= times


def _atom(piece: str) -> int:
    if piece.startswith(("\\p", "\\P")) or (piece.startswith("[") and re.search(r"\\[pP]", piece)):
        return _WIDE * max(1, len(re.findall(r"\\[pP]", piece)))
    if piece == "." or piece.startswith("[^") or piece in {"\\W", "\\D", "\\S", "\\C", "\\X"}:
        return _ANY + len(piece)
    return _CLASS * len(piece)
