"""The law applied again to what the logs hold: chains, acts, reads, anchors and erasures.

Rules: (1) a chain has no gaps, except where openings were erased; (2) every act was one that the
law admits; (3) a merge carries what the other customer really had, as far as that one can still be
seen; (4) every read cites a grant in force at that moment for that organization, purpose and
category, which was in the log before the read was anchored; what a customer said back or asked to correct is read by
whom it was said to, and cites that it was said; (5) nothing is dated long before or
after the anchors around it, unless the log said in time that it was set aside; (6) what is not opened is erased, or
belongs to somebody whom this bundle does not show.
"""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from consent import acts
from consent.errors import Problem, VerificationFailed
from consent.events import (
    AccessEvent,
    ActEvent,
    AnchorEvent,
    ErasureEvent,
    Event,
    LinkEvent,
    Outcome,
    Place,
    PolicyEvent,
    Statement,
    StatementEvent,
    WishEvent,
)
from consent.held import Held
from consent.permission import Permission
from consent.timeline import Timeline

SAID: Final = {"addressed": Statement.REPLY, "asked-to-correct": Statement.DEMAND}
"""The reasons of a read of what was said to who reads it, with what it then cites."""
REPLIES: Final = frozenset({"conversations"})
"""The category of what is said back."""
LONGEST_DELAY: Final = timedelta(minutes=5)
"""How far an event's own time may lie outside the anchors around it: a transaction under way, a clock."""

Relation = tuple[str | None, UUID | None]
Purpose = tuple[str, UUID, str]


@dataclass(slots=True)
class Counts:
    """How much was looked at."""

    acts: int = 0
    links: int = 0
    wishes: int = 0
    statements: int = 0
    erasures: int = 0
    policies: int = 0
    anchors: int = 0
    reads: int = 0
    refusals: int = 0
    in_flight: int = 0
    """Reads that only an act in the same seconds separates from their grant."""
    with_erased: int = 0
    """Merges and splits with a customer who was erased since, so that what that one had cannot be seen any more."""
    on_erased: int = 0
    """Reads that nothing else opened than such a merge."""


class Chains:
    """Where every chain of one log ends, and the gaps that only an erasure explains."""

    def __init__(self, *, may_begin_later: bool) -> None:
        """Accept chains that begin in the middle if `may_begin_later`."""
        self._may_begin_later = may_begin_later
        self._ends: dict[Relation, tuple[int, bytes]] = {}
        self.gaps: list[tuple[int, bytes]] = []
        """Indices of events whose predecessor was not seen, with the hash by which they name it."""

    def follow(self, index: int, hashed: bytes, place: Place, *, whole: bool) -> None:
        """Check that the event at `index` follows on the one before it in its chain."""
        relation = (place.customer, place.organization)
        end = self._ends.get(relation)
        self._ends[relation] = (place.seq, hashed)
        if end is None:
            if place.seq == 1 or (self._may_begin_later and not whole):
                return
        elif place.seq == end[0] + 1:
            if place.prev != end[1]:
                raise VerificationFailed("the event before it is another than the one that it names")
            return
        elif place.seq <= end[0]:
            raise VerificationFailed("its chain counts backwards")
        if whole or place.prev is None:
            raise VerificationFailed("an event before it is missing from its chain")
        self.gaps.append((index, place.prev))


