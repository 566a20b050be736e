"""Is this real: what is looked at, and what who asks may learn of it.

Rules: (1) to whom a message was sent, only they learn; to others one to somebody and one to nobody are the
same; (2) a code alone is good for whom it was sent to; of who is not known only a few may ask by it, since a copied
code is asked for often; (3) a text without a code says nothing to others, for it may be a guess about somebody; (4) an
address and a number can be forged: they never make a yes by themselves; (5) everybody may ask so often and no more,
whatever is asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text as statement
from sqlmodel import Session

from cdp.keys.mac import Mac
from cdp.keys.ring import Single
from cdp.messages import codes, reading, senders, texts
from cdp.messages.answers import Answer, Sent, Verdict, Why, no, unknown
from cdp.messages.likeness import Published, SenderKind
from cdp.messages.reading import From, Given
from cdp.messages.senders import Known, Owner
from cdp.platform import Platform
from cdp.scope import VISITOR, Scope
from consent.errors import Invalid, Refused
from consent.wishes import Speaker

MOST: Final = 40
"""How often somebody may ask in ten minutes: a guess at 100 million codes hits once in eight years of nothing else."""
MOST_ALONE: Final = 5
"""How many who are not known may ask by a code alone; after that it may be a copy on many forged messages."""
RECENT: Final = timedelta(days=7)
"""How old the message may be that an address or a number is asked about."""
_COUNT: Final = statement("select count_check(:who, :most, :at)")
_OF_CODE: Final = statement("select found, is_mine from message_of_code(:hash, :alone, :at)")
_OF_TEXT: Final = statement("select found, is_mine from message_of_text(:hash, :at)")
_OF_SENDER: Final = statement(
    "select found, is_mine from message_of_sender(:kind, :value, :organization, :call, :since, :at)"
)


class TooManyChecks(Refused):
    """You asked very often of late whether something is real; wait some minutes."""

    code = "too-many-checks"


class NothingAsked(Invalid):
    """Say what you were given, from whom you have it, or that somebody is calling you now."""

    code = "nothing-asked"


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks about: what they were given, from whom they have it, and who it says it is (a slug)."""

    given: str = ""
    sender: str = ""
    organization: str | None = None
    is_calling: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """A message as the database gives it to who asks."""

    owner: Owner
    text_hash: bytes | None
    is_addressed: bool
    is_mine: bool
    checks: int
    sender_kind: str | None
    sent: Sent


def check(platform: Platform, customer: Scope | None, address: str, asked: Asked, *, at: datetime) -> Answer:
    """Return what is known of it to who asks: a customer, or somebody at a network address.

    Raises NothingAsked, which is not counted, and TooManyChecks.
    """
    if not (asked.given.strip() or asked.sender.strip() or asked.is_calling):
        raise NothingAsked(field="/given")
    who = f"customer {customer.customer}" if customer is not None else f"address {address}"
    with platform.database.scoped(customer or VISITOR) as session:
        hashed = Mac(platform.ring.single(Single.SYSTEM)).digest(b"who checks\0" + who.encode())
        if session.execute(_COUNT, {"who": hashed, "most": MOST, "at": at}).scalar_one():
            answer = None
        else:
            answer = _Check(platform, session, senders.published(session), customer is not None, at).answer(asked)
    if answer is None:
        raise TooManyChecks  # only now, so that it was counted
    return answer


