"""What each organization knows of a person: attributes, products and what registers hold, as records of the wire."""

import random
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

import msgspec

from cdp.demo.people import Address, Person
from cdp.demo.stories import VUURTOREN, WEIDELICHT, WOONVAST, ZONNEWIJZER
from cdp.ingest.items import Identifier, IdentifierType, Item, Kind, Reference, ReferenceType

_ENCODE: Final = msgspec.json.Encoder(order="deterministic").encode
_PREFIXES: Final = {WOONVAST: "WV", ZONNEWIJZER: "ZE", WEIDELICHT: "WL", VUURTOREN: "BV"}
_GENRES: Final = ("zee en reizen", "spanning", "poëzie", "koken", "geschiedenis", "kinderboeken", "natuur", "strips")
_TITLES: Final = (
    "Het licht boven de kade", "De stille polder", "Koken met wind", "Twaalf bruggen", "Wie klopt daar",
    "De kaart van morgen", "Een huis van riet", "Brieven aan de dijk", "Vogels van het wad", "Het laatste veer",
)  # fmt: skip
_MOST_READING: Final = 6
UNCHECKED: Final = timedelta(days=9)
"""How long ago somebody left an address that nobody checked: long enough to be asked about."""


def reference(person: Person, supplier: str) -> str:
    """Return the number under which this supplier knows them."""
    return f"{_PREFIXES[supplier]}-{100_000 + person.number * 37}"


def records(person: Person, supplier: str, at: datetime) -> list[Item]:
    """Return everything but conversations and behaviour that this supplier knows of them."""
    teller = Teller(person, supplier, at)
    _who_they_are(teller)
    _MORE[supplier](teller)
    return teller.items


def subject(person: Person, supplier: str) -> tuple[Reference, ...]:
    """Return how the supplier names them on the wire."""
    return (Reference(ReferenceType.USER_ID, reference(person, supplier)),)


def unchecked(persons: Sequence[Person], supplier: str, at: datetime) -> Iterator[Item]:
    """Yield what this supplier knows of somebody who only left a name and an address, which it never checked."""
    for person in persons:
        if person.life is not None and person.life.unchecked_by == supplier:
            named = (Reference(ReferenceType.USER_ID, f"{_PREFIXES[supplier]}-ASK-{person.number}"),)
            stated = (Identifier(IdentifierType.EMAIL, person.mailbox.address, verified=False),)
            for name, value in (("last_name", person.last_name), ("email", person.mailbox.address)):
                yield Item(
                    kind=Kind.ATTRIBUTES,
                    type=name,
                    value=_ENCODE(value),
                    subject=named,
                    identifiers=stated,
                    occurred_at=at - UNCHECKED,
                )


class Teller:
    """One supplier telling about one person; what it says gathers in `items`."""

    def __init__(self, person: Person, supplier: str, at: datetime) -> None:
        """Begin with the day on which they became a customer."""
        self.person, self.at = person, at
        self.dice = person.dice(supplier)
        self.number = reference(person, supplier)
        self.since = at - timedelta(days=self.dice.randint(380, 3600), minutes=self.dice.randint(0, 600))
        self.items: list[Item] = []
        self._subject = subject(person, supplier)
        mailbox = person.mailbox_at(supplier)
        self.email = mailbox.address
        self._identifiers = (Identifier(IdentifierType.EMAIL, mailbox.address, mailbox.is_theirs),)

    def ago(self, least: int, most: int) -> datetime:
        """Return some moment so many days before today."""
        return self.at - timedelta(days=self.dice.randint(least, most), minutes=self.dice.randint(0, 900))

    def by_chance(self, share: float) -> bool:
        """Tell whether it is so for this person, as it is for this share of all."""
        return self.dice.random() < share

    def attribute(self, name: str, value: object, at: datetime | None = None) -> None:
        """Say one attribute; with each goes the address by which they are known."""
        self._say(Kind.ATTRIBUTES, name, None, _ENCODE(value), at or self.since)

    def product(self, kind: str, key: str, at: datetime, **properties: Any) -> None:  # noqa: ANN401 -- whatever JSON can hold
        """Say that they have or bought something."""
        self._say(Kind.PRODUCT, kind, f"{self.number}/{key}", _ENCODE(properties), at)

    def external(self, kind: str, key: str, at: datetime, **properties: Any) -> None:  # noqa: ANN401 -- whatever JSON can hold
        """Say what a register holds."""
        self._say(Kind.EXTERNAL, kind, f"{self.number}/{key}", _ENCODE(properties), at)

    def _say(self, kind: Kind, type_: str, key: str | None, value: bytes, at: datetime) -> None:
        identifiers = self._identifiers if type_ == "email" else ()
        self.items.append(
            Item(
                kind=kind,
                type=type_,
                key=key,
                value=value,
                subject=self._subject,
                identifiers=identifiers,
                occurred_at=min(at, self.at),
            )
        )


