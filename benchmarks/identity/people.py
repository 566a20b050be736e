"""Made-up Dutch people as six sources know them, with truth: as many as are wanted, the same for the same seed.

Made to resemble a set that was measured on: people live in households that share a surname, an address and a landline;
half of the records know no birth date; sources write initials, shorten names, mistype, move the particle about; people
move, marry and change their e-mail address. Names are as unequal as in real life: a few are everybody's.
"""

import bisect
import csv
import itertools
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

from faker.providers.person.nl_NL import Provider as Dutch

_Any = TypeVar("_Any")

COLUMNS: Final = (
    *("rec_id", "source", "cluster", "household", "first_name", "last_name", "dob"),
    *("email", "phone", "postcode", "house_number", "house_suffix", "city"),
)
_RECORDS_OF_ONE: Final = (20, 34, 28, 13, 4, 1)
_LIVING_TOGETHER: Final = (40, 32, 12, 12, 4)
_FRONT: Final = (
    *("Appel", "Bak", "Berg", "Boer", "Brand", "Broek", "Bruin", "Dam", "Dijk", "Dool", "Eel", "Ende", "Goes", "Groen"),
    *("Haan", "Heuvel", "Hol", "Hoog", "Huis", "Kamp", "Koe", "Kool", "Kramp", "Land", "Meer", "Mol", "Nijs", "Oost"),
    *("Over", "Pas", "Peet", "Pool", "Rijk", "Roos", "Schip", "Smit", "Snij", "Stok", "Straat", "Veen", "Veld", "Ver"),
    *("Vis", "Vliet", "Waal", "Wal", "Werf", "Wijn", "Wit", "Wolf", "Zand", "Zee", "Zijl"),
)
_BACK: Final = (
    *("akker", "baan", "berg", "bergen", "brink", "broek", "daal", "dijk", "donk", "dorp", "eind", "gaard", "geld"),
    *(
        "haar",
        "hagen",
        "hart",
        "haven",
        "hem",
        "horst",
        "huis",
        "huizen",
        "kamp",
        "keus",
        "land",
        "lander",
        "ma",
        "man",
    ),
    *("meester", "mond", "oord", "rijk", "sen", "slag", "stede", "steen", "stein", "stra", "straten", "tuin", "veld"),
    *("ven", "vis", "vliet", "wijk", "wolde", "zele", "zoon"),
)
_PARTICLES: Final = ("", "van", "de", "van de", "van der", "van den", "ter", "el", "den", "ten")
_PARTICLES_WEIGHT: Final = (67, 9, 9, 5, 5, 3, 1, 1, 1, 1)
_MAIL: Final = (
    "gmail.com",
    "hotmail.com",
    "outlook.com",
    "ziggo.nl",
    "icloud.com",
    "live.nl",
    "kpnmail.nl",
    "planet.nl",
)
_MAIL_WEIGHT: Final = (37, 19, 9, 8, 7, 6, 6, 8)
_SUFFIXES: Final = ("a", "b", "c", "hs", "bis", "I", "II", "-1", "-2")
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class _Source:
    """What a source knows of how many, in percent."""

    name: str
    weight: int
    initials: int
    first_name: int
    surname: int
    dob: int
    email: int
    phone: int
    postcode: int
    address: int


_SOURCES: Final = (
    _Source("webshop", 28, 7, 100, 100, 4, 99, 60, 86, 86),
    _Source("loyalty", 20, 5, 100, 100, 50, 85, 29, 48, 35),
    _Source("insurer", 17, 74, 100, 100, 98, 61, 64, 98, 98),
    _Source("telecom", 15, 60, 100, 100, 80, 80, 98, 98, 98),
    _Source("newsletter", 11, 0, 61, 60, 0, 100, 0, 0, 0),
    _Source("clinic", 9, 44, 100, 100, 99, 38, 70, 98, 98),
)


