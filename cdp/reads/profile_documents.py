"""The JSON of what was read: profiles, pages of a timeline, the answers of a batch, the lines of an export.

Made of what the gate let through and of nothing else; `cdp.reads.folding` unseals and folds the records.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple, TypeVar
from uuid import UUID

import msgspec

from cdp.keys.errors import Unreadable
from cdp.platform import Platform
from cdp.reads import folding, labels
from cdp.reads.labels import Labels, UnknownSource
from cdp.reads.reading import RECENT, Asker, Seen
from cdp.reads.shapes import Shapes
from consent.errors import NotFound, Refused

Made = TypeVar("Made")
Current = tuple[UUID, Seen]
"""A customer, as who they are now, and what may be seen of them."""
LIVE: Final = frozenset({"granted", "attested"})
UNKNOWN: Final = "not-found"
_PAGE: Final = tuple[int, str, str]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_ZONE: Final = -len('+00:00"')
_encode: Final = msgspec.json.Encoder().encode


class NotGranted(Refused):
    """The customer has granted nothing to this organization for this purpose."""

    code = "never-granted"


class RefusedByCustomer(Refused):
    """The customer refused this purpose."""

    code = "refused-by-customer"


class Revoked(Refused):
    """The customer took the permission back."""

    code = "revoked"


class Objected(Refused):
    """The customer objected to this purpose."""

    code = "objected"


class Expired(Refused):
    """The permission has ended."""

    code = "expired"


_REFUSALS: Final[dict[str, type[Refused]]] = {
    "refused": RefusedByCustomer,
    "revoked": Revoked,
    "objected": Objected,
    "expired": Expired,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What came of one read that stands in the log: JSON, or the reason why there is none."""

    reason: str
    document: bytes | None = None

    def answer(self) -> bytes:
        """Return the JSON; raises Refused with the law's reason, or NotFound."""
        if self.document is not None:
            return self.document
        if self.reason == UNKNOWN:
            raise NotFound
        raise _REFUSALS.get(self.reason, NotGranted)


class Wanted(NamedTuple):
    """An id as it was asked for, and the customer that it opens to: NIL when it names nobody."""

    unverified_profile_id: str
    customer: UUID


