"""The keys under which somebody is looked for: composite ones, so that no key says a name, a birth date or a postcode.

Two records that share a key are candidates; whether they are the same person is for the scorer. Names go in by their
sound, a birth date with day and month in either order, and an e-mail address that spells a name and a year stands for
both: who mistyped, moved, married or changed provider is found again. Which keys, and what each brings: ADR 52.
"""

import re
import string
from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from cdp.identity import contacts, names
from cdp.identity.traits import Traits

HOTTEST: Final = 400
"""A key that more records than this share says nothing and is not followed."""
ENOUGH: Final = 50
"""How many candidates a look-up takes, those of the rarest keys first."""
MOST_KEYS: Final = 24
_SHORTEST_SOUND: Final = 3
_SHORTEST_NAME: Final = 4
_SHORTEST_MAILBOX: Final = 4
_Somebody = TypeVar("_Somebody")


class KeyKind(StrEnum):
    """What a key is made of; each kind is hashed with a secret of its own."""

    EMAIL = "email"
    MAILBOX = "mailbox"
    PHONE = "phone"
    NAME = "name"
    INITIAL = "initial"
    NAME_YEAR = "name_year"
    NAME_PLACE = "name_place"
    BIRTH = "birth"
    BIRTH_PLACE = "birth_place"
    HOME = "home"


ANYBODY: Final = 8
"""What `knows` says of everybody."""
WITH_INITIAL: Final = 16
"""Of a kind that has an initial and the surname in it: who shares one shares its INITIAL, which says nothing more."""

LONE: Final = {
    KeyKind.BIRTH: ANYBODY - 1,
    KeyKind.HOME: ANYBODY - 1,
    KeyKind.INITIAL: 2 * ANYBODY - 1,
    KeyKind.NAME: WITH_INITIAL | ANYBODY - 1,
    KeyKind.NAME_YEAR: WITH_INITIAL | ANYBODY - 1,
}
"""The kinds of which one alone, where both know any of this, says that two are relatives, neighbours or namesakes.

An initial with a surname says it of anybody: of whom a whole name, a home or a birth date is equal, too, share more.
"""

OWN: Final = frozenset({KeyKind.EMAIL, KeyKind.PHONE})
"""The kinds that `addresses` has: one that many have is nobody's own."""


class BlockingKey(NamedTuple):
    """One key, in clear: only its keyed hash is ever stored."""

    kind: KeyKind
    text: str

    def __repr__(self) -> str:
        """Show the kind, never what it is made of."""
        return f"BlockingKey({self.kind.value})"


def keys(traits: Traits) -> list[BlockingKey]:
    """Return the keys under which `traits` is found and looked for, each once, in a fixed order."""
    return list(dict.fromkeys(_all(traits)))[:MOST_KEYS]


def addresses(traits: Traits) -> dict[str, BlockingKey]:
    """Return the keys of what is somebody's own, their mailboxes and mobile numbers, by what they stand for."""
    mailboxes = map(contacts.second_key, traits.emails)
    return {each: BlockingKey(KeyKind.EMAIL, each) for each in mailboxes} | {
        each: BlockingKey(KeyKind.PHONE, each) for each in traits.mobiles
    }


def knows(traits: Traits) -> int:
    """Return which of birth date, mailboxes and mobile numbers are known, as bits beside ANYBODY.

    None of somebody without a postcode of a street: they have fewer keys, and less shows in which they share.
    """
    if not _is_street(traits.postcode):
        return ANYBODY
    return ANYBODY | bool(traits.birth) | bool(traits.emails) << 1 | bool(traits.mobiles) << 2


