"""Senders that pose as another: what is not a published one, but is meant to be taken for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Final
from uuid import UUID

import phonenumbers
from rapidfuzz.distance import OSA

from cdp.messages.domains import Domain
from cdp.messages.skeletons import skeleton


class SenderKind(StrEnum):
    """What a sender is known by."""

    DOMAIN = "domain"
    EMAIL = "email"
    PHONE = "phone"
    NAME = "name"


class Resemblance(StrEnum):
    """In what way something poses as a published sender."""

    LETTERS = "look-alike-letters"
    ENDING = "other-ending"
    NEAR = "near-miss"
    WORDS = "added-words"
    BELOW = "name-in-front"
    MAILBOX = "open-mailbox"


@dataclass(frozen=True, slots=True)
class Published:
    """A sender that an organization published, as it is compared."""

    kind: SenderKind
    value: str
    organization: UUID


@dataclass(frozen=True, slots=True)
class Alike:
    """Whom something poses as, and how."""

    of: Published
    how: Resemblance


PROVIDERS: Final = frozenset(
    """
    aol.com gmail.com gmx.com gmx.de gmx.net googlemail.com hetnet.nl home.nl hotmail.be hotmail.com hotmail.nl
    icloud.com kpnmail.nl live.be live.com live.nl mail.com me.com msn.com outlook.be outlook.com outlook.nl planet.nl
    proton.me protonmail.com quicknet.nl skynet.be telenet.be upcmail.nl xs4all.nl yahoo.co.uk yahoo.com ziggo.nl
    """.split()  # noqa: SIM905 -- a list of words, not of quotation marks
)
"""Where anybody has a mailbox: such a domain is no organization's."""
_SHORT: Final = 4
"""A name of so few letters has too many neighbours: only what looks the same poses as it."""
_LONG: Final = 8


def covers(published: Published, kind: SenderKind, value: str) -> bool:
    """Say whether this sender, as `senders.written` writes it, is the published one or belongs to it."""
    if published.kind is SenderKind.DOMAIN and kind in {SenderKind.DOMAIN, SenderKind.EMAIL}:
        domain = Domain.read(value.rpartition("@")[2])
        return domain is not None and domain.is_under(published.value)
    return (published.kind, published.value) == (kind, value)


def find(kind: SenderKind, value: str, published: Iterable[Published]) -> Alike | None:
    """Return whom a sender that nobody published poses as; None when it resembles nobody."""
    known = list(published)
    match kind:
        case SenderKind.PHONE:
            return _phone(value, [each for each in known if each.kind is SenderKind.PHONE])
        case SenderKind.NAME:
            return _first(_called(value, each) for each in known if each.kind is not SenderKind.PHONE)
    mailbox, _, host = value.rpartition("@")
    domain = Domain.read(host)
    if domain is None:
        return None
    if domain.ascii in PROVIDERS:
        return _first(_in_mailbox(mailbox, value, each) for each in known)
    nearest = sorted(_by_domain(known), key=lambda each: -len({*_below(domain)} & {*_below(each[1])}))
    return _first(chain.from_iterable(_placed(domain, each) for each in nearest))


def _by_domain(known: Sequence[Published]) -> list[tuple[Published, Domain]]:
    read = ((each, Domain.read(each.value.rpartition("@")[2])) for each in known if each.kind in _WITH_DOMAIN)
    return [(each, domain) for each, domain in read if domain is not None and domain.ascii not in PROVIDERS]


_WITH_DOMAIN: Final = frozenset({SenderKind.DOMAIN, SenderKind.EMAIL})
_ORDER: Final = tuple(Resemblance)


def _first(found: Iterable[Alike | None]) -> Alike | None:
    return min((each for each in found if each is not None), key=lambda each: _ORDER.index(each.how), default=None)


