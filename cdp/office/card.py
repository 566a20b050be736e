"""What an employee sees of one customer: their profile for customer care, how to speak to them, and what they wait for.

Rules: (1) it is an ordinary read of a profile, in the role of a program of the organization, with its line in the log;
(2) what comes with it the database opens to the same organization by the same permission; when that changed between the
two, both are read anew, so that nothing stands there that was taken back, and nothing that the line does not say; (3)
where `contact` is not open there is no name, no language and no wish.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import msgspec

from cdp.contact import looking, salutations
from cdp.database import sql
from cdp.ids import NIL
from cdp.keys import named
from cdp.keys.errors import Unreadable
from cdp.keys.sealing import DataKey
from cdp.listening.survey import Answers
from cdp.messages import earlier
from cdp.own.addressing import Addressing
from cdp.platform import Platform
from cdp.reads.profiles import Profiles
from cdp.reads.reading import Asker, Path
from cdp.scope import Principal
from consent.errors import NotFound
from consent.wishes import Speaker

_DEALINGS: Final = sql("read_dealings").encode()
_TRIES: Final = 5
"""So often both are read while the permission changes between them."""
_NAMES: Final = ("first_name", "name_prefix", "last_name")


class NoCard(NotFound):
    """Nobody by this id granted your organization anything for customer care."""

    code = "no-card"


class Value(msgspec.Struct):
    """The value that wins, and where it comes from."""

    value: Any
    source: str
    category: str
    disputed: bool
    observed_at: datetime


class Thing(msgspec.Struct):
    """A product, or a fact from elsewhere."""

    type: str
    source: str
    category: str
    disputed: bool
    properties: dict[str, Any]


class Talk(Thing):
    """Something that was said or done."""

    occurred_at: datetime
    channel: str | None = None
    speaker: str | None = None
    direction: str | None = None


class Recent(msgspec.Struct):
    """The latest that was said."""

    recent: list[Talk]


class Profile(msgspec.Struct):
    """One customer, as far as they granted it (`api.profile_views` describes it to programs)."""

    profile_id: str
    consent_epoch: int
    attributes: dict[str, Value]
    products: list[Thing]
    external: list[Thing]
    interactions: Recent
    granted: list[str]
    withheld: list[str]


class _Answer(msgspec.Struct):
    profile: Profile | None = None


class _Answers(msgspec.Struct):
    profiles: list[_Answer]


class Demand(msgspec.Struct):
    """Something that the customer asked of the organization, and until when an answer is in time."""

    kind: str
    category: str | None
    type: str | None
    asked_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the customer said back and nobody closed; who asked for a human waits for one until `due_at`."""

    at: datetime
    due_at: datetime
    wants_human: bool
    is_taken: bool
    text: str | None = field(repr=False)

    def is_late(self, *, at: datetime) -> bool:
        """Tell whether a human should have answered before `at`."""
        return self.wants_human and at >= self.due_at


class Answered(NamedTuple):
    """What the customer answered to the organization's own questions, and when."""

    at: datetime
    answers: Answers


@dataclass(frozen=True, slots=True)
class Speaking:
    """How to speak to somebody: the words to begin with, the language, and whom they would rather speak to."""

    addressing: Addressing = field(repr=False)
    salutation: str = field(repr=False)
    first: Speaker | None


@dataclass(frozen=True, slots=True)
class Card:
    """Everything on one page; no `speaking` where `contact` is not granted."""

    profile: Profile = field(repr=False)
    speaking: Speaking | None
    waiting: Sequence[Demand]
    answered: Sequence[Answered] = field(repr=False)
    said: Sequence[Waiting] = field(repr=False)


class _Fact(msgspec.Struct):
    reply_id: UUID
    at: datetime
    due_at: datetime
    wants_human: bool
    taken_at: datetime | None


class _Dealings(NamedTuple):
    customer: UUID
    wishes: str | None
    own_name: bytes | None
    own_said: bytes | None
    own_key: bytes | None
    waiting: str | None
    ids: list[UUID] | None
    times: list[datetime] | None
    sealed: list[bytes] | None
    keys: list[bytes] | None
    said: str | None
    said_sealed: list[bytes] | None
    said_keys: list[bytes] | None
    epoch: int | None
    stopped: str

    def is_beside(self, profile: Profile, customer: UUID | None) -> bool:
        """Tell whether this was read under the permission under which the profile of this customer was.

        The permissions of two who became one person in between may have one epoch.
        """
        stopped, asked = self.stopped.split(), (profile.consent_epoch, customer)
        return (self.epoch, self.customer) == asked and "*" not in stopped and not set(profile.granted) & set(stopped)