def is_worth(mine: Mapping[int, int], theirs: Iterable[int], both: int) -> bool:
    """Say whether two are worth a look, by the keys of each: not when they share one weak one and nothing else.

    `mine` says what LONE does of each key that is followed; `both` is what both of them know, by `knows`: if any of it
    were equal they would share more. `who_may_be` says the same in the database.
    """
    shared = [mine[each] for each in mine.keys() & theirs]
    says = max(shared, default=0)
    if says >= WITH_INITIAL:  # an INITIAL beside it is no more
        shared = [each for each in shared if not each & ANYBODY]
    return len(shared) != 1 or not both & says


def choose(blocks: Iterable[Collection[_Somebody]], *, most: int = ENOUGH) -> set[_Somebody]:
    """Return who is worth comparing: of the smallest blocks, as long as all together they are no larger than `most`.

    A block is everybody else who shares one key. One as large as HOTTEST is left out, so that the caller need not read
    further.
    """
    chosen: set[_Somebody] = set()
    for block in sorted((each for each in blocks if len(each) < HOTTEST), key=len):
        most -= len(block)
        if most < 0:
            break
        chosen.update(block)
    return chosen


def sound(name: str) -> str:
    """Return how a folded name sounds, roughly and in Dutch: one letter for a sound, no vowels but the first."""
    heard = _SOUNDS.sub(lambda found: _LETTER[found[0]], _JOINED.sub("", name.replace(" ", "")))
    bones = _DOUBLE.sub(r"\1", heard[:1] + _VOWELS.sub("", heard[1:]))
    return bones if len(bones) >= _SHORTEST_SOUND else _DOUBLE.sub(r"\1", heard)


def letters(heard: str) -> str:
    """Return each letter of a sound once, in the order of the alphabet: what changed places is the same."""
    return "".join(sorted(set(heard)))


def _all(traits: Traits) -> Iterator[BlockingKey]:
    yield from (BlockingKey(KeyKind.EMAIL, contacts.second_key(each)) for each in traits.emails)
    yield from (BlockingKey(KeyKind.PHONE, each) for each in (*traits.mobiles, *traits.landlines))
    known = _Known(traits)
    yield from _of_names(known)
    for each in traits.emails:
        yield from _of_mailbox(each.partition("@")[0], is_placed=known.is_placed)
    yield from _of_birth(known)
    yield from _of_homes(known)


class _Known:
    """What the keys of one person are made of."""

    def __init__(self, traits: Traits) -> None:
        self.traits = traits
        surnames = dict.fromkeys((*traits.surname[:1], *traits.surname[-1:]))
        self.initial = traits.initials[:1]
        self.letters = list(dict.fromkeys(each[0] for each in (self.initial, *surnames) if each))
        self.given = [sound(each) for each in traits.given[:1]]
        self.surnames = [sound(each) for each in surnames]
        self.family = [letters(each) for each in self.surnames]
        self.names = list(dict.fromkeys((*(letters(each) for each in self.given), *self.family)))
        self.is_placed = _is_street(traits.postcode)


def _of_names(known: _Known) -> Iterator[BlockingKey]:
    year = known.traits.birth[0] if known.traits.birth else None
    for surname, family in zip(known.surnames, known.family, strict=True):
        yield from (_whole(given, surname) for given in known.given)
        if known.initial:
            yield BlockingKey(KeyKind.INITIAL, f"{known.initial} {surname}")
            if year:
                yield BlockingKey(KeyKind.NAME_YEAR, f"{known.initial} {family} {year}")
    if not known.is_placed:
        firsts = dict.fromkeys(each[0] for each in (*known.traits.surname[:1], *known.traits.surname[-1:]))
        yield from (BlockingKey(KeyKind.INITIAL, f"{first} {given}") for first in firsts for given in known.given)
        if year:
            yield from (BlockingKey(KeyKind.NAME_YEAR, f"{name} {year}") for name in known.names)