def write(path: Path, records: int, *, seed: int = 6) -> None:
    """Write a CSV of `records` made-up records to `path`, with the truth in the columns `cluster` and `household`."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows((number, *row) for number, row in enumerate(made_up(records, seed=seed)))


def made_up(records: int, *, seed: int) -> Iterator[tuple[object, ...]]:
    """Return so many made-up records: what COLUMNS says, but for the number."""
    return itertools.islice(_rows(records, seed), records)


def _rows(records: int, seed: int) -> Iterator[tuple[object, ...]]:
    street = _Town(random.Random(seed), postcodes=max(5, records // 60))
    person = itertools.count()
    for household in itertools.count():
        for each in street.household():
            cluster = next(person)
            for source, row in each.known():
                yield source, cluster, household, *row


class _Town:
    """Where people live: names and postcodes in the proportions of real life."""

    def __init__(self, chance: random.Random, *, postcodes: int) -> None:
        self._chance = chance
        self._postcodes = [self._postcode() for _ in range(postcodes)]
        self._first_name = _unequal(chance, list(Dutch.first_names), even=15)
        self._surname = _unequal(chance, list(Dutch.last_names), even=3)

    def household(self) -> "list[_Person]":
        """Return the people of one more front door."""
        chance = self._chance
        address, line, surname = self.address(), self.landline(), self.surname()
        size = _weighed(chance, range(1, 6), _LIVING_TOGETHER)
        return [
            _Person(chance, self, address, line, self.surname() if other and chance.random() < 0.25 else surname)
            for other in range(size)
        ]

    def address(self) -> tuple[str, str, str, str]:
        """Return a postcode, house number, suffix and town."""
        postcode = self._chance.choice(self._postcodes)
        suffix = self._chance.choice(_SUFFIXES) if self._chance.random() < 0.09 else ""
        return postcode, str(self._chance.randint(1, 120)), suffix, f"Stad{int(postcode[:4]) % 400}"

    def landline(self) -> str:
        """Return a telephone number of a household."""
        return f"020{self._chance.randint(1_000_000, 9_999_999)}"

    def first_name(self) -> str:
        """Return a first name."""
        return self._first_name()

    def surname(self) -> str:
        """Return a surname with its particle."""
        chance = self._chance
        plain = self._surname() if chance.random() < 0.62 else chance.choice(_FRONT) + chance.choice(_BACK)
        return f"{_weighed(chance, _PARTICLES, _PARTICLES_WEIGHT)} {plain}".strip()

    def _postcode(self) -> str:
        letters = "".join(self._chance.choice("ABCDEGHJKLMNPRSTVWXZ") for _ in range(2))
        return f"{self._chance.randint(1000, 9999)}{letters}"


class _Person:
    """Somebody, and how sources know them."""

    def __init__(
        self, chance: random.Random, town: _Town, address: tuple[str, ...], landline: str, surname: str
    ) -> None:
        self._chance = chance
        self._first = town.first_name()
        self._surname = surname
        self._year = chance.randint(1939, 2008)
        self._dob = f"{self._year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
        self._mails = [self._mail(), self._mail()]
        self._phones = [self._mobile(), landline if chance.random() < 0.4 else self._mobile()]
        self._addresses = [address, town.address() if chance.random() < 0.2 else address]
        self._married = f"{town.surname()}-{surname}" if chance.random() < 0.06 else surname
        self._second_initial = chance.choice(_LETTERS).upper() if chance.random() < 0.4 else ""

    def known(self) -> "Iterator[tuple[str, list[str]]]":
        """Yield each record there is of them, with its source."""
        chance = self._chance
        for _ in range(_weighed(chance, range(1, 7), _RECORDS_OF_ONE)):
            source = _weighed(chance, _SOURCES, [each.weight for each in _SOURCES])
            yield source.name, self._as_known_to(source)

    def _as_known_to(self, source: _Source) -> list[str]:
        chance, knows = self._chance, self._knows
        address = self._addresses[chance.random() < 0.25]
        has_address = knows(source.address)
        return [
            self._first_name(source) if knows(source.first_name) else "",
            self._last_name() if knows(source.surname) else "",
            self._birth_date() if knows(source.dob) else "",
            _mistyped(chance, self._mails[chance.random() < 0.2], 0.02) if knows(source.email) else "",
            self._phone(self._phones[chance.random() < 0.2]) if knows(source.phone) else "",
            (address[0] if chance.random() < 0.6 else f"{address[0][:4]} {address[0][4:]}")
            if has_address or knows(source.postcode - source.address)
            else "",
            *(address[1:] if has_address else ("", "", "")),
        ]

    def _knows(self, percent: int) -> bool:
        return self._chance.random() * 100 < percent

    def _first_name(self, source: _Source) -> str:
        chance = self._chance
        if chance.random() * 100 < source.initials:
            return f"{self._first[0].upper()}." + (f"{self._second_initial}." if self._second_initial else "")
        if chance.random() < 0.05 and len(self._first) > 4:
            return self._first[: chance.randint(3, 5)]
        return _mistyped(chance, self._first, 0.03)

    def _last_name(self) -> str:
        chance = self._chance
        name = self._married if chance.random() < 0.4 else self._surname
        particle, _, plain = name.rpartition(" ")
        if particle and "-" not in name:
            name = _weighed(
                chance, (name, f"{plain}, {particle}", plain, name.replace(" ", "").lower()), (80, 10, 7, 3)
            )
        return _mistyped(chance, name, 0.04)

    def _birth_date(self) -> str:
        chance, (year, month, day) = self._chance, self._dob.split("-")
        wrong = (f"{year}-01-01", f"{year}-{month}-01", f"{int(year) + chance.choice((-1, 1))}-{month}-{day}")
        if chance.random() < 0.025:
            return chance.choice((*wrong, f"{year}-{day}-{month}" if int(day) <= 12 else self._dob))
        return self._dob

    def _mail(self) -> str:
        chance, plain = self._chance, self._surname.rpartition(" ")[2].replace("'", "").lower()
        at = _weighed(chance, _MAIL, _MAIL_WEIGHT)
        if chance.random() < 0.57:
            return f"{self._first[0].lower()}{plain}{self._year}@{at}"
        number = str(chance.randint(10, 999)) if chance.random() < 0.6 else ""
        return f"{self._first.lower()}.{plain}{number}@{at}"

    def _mobile(self) -> str:
        return f"06{self._chance.randint(10_000_000, 99_999_999)}"

    def _phone(self, number: str) -> str:
        return _weighed(self._chance, (number, f"+31 {number[1:]}", f"{number[:3]}-{number[3:]}"), (50, 30, 20))


def _unequal(chance: random.Random, names: list[str], *, even: int) -> Callable[[], str]:
    """Return a draw from `names` in which the first are the most common; a larger `even` makes them more equal."""
    weights = list(itertools.accumulate(1 / (rank + even) for rank in range(1, len(names) + 1)))
    return lambda: names[bisect.bisect_left(weights, chance.random() * weights[-1])]


def _weighed(chance: random.Random, among: Sequence[_Any], weights: Sequence[int]) -> _Any:
    """Return one of `among`, each as often as its weight says."""
    return chance.choices(among, weights)[0]


def _mistyped(chance: random.Random, text: str, likelihood: float) -> str:
    """Return `text`, sometimes with one letter wrong, missing or in its neighbour's place."""
    if len(text) < 3 or chance.random() >= likelihood:
        return text
    at = chance.randrange(len(text) - 1)
    swapped = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return chance.choice((text[:at] + text[at + 1 :], swapped, text[:at] + chance.choice(_LETTERS) + text[at + 1 :]))


if __name__ == "__main__":
    write(Path(sys.argv[1]), int(sys.argv[2]))