class Documents:
    """Makes the answers of one event loop."""

    def __init__(self, platform: Platform) -> None:
        """Begin without having met any source."""
        self._platform = platform
        self._labels = Labels(platform.database)
        self._shapes = Shapes(self._labels, page=RECENT)

    async def knowing(self, asker: Asker, fold: Callable[[], Made]) -> Made:
        """Return what `fold` makes; when it met a source that is new here, again with what is known by then."""
        try:
            return fold()
        except UnknownSource:
            await self._labels.refresh(asker)
            return fold()

    def readings(
        self, asker: Asker, wanted: Sequence[Wanted], current: Sequence[Current]
    ) -> list[Reading | Unreadable]:
        """Return what was read of each; a value that cannot be opened is a failure of its own customer's read only."""
        try:
            keys = self._keys_of(current)
        except Unreadable:
            keys = None
        return [self._reading(asker, *each, keys) for each in zip(wanted, current, strict=True)]

    def _reading(
        self, asker: Asker, wanted: Wanted, current: Current, keys: folding.Keys | None
    ) -> Reading | Unreadable:
        customer, seen = current
        if seen.reason not in LIVE:
            return Reading(seen.reason)
        out: list[bytes] = []
        try:
            opened = self._keys_of((current,)) if keys is None else keys
            self._write(out, asker, self._name(asker, wanted, customer), current, opened)
        except Unreadable as error:
            return error
        return Reading(seen.reason, b"".join(out))

    def _keys_of(self, current: Sequence[Current], *, is_bulk: bool = False) -> folding.Keys:
        return folding.open_keys(self._platform.ring, (seen for _, seen in current), is_bulk=is_bulk)

    def statuses(self, asker: Asker, wanted: Sequence[Wanted], current: Sequence[Current]) -> bytes:
        """Return for each id that was asked for its profile or why there is none, with commas between them."""
        keys = self._keys_of(current)
        out: list[bytes] = []
        for asked, each in zip(wanted, current, strict=True):
            self._write_status(out, asker, asked, each, keys)
            out.append(b",")
        return b"".join(out[:-1])

    def _write_status(
        self, out: list[bytes], asker: Asker, wanted: Wanted, current: Current, keys: folding.Keys
    ) -> None:
        (customer, seen), asked = current, _encode(wanted.unverified_profile_id)
        if seen.reason in LIVE:
            out += (b'{"profile_id":', asked, b',"status":"released","profile":')
            self._write(out, asker, self._name(asker, wanted, customer), current, keys)
            out.append(b"}")
        elif seen.reason == UNKNOWN:
            out.append(b'{"profile_id":%b,"status":"not-found"}' % asked)
        else:
            reason = _REFUSALS.get(seen.reason, NotGranted).code
            out.append(b'{"profile_id":%b,"status":"refused","reason":"%b"}' % (asked, reason.encode()))

    def lines(self, asker: Asker, current: Sequence[Current]) -> bytes:
        """Return a line for each profile that is live."""
        keys, name = self._keys_of(current, is_bulk=True), self._platform.profile_ids.profile_id
        out: list[bytes] = []
        for each in current:
            if each[1].reason in LIVE:
                self._write(out, asker, name(each[0], asker.organization), each, keys)
                out.append(b"\n")
        return b"".join(out)

    def _name(self, asker: Asker, wanted: Wanted, customer: UUID) -> str:
        """Return the id of whom a profile is about: who was asked for, or who that customer is by now."""
        if customer == wanted.customer:
            return wanted.unverified_profile_id  # it opened to this customer, so it is the one that we would make
        return self._platform.profile_ids.profile_id(customer, asker.organization)

    def _write(self, out: list[bytes], asker: Asker, profile_id: str, current: Current, keys: folding.Keys) -> None:
        """Add one profile to `out` piece by piece: those of a whole slice are joined once."""
        _, seen = current
        out.append(_opening(asker, profile_id, seen))
        shape = self._shapes.of(seen.labels)
        if shape is None or not shape.write(out, seen, keys):
            self._fold(out, asker, current, keys)
        out.append(_closing(seen.granted, seen.asked))

    def _fold(self, out: list[bytes], asker: Asker, current: Current, keys: folding.Keys) -> None:
        customer, seen = current
        chosen = folding.choose(seen, keys, self._labels, page=RECENT)
        out.append(labels.ATTRIBUTES)
        folding.write_attributes(out, chosen.attributes)
        out.append(labels.PRODUCTS)
        folding.write_objects(out, chosen.products)
        out.append(labels.INTERACTIONS)
        folding.write_objects(out, chosen.interactions)
        out += (labels.NEXT, self._cursor(asker, customer, chosen.next), labels.EXTERNAL)
        folding.write_objects(out, chosen.external)
        out.append(labels.END)

    def page(self, asker: Asker, customer: UUID, seen: Seen, limit: int) -> bytes:
        """Return a page of the timeline."""
        chosen = folding.choose(seen, self._keys_of(((customer, seen),)), self._labels, page=limit)
        name = self._platform.profile_ids.profile_id(customer, asker.organization)
        out = [_opening(asker, name, seen), b',"interactions":[']
        folding.write_objects(out, chosen.interactions)
        out += (b'],"next":', self._cursor(asker, customer, chosen.next), b",")
        out.append(_closing(seen.granted, seen.asked))
        return b"".join(out)

    def _cursor(self, asker: Asker, customer: UUID, place: folding.Place | None) -> bytes:
        if place is None:
            return b"null"
        at = (place.at - _EPOCH) // _MICROSECOND
        return (
            b'"%b"'
            % self._platform.cursors.seal(
                (at, place.source.hex, place.record.hex), caller=_timeline(asker, customer)
            ).encode()
        )

    def place(self, asker: Asker, customer: UUID, unverified_cursor: str) -> tuple[datetime, UUID, UUID]:
        """Return where the page behind a cursor begins; raises BadCursor."""
        at, source, record = self._platform.cursors.open(unverified_cursor, _PAGE, caller=_timeline(asker, customer))
        return _EPOCH + at * _MICROSECOND, UUID(source), UUID(record)


def _timeline(asker: Asker, customer: UUID) -> str:
    return f"interactions {asker.organization} {asker.purpose} {customer}"


def _opening(asker: Asker, profile_id: str, seen: Seen) -> bytes:
    return (
        f'{{"profile_id":"{profile_id}","purpose":"{asker.purpose}"'
        f',"decided_at":{seen.decided_at[:_ZONE]}Z","consent_epoch":{seen.epoch}'
    ).encode()


@lru_cache(maxsize=1024)
def _closing(granted: str, asked: str) -> bytes:
    opened = granted.split()
    withheld = [category for category in asked.split() if category not in opened]
    return b'"granted":%b,"withheld":%b}' % (_encode(opened), _encode(withheld))
