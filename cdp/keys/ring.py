"""The key ring: which keys wrap the data keys, and the single keys of the house.

A data key is wrapped by AES-256-GCM under the leaf key of its slot in a puncturable tree (`cdp.keys.tree`). Destroying
the slot makes the wrapped data key waste wherever it lies: in the database, in its backups, on a replica.

Rules:
(1) `destroy` returns when the destruction is on the disk. From then on every process of this host refuses the slot:
    each looks, at every call, whether the file is still the one it read.
(2) A subject keeps its slot through every generation, and `destroy` punctures the slot in all of them, so that a row
    that was not yet re-wrapped, or an older backup of it, dies too.
(3) Restoring an old copy of the *ring* brings destroyed keys back: keep one copy, replaced after every erasure.
(4) A punctured tree grows (at most 8.4 kB for each slot) and the file is written whole: rotate, re-wrap and retire
    when `live_nodes` passes a few hundred thousand.

A key management service or Vault implements `KeyProvider` in one of two ways. Either it keeps the ring's contents as
one secret, without old versions, that only this process reads: the tree then lives in memory as here. Or it holds one
named key for each slot: wrap and unwrap are its encrypt and decrypt with our associated data as context, destroy
deletes the named key, rotate begins a new name space. What it must promise: the associated data is bound; destroy is
durable and final when it returns; after that unwrap fails in every process.
"""

import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final, Protocol, Self
from uuid import UUID

from cdp import clock
from cdp.keys import tree, wrapping
from cdp.keys.errors import KeyDestroyed, RingBroken
from cdp.keys.ring_file import Contents, Edition, Generation, RingFile
from cdp.keys.sealing import DataKey

REMEMBERED: Final = 1 << 14
REMEMBERED_BARE: Final = 1 << 16
"""How many data keys are kept that nobody uses now: an export meets everybody in turn, so the first ones stay."""
LOOK: Final = 1.0
"""Seconds after which a key that another process destroyed is out of the memory of an idle one, too."""


class Single(StrEnum):
    """The single keys of the house."""

    BLIND_INDEX = "blind-index"
    PAIRWISE = "pairwise"
    TOKEN = "token"  # noqa: S105 -- the name of a key, not a secret
    SCOPE = "scope"
    SYSTEM = "system"


_ID: Final = 16
_LENGTHS: Final = {name.value: 64 if name is Single.PAIRWISE else 32 for name in Single}


