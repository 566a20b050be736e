"""Drawings of organizations as keys: a rosette of their own, and a bit with one place for each kind of data.

The drawing helps to recognise, and proves nothing: everything in it stands beside it in words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from math import cos, radians, sin
from typing import Final
from uuid import UUID

CENTRE: Final = 32
EDGE: Final = 31.0
HUES: Final = 6
_FIRST_TOOTH: Final = 94
_STEP: Final = 24


class Share(StrEnum):
    """How much of one kind of data somebody may see."""

    ALL = "all"
    PART = "part"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Ellipse:
    """One line of a rosette, turned around its middle."""

    rx: float
    ry: float
    turn: float


@dataclass(frozen=True, slots=True)
class Circle:
    """A round line of a rosette."""

    x: float
    y: float
    r: float


@dataclass(frozen=True, slots=True)
class Rosette:
    """A pattern as on a banknote, in a square of 64."""

    hue: int
    ellipses: tuple[Ellipse, ...]
    circles: tuple[Circle, ...]


@dataclass(frozen=True, slots=True)
class Tooth:
    """One place of the bit; `x` is where it stands in the drawing."""

    x: int
    share: Share


@dataclass(frozen=True, slots=True)
class Key:
    """A key: whose it is, and how much it opens."""

    rosette: Rosette
    teeth: tuple[Tooth, ...]


def key(organization: UUID, shares: Mapping[int, Share]) -> Key:
    """Return the key of an organization; `shares` says how much it opens at each of the eight places."""
    teeth = (Tooth(_FIRST_TOOTH + _STEP * (slot - 1), shares.get(slot, Share.NONE)) for slot in range(1, 9))
    return Key(rosette(organization), tuple(teeth))


def rosette(organization: UUID) -> Rosette:
    """Return the pattern of an organization, the same every time."""
    seed = blake2b(organization.bytes, digest_size=16, person=b"rosette").digest()
    draw = (_petals, _wreath, _double, _sun)[seed[0] % 4]
    ellipses, circles = draw(seed[1], seed[2], seed[3])
    return Rosette(1 + seed[4] % HUES, ellipses, circles)


Lines = tuple[tuple[Ellipse, ...], tuple[Circle, ...]]


def _turned(number: int, rx: float, ry: float, *, by: float = 0) -> tuple[Ellipse, ...]:
    return tuple(Ellipse(rx, round(ry, 1), round(by + each * 180 / number, 1)) for each in range(number))


def _around(number: int, distance: float, r: float) -> tuple[Circle, ...]:
    places = (radians(each * 360 / number) for each in range(number))
    return tuple(
        Circle(round(CENTRE + distance * cos(at), 1), round(CENTRE + distance * sin(at), 1), round(r, 1))
        for at in places
    )


def _middle(r: float) -> Circle:
    return Circle(CENTRE, CENTRE, round(r, 1))


def _petals(one: int, two: int, three: int) -> Lines:
    return _turned(9 + one % 5, EDGE, 8 + two % 8), (_middle(4 + three % 3),)


def _wreath(one: int, two: int, three: int) -> Lines:
    r = 11.5 + two % 5
    return (), (*_around(14 + one % 6, EDGE - r, r), _middle(3 + three % 3))


def _double(one: int, two: int, three: int) -> Lines:
    number = 8 + one % 4
    outer, inner = _turned(number, EDGE, 10 + two % 5), _turned(number, 15, 5 + three % 3, by=90 / number)
    return outer + inner, ()


def _sun(one: int, two: int, three: int) -> Lines:
    r = 7.0 + one % 3
    return _turned(7 + two % 4, 20, 6 + three % 3), _around(16 + two % 5, EDGE - r, r)
