"""One item on its way into the store: who it is about, where it belongs, what becomes of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, cast

import msgspec

from cdp.ingest.batch import Batch, Flaw, Taken, Verdict
from cdp.ingest.filing import Filed, Files
from cdp.ingest.items import Item, Kind, Outcome, Reason, Rejection
from cdp.ingest.naming import Book, Mention
from cdp.ingest.subjects import Subject

_RANDOM: Final = 32
_LINK: Final = Kind.LINK
_INTERACTION: Final = Kind.INTERACTION
_NOBODY: Final = cast("Subject", None)
Places = list[Mention | Rejection]
"""For each item of a group, who it is about; a Rejection where that cannot be told, or where there is no item."""


class Draft(msgspec.Struct, eq=False, gc=False):
    """One item, from filing to its row."""

    group: int
    place: int
    item: Item
    mention: Mention
    filed: Filed
    at: datetime
    thing: tuple[str, str, bytes]
    is_interaction: bool
    subject: Subject = _NOBODY
    """Set before anything is compared or written."""
    held: tuple[int, ...] = ()
    """The places of the identifiers that it holds in its value, and does not name its person by."""
    arrival: bytes | None = None
    outcome: Outcome | None = None
    digest: bytes = b""
    row: bytes | None = None
    is_past: bool = False

    def __repr__(self) -> str:
        """Show the kind, never the person."""
        return f"Draft({self.item.kind})"

    def concerns(self) -> tuple[int, ...]:
        """Return the places of all identifiers that it names its person by, or holds."""
        return (*self.mention.identifiers, *self.held)

    @property
    def is_link(self) -> bool:
        """Whether the item says only who is who."""
        return self.item.kind is _LINK


def mentions(book: Book, batch: Batch) -> list[Places]:
    """Return who the items of `batch` are about; items of a group that name the same subject share one answer."""
    places: list[Places] = []
    for group in batch.groups:
        found: Places = []
        before: Item | None = None
        mention: Mention | Rejection = Rejection(Reason.MISSING, "subject")
        for item in group:
            if isinstance(item, Rejection):
                found.append(item)
                continue
            if before is None or before.subject is not item.subject or before.identifiers is not item.identifiers:
                before, mention = item, book.mention(item)
            found.append(mention)
        places.append(found)
    return places


class Sheet:
    """The drafts of a batch, and the rejections beside them."""

    def __init__(self, batch: Batch, places: Sequence[Places], files: Files, *, without: frozenset[int]) -> None:
        """File every item; the groups in `without` are those that the database refused."""
        self._batch = batch
        self._rejected: dict[tuple[int, int], Rejection] = {}
        self.drafts: list[Draft] = []
        self.left_out: dict[tuple[int, Rejection], Draft] = {}
        """Which identifiers of which groups were left out, because they are those of somebody who was erased."""
        for number, (group, named) in enumerate(zip(batch.groups, places, strict=True)):
            for place, (item, mention) in enumerate(zip(group, named, strict=True)):
                rejection = self._file(number, place, item, mention, files, is_refused=number in without)
                if rejection is not None:
                    self._rejected[number, place] = rejection

    def _file(
        self,
        group: int,
        place: int,
        item: Item | Rejection,
        mention: Mention | Rejection,
        files: Files,
        *,
        is_refused: bool,
    ) -> Rejection | None:
        """Draw up an item with its person and its place in the catalog, or return why it cannot be taken."""
        if isinstance(item, Rejection):
            return item
        if isinstance(mention, Rejection):
            return mention
        if is_refused:
            return Rejection(Reason.UNSTORABLE)
        filed = files.file(item)
        if isinstance(filed, Rejection):
            return filed
        if filed.has_odd_name:
            item = filed.dressed(item)
        at = item.occurred_at or self._batch.undated_at or self._batch.received_at
        thing = (item.kind, filed.type, b"")
        self.drafts.append(Draft(group, place, item, mention, filed, at, thing, item.kind is _INTERACTION))
        return None

    def open(self) -> list[Draft]:
        """Return the drafts of which nothing is known yet."""
        return [draft for draft in self.drafts if draft.outcome is None]

    def flaws(self) -> list[Flaw]:
        """Return the lines of the reject log, in the order of the batch."""
        found = [
            Flaw(group, rejection, _message(self._batch.groups[group][place]))
            for (group, place), rejection in self._rejected.items()
        ]
        unusable = {
            (draft.group, rejection): draft
            for draft in self.drafts
            if draft.mention.flaws and draft.outcome is not Outcome.DUPLICATE
            for rejection in draft.mention.flaws
        }
        for (group, rejection), draft in (unusable | self.left_out).items():
            found.append(Flaw(group, rejection, _message(draft.item)))
        return sorted(found, key=lambda flaw: flaw.group)

    def taken(self, *, newcomers: list[bytes]) -> Taken:
        """Return the verdict on every item."""
        verdicts = [[_STORED] * len(group) for group in self._batch.groups]
        for (group, place), rejection in self._rejected.items():
            verdicts[group][place] = Verdict(Outcome.REJECTED, rejection)
        for draft in self.drafts:
            verdicts[draft.group][draft.place] = _VERDICTS[draft.outcome or Outcome.STORED]
        return Taken(verdicts, self.flaws(), newcomers)


_VERDICTS: Final = {outcome: Verdict(outcome) for outcome in Outcome}
_STORED: Final = _VERDICTS[Outcome.STORED]


def _message(item: Item | Rejection) -> str | None:
    """Return the message id when it is a random one; any other could name a person."""
    if isinstance(item, Rejection) or item.delivery is None:
        return None
    plain = item.delivery.replace("-", "").lower()
    return item.delivery if len(plain) == _RANDOM and set(plain) <= set("0123456789abcdef") else None