def _who_they_are(teller: Teller) -> None:
    person = teller.person
    teller.attribute("email", teller.email)
    for name, value in (("name", person.name), ("first_name", person.first_name), ("last_name", person.last_name)):
        teller.attribute(name, value)
    teller.attribute("phone", person.phone, teller.ago(5, 370))


def _lives_at(teller: Teller, *, knows_the_move: bool) -> None:
    """Say where they live; who was not told of a move still has the old address."""
    person = teller.person
    if person.earlier_address is None or person.moved_on is None:
        _address(teller, person.address, teller.since)
        return
    _address(teller, person.earlier_address, teller.since)
    if knows_the_move:
        _address(teller, person.address, person.moved_on)


def _address(teller: Teller, address: Address, at: datetime) -> None:
    parts = ("street", address.street), ("house_number", address.house_number)
    for name, value in (*parts, ("postcode", address.postcode), ("city", address.city)):
        teller.attribute(name, value, at)


def _woonvast(teller: Teller) -> None:
    person, dice = teller.person, teller.dice
    _lives_at(teller, knows_the_move=True)
    teller.attribute("birth_date", person.birth_date.isoformat())
    teller.attribute("household_size", person.household_size, teller.ago(20, 300))
    teller.attribute("iban", person.iban)
    begins = person.moved_on or teller.since
    rent = dice.randint(480, 880)
    teller.product("tenancy", "huur", begins, rent=rent, rooms=dice.randint(2, 5), until="onbepaald")
    if person.moved_on is not None:
        teller.external(
            "relocation", "verhuizing", person.moved_on, register="Basisregistratie Personen", reason="adres"
        )
    if teller.by_chance(0.45):
        what = dice.choice(["cv-ketel", "kraan", "dakraam", "voordeur", "vloer", "afzuiging"])
        teller.product("repair", "reparatie-1", teller.ago(10, 350), part=what, state=dice.choice(["klaar", "gepland"]))
    if teller.by_chance(0.12):
        teller.product("payment-plan", "regeling", teller.ago(15, 200), months=3, amount=rent)
    _population(teller, person.birth_date)


def _population(teller: Teller, born: date) -> None:
    teller.external("population-register", "persoon", teller.ago(30, 360), born_in=born.year, status="ingezetene")


