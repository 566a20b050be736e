"""What a customer chose about being approached: about what, through which channel, how often, when, and by whom.

Rules: (1) an organization has exceptions of its own, and only where the customer made them; (2) none is a choice like
any other; (3) what nobody chose is not guessed here: the topic says what then holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
LONGEST_DAYS: Final = 366


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

    def __post_init__(self) -> None:
        """Refuse names that no catalog can have, a channel named twice, and lists without end."""
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

    def __post_init__(self) -> None:
        """Refuse lists without end, and channels that no catalog can have."""
        if not all(map(is_key, self.never)):
            raise errors.BadKey(field="/never")
        if len(self.exceptions) > MOST_EXCEPTIONS or len(self.never) > MOST_CHANNELS:
            raise errors.TooMany(field="/exceptions")

    def channels(self, organization: UUID, topic: str, under: str = "") -> tuple[str, ...] | None:
        """Return the channels chosen for a topic or for the one that it stands `under`; None when nobody chose."""
        own, general = self.exceptions.get(organization, _NOTHING).channels, self.general.channels
        found = (each[key] for key in (topic, under) for each in (own, general) if key in each)
        return next(found, None)

    def cap(self, organization: UUID, topic: str, under: str = "") -> Cap | None:
        """Return how often an organization may speak about a topic and what else stands `under` the same one."""
        own, general = self.exceptions.get(organization, _NOTHING).caps, self.general.caps
        found = (each[key] for key in (topic, under) for each in (own, general) if key in each)
        return next(found, None)

    def is_silent(self, organization: UUID) -> bool:
        """Tell whether this organization is to be silent."""
        return self.general.is_silent or self.exceptions.get(organization, _NOTHING).is_silent


_NOTHING: Final = Choices()