class KeyProvider(Protocol):
    """Who wraps and unwraps data keys, and can destroy one for ever."""

    def new_slot(self) -> int:
        """Return a fresh random slot for a new subject."""

    def wrap(self, slot: int, data_key: bytes, *, subject: UUID) -> bytes:
        """Return `data_key` wrapped for `subject`; raises KeyDestroyed for a destroyed slot."""

    def wrap_new(self, named: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Return each (data key, 16 bytes of the subject) wrapped under a fresh slot of its own."""

    def unwrap(self, wrapped: bytes, *, subject: UUID) -> bytes:
        """Return the data key; raises KeyDestroyed, or Unreadable for what was not wrapped for `subject`."""

    def unwrap_many(self, wrapped: Iterable[tuple[bytes, UUID]]) -> list[bytes | None]:
        """Return the data key of each (wrapped, subject), None where it was destroyed; raises Unreadable."""

    def unwrap_named(self, named: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return by subject the data keys of these, each the 16 bytes of its subject's id and the wrapped key.

        Those that were destroyed are missing; raises Unreadable.
        """

    def open_many(self, wrapped: Iterable[tuple[bytes, bytes]]) -> list[DataKey | None]:
        """Return the key of each (wrapped, 16 bytes of the subject) ready for use; else as `unwrap_many`."""

    def rewrap(self, wrapped: bytes, *, subject: UUID) -> bytes:
        """Return the same data key wrapped under the newest generation, in the same slot."""

    def destroy(self, wrapped_blobs: Iterable[bytes]) -> None:
        """Destroy the slots of these for ever, in all generations; durable on return, and may be repeated."""

    def rotate(self) -> int:
        """Begin a new generation and return its number."""

    def retire(self, generation: int) -> None:
        """Delete an old generation. Nothing may be wrapped under it any more: see `LocalKeyRing.retire`."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """One edition of the file with its trees ready."""

    edition: Edition
    trees: dict[int, tree.Tree]
    newest: int
    opened: Callable[[bytes, bytes], DataKey]
    """Opens a wrapped key of a subject, and remembers those that were asked for last."""
    unwrapped: dict[bytes, bytes] = field(repr=False)
    """Data keys by the bytes of their subjects and how they were wrapped."""

    @classmethod
    def of(cls, edition: Edition) -> Self:
        if {name: len(key) for name, key in edition.contents.singles.items()} != _LENGTHS:
            raise RingBroken("the key ring lacks a key; restore it from its backup")
        trees = {g.number: tree.Tree.from_bytes(g.nodes) for g in edition.contents.generations}
        newest = max(trees)

        @lru_cache(maxsize=REMEMBERED)
        def opened(wrapped: bytes, subject: bytes) -> DataKey:
            return DataKey(_unwrap(trees, newest, wrapped, subject))

        return cls(edition, trees, newest, opened, {})


class LocalKeyRing:
    """The key provider that keeps its keys in a directory of this host."""

    def __init__(self, file: RingFile, *, is_new: bool) -> None:
        """Read the ring; use `open` instead."""
        self._file = file
        self._path = str(file.path)
        self._loading = threading.Lock()
        self.is_new: Final = is_new  # made by this call of `open`
        with file.locked(exclusive=False):
            self._loaded = _Loaded.of(file.read())

    @classmethod
    def open(cls, directory: Path, *, may_create: bool) -> Self:
        """Return the ring in `directory`, made first if there is none and `may_create`.

        Pass `may_create=False` as soon as the database holds a data key: a new ring could open none of them.
        Raises RingBroken for a ring that is missing, torn, changed or open to other users.
        """
        file = RingFile.prepare(directory)
        is_new = False
        if may_create and not file.exists():
            with file.locked(exclusive=True):
                if not file.exists():  # another process may have been first
                    file.write(_first_contents())
                    is_new = True
        return cls(file, is_new=is_new)

    def __repr__(self) -> str:
        """Give a text without the keys."""
        return "LocalKeyRing(hidden)"

    @property
    def generation(self) -> int:
        """The generation under which `wrap` wraps."""
        return self._present().newest

    @property
    def generations(self) -> tuple[int, ...]:
        """All generations, oldest first."""
        return tuple(sorted(self._present().trees))

    @property
    def live_nodes(self) -> int:
        """How many nodes the trees hold together: a measure of the file's size, 40 bytes each."""
        return sum(len(each) for each in self._present().trees.values())

    def single(self, name: Single) -> bytes:
        """Return one of the single keys; they never change."""
        return self._loaded.edition.contents.singles[name]

    def new_slot(self) -> int:
        """Return a fresh random slot for a new subject."""
        return tree.random_slot()

    def wrap(self, slot: int, data_key: bytes, *, subject: UUID) -> bytes:
        """Return `data_key` wrapped for `subject`; raises KeyDestroyed for a destroyed slot."""
        loaded = self._present()
        leaf = loaded.trees[loaded.newest].derive(slot)
        return wrapping.wrap(leaf, data_key, generation=loaded.newest, slot=slot, subject=subject)

    def wrap_new(self, named: Sequence[tuple[bytes, bytes]]) -> list[bytes]:
        """Return each (data key, 16 bytes of the subject) wrapped under a fresh slot of its own."""
        loaded = self._present()
        derive, slots = loaded.trees[loaded.newest].derive, tree.random_slots(len(named))
        leaves = [(derive(slot), slot, *each) for slot, each in zip(slots, named, strict=True)]
        return wrapping.wrap_all(leaves, generation=loaded.newest)

    def unwrap(self, wrapped: bytes, *, subject: UUID) -> bytes:
        """Return the data key; raises KeyDestroyed, or Unreadable for what was not wrapped for `subject`."""
        loaded = self._present()
        return _unwrap(loaded.trees, loaded.newest, wrapped, subject.bytes)

    def unwrap_many(self, wrapped: Iterable[tuple[bytes, UUID]]) -> list[bytes | None]:
        """Return the data key of each (wrapped, subject), None where it was destroyed; raises Unreadable."""
        loaded = self._present()
        data_keys: list[bytes | None] = []
        for blob, subject in wrapped:
            try:
                data_keys.append(_unwrap(loaded.trees, loaded.newest, blob, subject.bytes))
            except KeyDestroyed:
                data_keys.append(None)
        return data_keys

    def unwrap_named(self, named: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return the data keys by their subjects' bytes; see `KeyProvider.unwrap_named`.

        The first `REMEMBERED_BARE` are remembered: until any key is destroyed, as all that is.
        """
        loaded = self._present()
        unwrapped, data_keys = loaded.unwrapped, dict[bytes, bytes]()
        for blob in named:
            subject, key = blob[:_ID], unwrapped.get(blob)
            if key is None:
                try:
                    key = _unwrap(loaded.trees, loaded.newest, blob[_ID:], subject)
                except KeyDestroyed:
                    continue
                if len(unwrapped) < REMEMBERED_BARE:
                    unwrapped[blob] = key
            data_keys[subject] = key
        return data_keys

    def open_many(self, wrapped: Iterable[tuple[bytes, bytes]]) -> list[DataKey | None]:
        """Return the key of each (wrapped, 16 bytes of the subject) ready for use; else as `unwrap_many`.

        Keys asked for last are remembered, as the nodes that they derive from are: until any key is destroyed.
        """
        opened = self._present().opened
        data_keys: list[DataKey | None] = []
        for blob, subject in wrapped:
            try:
                data_keys.append(opened(blob, subject))
            except KeyDestroyed:
                data_keys.append(None)
        return data_keys

    def rewrap(self, wrapped: bytes, *, subject: UUID) -> bytes:
        """Return the same data key wrapped under the newest generation, in the same slot."""
        data_key = self.unwrap(wrapped, subject=subject)
        return self.wrap(wrapping.address(wrapped).slot, data_key, subject=subject)

    def destroy(self, wrapped_blobs: Iterable[bytes]) -> None:
        """Destroy the slots of these for ever, in all generations; durable on return, and may be repeated."""
        addresses = [wrapping.address(each) for each in wrapped_blobs]
        slots = {each.slot for each in addresses}

        def puncture(loaded: _Loaded) -> Contents | None:
            if any(each.generation > loaded.newest for each in addresses):
                raise RingBroken("this key ring is older than the data: it does not know a generation")
            trees = {number: each.copy() for number, each in loaded.trees.items()}
            punctured = sum(each.puncture_many(slots) for each in trees.values())
            return _with_trees(loaded, trees) if punctured else None

        if slots:
            self._change(puncture)

    def rotate(self) -> int:
        """Begin a new generation and return its number."""

        def begin(loaded: _Loaded) -> Contents:
            before = loaded.edition.contents
            fresh = _generation(loaded.newest + 1)
            return Contents(generations=(*before.generations, fresh), singles=before.singles)

        return self._change(begin).newest

    def retire(self, generation: int) -> None:
        """Delete an old generation and with it the power to unwrap what is still under it; may be repeated.

        First re-wrap everything; then count what is left under it in a transaction that began after every transaction
        open at the time of `rotate` had ended, since one of those may still have wrapped under the old generation.
        """

        def drop(loaded: _Loaded) -> Contents | None:
            if generation >= loaded.newest:
                raise ValueError("only a generation older than the present one can be retired")
            if generation not in loaded.trees:
                return None
            before = loaded.edition.contents
            kept = tuple(each for each in before.generations if each.number != generation)
            return Contents(generations=kept, singles=before.singles)

        self._change(drop)

    def keep_present(self, stop: threading.Event) -> None:
        """Look about once a second, until `stop` is set, so that an idle process holds no key that was destroyed."""
        while not stop.wait(LOOK):
            with suppress(RingBroken, OSError):  # whoever asks for a key is told
                self._present()

    def _present(self) -> _Loaded:
        """Return the ring as it stands on the disk now."""
        loaded = self._loaded
        if loaded.edition.is_present(self._path):
            return loaded
        with self._loading:  # one thread reads, the others wait and find it done
            if not self._loaded.edition.is_present(self._path):
                with self._file.locked(exclusive=False):
                    self._loaded = _Loaded.of(self._file.read())
            return self._loaded

    def _change(self, change: Callable[[_Loaded], Contents | None]) -> _Loaded:
        """Write what `change` makes of the ring as it stands on the disk; None leaves it."""
        with self._loading, self._file.locked(exclusive=True):
            loaded = self._loaded
            if not loaded.edition.is_present(self._path):
                loaded = _Loaded.of(self._file.read())
            contents = change(loaded)
            if contents is None:
                self._file.sync()  # what another process did may not be durable yet, if it died on the way
            else:
                self._file.write(contents)
                loaded = _Loaded.of(self._file.read())
            self._loaded = loaded
            return loaded


def _unwrap(trees: Mapping[int, tree.Tree], newest: int, wrapped: bytes, subject: bytes) -> bytes:
    generation, slot = wrapping.where(wrapped)
    grown = trees.get(generation)
    if grown is None:
        if generation > newest:
            raise RingBroken("this key ring is older than the data: it does not know a generation")
        raise KeyDestroyed("this key's generation was retired")
    return wrapping.unwrap(grown.derive(slot), wrapped, subject=subject)


def _generation(number: int) -> Generation:
    return Generation(number=number, created=int(clock.now().timestamp()), nodes=tree.Tree.grow().to_bytes())


def _first_contents() -> Contents:
    singles = {name: secrets.token_bytes(length) for name, length in _LENGTHS.items()}
    return Contents(generations=(_generation(1),), singles=singles)


def _with_trees(loaded: _Loaded, trees: dict[int, tree.Tree]) -> Contents:
    before = loaded.edition.contents
    generations = tuple(
        Generation(number=each.number, created=each.created, nodes=trees[each.number].to_bytes())
        for each in before.generations
    )
    return Contents(generations=generations, singles=before.singles)