@dataclass(frozen=True, slots=True)
class _Check:
    """One question, in the transaction that answers it."""

    platform: Platform
    session: Session
    known: Known
    is_customer: bool
    at: datetime

    def answer(self, asked: Asked) -> Answer:
        given, says = reading.read(asked.given), reading.sender(asked.sender) if asked.sender.strip() else None
        claimed = self.known.owner(asked.organization)
        is_led_away = codes.leads_elsewhere(asked.given, self.platform.settings.base_url)
        if given.codes and is_led_away and given.text is None:
            return self._warned(unknown(Why.NOTHING_KNOWN), [], reading.hosts(asked.given))
        if given.codes:
            answer = self._by_code(given, says, claimed, is_led_away=is_led_away)
        elif asked.is_calling:
            answer = self._by_call(given, says, claimed)
        elif given.text is not None:
            answer = self._by_text(given.text, says, claimed)
        else:
            answer = self._by_sender(given, says, claimed)
        return self._warned(answer, [says] if says else [], given.senders)

    def _by_code(self, given: Given, says: From | None, claimed: Owner | None, *, is_led_away: bool) -> Answer:
        is_alone = given.text is None
        found = next((each for code in given.codes if (each := self._of_code(code, is_alone=is_alone))), None)
        if found is None:
            return unknown(Why.NOTHING_KNOWN)
        owner = found.owner
        if says is not None and says[0].value == found.sender_kind and says[1] != found.sent.sender:
            return no(Why.OTHER_SENDER, owner)
        if claimed is not None and claimed.organization != owner.organization:
            return no(Why.OTHER_ORGANIZATION, claimed)
        if is_led_away:
            return no(Why.OTHER_TEXT, owner)
        return self._by_code_alone(found) if given.text is None else self._by_code_within(given.text, found)

    def _by_code_within(self, text: str, found: Found) -> Answer:
        if found.text_hash is None:  # of what is spoken no text is known: around a true code anything can stand
            return unknown(Why.ONLY_CODE, found.owner)
        is_same = found.text_hash == texts.hashed(self.platform, texts.digest(text))
        return _yes(Why.SAME_TEXT, found) if is_same else no(Why.OTHER_TEXT, found.owner)

    def _by_code_alone(self, found: Found) -> Answer:
        owner = found.owner
        if found.is_mine:
            return _yes(Why.TO_YOU, found)
        if not found.is_addressed:
            return unknown(Why.NEEDS_TEXT, owner)
        if self.is_customer:
            return unknown(Why.NOT_TO_YOU, owner)
        return unknown(Why.COPIED, owner) if found.checks > MOST_ALONE else _yes(Why.WITH_CODE, found)

    def _by_text(self, text: str, says: From | None, claimed: Owner | None) -> Answer:
        hashed = texts.hashed(self.platform, texts.digest(text))
        found = self._one(_OF_TEXT, {"hash": hashed})
        if found is not None:
            return _yes(Why.TO_YOU if found.is_mine else Why.SAME_TEXT, found)
        if says is not None:
            return self._unregistered(says, claimed)
        return unknown(Why.NOTHING_KNOWN, claimed)

    def _by_sender(self, given: Given, says: From | None, claimed: Owner | None) -> Answer:
        asked = next(iter(given.senders), says)
        if asked is None:
            return unknown(Why.SLIP if given.is_slip else Why.NOTHING_KNOWN, claimed)
        found = self._of_sender(asked, None, is_call=False)
        if found is not None and not given.is_link:
            return _yes(Why.TO_YOU, found)
        if given.is_link and (covering := self.known.covering(*asked)):
            return unknown(Why.OWN_LINK, self.known.owners[covering[0].organization])
        if given.is_slip and not self.known.covering(*asked):
            return unknown(Why.SLIP)
        return self._unregistered(asked, claimed)

    def _unregistered(self, asked: From, claimed: Owner | None) -> Answer:
        """Say what is known of a sender from whom nothing was registered for who asks."""
        covering = self.known.covering(*asked)
        owner = self.known.owners[covering[0].organization] if covering else claimed
        if self.is_customer and covering and self.known.complete.issuperset(covering):
            return no(Why.NOT_REGISTERED, owner)
        return unknown(Why.FORGEABLE if covering else Why.NOTHING_KNOWN, owner)

    def _by_call(self, given: Given, says: From | None, claimed: Owner | None) -> Answer:
        number = next((each for each in (*given.senders, says) if each and each[0] is SenderKind.PHONE), None)
        found = self._of_sender(number, claimed, is_call=True)
        if found is not None:
            return _yes(Why.TO_YOU, found)
        covering = self.known.covering(*number) if number else []
        numbers = covering or (self._numbers(claimed) if number is None else ())
        owner = self.known.owners[covering[0].organization] if covering else claimed
        if not self.is_customer:
            return unknown(Why.LOGIN_NEEDED, owner)
        if numbers and self.known.complete.issuperset(numbers):
            return no(Why.NOT_CALLING, owner)
        return unknown(Why.NO_CALL, owner)

    def _numbers(self, owner: Owner | None) -> Sequence[Published]:
        known = [] if owner is None else self.known.of(owner.organization)
        return [each for each in known if each.kind is SenderKind.PHONE]

    def _warned(self, answer: Answer, says: Sequence[From], within: Sequence[From]) -> Answer:
        """Return the answer with whom its sender poses as: then it is no yes. What stands in a true text is theirs."""
        asked = {Verdict.YES: says, Verdict.NO: (), Verdict.UNKNOWN: (*says, *within)}[answer.verdict]
        found = next((alike for each in asked if (alike := self.known.alike(*each)) is not None), None)
        if found is None:
            return answer
        posed_as = self.known.owners[found.of.organization]
        return Answer(Verdict.UNKNOWN, Why.POSES, answer.of, alike=found, posed_as=posed_as)

    def _of_code(self, code: str, *, is_alone: bool) -> Found | None:
        return self._one(_OF_CODE, {"hash": codes.hashed(self.platform, code), "alone": is_alone})

    def _of_sender(self, asked: From | None, claimed: Owner | None, *, is_call: bool) -> Found | None:
        facts = {
            "kind": None if asked is None else asked[0].value,
            "value": None if asked is None else asked[1],
            "organization": None if claimed is None else claimed.organization,
            "call": is_call,
            "since": self.at - RECENT,
        }
        return self._one(_OF_SENDER, facts)

    def _one(self, question: Any, facts: dict[str, Any]) -> Found | None:  # noqa: ANN401  # a statement of SQLAlchemy
        row = self.session.execute(question, facts | {"at": self.at}).one_or_none()
        return None if row is None else _found(row.found, is_mine=row.is_mine)


def _found(facts: dict[str, Any], *, is_mine: bool) -> Found:
    hashed = facts["text_hash"]
    sent = Sent(
        channel=facts["channel"],
        sender=facts["sender"],
        at=datetime.fromisoformat(facts["at"]),
        until=datetime.fromisoformat(facts["until"]),
        speaker=Speaker(facts["speaker"]),
        is_mine=is_mine,
        message_id=UUID(facts["message_id"]) if is_mine else None,
    )
    return Found(
        owner=Owner(UUID(facts["organization_id"]), facts["slug"], facts["name"], facts["is_verified"]),
        text_hash=None if hashed is None else bytes.fromhex(hashed[2:]),
        is_addressed=facts["is_addressed"],
        is_mine=is_mine,
        checks=facts["checks"],
        sender_kind=facts["sender_kind"],
        sent=sent,
    )


def _yes(why: Why, found: Found) -> Answer:
    return Answer(Verdict.YES, why, found.owner, found.sent)
