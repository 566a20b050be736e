"""Who somebody is whom a channel describes: a name, a birth date and where they live, instead of an identifier.

Rules: (1) it names one person, and only when it is certain enough for the purpose: name, birth date and home agree, and
nobody else among those who granted is alike; (2) it names only whom the organization was granted the very kinds of data
that it describes, from the source that said them: else it could find out what it may not see; (3) whoever is described
is compared, granted or not, and sees in their log that they were looked for; unknown, ungranted and uncertain are the
same statements, the same answer, and the same time: to unseal and weigh others takes some tenths of a millisecond.
"""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final
from uuid import UUID

from cdp import arrays
from cdp.database import sql
from cdp.identity import blocking, deciding, store, traits
from cdp.identity.deciding import Judgement
from cdp.identity.levels import FIELDS, LEVELS, Field
from cdp.identity.model import Model, in_use
from cdp.identity.store import Hashes, Other
from cdp.identity.traits import Traits
from cdp.platform import Platform
from cdp.reads.reading import Asker
from cdp.scope import MATCHER, Principal

_CANDIDATES: Final = sql("match_lookup").encode()
AT_LEAST: Final = 0.02
"""Seconds after which a description is answered at the earliest: longer than nearly every look for somebody takes."""
_NAME: Final = b"select name_described(%(customers)s, %(sources)s)"
_AGREES: Final = (
    (Field.GIVEN, ("exact", "close")),
    (Field.SURNAME, ("exact", "part", "close")),
    (Field.BIRTH, ("exact", "swapped")),
    (Field.ADDRESS, ("exact", "house", "former")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """How a channel describes a person."""

    name: str = field(repr=False)
    birth_date: date = field(repr=False)
    postcode: str = field(repr=False)
    house_number: int = field(repr=False)
    house_number_suffix: str = field(default="", repr=False)

    def traits(self) -> Traits:
        """Return what matching knows by it."""
        names = ("name", "birth_date", "postcode", "house_number", "house_number_suffix")
        return traits.of({name: str(getattr(self, name)) for name in names})


class Recognition:
    """Finds whom a channel describes; one for a process."""

    def __init__(self, platform: Platform) -> None:
        """Make ready; the model is read when somebody is described."""
        self._platform = platform

    async def find(self, asker: Asker, described: Described) -> UUID | None:
        """Return the one customer who is certainly described and granted `asker` to know it; None for any other."""
        begun, known = time.monotonic(), described.traits()
        facts = {"keys": arrays.longs(self._hashes.of(known)), "hot": blocking.HOTTEST, "enough": blocking.ENOUGH}
        rows = await self._platform.database.at_once(MATCHER, _CANDIDATES, facts)
        alike = self._alike(known, store.others(self._platform.ring, rows), asker.purpose)
        named = {
            "customers": arrays.ids(each.customer for each in alike),
            "sources": arrays.ids(each.source for each in alike),
        }
        ((customer,),) = await self._platform.database.at_once(asker.scope(Principal.EXPORTER), _NAME, named)
        await asyncio.sleep(begun + AT_LEAST - time.monotonic())
        found: UUID | None = customer
        return found

    def _alike(self, known: Traits, others: Iterable[Other], purpose: str) -> list[Other]:
        enough = self._model.thresholds.naming(purpose)
        judged = ((each, deciding.judge(self._model, known, each.traits, same_source=False)) for each in others)
        sure = [(found.score.weight, each) for each, found in judged if found.score.weight >= enough and _agrees(found)]
        return [each for _, each in sorted(sure, key=lambda pair: (-pair[0], pair[1].subject))]

    @cached_property
    def _model(self) -> Model:
        return in_use(self._platform.settings.home)

    @cached_property
    def _hashes(self) -> Hashes:
        return Hashes(self._platform.ring)


def _agrees(judged: Judgement) -> bool:
    """Tell whether everything that was described agrees, and nothing forbids."""
    level = dict(zip(FIELDS, judged.score.levels, strict=True))
    return judged.veto is None and all(LEVELS[each][level[each]] in wanted for each, wanted in _AGREES)
