"""The rules of an organization: registered with an expression over one incoming record, listed, and ended.

Rules: (1) a bad expression is refused here, with the place of what is wrong; (2) a rule names the records that it is
asked about: of no other is anything read for it; (3) it holds for what arrives from its registration on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlmodel import Session

from cdp import ids
from cdp.catalog.files import Catalog
from cdp.contact import approaching
from cdp.expressions import expression, vocabulary
from cdp.platform import Platform
from cdp.registers import Register
from consent.errors import Conflict, Invalid, NotFound, PurposeUnknown
from consent.wishes import Speaker

MOST: Final = 100
"""How many rules of an organization can stand at a time."""
_COLUMNS: Final = (
    "rule_id, name, purpose, records, expression, topic, channels, sender, client_id, registered_at, ended_at"
)
_STANDING: Final = text("select count(*) from rule where ended_at is null")
_ADD: Final = text(
    "insert into rule (organization_id, rule_id, name, purpose, records, expression, topic, channels, sender,"
    " client_id, registered_at)"
    " values (:organization, :rule, :name, :purpose, :records, :expression, :topic, :channels, :sender, :client, :at)"
)
_WATCH: Final = text("select change_catalog()")


class RuleUnknown(NotFound):
    """This organization has no such rule."""

    code = "rule-unknown"


class RecordUnknown(Invalid):
    """The catalog has no such record: write kind/type, as `interaction/meter-reading`."""

    code = "record-unknown"


class TooManyRules(Conflict):
    """This organization has as many rules as can stand at a time; end one first."""

    code = "too-many-rules"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A rule as it is asked for, and how the organization would approach the customer when it fires."""

    name: str
    purpose: str
    records: tuple[str, ...]
    expression: str
    topic: str
    channels: tuple[str, ...]
    sender: Speaker


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule as it stands."""

    rule_id: UUID
    wanted: Wanted
    client_id: str
    registered_at: datetime
    ended_at: datetime | None


def register(
    platform: Platform, session: Session, organization: UUID, client: str, wanted: Wanted, *, at: datetime
) -> Rule:
    """Keep a rule of the organization in scope; raises ExpressionRefused, Invalid or TooManyRules."""
    _check(platform.catalogs.of(session, organization), wanted)
    if session.execute(_STANDING).scalar_one() >= MOST:
        raise TooManyRules
    rule = ids.row()
    facts = {name: getattr(wanted, name) for name in Wanted.__slots__}
    facts |= {"organization": organization, "rule": rule, "client": client, "at": at}
    lists = {"records": list(dict.fromkeys(wanted.records)), "channels": list(dict.fromkeys(wanted.channels))}
    session.execute(_ADD, facts | lists)
    session.execute(_WATCH)  # whoever stores learns what to note with the next delivery
    return RULES.read(session, rule)


def end(session: Session, rule: UUID, *, at: datetime) -> Rule:
    """End a rule: from now on it is asked about nothing; raises RuleUnknown."""
    ended = RULES.end(session, rule, at=at)
    session.execute(_WATCH)
    return ended


def _check(catalog: Catalog, wanted: Wanted) -> None:
    if wanted.purpose not in catalog.purposes:
        raise PurposeUnknown(field="/purpose")
    known = {f"{kind}/{type_}" for kind, type_ in catalog.record_types}
    known |= {f"attributes/{name}" for name in catalog.attributes}
    for place, each in enumerate(wanted.records):
        if each not in known:
            raise RecordUnknown(field=f"/records/{place}")
    approaching.topic_of(catalog, wanted.topic, wanted.purpose)
    approaching.channels_of(catalog, wanted.channels)
    expression.compiled(wanted.expression, vocabulary.of_records())


def _rule(row: Row[Any]) -> Rule:
    facts = row._asdict()
    facts |= {"records": tuple(row.records), "channels": tuple(row.channels), "sender": Speaker(row.sender)}
    wanted = Wanted(**{name: facts[name] for name in Wanted.__slots__})
    return Rule(row.rule_id, wanted, row.client_id, row.registered_at, row.ended_at)


RULES: Final = Register("rule", _COLUMNS, _rule, RuleUnknown)
