"""An act of the law as fields of a body, and back, so that an auditor can apply the law to it again."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from consent import acts
from consent.canonical import Value
from consent.errors import Malformed, Problem
from consent.fields import HASH, KEY, Fields, from_moment, from_uuids, without_none
from consent.permission import Permission, Stop


def to_fields(act: acts.Act) -> dict[str, Value]:
    """Return what is particular to `act`, beyond who, for what and when."""
    match act:
        case acts.Grant() | acts.Narrow() | acts.Extend():
            return without_none(
                categories=sorted(act.categories),
                sources=from_uuids(act.sources),
                expires_at=from_moment(act.expires_at),
            )
        case acts.Refuse():
            return {"categories": sorted(act.categories)}
        case acts.Attest():
            evidence = act.evidence
            return {
                "attested_by": str(act.by),
                "categories": sorted(act.categories),
                "expires_at": from_moment(act.expires_at),
                "evidence": {
                    "at": from_moment(evidence.at),
                    "document_hash": evidence.document_hash,
                    "method": str(evidence.method),
                },
            }
        case acts.Merge() | acts.Split():
            return {"other": from_permission(act.other)}
        case _:  # revoke, object, expire and erase say nothing more
            return {}


def from_fields(kind: str, fields: Fields, *, recipient: UUID, purpose: str, at: datetime) -> acts.Act:
    """Return the act that the fields say, if it makes sense by itself."""
    try:
        return _READ[acts.Kind(kind)](fields, recipient, purpose, at)
    except (ValueError, KeyError, Problem) as error:
        raise Malformed("this is not an act that makes sense") from error


def from_permission(permission: Permission) -> dict[str, Value]:
    """Return a permission as fields."""
    return without_none(
        categories=sorted(permission.categories),
        sources=from_uuids(permission.sources),
        expires_at=_maybe(permission.expires_at),
        attested_categories=sorted(permission.attested_categories),
        attested_expires_at=_maybe(permission.attested_expires_at),
        stopped_categories=sorted(permission.stopped_categories),
        stopped=None if permission.stopped is None else str(permission.stopped),
        chosen_at=_maybe(permission.chosen_at),
        latest_at=_maybe(permission.latest_at),
        epoch=permission.epoch,
    )


def to_permission(fields: Fields) -> Permission:
    """Return the permission that the fields say."""
    permission = Permission(
        categories=frozenset(fields.keys("categories")),
        sources=fields.maybe("sources", fields.uuids),
        expires_at=fields.maybe("expires_at", fields.moment),
        attested_categories=frozenset(fields.keys("attested_categories")),
        attested_expires_at=fields.maybe("attested_expires_at", fields.moment),
        stopped_categories=frozenset(fields.keys("stopped_categories")),
        stopped=Stop(fields.text("stopped", KEY)) if fields.has("stopped") else None,
        chosen_at=fields.maybe("chosen_at", fields.moment),
        latest_at=fields.maybe("latest_at", fields.moment),
        epoch=fields.number("epoch"),
    )
    fields.finish()
    return permission


def _maybe(at: datetime | None) -> str | None:
    return None if at is None else from_moment(at)


Read = Callable[[Fields, UUID, str, datetime], acts.Act]


def _extent(kind: type[acts.Grant | acts.Narrow | acts.Extend]) -> Read:
    return lambda fields, recipient, purpose, at: kind(
        recipient=recipient,
        purpose=purpose,
        at=at,
        categories=frozenset(fields.keys("categories")),
        sources=fields.maybe("sources", fields.uuids),
        expires_at=fields.moment("expires_at"),
    )


def _plain(kind: type[acts.Revoke | acts.Object | acts.Expire | acts.Erase]) -> Read:
    return lambda _, recipient, purpose, at: kind(recipient=recipient, purpose=purpose, at=at)


def _with_other(kind: type[acts.Merge | acts.Split]) -> Read:
    return lambda fields, recipient, purpose, at: kind(
        recipient=recipient, purpose=purpose, at=at, other=to_permission(fields.within("other"))
    )


def _refuse(fields: Fields, recipient: UUID, purpose: str, at: datetime) -> acts.Act:
    return acts.Refuse(recipient=recipient, purpose=purpose, at=at, categories=frozenset(fields.keys("categories")))


def _attest(fields: Fields, recipient: UUID, purpose: str, at: datetime) -> acts.Act:
    paper = fields.within("evidence")
    evidence = acts.Evidence(
        method=acts.Method(paper.text("method", KEY)),
        at=paper.moment("at"),
        document_hash=paper.text("document_hash", HASH),
    )
    paper.finish()
    return acts.Attest(
        recipient=recipient,
        purpose=purpose,
        at=at,
        by=fields.uuid("attested_by"),
        categories=frozenset(fields.keys("categories")),
        expires_at=fields.moment("expires_at"),
        evidence=evidence,
    )


_READ: Final[Mapping[acts.Kind, Read]] = {
    acts.Kind.GRANT: _extent(acts.Grant),
    acts.Kind.NARROW: _extent(acts.Narrow),
    acts.Kind.EXTEND: _extent(acts.Extend),
    acts.Kind.REVOKE: _plain(acts.Revoke),
    acts.Kind.OBJECT: _plain(acts.Object),
    acts.Kind.EXPIRE: _plain(acts.Expire),
    acts.Kind.ERASE: _plain(acts.Erase),
    acts.Kind.REFUSE: _refuse,
    acts.Kind.ATTEST: _attest,
    acts.Kind.MERGE: _with_other(acts.Merge),
    acts.Kind.SPLIT: _with_other(acts.Split),
}