def _of_mailbox(mailbox: str, *, is_placed: bool) -> Iterator[BlockingKey]:
    """Yield the keys of the name and year that a mailbox spells, as anna.berg and aberg1970 do, or of the mailbox."""
    words = names.fold(mailbox.rstrip(string.digits)).split()
    year = _YEAR.search(mailbox)
    if len(words) == 1 and len(mailbox) >= _SHORTEST_MAILBOX and not year:
        yield BlockingKey(KeyKind.MAILBOX, mailbox)
    if not words or (len(words) == 1 and len(words[0]) <= _SHORTEST_NAME):
        return
    first, last = (words[0], words[-1]) if len(words) > 1 else (words[0][0], words[0][1:])
    heard = sound(last)
    if len(first) > 1:
        yield _whole(sound(first), heard)
    yield BlockingKey(KeyKind.INITIAL, f"{first[0]} {heard}")
    if year:
        yield BlockingKey(KeyKind.NAME_YEAR, f"{first[0]} {letters(heard)} {year[0]}")
    elif not is_placed:
        letter, given = (last[0], first) if len(words) > 1 else (last[-1], words[0][:-1])
        yield BlockingKey(KeyKind.INITIAL, f"{letter} {sound(given)}")


def _of_birth(known: _Known) -> Iterator[BlockingKey]:
    if known.traits.birth is None:
        return
    year, month, day = known.traits.birth
    born = f"{year} {min(month, day)} {max(month, day)}"
    yield from (BlockingKey(KeyKind.BIRTH, f"{letter} {born}") for letter in known.letters)
    yield from (BlockingKey(KeyKind.BIRTH_PLACE, f"{born} {place}") for place in _places(known.traits))


def _of_homes(known: _Known) -> Iterator[BlockingKey]:
    traits = known.traits
    homes = ((traits.postcode, ""), (traits.street, traits.house_number), *(_former(each) for each in traits.former))
    for place, number in homes:
        if _is_street(place):
            called = (known.initial, *known.family)
            yield from (BlockingKey(KeyKind.HOME, f"{name} {place}") for name in called if name)
        elif place and number:
            house = f"{letters(sound(place))} {number}"
            yield from (BlockingKey(KeyKind.HOME, f"{letter} {house}") for letter in known.letters)
    if not known.is_placed:
        for place in _places(traits)[:1]:
            yield from (BlockingKey(KeyKind.NAME_PLACE, f"{name} {place}") for name in known.names)


def _former(home: str) -> tuple[str, str]:
    place, _, rest = home.partition("|")
    return place, rest.partition("|")[0]


def _places(traits: Traits) -> list[str]:
    """Return the town, and the postcode where that is no more than a town."""
    town = [letters(sound(traits.city))] if traits.city else []
    return [*town, traits.postcode] if traits.postcode and not (town and _is_street(traits.postcode)) else town


def _is_street(postcode: str) -> bool:
    """Return whether a postcode is of one street, as in the Netherlands and in Britain, or of a whole town."""
    return _OF_A_STREET.fullmatch(postcode) is not None


def _whole(given: str, surname: str) -> BlockingKey:
    """Return the key of a whole name, the same when its halves were entered the wrong way round."""
    return BlockingKey(KeyKind.NAME, " ".join(sorted((letters(given), letters(surname)))))


_JOINED: Final = re.compile(r"^van(?:de[rn]?|het)?(?=[a-z]{4})")
_HEARD: Final = {
    "f": "ph v w", "g": "gh ch", "i": "ij ei ey y j", "k": "ck c q", "ks": "x", "s": "z sch", "t": "dt th d", "": "h",
}  # fmt: skip
_LETTER: Final = {written: letter for letter, ways in _HEARD.items() for written in ways.split()}
_SOUNDS: Final = re.compile("|".join(sorted(_LETTER, key=len, reverse=True)))
_VOWELS: Final = re.compile("[aeiou]+")
_DOUBLE: Final = re.compile(r"(.)\1+")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d$")
_OF_A_STREET: Final = re.compile(r"\d{4}[A-Z]{2}|[A-Z]{1,2}\d[0-9A-Z]?\d[A-Z]{2}")
