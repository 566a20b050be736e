"""The 300 people of the demo: households, movers, shared mailboxes, and who is a customer where."""

import random
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from faker import Faker

from cdp.demo.stories import VUURTOREN, WEIDELICHT, WOONVAST, ZONNEWIJZER, Life, Pattern, lives, patterns

SEED: Final = 20_190_528
PEOPLE: Final = 300
_SHARES: Final = {WOONVAST: 0.62, ZONNEWIJZER: 0.66, WEIDELICHT: 0.6, VUURTOREN: 0.55}
_SIZES: Final = ((1, 34), (2, 40), (3, 15), (4, 11))
_MOVERS: Final = 0.08
_SHARED_MAILBOXES: Final = 0.12
_KNOWN_TWICE: Final = 0.04
_ADULT: Final = 18
_PARTNERS: Final = 2
_OWN_NAMES: Final = 0.5
_SAYS_U: Final = 45
_DOMAINS: Final = ("example.org", "example.net", "mail.example.org", "post.example.net")


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody lives; the street is made up, the town is not."""

    street: str
    house_number: str
    postcode: str
    city: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An e-mail address as one supplier has it; verified only if it is this person's own."""

    address: str
    is_theirs: bool


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist."""

    number: int
    first_name: str
    last_name: str
    gender: str
    birth_date: date
    language: str
    form: str
    mailbox: Mailbox
    other_mailboxes: Mapping[str, Mailbox]
    phone: str
    iban: str
    household: int
    household_size: int
    address: Address
    earlier_address: Address | None
    moved_on: datetime | None
    suppliers: tuple[str, ...]
    pattern: Pattern
    life: Life | None

    @property
    def name(self) -> str:
        """The whole name."""
        return f"{self.first_name} {self.last_name}"

    def mailbox_at(self, supplier: str) -> Mailbox:
        """Return the address that this supplier has of them."""
        return self.other_mailboxes.get(supplier, self.mailbox)

    def dice(self, purpose: str) -> random.Random:
        """Return chance that is this person's own, so that one change leaves everybody else as they were."""
        return random.Random(f"{SEED}/{self.number}/{purpose}")


@dataclass(frozen=True, slots=True)
class _Household:
    number: int
    lives: tuple[Life, ...]
    size: int
    last_name: str
    address: Address
    earlier_address: Address | None
    moved_on: datetime | None
    shares_mailbox: bool


def people(at: datetime) -> list[Person]:
    """Return the people of the demo as they are on the day of `at`; the same day gives the same people."""
    faker = Faker("nl_NL")
    faker.seed_instance(SEED)
    dice = random.Random(SEED)
    made: list[Person] = []
    mailboxes = Counter[str]()
    for household in _households(faker, dice, at):
        made += _members(household, faker, dice, at, first=len(made), mailboxes=mailboxes)
    return made


def _households(faker: Faker, dice: random.Random, at: datetime) -> Iterator[_Household]:
    """Yield households until everybody lives somewhere: the lives first, each household of theirs once."""
    named: dict[str, list[Life]] = {}
    for life in lives():
        named.setdefault(life.household or life.first_name, []).append(life)
    left, number = PEOPLE, 0
    waiting = list(named.values())
    while left:
        family = tuple(waiting.pop(0)) if waiting else ()
        size = len(family) or min(left, dice.choices([s for s, _ in _SIZES], [w for _, w in _SIZES])[0])
        days = family[0].moved if family else (dice.randint(20, 330) if dice.random() < _MOVERS else None)
        yield _Household(
            number=number,
            lives=family,
            size=size,
            last_name=family[0].last_name if family else faker.last_name(),
            address=_address(faker, dice),
            earlier_address=_address(faker, dice) if days else None,
            moved_on=at - timedelta(days=days) if days else None,
            shares_mailbox=len(family) > 1 or (not family and size > 1 and dice.random() < _SHARED_MAILBOXES),
        )
        left, number = left - size, number + 1


