"""The auditor's file: one plain tar with everything that is needed to check two logs offline.

In this order, and nothing else: `bundle.json`; then for each log, `consent` and (if it is there)
`access`: `policy`; `old` and `consistency` unless it begins at 0, `new`; `earlier/<n>` (openings from
before the old checkpoint, each with its own proof); the tiles above the lowest; and then for every
256 entries the lowest tile, the entries and their openings.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from consent import canonical, checkpoints, merkle, tar, tiles
from consent.commitments import Opening
from consent.encoding import HASH_SIZE, from_base64, to_base64
from consent.errors import Malformed
from consent.fields import Fields
from consent.policy import Policy
from consent.proofs import ConsistencyProof
from consent.tiles import WIDTH, ReadTile

FORMAT: Final = "cdp-audit-bundle/v1"
LOGS: Final = ("consent", "access")
LONGEST_CHECKPOINT: Final = 65_536
LONGEST_POLICY: Final = 65_536
MOST_ENTRIES: Final = 2**32
EARLIER_IN_ONE: Final = 256
_FORMAT_FORM: Final = re.compile(re.escape(FORMAT))
_BODY: Final = b'{"body":"'
_INDEX: Final = b'","index":'
_SALT: Final = b',"salt":"'
_CLOSED: Final = b'"}'
_SALTED: Final = len(_SALT) + 44 + len(_CLOSED)
"""How long the end of an opening's line is: a salt has 44 letters."""
_MOST_DIGITS: Final = 16
_EARLIER: Final = re.compile(
    rb'\{"body":"([A-Za-z0-9+/=]+)","index":(0|[1-9][0-9]{0,15}),"proof":"([A-Za-z0-9+/=]*)","salt":"([A-Za-z0-9+/=]{44})"\}'
)

Openings = Callable[[int, int], Iterable[tuple[int, Opening]]]
"""`openings(begin, end)`: the openings in this range that may be shown, in the order of their indices."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a bundle says about one log, from the old checkpoint (or from 0) up to the new one."""

    policy: Policy
    new: bytes
    read_tile: ReadTile
    openings: Openings
    old: bytes | None = None
    earlier: Iterable[tuple[int, Opening]] = field(default=())
    """Openings from before the old checkpoint that later events build on, in the order of their indices."""


def stream(consent: Part, access: Part | None = None, *, organization: UUID | None = None) -> Iterator[bytes]:
    """Yield the bundle piece by piece; `organization` says that it shows the events of one organization only."""
    about = {"format": FORMAT} | ({} if organization is None else {"organization": str(organization)})
    yield tar.member("bundle.json", canonical.to_bytes(about))
    for name, part in zip(LOGS, (consent, access), strict=True):
        if part is not None:
            for path, content in _members(part):
                yield tar.member(f"{name}/{path}", content)
    yield tar.end()


def organization_of(content: bytes) -> UUID | None:
    """Return whose events `bundle.json` says the bundle is limited to."""
    fields = Fields(canonical.from_bytes(content))
    fields.text("format", _FORMAT_FORM)
    organization = fields.maybe("organization", fields.uuid)
    fields.finish()
    about = {"format": FORMAT} | ({} if organization is None else {"organization": str(organization)})
    if canonical.to_bytes(about) != content:
        raise Malformed("bundle.json is written in another way")
    return organization


def opening_to_line(index: int, opening: Opening) -> bytes:
    """Return the line that opens the leaf at `index`."""
    body, salt = to_base64(opening.body), to_base64(opening.salt)
    return f'{{"body":"{body}","index":{index},"salt":"{salt}"}}\n'.encode()


def openings_from_lines(content: bytes) -> Iterator[tuple[int, Opening]]:
    """Yield the openings on these lines, each in the one way to write it."""
    for line in _lines(content):
        body, between, number = line[len(_BODY) : -_SALTED].partition(_INDEX)
        salt = line[-_SALTED:]
        if not (
            line.startswith(_BODY)
            and between
            and salt.startswith(_SALT)
            and salt.endswith(_CLOSED)
            and number.isdigit()
            and len(number) <= _MOST_DIGITS
            and (number[:1] != b"0" or number == b"0")
        ):
            raise Malformed("this is not the line of an opening")
        yield int(number), Opening(from_base64(salt[len(_SALT) : -len(_CLOSED)]), from_base64(body))


def earlier_to_line(index: int, opening: Opening, proof: Iterable[bytes]) -> bytes:
    """Return the line that opens the leaf at `index` and proves that it stands there."""
    body, salt, path = to_base64(opening.body), to_base64(opening.salt), to_base64(b"".join(proof))
    return f'{{"body":"{body}","index":{index},"proof":"{path}","salt":"{salt}"}}\n'.encode()


def earlier_from_lines(content: bytes) -> Iterator[tuple[int, Opening, list[bytes]]]:
    """Yield the openings on these lines with their proofs."""
    for line in _lines(content):
        match = _EARLIER.fullmatch(line)
        if match is None:
            raise Malformed("this is not the line of an earlier opening")
        body, index, path, salt = match.groups()
        hashes = from_base64(path)
        if len(hashes) % HASH_SIZE:
            raise Malformed("a proof has hashes of 32 bytes")
        proof = [hashes[at : at + HASH_SIZE] for at in range(0, len(hashes), HASH_SIZE)]
        yield int(index), Opening(from_base64(salt), from_base64(body)), proof


def _lines(content: bytes) -> list[bytes]:
    if not content.endswith(b"\n"):
        raise Malformed("a line ends in a newline")
    return content[:-1].split(b"\n")


def _members(part: Part) -> Iterator[tuple[str, bytes]]:
    keys = part.policy.logs
    new = checkpoints.verified(part.new, keys).checkpoint
    since = 0 if part.old is None else checkpoints.verified(part.old, keys).checkpoint.size
    node = tiles.nodes(part.read_tile, new.size)
    yield "policy", part.policy.to_text().encode()
    if part.old is not None:
        proof = tuple(merkle.consistency_proof(since, new.size, node))
        yield "old", part.old
        yield "consistency", ConsistencyProof(since, proof, part.new).to_bytes()
    yield "new", part.new
    lines = (
        earlier_to_line(index, opening, merkle.inclusion_proof(index, new.size, node))
        for index, opening in part.earlier
    )
    for number, content in enumerate(_grouped(lines)):
        yield f"earlier/{number}", content
    for tile in tiles.of_log(new.size, since=since):
        if tile.level:
            yield tile.to_path(), part.read_tile(tile)
    yield from _lowest(part, since, new.size)


def _lowest(part: Part, since: int, size: int) -> Iterator[tuple[str, bytes]]:
    for entries in tiles.bundles_of_log(size, since=since):
        hashes = tiles.Tile(0, entries.index, entries.width)
        yield hashes.to_path(), part.read_tile(hashes)
        yield entries.to_path(), part.read_tile(entries)
        begin = entries.index * WIDTH
        opened = part.openings(max(begin, since), min(begin + WIDTH, size))
        if content := b"".join(opening_to_line(*each) for each in opened):
            yield openings_path(entries.index), content


def openings_path(index: int) -> str:
    """Return where the openings of the bundle of entries number `index` stand."""
    return "openings/" + tiles.Tile(None, index).to_path().removeprefix("tile/entries/")


def _grouped(lines: Iterable[bytes]) -> Iterator[bytes]:
    held: list[bytes] = []
    for line in lines:
        held.append(line)
        if len(held) == EARLIER_IN_ONE:
            yield b"".join(held)
            held = []
    if held:
        yield b"".join(held)
