"""What dossiers with the same labels come to: which record goes where, and the bytes around what they show.

Most people of whom the same sources know the same have profiles that differ in times and values alone. What follows
from the labels is found once and kept; where times or ids decide which record is shown or comes first, and where a key
is gone, `cdp.reads.folding` chooses. Both give the same bytes.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Final, NamedTuple

from cdp.keys.errors import Unreadable
from cdp.keys.named import ID_BYTES
from cdp.keys.sealing import NOT_OPENED
from cdp.reads.folding import CIPHERTEXT, COLUMN, VALUE, Keys, times_of
from cdp.reads.labels import ATTRIBUTES, END, EXTERNAL, INTERACTIONS, NEXT, PRODUCTS, Label, Labels
from cdp.reads.reading import Seen

MOST: Final = 2_048
LONGEST: Final = 4_000
"""How many characters the labels of a dossier have at most whose shape is kept: about forty records."""

_Step = tuple[int, bytes, bytes, bytes]
"""Which record it is, its table, what goes before, and what goes between its value and its time."""
_Placed = list[tuple[int, Label]]


class Shape(NamedTuple):
    """How a profile is written from behind its opening up to its closing."""

    attributes: tuple[_Step, ...]
    others: tuple[_Step, ...]
    end: bytes

    def write(self, out: list[bytes], seen: Seen, keys: Keys) -> bool:
        """Add a profile to `out` piece by piece, or nothing and return false when a key is gone; raises Unreadable."""
        begin = len(out)
        try:
            self._write(out, seen, keys)
        except KeyError:
            del out[begin:]
            return False
        except NOT_OPENED:
            raise Unreadable("a sealed value cannot be read") from None
        return True

    def _write(self, out: list[bytes], seen: Seen, keys: Keys) -> None:
        blobs, times = seen.sealed or (), times_of(seen)
        for place, table, before, between in self.attributes:
            sealed = blobs[place]
            opened = keys[sealed[:ID_BYTES]]
            value = opened(sealed[VALUE:CIPHERTEXT], sealed[CIPHERTEXT:], table + sealed[ID_BYTES:VALUE] + COLUMN)
            out += (before, value, between, times[place])
        for place, table, before, between in self.others:
            sealed = blobs[place]
            opened = keys[sealed[:ID_BYTES]]
            value = opened(sealed[VALUE:CIPHERTEXT], sealed[CIPHERTEXT:], table + sealed[ID_BYTES:VALUE] + COLUMN)
            out += (before, times[place], between, value[1:])
        out.append(self.end)


class Shapes:
    """The shapes that this process has met more than once."""

    def __init__(self, labels: Labels, *, page: int) -> None:
        """Begin without any; a profile shows `page` interactions."""
        self._labels = labels
        self._page = page
        self._met: set[int] = set()
        self._made: dict[str, Shape | None] = {}

    def of(self, text: str | None) -> Shape | None:
        """Return the shape of a dossier with these labels, or None when it has none or is new here.

        Raises UnknownSource for a source that nobody here has met.
        """
        if not text:
            return None
        if text in self._made:
            return self._made[text]
        if len(text) > LONGEST:
            return None
        if (name := hash(text)) not in self._met:  # what nobody else has is not worth it
            self._met.add(name)
            return None
        if len(self._made) >= MOST:
            self._made.clear()
        if len(self._met) > 4 * MOST:
            self._met.clear()
        made = self._made[text] = _shape([self._labels[each] for each in text.split("\n")], self._page)
        return made


def _shape(labels: Sequence[Label], page: int) -> Shape | None:
    groups: dict[str, _Placed] = {"attributes": [], "product": [], "interaction": [], "external": []}
    for place, label in enumerate(labels):
        groups[label.kind].append((place, label))
    attributes, products, events, external = groups.values()
    if len(events) > page or any(_has_ties(each) for each in (attributes, products, external)):
        return None
    first, end = _steps(ATTRIBUTES, sorted(attributes, key=_order), PRODUCTS)
    second, end = _steps(end, sorted(products, key=_order), INTERACTIONS)
    third, end = _steps(end, events, NEXT + b"null" + EXTERNAL)
    fourth, end = _steps(end, sorted(external, key=_order), END)
    return Shape(tuple(first), tuple(chain(second, third, fourth)), end)


def _steps(before: bytes, placed: _Placed, end: bytes) -> tuple[list[_Step], bytes]:
    """Return the steps of one list or object that begins with `before`, and what is to be written behind them."""
    steps = []
    comma = b""
    for place, label in placed:
        steps.append((place, label.table, before + comma + label.before, label.between))
        before, comma = label.after, b","
    return steps, before + end


def _order(placed: tuple[int, Label]) -> tuple[bytes, str]:
    _, label = placed
    return b"" if label.kind == "attributes" else label.source, label.type


def _has_ties(placed: _Placed) -> bool:
    """Tell whether more than the labels says which of these comes first, or is shown at all."""
    return len({_order(each) for each in placed}) < len(placed)
