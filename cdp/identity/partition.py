"""Who is one person: the groups that bonds make of subjects. Pure; the function `settle_membership` mirrors it in SQL.

Rules: (1) the groups follow from the sets of subjects, bonds and cannot-links, whatever came first; (2) what the
customer, a proof or one organization's own number says (a hard bond) joins, unless something forbids it; (3) a claimed
dossier grows by hard bonds only, and before anything else: likeness never leads into it; (4) a strong bond joins only
while more than half of all pairs across reach the threshold, so that nobody gets in on one resemblance; (5) no group
holds two who were said to be two people, two claimed dossiers or, by a verified identifier, two numbers of one source;
(6) what a limit stopped is told, so that somebody can look at it.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final
from uuid import UUID

Pair = frozenset[UUID]


class BondTier(StrEnum):
    """What a bond rests on, in the order in which they join: what nothing forbids after what something may."""

    VERIFIED = "verified"
    """Both have an identifier that was proven, or that a verified organization vouches for."""
    DEVICE = "device"
    """One organization knows the device as its customer's."""
    CUSTOMER = "customer"
    """The customer said so."""
    STRONG = "strong"
    """Alike enough to join, among one organization's own people."""
    POSSIBLE = "possible"
    """Alike enough to ask the customer; never joins by itself."""


_IN_ORDER: Final = tuple(BondTier)
_HARD: Final = frozenset({BondTier.CUSTOMER, BondTier.VERIFIED, BondTier.DEVICE})


class Limit(StrEnum):
    """Why a bond that would have joined waits for somebody to look at it."""

    SUBJECTS = "too-many-subjects"
    IDENTIFIERS = "too-many-identifiers"


@dataclass(frozen=True, slots=True)
class Subject:
    """A person as one source knows them, as far as joining is concerned."""

    id: UUID
    source: UUID
    is_own: bool = False
    """Whether this is what a customer says themselves: its group is their claimed dossier."""
    has_number: bool = True
    """Whether the source knows them by a number of its own; a device has none."""
    identifiers: frozenset[tuple[str, str]] = frozenset()
    """Types with opaque names; no value."""


@dataclass(frozen=True, slots=True)
class Bond:
    """That two subjects are, or may be, one person."""

    one: UUID
    other: UUID
    tier: BondTier
    weight: float = 0
    reaches: bool = False
    """Whether the weight reached the threshold for joining, and did not fall below the one for staying since."""
    is_accepted: bool = False
    """Whether an operator looked at what a limit stopped, and let it join."""

    @property
    def pair(self) -> Pair:
        """Both ends, in no order."""
        return frozenset((self.one, self.other))

    @property
    def is_hard(self) -> bool:
        """Whether this rests on more than likeness."""
        return self.tier in _HARD


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a dossier may become by itself."""

    subjects: int = 50
    identifiers: Mapping[str, int] = field(default_factory=lambda: {"email": 10, "phone": 10, "customer_number": 50})


@dataclass(frozen=True, slots=True)
class Partition:
    """Every subject in exactly one group, and the pairs whose bond a limit stopped."""

    groups: frozenset[frozenset[UUID]]
    stopped: Mapping[Pair, Limit]


def partition(
    subjects: Iterable[Subject],
    bonds: Iterable[Bond],
    cannot_links: Iterable[Pair],
    *,
    limits: Limits | None = None,
) -> Partition:
    """Return who is one person by these bonds, whatever the order in which anything is given."""
    groups = _Groups(subjects, set(bonds), set(cannot_links), limits or Limits())
    return groups.settled()


class _Groups:
    """Groups that grow, one bond at a time, the firmest first."""

    def __init__(
        self, subjects: Iterable[Subject], bonds: AbstractSet[Bond], cannot_links: AbstractSet[Pair], limits: Limits
    ) -> None:
        self._subjects = {each.id: each for each in subjects}
        self._members = {each: {each} for each in self._subjects}
        known = [bond for bond in bonds if bond.pair <= self._subjects.keys() and len(bond.pair) > 1]
        self._bonds = sorted(known, key=_firmness)
        self._alike = {bond.pair for bond in known if bond.reaches or bond.is_hard}
        self._apart = cannot_links
        self._limits = limits
        self._devices = {each for bond in known if bond.tier is BondTier.DEVICE for each in bond.pair}
        self._stopped: dict[Pair, Limit] = {}

    def settled(self) -> Partition:
        hard = [bond for bond in self._bonds if bond.is_hard]
        while sum(self._join(bond, claimed=1) for bond in hard):
            pass
        for bond in self._bonds:
            if bond.tier is not BondTier.POSSIBLE:
                self._join(bond, claimed=0)
        groups = frozenset(frozenset(group) for group in self._members.values())
        parted = {pair: limit for pair, limit in self._stopped.items() if not any(pair <= group for group in groups)}
        return Partition(groups, parted)

    def _join(self, bond: Bond, *, claimed: int) -> bool:
        """Make the groups of both ends one if they may be, of which so many are claimed dossiers."""
        mine, theirs = self._members[bond.one], self._members[bond.other]
        if mine is theirs or sum(map(self._is_claimed, (mine, theirs))) != claimed or not self._may_join(bond):
            return False
        mine |= theirs
        for each in theirs:
            self._members[each] = mine
        return True

    def _may_join(self, bond: Bond) -> bool:
        mine, theirs = self._members[bond.one], self._members[bond.other]
        across = {frozenset((a, b)) for a in mine for b in theirs}
        if across & self._apart:
            return False
        if bond.tier is BondTier.STRONG:
            if 2 * len(across & self._alike) <= len(across):
                return False
        elif bond.tier is not BondTier.CUSTOMER and self._numbers(mine) & self._numbers(theirs):
            return False
        limit = None if bond.is_accepted or bond.tier is BondTier.CUSTOMER else self._limit(mine | theirs)
        if limit is not None:
            self._stopped[bond.pair] = limit
        return limit is None

    def _limit(self, group: AbstractSet[UUID]) -> Limit | None:
        if sum(not self._is_device(each) for each in group) > self._limits.subjects:
            return Limit.SUBJECTS
        known = {name for each in group for name in self._subjects[each].identifiers}
        counts = Counter(type for type, _ in known)
        most = self._limits.identifiers
        return Limit.IDENTIFIERS if any(counts[type] > most[type] for type in counts if type in most) else None

    def _is_claimed(self, group: AbstractSet[UUID]) -> bool:
        return any(self._subjects[each].is_own for each in group)

    def _is_device(self, subject: UUID) -> bool:
        return subject in self._devices and not self._subjects[subject].has_number

    def _numbers(self, group: AbstractSet[UUID]) -> set[UUID]:
        """Return the sources that know somebody of the group by a number of their own."""
        return {self._subjects[each].source for each in group if self._subjects[each].has_number}


def _firmness(bond: Bond) -> tuple[int, float, list[UUID], bool]:
    return _IN_ORDER.index(bond.tier), -bond.weight, sorted(bond.pair), not bond.is_accepted
