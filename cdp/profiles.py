"""Profiles for services: exactly what the customer's grants open at this instant, and a row in the log for every read.

A refusal is a value until its row is committed: `Reading.answer` raises it afterwards. Reads of one program for one
purpose that arrive together share a statement (see `cdp.gathering`).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Final
from uuid import UUID

import msgspec

from cdp import folding, reading
from cdp.gathering import Gathering
from cdp.ids import NIL
from cdp.known_keys import KnownKeys
from cdp.labels import Labels, UnknownSource
from cdp.lookup import Identifier, find
from cdp.platform import Platform
from cdp.reading import AHEAD, NEWEST, RECENT, Asker, Extent, Path, Seen
from consent.errors import NotFound, Refused

TOGETHER: Final = 128
"""How many reads share a statement at most."""
CHUNK: Final = 1_024
"""How many customers an export reads before it looks again who has granted."""
MOST_IN_BATCH: Final = 1_000
MOST_INTERACTIONS: Final = 200
_LIVE: Final = frozenset({"granted", "attested"})
_UNKNOWN: Final = "not-found"
_PAGE: Final = tuple[int, str, str]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
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
        if self.reason == _UNKNOWN:
            raise NotFound
        raise _REFUSALS.get(self.reason, NotGranted)


class Profiles:
    """Reads profiles; one for each event loop."""

    def __init__(self, platform: Platform) -> None:
        """Make ready; no connection is made yet."""
        self._platform = platform
        self._labels = Labels(platform.database)
        self._keys = KnownKeys(platform.database)
        self._together: dict[Asker, Gathering[UUID, tuple[UUID, Seen]]] = {}

    async def check(self, asker: Asker, *, is_body: bool = False) -> None:
        """Raise PurposeUnknown or CategoryUnknown unless the catalog has what `asker` names; the door asks this first.

        `is_body` says that the question stood in a body, where a field is named by a pointer.
        """
        await self._keys.check(asker, is_body=is_body)

    async def read(self, asker: Asker, unverified_profile_id: str) -> Reading:
        """Return the profile of one customer."""
        extent = Extent(Path.PROFILE)
        customer, seen = await self._gathering(asker, extent).ask(self._customer(asker, unverified_profile_id))
        if seen.reason not in _LIVE:
            return Reading(seen.reason)
        return Reading(seen.reason, await self._profile(asker, customer, seen))

    async def interactions(
        self, asker: Asker, unverified_profile_id: str, *, unverified_cursor: str | None, limit: int
    ) -> Reading:
        """Return a page of what was said between the customer and the sources, newest first; raises BadCursor."""
        customer = self._customer(asker, unverified_profile_id)
        after = NEWEST if unverified_cursor is None else self._place(asker, customer, unverified_cursor)
        extent = Extent(Path.INTERACTIONS, has_facts=False, page=limit, after=after)
        ((current, seen),) = await reading.read_current(self._platform.database, asker, [customer], extent)
        if seen.reason not in _LIVE:
            return Reading(seen.reason)
        parts = await self._parts(asker, seen, limit)
        cursor = self._cursor(asker, current, parts.next)
        page = b'%b,"interactions":[%b],"next":%b,%b}' % (
            self._opening(asker, current, seen),
            parts.interactions,
            cursor,
            _closing(tuple(seen.granted), tuple(seen.asked)),
        )
        return Reading(seen.reason, page)

    async def batch(self, asker: Asker, unverified_profile_ids: Sequence[str]) -> bytes:
        """Return for each id, in order, its profile or why there is none, as JSON."""
        customers = [self._customer(asker, each) for each in unverified_profile_ids]
        answers: list[bytes] = []
        async with aclosing(self._slices(asker, customers, Path.BATCH)) as slices:
            async for slice_, keys in slices:
                for customer, seen in slice_:
                    asked = unverified_profile_ids[len(answers)]
                    answers.append(await self._status(asker, asked, customer, seen, keys))
        return b'{"profiles":[%b]}' % b",".join(answers)

    async def export(self, asker: Asker) -> AsyncGenerator[bytes, None]:
        """Yield the profiles of everybody who granted `asker` something, as chunks of JSON lines.

        Who that is, is asked again for every chunk, and no chunk is read before the one before it was taken.
        """
        last = NIL
        while customers := await reading.granting(self._platform.database, asker, after=last, limit=CHUNK):
            lines: list[bytes] = []
            async with aclosing(self._slices(asker, customers, Path.EXPORT)) as slices:
                async for slice_, keys in slices:
                    for customer, seen in slice_:
                        if seen.reason in _LIVE:
                            lines.append(await self._profile(asker, customer, seen, keys))
            last = customers[-1]
            yield b"".join([line + b"\n" for line in lines])

    async def lookup(self, asker: Asker, identifiers: Sequence[Identifier]) -> Reading:
        """Return the profile id of the one customer whom `identifiers` name and who granted `asker` to know them so.

        Everything else is the same answer, whether nobody is known by them, several are, or somebody granted nothing.
        """
        customer = await find(self._platform, asker, identifiers)
        if customer is None:
            return Reading(_UNKNOWN)
        profile_id = self._platform.profile_ids.profile_id(customer, asker.organization)
        return Reading("granted", _encode({"profile_id": profile_id}))

    async def _slices(
        self, asker: Asker, customers: Sequence[UUID], path: Path
    ) -> AsyncGenerator[tuple[list[tuple[UUID, Seen]], folding.Keys], None]:
        """Yield what may be seen of `customers`, slice by slice, each with its keys opened at once."""
        async with aclosing(reading.in_slices(self._platform.database, asker, customers, Extent(path))) as slices:
            async for slice_ in slices:
                yield slice_, folding.open_keys(self._platform.ring, (seen for _, seen in slice_))

    def _gathering(self, asker: Asker, extent: Extent) -> Gathering[UUID, tuple[UUID, Seen]]:
        found = self._together.get(asker)
        if found is None:
            if len(self._together) > TOGETHER:
                self._together = {who: each for who, each in self._together.items() if not each.is_idle}
            read = partial(_read, self._platform, asker, extent)
            found = self._together[asker] = Gathering(read, most=TOGETHER, at_once=AHEAD)
        return found

    def _customer(self, asker: Asker, unverified_profile_id: str) -> UUID:
        return self._platform.profile_ids.customer_of(unverified_profile_id, asker.organization) or NIL

    async def _status(self, asker: Asker, asked: str, customer: UUID, seen: Seen, keys: folding.Keys) -> bytes:
        if seen.reason in _LIVE:
            profile = await self._profile(asker, customer, seen, keys)
            return b'{"profile_id":%b,"status":"released","profile":%b}' % (_encode(asked), profile)
        if seen.reason == _UNKNOWN:
            return b'{"profile_id":%b,"status":"not-found"}' % _encode(asked)
        reason = _REFUSALS.get(seen.reason, NotGranted).code
        return b'{"profile_id":%b,"status":"refused","reason":"%b"}' % (_encode(asked), reason.encode())

    async def _profile(self, asker: Asker, customer: UUID, seen: Seen, keys: folding.Keys | None = None) -> bytes:
        parts = await self._parts(asker, seen, RECENT, keys)
        return b'%b,"attributes":{%b},"products":[%b],"interactions":{"recent":[%b],"next":%b},"external":[%b],%b}' % (
            self._opening(asker, customer, seen),
            parts.attributes,
            parts.products,
            parts.interactions,
            self._cursor(asker, customer, parts.next),
            parts.external,
            _closing(tuple(seen.granted), tuple(seen.asked)),
        )

    async def _parts(self, asker: Asker, seen: Seen, page: int, keys: folding.Keys | None = None) -> folding.Parts:
        if keys is None:
            keys = folding.open_keys(self._platform.ring, (seen,))
        try:
            return folding.parts(seen, keys, self._labels, page=page)
        except UnknownSource:
            await self._labels.refresh(asker)
            return folding.parts(seen, keys, self._labels, page=page)

    def _opening(self, asker: Asker, customer: UUID, seen: Seen) -> bytes:
        profile_id = self._platform.profile_ids.profile_id(customer, asker.organization)
        return (
            f'{{"profile_id":"{profile_id}","purpose":"{asker.purpose}"'
            f',"decided_at":"{seen.decided_at.isoformat()[:-6]}Z","consent_epoch":{seen.epoch}'
        ).encode()

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

    def _place(self, asker: Asker, customer: UUID, unverified_cursor: str) -> tuple[datetime, UUID, UUID]:
        at, source, record = self._platform.cursors.open(unverified_cursor, _PAGE, caller=_timeline(asker, customer))
        return _EPOCH + at * _MICROSECOND, UUID(source), UUID(record)


async def _read(
    platform: Platform, asker: Asker, extent: Extent, customers: Sequence[UUID]
) -> Sequence[tuple[UUID, Seen]]:
    return await reading.read_current(platform.database, asker, customers, extent)


def _timeline(asker: Asker, customer: UUID) -> str:
    return f"interactions {asker.organization} {asker.purpose} {customer}"


@lru_cache(maxsize=1024)
def _closing(granted: tuple[str, ...], asked: tuple[str, ...]) -> bytes:
    withheld = [category for category in asked if category not in granted]
    return b'"granted":%b,"withheld":%b' % (_encode(granted), _encode(withheld))