class Cards:
    """Makes the cards of one event loop."""

    def __init__(self, platform: Platform, profiles: Profiles) -> None:
        """Make ready; no connection is made yet."""
        self._platform = platform
        self._profiles = profiles

    async def read(self, asker: Asker, unverified_profile_id: str) -> Card:
        """Return the card of one customer; raises NoCard, alike for who granted nothing and who does not exist."""
        for _ in range(_TRIES):
            profile = await self._profile(asker, unverified_profile_id)
            customer = self._platform.profile_ids.customer_of(profile.profile_id, asker.organization)
            scope = asker.scope(Principal.EXPORTER)
            (row,) = await self._platform.database.at_once(scope, _DEALINGS, {"customer": customer or NIL})
            found = _Dealings._make(row)
            if found.is_beside(profile, customer):
                return self._card(asker.organization, profile, found)
        raise NoCard

    async def _profile(self, asker: Asker, unverified_profile_id: str) -> Profile:
        document = await self._profiles.batch(asker, [unverified_profile_id], path=Path.CARD)
        answer = msgspec.json.decode(document, type=_Answers).profiles[0]
        if answer.profile is None:
            raise NoCard
        return answer.profile

    def _card(self, organization: UUID, profile: Profile, found: _Dealings) -> Card:
        return Card(
            profile,
            self._speaking(organization, profile, found),
            msgspec.json.decode(found.waiting or "[]", type=list[Demand]),
            self._answered(found),
            self._said(found),
        )

    def _speaking(self, organization: UUID, profile: Profile, found: _Dealings) -> Speaking | None:
        if "contact" not in profile.granted:
            return None
        wishes, speech = looking.understood(found.wishes)
        names = {each: _text(profile, each) for each in _NAMES}
        chosen = looking.spoken_to(speech, names, self._own(found, found.own_name, "own_name"))
        addressing = replace(chosen, pronunciation=self._own(found, found.own_said, "own_pronunciation"))
        return Speaking(addressing, salutations.of(addressing).salutation, wishes.first_at(organization))

    def _own(self, found: _Dealings, sealed: bytes | None, column: str) -> str:
        if sealed is None or found.own_key is None:
            return ""
        try:
            return self._key(found.own_key).unseal(sealed, table="customer", row=found.customer, column=column).decode()
        except Unreadable:
            return ""

    def _answered(self, found: _Dealings) -> list[Answered]:
        answered = []
        kept = zip(found.ids or (), found.times or (), found.sealed or (), found.keys or (), strict=True)
        for survey, at, sealed, key in kept:
            try:
                plain = self._key(key).unseal(sealed, table="survey", row=survey, column="sealed")
            except Unreadable:
                continue  # its key was destroyed
            answered.append(Answered(at, Answers.from_bytes(plain)))
        return answered

    def _said(self, found: _Dealings) -> list[Waiting]:
        facts = msgspec.json.decode(found.said or "[]", type=list[_Fact])
        said = []
        for fact, sealed, key in zip(facts, found.said_sealed or (), found.said_keys or (), strict=True):
            try:
                plain = self._key(key).unseal(sealed, table=earlier.TABLE, row=fact.reply_id, column="sealed")
            except Unreadable:
                continue  # its key was destroyed
            text = msgspec.json.decode(plain, type=earlier.Words).text
            said.append(Waiting(fact.at, fact.due_at, fact.wants_human, fact.taken_at is not None, text))
        return said

    def _key(self, blob: bytes) -> DataKey:
        subject, wrapped = named.split(blob)
        return DataKey(self._platform.ring.unwrap(wrapped, subject=UUID(bytes=subject)))


def _text(profile: Profile, attribute: str) -> str:
    found: Any = profile.attributes.get(attribute)
    return found.value.strip() if found is not None and isinstance(found.value, str) else ""