def _zonnewijzer(teller: Teller) -> None:
    person, dice = teller.person, teller.dice
    _lives_at(teller, knows_the_move=True)
    ean = f"87168800{person.household:010}"
    teller.attribute("ean_code", ean)
    teller.attribute("iban", person.iban)
    teller.attribute("contact_preference", dice.choice(["e-mail", "telefoon", "post"]), teller.ago(40, 400))
    teller.product(
        "energy-contract",
        "contract",
        teller.ago(40, 700),
        tariff=dice.choice(["vast", "variabel", "dynamisch"]),
        gas=True,
    )
    for thing, chance in (("solar-panels", 0.35), ("heat-pump", 0.15), ("charging-point", 0.1)):
        if teller.by_chance(chance):
            teller.product(thing, thing, teller.ago(60, 1400), brand="Zonnewijzer", power_kw=dice.randint(2, 9))
    teller.product("invoice", "jaarnota", teller.ago(20, 300), amount=dice.randint(-120, 340), state="betaald")
    label = dice.choice("ABCDEFG")
    teller.external("energy-label", "label", teller.ago(100, 900), label=label, register="EP-online")
    teller.external("grid-connection", "aansluiting", teller.since, ean=ean, phases=dice.choice([1, 3]))
    for month in range(1, 13, 3):
        moment = teller.at - timedelta(days=30 * month, hours=month)
        used = dice.randint(120, 420)
        teller.external("energy-usage", f"verbruik-{month:02}", moment, month=moment.strftime("%Y-%m"), kwh=used)


def _weidelicht(teller: Teller) -> None:
    person, dice = teller.person, teller.dice
    _lives_at(teller, knows_the_move=teller.by_chance(0.5))
    teller.attribute("birth_date", person.birth_date.isoformat())
    teller.attribute("gender", person.gender)
    teller.attribute("iban", person.iban)
    teller.attribute(
        "general_practitioner", f"Huisartsenpraktijk {dice.choice(['De Linde', 'Kadezicht', 'Het Plein'])}"
    )
    cover = dice.choice(["Basis", "Basis en Plus", "Basis en Tand"])
    teller.product("health-insurance", "polis", teller.ago(300, 900), cover=cover, own_risk=dice.choice([385, 885]))
    for number in range(dice.randint(0, 3)):
        care = dice.choice(["tandarts", "fysiotherapie", "bril", "bloedonderzoek", "huisarts op de avond"])
        moment = teller.ago(10, 350)
        teller.product("health-claim", f"declaratie-{number}", moment, care=care, amount=dice.randint(25, 410))
    if teller.by_chance(0.2):
        teller.external("care-assessment", "indicatie", teller.ago(50, 350), care="wijkverpleging", hours_a_week=2)
    teller.product("payment", "premie", teller.ago(1, 28), amount=dice.randint(118, 172), state="betaald")


def _vuurtoren(teller: Teller) -> None:
    dice = teller.dice
    _lives_at(teller, knows_the_move=False)
    teller.attribute("language", teller.person.language)
    teller.attribute("interests", sorted(dice.sample(_GENRES, dice.randint(1, 3))), teller.ago(10, 360))
    teller.product("loyalty-card", "kaart", teller.since, points=dice.randint(0, 900))
    for number, title in enumerate(dice.sample(_TITLES, dice.randint(1, _MOST_READING))):
        _book(teller, number, title, dice)
    if teller.by_chance(0.3):
        teller.product("wishlist", "verlanglijst", teller.ago(5, 120), titles=_sorted(dice.sample(_TITLES, 2)))


def _book(teller: Teller, number: int, title: str, dice: random.Random) -> None:
    form = dice.choice(["boek", "e-boek", "luisterboek"])
    price = dice.randint(899, 2999) / 100
    teller.product("book", f"boek-{number}", teller.ago(5, 360), title=title, form=form, price=price)


def _sorted(titles: Sequence[str]) -> list[str]:
    return sorted(titles)


_MORE: Final[dict[str, Callable[[Teller], None]]] = {
    WOONVAST: _woonvast,
    ZONNEWIJZER: _zonnewijzer,
    WEIDELICHT: _weidelicht,
    VUURTOREN: _vuurtoren,
}


def everything(persons: Sequence[Person], supplier: str, at: datetime) -> Iterator[Item]:
    """Yield the records of this supplier about all of its customers."""
    for person in persons:
        if supplier in person.suppliers:
            yield from records(person, supplier, at)
