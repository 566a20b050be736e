"""The customer's permissions: every act, what the acts add up to, and their history.

Rules: (1) the shape of an act is checked by `consent.acts`, whether it may follow by the database in the transaction
that records it; (2) one act, one recipient, one purpose; (3) the permission and the word to the recipient's change feed
change in that same transaction; (4) what a customer decides carries what they read (`cdp.permissions.notices`); (5) an
act that follows from what stands is made while no other act can come between (`to_change`): it brings nothing back that
was stopped meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

import msgspec
from sqlalchemy import text
from sqlmodel import Session, col, select

from cdp.permissions import freshness, notices
from cdp.scope import Principal, Scope
from cdp.tables import Act, Permission
from consent import acts as law
from consent import answers
from consent import permission as stand
from consent.errors import NotFound, NothingGranted, PurposeUnknown

_RECORD: Final = text(
    "select record_act(:customer, :act, :kind, :recipient, :purpose, :categories, :sources, :until, :at, :by, :client,"
    " :request, cast(:proof as jsonb))"
)


_HOLD: Final = text("select from customer for no key update")
_PERIOD: Final = text(
    "select coalesce((details ->> 'default_days')::integer, longest_days), longest_days from purpose"
    " where purpose = :purpose"
)


@dataclass(frozen=True, slots=True)
class Period:
    """How long a permission for one purpose usually lasts, and how long at most."""

    usual: timedelta
    longest: timedelta

    def end(self, at: datetime, *, days: int | None) -> datetime:
        """Return when `days` from `at` are over, or the usual period; never later than is allowed."""
        wanted = self.usual if days is None else timedelta(days=days)
        return min(at + min(wanted, self.longest), law.latest_end(at))


def period(session: Session, purpose: str) -> Period:
    """Return how long anything may be granted for `purpose`; raises Invalid when the catalog has no such purpose."""
    found = session.execute(_PERIOD, {"purpose": purpose}).one_or_none()
    if found is None:
        raise PurposeUnknown(field="/purpose")
    usual, longest = found
    return Period(timedelta(days=usual), timedelta(days=longest))


def grant_id(customer: UUID, recipient: UUID, purpose: str) -> UUID:
    """Return the public id of a permission, the same from the first act to the last."""
    return uuid5(customer, f"{recipient}/{purpose}")


def record(session: Session, scope: Scope, customer: UUID, act: law.Act, *, request: UUID | None = None) -> UUID:
    """Add `act` to the customer's ledger and return its id; takes effect when the transaction commits.

    Acts on one customer are serialised. Raises the Problem that keeps the act out, FreshLoginNeeded among them.
    """
    freshness.check(session, scope, act)
    act_id = uuid4()
    facts = _facts(act) | {
        "customer": customer,
        "act": act_id,
        "by": scope.principal.value,
        "client": scope.client or "",
        "request": request,
        "proof": msgspec.json.encode(_proof(session, scope, customer, act, request)).decode(),
    }
    session.flush()  # an answered request and its act are one change, and the next line forgets what is loaded
    session.execute(_RECORD, facts)
    session.expire_all()
    return act_id


def _facts(act: law.Act) -> dict[str, Any]:
    sources: frozenset[UUID] | None = getattr(act, "sources", None)
    return {
        "kind": act.kind.value,
        "recipient": act.recipient,
        "purpose": act.purpose,
        "categories": sorted(getattr(act, "categories", ())),
        "sources": None if sources is None else sorted(sources),
        "until": getattr(act, "expires_at", None),
        "at": act.at,
    }


def _proof(
    session: Session, scope: Scope, customer: UUID, act: law.Act, request: UUID | None
) -> law.Evidence | dict[str, str]:
    """Return what an act stands on: a document, or what the customer read."""
    if isinstance(act, law.Attest):
        return act.evidence
    if scope.principal is not Principal.CUSTOMER:
        return {}
    notice = notices.read(session, customer, act.recipient, act.purpose, request)
    return {} if notice is None else notice.to_evidence()


def standing(session: Session) -> list[Permission]:
    """Return every permission of the customer in scope, live or ended, latest change first."""
    return list(session.exec(select(Permission).order_by(col(Permission.changed_at).desc(), col(Permission.purpose))))


def find(session: Session, unverified_grant_id: UUID) -> Permission:
    """Return the permission with this public id; raises NotFound when the customer in scope has none."""
    for permission in standing(session):
        if unverified_grant_id == grant_id(permission.customer_id, permission.recipient_id, permission.purpose):
            return permission
    raise NotFound("there is no such grant")


def to_change(session: Session, unverified_grant_id: UUID) -> Permission:
    """Return the same as it stands now and will until this transaction ends; raises NotFound."""
    session.execute(_HOLD)
    return find(session, unverified_grant_id)


def history(session: Session, permission: Permission) -> list[Act]:
    """Return the acts on one permission, oldest first."""
    return list(
        session.exec(
            select(Act)
            .where(Act.recipient_id == permission.recipient_id, Act.purpose == permission.purpose)
            .order_by(col(Act.at), col(Act.seq))
        )
    )


def lawful(permission: Permission) -> stand.Permission:
    """Return a stored permission in the words of the law, which alone says what it means."""
    return stand.Permission(
        categories=frozenset(permission.categories),
        sources=None if permission.sources is None else frozenset(permission.sources),
        expires_at=permission.expires_at,
        attested_categories=frozenset(permission.attested_categories),
        attested_expires_at=permission.attested_expires_at,
        stopped_categories=frozenset(permission.stopped_categories),
        stopped=None if permission.stopped is None else stand.Stop(permission.stopped),
        chosen_at=permission.chosen_at,
        latest_at=permission.changed_at,
        epoch=permission.epoch,
    )


def between(session: Session, recipient: UUID, purpose: str) -> stand.Permission:
    """Return what stands between the customer in scope and `recipient` for `purpose`; before the first act, nothing.

    It stands until this transaction ends.
    """
    session.execute(_HOLD)
    permission = session.exec(
        select(Permission).where(Permission.recipient_id == recipient, Permission.purpose == purpose)
    ).one_or_none()
    return stand.EMPTY if permission is None else lawful(permission)


def revoke_all(session: Session, scope: Scope, customer: UUID, *, at: datetime) -> list[Permission]:
    """Take back everything that is live and return what was taken back; raises NothingGranted when nothing was."""
    session.execute(_HOLD)
    live = [permission for permission in standing(session) if lawful(permission).open_at(at)]
    if not live:
        raise NothingGranted
    for permission in live:
        record(
            session, scope, customer, law.Revoke(recipient=permission.recipient_id, purpose=permission.purpose, at=at)
        )
    return live


def change(
    permission: Permission,
    *,
    categories: frozenset[str] | None,
    sources: frozenset[UUID] | None,
    expires_at: datetime | None,
    at: datetime,
) -> law.Narrow | law.Extend:
    """Return the act that leads from `permission` to what is wanted; None keeps a part as it is."""
    return answers.change(
        lawful(permission),
        recipient=permission.recipient_id,
        purpose=permission.purpose,
        categories=categories,
        sources=sources,
        expires_at=expires_at,
        at=at,
    )