def _placed(domain: Domain, known: tuple[Published, Domain]) -> list[Alike | None]:
    published, theirs = known
    if (domain.name, domain.ending) == (theirs.name, theirs.ending):
        return [_beside(domain, known)]
    how = _resembles(domain.name, theirs.name)
    if how is Resemblance.LETTERS and domain.name == theirs.name:
        how = Resemblance.ENDING
    if how is None and _is_in_front(domain, theirs):
        how = Resemblance.BELOW
    return [None if how is None else Alike(published, how)]


def _beside(domain: Domain, known: tuple[Published, Domain]) -> Alike | None:
    """Compare two names under one domain: of the same owner, where the domain is theirs and not a part of it alone."""
    published, theirs = known
    mine, own = _below(domain), _below(theirs)
    if not mine or not own or mine[-1] == own[-1]:
        return None
    how = _resembles(mine[-1], own[-1])
    return None if how is None else Alike(published, how)


def _is_in_front(domain: Domain, theirs: Domain) -> bool:
    looks = skeleton(theirs.name)
    return len(looks) > _SHORT - 1 and any(looks in skeleton(each).split("-") for each in _below(domain))


def _below(domain: Domain) -> tuple[str, ...]:
    """Return the labels below the name that somebody has registered."""
    return domain.labels[: len(domain.labels) - 1 - domain.ending.count(".") - 1]


def _resembles(name: str, theirs: str) -> Resemblance | None:
    """Return how a name poses as another, if it does."""
    looks, known = skeleton(name), skeleton(theirs)
    if looks == known or looks.replace("-", "") == known.replace("-", ""):
        return Resemblance.LETTERS
    if _is_near(looks, known) or _is_near(name, theirs):
        return Resemblance.NEAR
    is_short = len(theirs) < _SHORT - 1
    return None if is_short or not _has_words_added(looks, known) else Resemblance.WORDS


def _is_near(name: str, theirs: str) -> bool:
    if len(theirs) <= _SHORT:
        return False
    most = 2 if len(theirs) >= _LONG else 1
    return OSA.distance(name, theirs, score_cutoff=most) <= most


def _has_words_added(looks: str, known: str) -> bool:
    parts = looks.split("-")
    return known in parts or (len(known) > _SHORT and (looks.startswith(known) or looks.endswith(known)))


def _in_mailbox(mailbox: str, value: str, published: Published) -> Alike | None:
    """Compare a mailbox at a provider where anybody has one: with a published one there, or with a name."""
    if published.kind is SenderKind.EMAIL and published.value.rpartition("@")[2] in PROVIDERS:
        how = _resembles(value.partition("@")[0], published.value.partition("@")[0])
        return None if how is None else Alike(published, how)
    name = _name_of(published)
    if name is None:
        return None
    looks, known = skeleton(mailbox).replace(".", "-").replace("_", "-"), skeleton(name).replace(" ", "-")
    is_posing = looks == known or _is_near(looks, known) or _has_words_added(looks, known)
    return Alike(published, Resemblance.MAILBOX) if is_posing else None


def _called(value: str, published: Published) -> Alike | None:
    name = _name_of(published)
    if name is None or (published.kind is SenderKind.NAME and value == published.value):
        return None
    how = _resembles(_dashed(value), _dashed(name))
    return None if how is None else Alike(published, how)


def _name_of(published: Published) -> str | None:
    """Return the word by which people know a published sender."""
    if published.kind is SenderKind.NAME:
        return published.value
    if published.kind is SenderKind.PHONE:
        return None
    domain = Domain.read(published.value.rpartition("@")[2])
    return None if domain is None or domain.ascii in PROVIDERS else domain.name


def _dashed(name: str) -> str:
    return "-".join("".join(each if each.isalnum() else " " for each in name.lower()).split())


def _phone(value: str, known: Sequence[Published]) -> Alike | None:
    for each in known:
        if OSA.distance(value, each.value, score_cutoff=1) <= 1 or _national(value) == _national(each.value):
            return Alike(each, Resemblance.NEAR)
    return None


def _national(number: str) -> str:
    try:
        return phonenumbers.national_significant_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return number