class Replay:
    """The consent log, event by event, and then the access log against it."""

    def __init__(self, *, organization: UUID | None, in_flight: timedelta, accepts_erased: bool) -> None:
        """Show only `organization` if that is given; tell reads apart that crossed an act within `in_flight`.

        What rests on a merge with somebody who was erased is counted if `accepts_erased`, else condemned.
        """
        self.counts = Counts()
        self.anchors: list[AnchorEvent] = []
        self.erased: dict[str, set[int]] = {}
        self.held = Held()
        self.with_unseen: list[int] = []
        """Indices of merges and splits with a customer of whom no act was seen."""
        self._organization = organization
        self._in_flight = in_flight
        self._accepts_erased = accepts_erased
        self._timelines: dict[Purpose, Timeline] = {}
        self._grants: dict[bytes, tuple[Timeline, str, str, int, int]] = {}
        self._said: dict[bytes, tuple[Statement, UUID | None, int]] = {}
        self._anchored_at: list[int] = []
        self._anchored_sizes: list[int] = []
        self._newest: datetime | None = None

    def consent(self, index: int, hashed: bytes, event: Event) -> None:
        """Take the event at `index` of the consent log."""
        self._check_shown(event)
        match event:
            case ActEvent():
                self.counts.acts += 1
                self._check_time(event.at, hashed, is_late=isinstance(event.act, acts.Expire))
                self._act(index, hashed, event)
            case LinkEvent():
                self.counts.links += 1
                self._check_time(event.at, hashed)
            case WishEvent():
                self.counts.wishes += 1
                self._check_time(event.at, hashed)
            case StatementEvent():
                self.counts.statements += 1
                self._check_time(event.at, hashed)
                self._said[hashed] = (event.statement, event.place.organization, index)
            case AnchorEvent():
                self.counts.anchors += 1
                self._check_time(event.at, hashed)
                self._anchor(index, event)
            case ErasureEvent():
                self.counts.erasures += 1
                self._check_time(event.at, hashed)
                self.erased.setdefault(event.log, set()).update(event.indices)
            case PolicyEvent():
                self.counts.policies += 1
                self._check_time(event.at, hashed)
                self.held.take(event, self.anchors[-1].at if self.anchors else None)
            case AccessEvent():
                raise VerificationFailed("a read stands in the consent log")

    def access(self, index: int, hashed: bytes, event: Event) -> None:
        """Take the event at `index` of the access log; the whole consent log has been taken."""
        if not isinstance(event, AccessEvent):
            raise VerificationFailed("something else than a read stands in the access log")
        self._check_shown(event)
        self._check_access_time(index, hashed, event.at)
        if event.outcome is not Outcome.RELEASED:
            self.counts.refusals += 1
            if event.released or event.records:
                raise VerificationFailed("data was released with a refusal")
            return
        self.counts.reads += 1
        if event.released != event.asked and not set(event.released) <= set(event.asked):
            raise VerificationFailed("more was released than was asked for")
        if event.place.organization is None or event.principal == "auditor":
            if event.principal != "customer" and (event.released or event.records):
                raise VerificationFailed("somebody who is neither customer nor recipient read data")
            return
        if event.reason in SAID:
            self._check_said(index, event)
        else:
            self._check_grant(index, event)

    def _check_said(self, index: int, event: AccessEvent) -> None:
        said, organization, logged_at = self._said.get(event.grant or b"", (None, None, 0))
        if said is not SAID[event.reason] or organization != event.place.organization:
            raise VerificationFailed("it cites nothing that was said to who read it")
        of_one_thing = len(event.released) <= 1 and event.records <= 1
        if not (of_one_thing if said is Statement.DEMAND else set(event.released) <= REPLIES):
            raise VerificationFailed("more was read than what was said")
        self._check_anchored(index, logged_at, "what it cites")

    def _check_anchored(self, index: int, logged_at: int, what: str) -> None:
        anchor = bisect_right(self._anchored_sizes, index)
        if anchor < len(self._anchored_at) and self._anchored_at[anchor] < logged_at:
            raise VerificationFailed(f"{what} was logged after the read was anchored")

    def _check_grant(self, index: int, event: AccessEvent) -> None:
        cited = self._grants.get(event.grant) if event.grant else None
        if cited is None:
            raise VerificationFailed("it cites no grant that is in the consent log")
        timeline, customer, purpose, position, logged_at = cited
        if (customer, timeline.recipient, purpose) != (event.place.customer, event.place.organization, event.purpose):
            raise VerificationFailed("it cites the grant of another customer, organization or purpose")
        self._check_anchored(index, logged_at, "the grant that it cites")
        if not timeline.allows(position, event.released, event.at):
            if not timeline.allowed_around(position, event.released, event.at, self._in_flight):
                raise VerificationFailed("no grant that it cites was in force at that moment for these categories")
            self.counts.in_flight += 1
        if not timeline.is_proven(event.released, event.at):
            if not self._accepts_erased:
                raise VerificationFailed("nothing opened it but a merge with somebody who cannot be seen any more")
            self.counts.on_erased += 1

    def _act(self, index: int, hashed: bytes, event: ActEvent) -> None:
        customer, act = event.place.customer or "", event.act
        timeline = self._timeline(customer, act.recipient, act.purpose)
        other, is_unseen = None, False
        if isinstance(act, acts.Merge | acts.Split):
            other = self._timelines.get((event.other_customer or "", act.recipient, act.purpose))
            is_unseen = other is None and _substance(act.other) != Permission()
            if is_unseen:
                self.with_unseen.append(index)
            elif _substance(act.other) != _substance(other.latest if other else Permission()):
                raise VerificationFailed("the other customer's permission was another")
        try:
            timeline.add(act, other, is_unseen=is_unseen)
        except Problem as problem:
            raise VerificationFailed(f"the law does not admit this act: {problem.code}") from problem
        self._grants[hashed] = (timeline, customer, act.purpose, timeline.position, index)

    def _timeline(self, customer: str, recipient: UUID, purpose: str) -> Timeline:
        relation = (customer, recipient, purpose)
        if relation not in self._timelines:
            self._timelines[relation] = Timeline(recipient)
        return self._timelines[relation]

    def _anchor(self, index: int, event: AnchorEvent) -> None:
        if self.anchors and event.size < self.anchors[-1].size:
            raise VerificationFailed("the access log shrank")
        if self._newest is not None and self._newest > event.at + LONGEST_DELAY:
            raise VerificationFailed("an event before this anchor is dated after it")
        self.anchors.append(event)
        self._anchored_at.append(index)
        self._anchored_sizes.append(event.size)

    def _check_time(self, at: datetime, hashed: bytes, *, is_late: bool = False) -> None:
        """Look whether `at` fits the anchor before it; an expiry has its true time, however late it is logged."""
        self._newest = at if self._newest is None else max(self._newest, at)
        is_early = not is_late and self.anchors and at < self.anchors[-1].at - LONGEST_DELAY
        if is_early and not self.held.excuses(hashed, at, LONGEST_DELAY):
            raise VerificationFailed("it is dated before an anchor that stands before it")

    def _check_access_time(self, index: int, hashed: bytes, at: datetime) -> None:
        after = bisect_right(self._anchored_sizes, index)
        is_early = after and at < self.anchors[after - 1].at - LONGEST_DELAY
        if is_early and not self.held.excuses(hashed, at, LONGEST_DELAY):
            raise VerificationFailed("it is dated before an anchor that stands before it")
        if after < len(self.anchors) and at > self.anchors[after].at + LONGEST_DELAY:
            raise VerificationFailed("it is dated after the anchor that covers it")

    def _check_shown(self, event: Event) -> None:
        owner = event.place.organization
        if self._organization is not None and owner is not None and owner != self._organization:
            raise VerificationFailed("this bundle shows somebody else's event")


def _substance(permission: Permission) -> Permission:
    """Return what a permission allows and stops, without how it came to that."""
    return replace(permission, latest_at=None, epoch=0)
