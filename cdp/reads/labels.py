"""What a record says in clear but for its time, as JSON around its value. Few labels cover all records of a house.

Only here is known what one record looks like in a profile, and what stands around its lists.
"""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

import msgspec

from cdp.database import Database
from cdp.reads.reading import Asker
from cdp.scope import Principal
from consent.fold import Standing

ATTRIBUTES: Final = b',"attributes":{'
PRODUCTS: Final = b'},"products":['
INTERACTIONS: Final = b'],"interactions":{"recent":['
NEXT: Final = b'],"next":'
EXTERNAL: Final = b'},"external":['
END: Final = b"],"
"""What goes before each part of a profile, and behind the last; `NEXT` before where more interactions begin."""
MOST: Final = 20_000
_SLUGS: Final = b"select organization_id::text, slug from organization"
_STRENGTHS: Final = {standing.value: place for place, standing in enumerate(Standing)}
_TIMES: Final = {"product": "since", "interaction": "occurred_at"}
_encode: Final = msgspec.json.Encoder().encode


class UnknownSource(KeyError):
    """This process has not met a source yet."""


@dataclass(frozen=True, slots=True)
class Label:
    """A kind of record from one source, and the JSON around its time and its value.

    An attribute is `before`, the value, `between`, the time, `after`; anything else is `before`, the time, `between`
    and the value but for its opening brace, since the value is an object and its own fields follow.
    """

    kind: str
    type: str
    source: bytes
    strength: int
    table: bytes
    before: bytes
    between: bytes
    after: bytes


class Labels(dict[str, Label]):
    """The labels that this process has met. Names of sources never change, so it may remember them."""

    def __init__(self, database: Database) -> None:
        """Begin without any."""
        super().__init__()
        self._database = database
        self._slugs: dict[str, str] = {}

    async def refresh(self, asker: Asker) -> None:
        """Learn the sources that came since."""
        self._slugs.update(await self._database.at_once(asker.scope(Principal.EXPORTER), _SLUGS, {}))

    def __missing__(self, text: str) -> Label:
        kind, category, standing, source, disputed, channel, speaker, direction, name = text.split("|", 8)
        slug = self._slugs.get(source)
        if slug is None:
            raise UnknownSource
        if len(self) >= MOST:
            self.clear()  # whoever invents types must not fill the memory
        facts = f'"source":"{slug}","category":"{category}","disputed":{disputed}'
        if kind == "attributes":
            before, after = f'{_text(name)}:{{"value":', b'Z"}'
            between = f',{facts},"standing":"{standing}","observed_at":"'
        else:
            manner = {"channel": channel, "speaker": speaker, "direction": direction}
            words = "".join(f',"{word}":{_text(value)}' for word, value in manner.items() if value)
            before, after = f'{{"type":{_text(name)},{facts}{words},"{_TIMES.get(kind, "observed_at")}":"', b""
            between = 'Z",'
        table = b"interaction\0" if kind == "interaction" else b"record\0"
        made = self[text] = Label(
            kind, name, UUID(source).bytes, _STRENGTHS[standing], table, before.encode(), between.encode(), after
        )
        return made


def _text(text: str) -> str:
    return _encode(text).decode()