def _members(
    household: _Household,
    faker: Faker,
    dice: random.Random,
    at: datetime,
    *,
    first: int,
    mailboxes: Counter[str],
) -> list[Person]:
    made: list[Person] = []
    eldest, iban = dice.randint(24, 84), _iban(dice)
    for place in range(household.size):
        life = household.lives[place] if household.lives else None
        gender = life.gender if life else dice.choice(["man", "vrouw"])
        first_name = life.first_name if life else _first_name(faker, gender)
        keeps_own = not household.lives and place == 1 and dice.random() < _OWN_NAMES
        last_name = faker.last_name() if keeps_own else household.last_name
        shared = Mailbox(made[0].mailbox.address, is_theirs=False) if household.shares_mailbox and place == 1 else None
        has_own = life is not None and life.own_mailbox
        age = life.age if life else _age(dice, eldest, place)
        suppliers = life.suppliers if life else _suppliers(dice)
        email = _email(dice, first_name, last_name, mailboxes)
        made.append(
            Person(
                number=first + place,
                first_name=first_name,
                last_name=last_name,
                gender=gender,
                birth_date=_birth_date(dice, age, at),
                language=life.language if life else "nl",
                form=life.form if life else ("je" if age < _SAYS_U else "u"),
                mailbox=shared if shared and not has_own else Mailbox(email, is_theirs=True),
                other_mailboxes={WOONVAST: shared}
                if shared and has_own
                else _other_mailboxes(dice, life, suppliers, last_name, mailboxes),
                phone=f"+3197010{dice.randint(0, 999_999):06}",  # numbers of machines: nobody picks up
                iban=iban,
                household=household.number,
                household_size=household.size,
                address=household.address,
                earlier_address=household.earlier_address,
                moved_on=household.moved_on,
                suppliers=suppliers,
                pattern=life.pattern if life else _pattern(dice, suppliers),
                life=life,
            )
        )
    return made


def _first_name(faker: Faker, gender: str) -> str:
    return str(faker.first_name_male() if gender == "man" else faker.first_name_female())


def _age(dice: random.Random, eldest: int, place: int) -> int:
    """Return an age that fits the place in the household: partners alike, grown children a generation younger."""
    age = eldest + dice.randint(-4, 4) if place < _PARTNERS else eldest - dice.randint(22, 34)
    return max(age, _ADULT + place)


def _birth_date(dice: random.Random, age: int, at: datetime) -> date:
    return (at - timedelta(days=age * 365 + age // 4 + dice.randint(1, 360))).date()


def _suppliers(dice: random.Random) -> tuple[str, ...]:
    chosen = tuple(slug for slug, share in _SHARES.items() if dice.random() < share)
    return chosen or (dice.choice(list(_SHARES)),)


def _pattern(dice: random.Random, suppliers: Sequence[str]) -> Pattern:
    fitting = [each for each in patterns() if each.parties <= set(suppliers)]
    return dice.choices(fitting, [each.weight for each in fitting])[0]


def _email(dice: random.Random, first_name: str, last_name: str, mailboxes: Counter[str]) -> str:
    plain = unicodedata.normalize("NFKD", f"{first_name}.{last_name}").encode("ascii", "ignore").decode().lower()
    local = "".join(letter for letter in plain.replace(" ", ".") if letter.isalnum() or letter == ".")
    address = f"{local}@{dice.choice(_DOMAINS)}"
    mailboxes[address] += 1
    return address if mailboxes[address] == 1 else f"{local}{mailboxes[address]}@{address.partition('@')[2]}"


def _other_mailboxes(
    dice: random.Random, life: Life | None, suppliers: Sequence[str], last_name: str, mailboxes: Counter[str]
) -> dict[str, Mailbox]:
    """Return the other address under which one supplier knows them: to it they are somebody else for now."""
    supplier: str | None = life.other_mailbox if life else None
    if life is None and len(suppliers) > 1 and dice.random() < _KNOWN_TWICE:
        supplier = suppliers[-1]
    return {supplier: Mailbox(_email(dice, "familie", last_name, mailboxes), is_theirs=True)} if supplier else {}


def _address(faker: Faker, dice: random.Random) -> Address:
    return Address(
        street=faker.street_name(),
        house_number=str(dice.randint(1, 180)),
        postcode=f"{dice.randint(1000, 9999)} {dice.choice('ABCDEGHJKLMNPRSTVWXZ')}{dice.choice('ABCEGHJKLMNPRTVWXZ')}",
        city=faker.city(),
    )


def _iban(dice: random.Random) -> str:
    """Return an account number that adds up, at a bank that does not exist (ISO 13616)."""
    account = f"DEMO0{dice.randint(0, 999_999_999):09}"
    digits = "".join(str(int(letter, 36)) for letter in f"{account}NL00")
    return f"NL{98 - int(digits) % 97:02}{account}"
