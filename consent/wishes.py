"""What a customer chose about being approached: about what, through which channel, how often, when, and by whom.

Rules: (1) an organization has exceptions of its own, and only where the customer made them; (2) none is a choice like
any other; (3) what nobody chose is not guessed here: the topic says what then holds; (4) of two dossiers that turned
out to be one person's the strictest wins: what `also` was chosen has to allow it, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from consent import errors
from consent.hours import Hours
from consent.types import is_key

MOST_TOPICS: Final = 200
MOST_CHANNELS: Final = 32
MOST_EXCEPTIONS: Final = 500
MOST_CONTACTS: Final = 1000
MOST_KINDS: Final = 100
MOST_ALSO: Final = 100
LONGEST_DAYS: Final = 366
_WEEK: Final = timedelta(days=9)
"""Windows come back every week, and the clock may change: what suits nobody in these days never does."""


class Speaker(StrEnum):
    """Who speaks for an organization."""

    HUMAN = "human"
    COMPUTER = "computer"


@dataclass(frozen=True, slots=True)
class Cap:
    """At most so many contacts in any so many days of 24 hours."""

    most: int
    days: int

    def __post_init__(self) -> None:
        """Refuse a cap that caps nothing or everything; for nothing at all there is none as a choice."""
        if not 1 <= self.most <= MOST_CONTACTS or not 1 <= self.days <= LONGEST_DAYS:
            raise errors.BadCap


@dataclass(frozen=True, slots=True)
class Choices:
    """Through which channels about which topic, the best first, and how often; no channels is none."""

    channels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    caps: Mapping[str, Cap] = field(default_factory=dict)
    is_silent: bool = False
    """Nothing at all but what the law demands."""
    never: frozenset[str] = frozenset()
    """Channels that this one organization is not to use; this and what follows stands in `Wishes` for everybody."""
    hours: Hours | None = None
    """When this one organization may disturb somebody; None: when everybody may."""
    first: Speaker | None = None
    """Whom they would rather speak to at this one organization; None: whom they would anywhere."""

    def __post_init__(self) -> None:
        """Refuse names that no catalog can have, a channel named twice, and lists without end."""
        if len(self.never) > MOST_CHANNELS:
            raise errors.TooMany(field="/never")
        if max(len(self.channels), len(self.caps)) > MOST_TOPICS:
            raise errors.TooMany(field="/topics")
        for topic, channels in self.channels.items():
            if len(channels) > MOST_CHANNELS:
                raise errors.TooMany(field="/channels")
            if len(set(channels)) != len(channels) or not all(map(is_key, (topic, *channels))):
                raise errors.BadKey(field="/channels")
        if not all(map(is_key, self.caps)):
            raise errors.BadKey(field="/caps")


@dataclass(frozen=True, slots=True)
class Offers:
    """What a customer wants to be offered and what not; both are kinds of the catalog."""

    wanted: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()
    is_personal: bool = True
    """Whether what is known of them may choose among the offers, where they granted that."""
    is_signalled: bool = False
    """Whether their browser said that their data are not for advertising (Global Privacy Control)."""

    def __post_init__(self) -> None:
        """Refuse a kind that is both wanted and not, and lists without end."""
        if max(len(self.wanted), len(self.unwanted)) > MOST_KINDS:
            raise errors.TooMany(field="/offers")
        if self.wanted & self.unwanted or not all(map(is_key, self.wanted | self.unwanted)):
            raise errors.BadKey("a kind is wanted or unwanted, and named as in the catalog", field="/offers")


@dataclass(frozen=True, slots=True)
class Wishes:
    """Everything that one customer chose about being approached."""

    general: Choices = field(default_factory=Choices)
    never: frozenset[str] = frozenset()
    """Channels through which they are not to be approached about anything that can be switched off."""
    hours: Hours = field(default_factory=Hours)
    first: Speaker | None = None
    """Whom they would rather speak to; None: it does not matter."""
    exceptions: Mapping[UUID, Choices] = field(default_factory=dict)
    offers: Offers = field(default_factory=Offers)
    also: tuple["Wishes", ...] = ()
    """What was chosen in dossiers that joined this one; none of them has any of its own."""

    def __post_init__(self) -> None:
        """Refuse lists without end, and channels that no catalog can have."""
        if len(self.also) > MOST_ALSO or any(each.also for each in self.also):
            raise errors.TooMany(field="/also")
        if not all(map(is_key, self.never)):
            raise errors.BadKey(field="/never")
        if len(self.exceptions) > MOST_EXCEPTIONS or len(self.never) > MOST_CHANNELS:
            raise errors.TooMany(field="/exceptions")

    def channels(self, organization: UUID, topic: str, under: str = "") -> tuple[str, ...] | None:
        """Return the channels chosen for a topic or for the one that it stands `under`; None when nobody chose."""
        own, general = self.exceptions.get(organization, _NOTHING).channels, self.general.channels
        found = (each[key] for key in (topic, under) for each in (own, general) if key in each)
        return next(found, None)

    @property
    def all(self) -> tuple["Wishes", ...]:
        """What was chosen here, and in every dossier that joined."""
        return (self, *self.also)

    def allowed(self, organization: UUID, topic: str, under: str, defaults: tuple[str, ...]) -> tuple[str, ...]:
        """Return the channels that everything that was chosen allows for a topic, in the order chosen here.

        Where nobody chose here, what the topic says stands; a dossier that joined takes away, and opens nothing. Nor
        does this organization get a channel that it is never to use.
        """
        chosen = self.channels(organization, topic, under)
        wanted = defaults if chosen is None else chosen
        for each in self.also:
            others = each.channels(organization, topic, under)
            wanted = wanted if others is None else tuple(key for key in wanted if key in others)
        barred = self.barred(organization)
        return tuple(key for key in wanted if key not in barred) if barred else wanted

    def standing(self, organization: UUID, topic: str, under: str, defaults: tuple[str, ...]) -> tuple[str, ...]:
        """Return the channels that hold for a topic in the end, the best first: none never used, none in silence."""
        if self.is_silent(organization):
            return ()
        return tuple(key for key in self.allowed(organization, topic, under, defaults) if not self.avoids(key))

    def barred(self, organization: UUID) -> frozenset[str]:
        """Return the channels that this one organization is never to use, by everything that was chosen."""
        found = self.exceptions.get(organization, _NOTHING).never
        for each in self.also:
            found |= each.barred(organization)
        return found

    def caps(self, organization: UUID, topic: str, under: str = "") -> tuple[Cap, ...]:
        """Return every cap that has to be kept to."""
        found = [each.cap(organization, topic, under) for each in self.all]
        return tuple(each for each in found if each is not None)

    @property
    def avoided(self) -> frozenset[str]:
        """The channels that nobody is to use, by everything that was chosen."""
        return frozenset().union(*(each.never for each in self.all))

    def avoids(self, channel: str) -> bool:
        """Tell whether they are not to be approached through this channel."""
        return channel in self.never or any(each.avoids(channel) for each in self.also)

    def hours_of(self, organization: UUID) -> Hours:
        """Return the hours chosen here in which an organization may disturb somebody."""
        own = self.exceptions.get(organization, _NOTHING).hours
        return self.hours if own is None else own

    def first_at(self, organization: UUID) -> Speaker | None:
        """Return whom they would rather speak to at an organization; None: it does not matter."""
        chosen = [each.exceptions.get(organization, _NOTHING).first or each.first for each in self.all]
        return Speaker.HUMAN if Speaker.HUMAN in chosen else chosen[0]

    def is_open(self, organization: UUID, at: datetime) -> bool:
        """Tell whether an organization may disturb somebody at `at`."""
        return all(each.hours_of(organization).is_open(at) for each in self.all)

    def next_open(self, organization: UUID, at: datetime) -> datetime | None:
        """Return the first moment from `at` on at which an organization may disturb somebody; None: there is none."""
        every = [each.hours_of(organization) for each in self.all]
        moment = at
        while moment <= at + _WEEK:
            opened = [each.next_open(moment) for each in every]
            if any(each is None for each in opened):
                return None
            latest = max((each for each in opened if each is not None), default=moment)
            if latest == moment:
                return moment
            moment = latest
        return None

    def offered(self) -> Offers:
        """Return what is wanted and not, and whether offers may be personal, by everything that was chosen."""
        every = [each.offers for each in self.all]
        unwanted = frozenset[str]().union(*(each.unwanted for each in every))
        wanted = frozenset[str]().union(*(each.wanted for each in every)) - unwanted
        return Offers(wanted, unwanted, is_personal=all(each.is_personal for each in every))

    def cap(self, organization: UUID, topic: str, under: str = "") -> Cap | None:
        """Return how often an organization may speak about a topic and what else stands `under` the same one."""
        own, general = self.exceptions.get(organization, _NOTHING).caps, self.general.caps
        found = (each[key] for key in (topic, under) for each in (own, general) if key in each)
        return next(found, None)

    def is_silent(self, organization: UUID) -> bool:
        """Tell whether this organization is to be silent."""
        return any(each.general.is_silent or each.exceptions.get(organization, _NOTHING).is_silent for each in self.all)


_NOTHING: Final = Choices()
