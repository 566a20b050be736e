"""From a fact in the database to the event that the log tells: pure, so that the same fact can be checked later."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from cdp.log.batch import Chain
from cdp.log.facts import AccessFact, ActFact, LinkFact, PolicyFact, StatementFact, WishFact
from consent import acts, event_bodies, events
from consent.errors import Malformed
from consent.events import (
    AccessEvent,
    ActEvent,
    LinkEvent,
    Linking,
    Place,
    PolicyEvent,
    Statement,
    StatementEvent,
    WishEvent,
)
from consent.permission import Permission, Stop
from consent.quick_access import Parts
from consent.wish_changes import Change

_BY: Final = {"source": "organization"}
_LINKED_BY: Final = {
    "customer": "customer",
    "proven-identifier": "customer",
    "verified-identifier": "organization",
    "anonymous-to-user": "organization",
}


def act_event(fact: ActFact, place: Place, other: str | None) -> ActEvent:
    """Return the event of an act; `other` is the pseudonym of whom a merge or split was with."""
    return ActEvent(
        place=place,
        act=act_of(fact),
        by="time" if fact.kind == "expire" else _BY.get(fact.by, fact.by),
        act_id=fact.act_id,
        client=fact.client,
        request_id=fact.request_id,
        notice_hash=fact.evidence.get("notice"),
        language=fact.evidence.get("language"),
        other_customer=other,
    )


def act_of(fact: ActFact) -> acts.Act:
    """Return the act in the words of the law."""
    kind = acts.Kind(fact.kind)
    given: dict[str, Any] = {"recipient": fact.recipient, "purpose": fact.purpose, "at": fact.at}
    categories = frozenset(fact.categories)
    if kind in _EXTENTS:
        sources = None if fact.sources is None else frozenset(fact.sources)
        return _EXTENTS[kind](**given, categories=categories, sources=sources, expires_at=_end(fact))
    if kind is acts.Kind.ATTEST:
        evidence = acts.Evidence(
            method=acts.Method(fact.evidence["method"]),
            at=datetime.fromisoformat(fact.evidence["at"]),
            document_hash=fact.evidence["document_hash"],
        )
        given |= {"by": fact.recipient, "categories": categories, "expires_at": _end(fact)}
        return acts.Attest(**given, evidence=evidence)
    if kind is acts.Kind.REFUSE:
        return acts.Refuse(**given, categories=categories)
    if kind in _MEETINGS:
        return _MEETINGS[kind](**given, other=permission_of(fact.other or {}))
    return _PLAIN[kind](**given)


def permission_of(row: Mapping[str, Any]) -> Permission:
    """Return the permission that a row, as JSON, says."""
    sources = row.get("sources")
    return Permission(
        categories=frozenset(row.get("categories", ())),
        sources=None if sources is None else frozenset(UUID(each) for each in sources),
        expires_at=_moment(row.get("expires_at")),
        attested_categories=frozenset(row.get("attested_categories", ())),
        attested_expires_at=_moment(row.get("attested_expires_at")),
        stopped_categories=frozenset(row.get("stopped_categories", ())),
        stopped=None if row.get("stopped") is None else Stop(row["stopped"]),
        chosen_at=_moment(row.get("chosen_at")),
        latest_at=_moment(row.get("changed_at")),
        epoch=row.get("epoch") or 0,
    )


def stated_event(fact: LinkFact | WishFact | StatementFact, place: Place) -> LinkEvent | WishEvent | StatementEvent:
    """Return the event of what is neither an act on a permission nor a read."""
    match fact:
        case LinkFact():
            return link_event(fact, place)
        case WishFact():
            return wish_event(fact, place)
        case StatementFact():
            return statement_event(fact, place)


def link_event(fact: LinkFact, place: Place) -> LinkEvent:
    """Return the event of a link; the subject is known by a name that only this customer's events share."""
    name = sha256(f"{place.customer}\n{fact.subject}".encode()).hexdigest()[:32]
    by = _LINKED_BY.get(fact.reason, "platform")
    return LinkEvent(place=place, linking=Linking(fact.kind), source=fact.source, subject=name, by=by, at=fact.at)


def wish_event(fact: WishFact, place: Place) -> WishEvent:
    """Return the event of a change of wishes."""
    change = Change(fact.said.get("set", {}), tuple(fact.said.get("clear", ())))
    return WishEvent(place=place, wish_id=fact.fact_id, change=change, at=fact.at)


def statement_event(fact: StatementFact, place: Place) -> StatementEvent:
    """Return the event of what an organization stated."""
    statement, digest = Statement(fact.statement), bytes.fromhex(fact.digest)
    return StatementEvent(place=place, statement=statement, fact_id=fact.fact_id, digest=digest, at=fact.at)


def policy_event(fact: PolicyFact, place: Place) -> PolicyEvent:
    """Return the event of a key that came or went."""
    return PolicyEvent(place=place, change=events.Change(fact.change), subject=fact.subject, at=fact.at)


def access_event(fact: AccessFact, place: Place, grant: bytes | None) -> AccessEvent:
    """Return the event of a read or refusal; `grant` is the leaf hash of the act that it cites."""
    return event_bodies.access_of(access_values(fact, place, grant))


def access_values(fact: AccessFact, place: Place | Chain, grant: bytes | None) -> Parts:
    """Return the values of the event of a read or refusal."""
    who = fact.client, place.organization, fact.outcome, fact.path, fact.principal
    alike = (_in_order(fact.asked), *who, fact.purpose, fact.reason, _in_order(fact.released))
    return alike, (fact.at, place.customer, grant, place.prev, fact.records, place.seq)


def _in_order(words: Sequence[str]) -> tuple[str, ...]:
    return _sorted(tuple(words))


@lru_cache(4_096)
def _sorted(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(words)))


_EXTENTS: Final = {acts.Kind.GRANT: acts.Grant, acts.Kind.NARROW: acts.Narrow, acts.Kind.EXTEND: acts.Extend}
_MEETINGS: Final = {acts.Kind.MERGE: acts.Merge, acts.Kind.SPLIT: acts.Split}
_PLAIN: Final = {
    acts.Kind.REVOKE: acts.Revoke,
    acts.Kind.OBJECT: acts.Object,
    acts.Kind.EXPIRE: acts.Expire,
    acts.Kind.ERASE: acts.Erase,
}


def _end(fact: ActFact) -> datetime:
    if fact.expires_at is None:
        raise Malformed("this act has no end")
    return fact.expires_at


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
