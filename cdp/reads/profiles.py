"""Profiles for services: exactly what the customer's grants open at this instant, and a row in the log for every read.

A refusal is a value until its row is committed: `Reading.answer` raises it afterwards. Reads of one program for one
purpose that arrive together share a statement (see `cdp.gathering`).
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from functools import partial
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from cdp.credentials import TokenHolder
from cdp.gathering import Gathering
from cdp.ids import NIL
from cdp.keys.errors import Unreadable
from cdp.platform import Platform
from cdp.reads import presentations, reading
from cdp.reads.known_keys import KnownKeys
from cdp.reads.lookup import Identifier, find
from cdp.reads.profile_documents import (
    LIVE,
    UNKNOWN,
    Documents,
    Expired,
    NotGranted,
    Objected,
    Reading,
    RefusedByCustomer,
    Revoked,
    Wanted,
)
from cdp.reads.reading import AHEAD, NEWEST, Asker, Extent, Path
from cdp.reads.recognition import Described, Recognition
from cdp.scope import Held

__all__ = ["Expired", "NotGranted", "Objected", "Profiles", "Reading", "RefusedByCustomer", "Revoked", "Wanted"]

TOGETHER: Final = 128
"""How many reads share a statement at most."""
ENOUGH: Final = 8
"""How many reads are worth a statement beside one that is in flight: what they share costs as much as they."""
MOST_IN_BATCH: Final = 1_000
MOST_INTERACTIONS: Final = 200
NEEDED: Final = "profiles:read"
"""The scope that a token needs for any of it."""
_PROFILE: Final = Extent(Path.PROFILE)
_EXPORT: Final = Extent(Path.EXPORT)
_encode: Final = msgspec.json.Encoder().encode


class _Asked(NamedTuple):
    wanted: Wanted
    unverified_token: bytes | None


class Profiles:
    """Reads profiles; one for each event loop."""

    def __init__(self, platform: Platform) -> None:
        """Make ready; no connection is made yet."""
        self._platform = platform
        self.documents = Documents(platform)
        self._keys = KnownKeys(platform.database)
        self._recognition = Recognition(platform)
        self._together: dict[tuple[Asker, bool], Gathering[_Asked, Reading | Unreadable]] = {}

    async def check(self, asker: Asker, *, is_body: bool = False) -> None:
        """Raise PurposeUnknown or CategoryUnknown unless the catalog has what `asker` names.

        Every read asks this itself; a stream asks before it begins, when it can still refuse. `is_body` says that the
        question stood in a body, where a field is named by a pointer.
        """
        await self._keys.check(asker, is_body=is_body)

    def is_of(self, unverified_profile_id: str, holder: TokenHolder) -> bool:
        """Tell whether a token may ask for this id at all; one that an app got with a customer, only for theirs."""
        if holder.customer is None or holder.organization is None:
            return holder.customer is None
        return self._platform.profile_ids.customer_of(unverified_profile_id, holder.organization) == holder.customer

    def knows(self, asker: Asker) -> bool:
        """Tell whether `check` would pass without asking the database."""
        return self._keys.has(asker)

    async def read(self, asker: Asker, unverified_profile_id: str, *, unverified_token: bytes | None = None) -> Reading:
        """Return the profile of one customer; raises Unreadable.

        With `unverified_token`, the fingerprint of one of which it is only believed that it stands for `asker`, the
        transaction that reads finds out first. Raises CredentialEnded when it does not, or one that shares it.
        """
        await self.check(asker)
        wanted = Wanted(unverified_profile_id, self._customer(asker, unverified_profile_id))
        together = self._gathering(asker, is_verified=unverified_token is None)
        found = await together.ask(_Asked(wanted, unverified_token))
        if isinstance(found, Unreadable):
            raise found
        return found

    async def interactions(
        self, asker: Asker, unverified_profile_id: str, *, unverified_cursor: str | None, limit: int
    ) -> Reading:
        """Return a page of what was said between the customer and the sources, newest first; raises BadCursor."""
        await self.check(asker)
        customer = self._customer(asker, unverified_profile_id)
        after = NEWEST if unverified_cursor is None else self.documents.place(asker, customer, unverified_cursor)
        extent = Extent(Path.INTERACTIONS, has_facts=False, page=limit, after=after)
        ((current, seen),) = await reading.read_current(self._platform.database, asker, [customer], extent)
        if seen.reason not in LIVE:
            return Reading(seen.reason)
        page = await self.documents.knowing(asker, partial(self.documents.page, asker, current, seen, limit))
        return Reading(seen.reason, page)

    async def batch(self, asker: Asker, unverified_profile_ids: Sequence[str], *, path: Path = Path.BATCH) -> bytes:
        """Return for each id, in order, its profile or why there is none, as JSON; the log says it by `path`."""
        await self.check(asker, is_body=True)
        wanted = [Wanted(each, self._customer(asker, each)) for each in unverified_profile_ids]
        customers, told, answers = [each.customer for each in wanted], 0, list[bytes]()
        read = reading.in_slices(self._platform.database, asker, reading.slices_of(customers), Extent(path))
        async with aclosing(read) as slices:
            async for some in (some async for slice_ in slices async for some in reading.in_turns(slice_)):
                asked, told = wanted[told : told + len(some)], told + len(some)
                statuses = partial(self.documents.statuses, asker, asked, some)
                answers.append(await self.documents.knowing(asker, statuses))
        return b'{"profiles":[%b]}' % b",".join(answers)

    async def export(self, asker: Asker, held: Held | None = None) -> AsyncGenerator[bytes, None]:
        """Yield the profiles of everybody who granted `asker` something, as chunks of JSON lines.

        Who that is, is asked ever again. While a chunk is made and taken the next `AHEAD` are read, and none beyond
        them: that many may still come of what was revoked meanwhile. Raises CredentialEnded when `held` ended.
        """
        await self.check(asker)
        database, lines = self._platform.database, self.documents.lines
        read = reading.in_slices(database, asker, reading.slices_of_granting(database, asker), _EXPORT, held)
        async with aclosing(read) as slices:
            async for slice_ in slices:
                made = [
                    await self.documents.knowing(asker, partial(lines, asker, some))
                    async for some in reading.in_turns(slice_)
                ]
                yield b"".join(made)

    async def lookup(
        self, asker: Asker, identifiers: Sequence[Identifier], described: Described | None = None
    ) -> Reading:
        """Return the profile id of the one customer whom `identifiers` name and who granted `asker` to know them so.

        `described` says who it is in other words, instead of identifiers or as well: then both have to be one person's.
        Everything else is the same answer, whether nobody is known so, several are, or somebody granted nothing.
        """
        await self.check(asker, is_body=True)
        found = []
        if identifiers:
            found.append(await find(self._platform, asker, identifiers))
        if described is not None:
            found.append(await self._recognition.find(asker, described))
        return self._found(asker, found[0] if len(set(found)) == 1 else None)

    async def exchange(self, asker: Asker, unverified_code: str) -> Reading:
        """Return the profile id of the customer who shows this code and granted `asker` something.

        Every other code is the same answer; raises TooManyTries.
        """
        await self.check(asker, is_body=True)
        return self._found(asker, await presentations.exchange(self._platform, asker, unverified_code))

    def _found(self, asker: Asker, customer: UUID | None) -> Reading:
        if customer is None:
            return Reading(UNKNOWN)
        profile_id = self._platform.profile_ids.profile_id(customer, asker.organization)
        return Reading("granted", _encode({"profile_id": profile_id}))

    def _gathering(self, asker: Asker, *, is_verified: bool) -> Gathering[_Asked, Reading | Unreadable]:
        found = self._together.get((asker, is_verified))
        if found is None:
            if len(self._together) > TOGETHER:
                self._together = {who: each for who, each in self._together.items() if not each.is_idle}
            read = partial(self._read_together, asker)
            found = self._together[asker, is_verified] = Gathering(read, most=TOGETHER, at_once=AHEAD, enough=ENOUGH)
        return found

    async def _read_together(self, asker: Asker, asked: Sequence[_Asked]) -> Sequence[Reading | Unreadable]:
        wanted = [each.wanted for each in asked]
        customers = [each.customer for each in wanted]
        tokens = {each.unverified_token for each in asked if each.unverified_token is not None}
        held = Held(tuple(tokens), NEEDED) if tokens else None
        seen = await reading.read_current(self._platform.database, asker, customers, _PROFILE, held)
        return await self.documents.knowing(asker, partial(self.documents.readings, asker, wanted, seen))

    def _customer(self, asker: Asker, unverified_profile_id: str) -> UUID:
        return self._platform.profile_ids.customer_of(unverified_profile_id, asker.organization) or NIL
