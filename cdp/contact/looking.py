"""What has to be known of customers before they are approached: the statement, what of it the law reads, and the log.

Rules: (1) whose `contact` is not open has no wishes, no name and no language here, for the database gives none; (2) of
them, as of somebody who does not exist, is known that it is night from ten to eight; (3) a value whose key was
destroyed is not there; (4) what was decided is written down, with its reason, in the transaction that read: no line in
the log, no answer.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from cdp import arrays
from cdp.database import sql
from cdp.ids import NIL
from cdp.keys.named import ID_BYTES, openers, remembered_openers
from cdp.keys.ring import KeyProvider
from cdp.keys.sealing import NONCE_BYTES, NOT_OPENED, Opener
from cdp.lane import Steps
from cdp.own.addressing import Address, Addressing, Calling, Greeting, Language, ReadingLevel
from cdp.reads.reading import MOST_MERGES
from consent import wish_form
from consent.contact import Answer, Standing
from consent.decision import Reason as Permitted
from consent.hours import Hours, Window
from consent.wishes import Wishes

STRANGER: Final = Wishes(hours=Hours(quiet=(Window(22 * 60, 8 * 60),)))
"""What holds of somebody of whom nothing may be known."""
OPEN: Final = frozenset({"granted", "attested"})
_VALUE: Final = 2 * ID_BYTES
_CIPHERTEXT: Final = _VALUE + NONCE_BYTES
_DECIDE: Final = re.sub(r"(?m)^\s*--.*\n|^\s+", "", sql("decide_contacts")).encode()
_NOTE: Final = re.sub(r"(?m)^\s*--.*\n|^\s+", "", sql("note_contacts")).encode()
_ABOUT_NAMES: Final = b"record\0"
_SEALED: Final = b"\0sealed"
_PERMITTED: Final = {each.value: each for each in Permitted}
_REMEMBERED: Final = 4_096
_FEW: Final = 8
_decode: Final = msgspec.json.Decoder(str).decode

Keys = Mapping[bytes, Opener]


class Asked(NamedTuple):
    """A customer, and the contact that is to be reserved; NIL for none."""

    customer: UUID
    contact: UUID = NIL


class Speech(NamedTuple):
    """The part of the wishes that says how somebody is spoken to."""

    language: Language
    address: Address
    greeting: Greeting | None
    reading_level: ReadingLevel | None


class Known(NamedTuple):
    """What is known of one customer; `cdp/sql/decide_contacts.sql` says what each is."""

    reason: str
    merged_into: UUID | None
    wishes: str | None
    is_signalled: bool | None
    own_name: bytes | None
    own_said: bytes | None
    own_key: bytes | None
    types: list[str] | None
    sealed: list[bytes] | None
    keys: list[bytes] | None
    turn: int
    ends: list[datetime] | None
    own: str | None
    is_known: bool
    act: bytes | None
    version: int
    at: datetime

    @property
    def is_open(self) -> bool:
        """Whether a live permission opens `contact`."""
        return self.reason in OPEN

    @property
    def standing(self) -> Standing:
        """What stands between the customer and the organization, as the law reads it."""
        return Standing(
            permission=_PERMITTED[self.reason],
            is_signalled=bool(self.is_signalled),
            is_done=self.own == "made",
            contacts=self.ends or (),
        )

    @property
    def chosen(self) -> Wishes:
        """What the customer chose, as far as who asks may be told."""
        return understood(self.wishes)[0] if self.is_open else STRANGER

    @property
    def speech(self) -> Speech:
        """How they want to be spoken to, as far as who asks may be told."""
        return understood(self.wishes if self.is_open else None)[1]


async def look(steps: Steps, people: Sequence[Asked], *, root: str, at: datetime) -> list[tuple[UUID, Known]]:
    """Return who each of `people` is now with what is known of them, in order; to be noted in the same transaction."""
    found = list(zip((each.customer for each in people), await _read(steps, people, root, at), strict=True))
    for _ in range(MOST_MERGES):
        moved = [place for place, (_, known) in enumerate(found) if known.merged_into is not None]
        if not moved:
            break
        hosts = [Asked(found[place][1].merged_into or NIL, people[place].contact) for place in moved]
        for place, host, known in zip(moved, hosts, await _read(steps, hosts, root, at), strict=True):
            found[place] = (host.customer, known)
    return found


async def note(steps: Steps, decided: Sequence[tuple[UUID, Known, Answer]]) -> None:
    """Write down what was decided about each, and commit."""
    lines = [_line(known, answer) for _, known, answer in decided]
    facts: dict[str, Any] = {
        "customers": arrays.uuids(customer if known.is_known else NIL for customer, known, _ in decided),
        "accesses": arrays.random_ids(len(decided)),
        "acts": arrays.ids(known.act or NIL.bytes for _, known, _ in decided),
        "outcomes": arrays.texts(outcome for outcome, _ in lines),
        "reasons": arrays.texts(reason for _, reason in lines),
        "at": decided[0][1].at,
    }
    await steps.end(_NOTE, facts)


def _line(known: Known, answer: Answer) -> tuple[str, str]:
    """Return how it ended and why, as the log says it: what the law said, or why the permission is shut."""
    if not known.is_known:
        return "unknown", "not-found"
    if not known.is_open:  # nothing of the customer is in the answer
        return "refused", answer.reason.value if answer.allowed else known.reason
    return "released" if answer.allowed else "refused", answer.reason.value


async def _read(steps: Steps, people: Sequence[Asked], root: str, at: datetime) -> list[Known]:
    facts: dict[str, Any] = {
        "customers": arrays.uuids(each.customer for each in people),
        "contacts": arrays.uuids(each.contact for each in people),
        "root": root,
        "at": at,
    }
    return [Known._make(row) for row in await steps.ask(_DECIDE, facts)]


@lru_cache(maxsize=_REMEMBERED)
def understood(document: str | None) -> tuple[Wishes, Speech]:
    """Return what a document of wishes says; many customers have the same. Raises Invalid."""
    told: dict[str, Any] = {} if document is None else msgspec.json.decode(document)
    wishes = wish_form.read(told)  # which lets through words that there are
    language: Language = "en" if told.get("language") == "en" else "nl"
    address: Address = "je" if told.get("address") == "je" else "u"
    return wishes, Speech(language, address, told.get("greeting"), told.get("reading_level"))


def open_keys(ring: KeyProvider, known: Iterable[Known]) -> Keys:
    """Return how to unseal what belongs to each subject; destroyed keys are missing."""
    blobs = [blob for each in known for blob in (*(each.keys or ()), each.own_key) if blob is not None]
    return openers(ring, blobs) if len(blobs) > _FEW else remembered_openers(ring, blobs)


def called(customer: UUID, known: Known, calling: Calling, keys: Keys) -> str:
    """Return the name by which somebody whose `contact` is open is called; one that cannot be opened is not there."""
    own = _own_name(customer, known, keys) if calling.is_other else ""
    first = "" if own or not calling.is_first else _named(known, keys, "first_name")
    names = {} if own or first else _names(known, keys)
    return calling.by(first or names.get("first_name", ""), _last(names), own)


def spoken_to(speech: Speech, names: Mapping[str, str], own_name: str) -> Addressing:
    """Return how to speak to somebody who chose `speech`, by the names that may be known of them."""
    return Addressing(
        speech.language,
        speech.address,
        names.get("first_name", ""),
        _last(names),
        greeting=speech.greeting,
        own_name=own_name,
        reading_level=speech.reading_level,
    )


def _last(names: Mapping[str, str]) -> str:
    return f"{names.get('name_prefix', '')} {names.get('last_name', '')}".strip()


def _names(known: Known, keys: Keys) -> dict[str, str]:
    """Return the name of each kind that wins."""
    names = dict[str, str]()
    for kind, sealed in zip(known.types or (), known.sealed or (), strict=True):
        if kind not in names:
            names[kind] = _name(keys, sealed)
    return names


def _named(known: Known, keys: Keys, kind: str) -> str:
    """Return the name of one kind that wins; the others stay sealed."""
    types = known.types or ()
    return _name(keys, (known.sealed or ())[types.index(kind)]) if kind in types else ""


def _name(keys: Keys, sealed: bytes) -> str:
    unseal = keys.get(sealed[:ID_BYTES])
    if unseal is None:
        return ""
    place = _ABOUT_NAMES + sealed[ID_BYTES:_VALUE] + _SEALED
    try:
        value = _decode(unseal(sealed[_VALUE:_CIPHERTEXT], sealed[_CIPHERTEXT:], place))
    except (*NOT_OPENED, msgspec.DecodeError):  # not a text, too
        return ""
    return value.strip()


def pronunciation(customer: UUID, known: Known, keys: Keys) -> str | None:
    """Return how the name of somebody whose `contact` is open is said, as they wrote it."""
    return _own(customer, known, known.own_said, keys, b"own_pronunciation") or None


def _own_name(customer: UUID, known: Known, keys: Keys) -> str:
    """Return the name that the customer chose, if they chose one and its key is there."""
    return _own(customer, known, known.own_name, keys, b"own_name")


def _own(customer: UUID, known: Known, sealed: bytes | None, keys: Keys, column: bytes) -> str:
    if sealed is None or known.own_key is None:
        return ""
    unseal = keys.get(known.own_key[:ID_BYTES])
    if unseal is None:
        return ""
    place = b"customer\0" + customer.bytes + b"\0" + column
    try:
        return unseal(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place).decode()
    except NOT_OPENED:
        return ""
