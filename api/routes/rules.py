"""Rules: of which incoming records an organization is told at once."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Security
from pydantic import BaseModel, ConfigDict, Field

from api.principals import PlatformDep, Service, service
from cdp import clock
from cdp.contact.approaching import MOST_CHANNELS
from cdp.expressions.bounds import LONGEST
from cdp.rules import registering
from cdp.rules.registering import Rule
from cdp.scope import Principal
from consent.types import PurposeKey
from consent.wishes import Speaker

router = APIRouter(prefix="/v1/rules", tags=["signals"])
Ruling = Annotated[Service, Security(service, scopes=["rules:manage"])]
Key = Annotated[str, Field(min_length=1, max_length=64)]
Record = Annotated[str, Field(min_length=3, max_length=128)]


class RuleWanted(BaseModel):
    """A rule that is to be registered: about which records, when it fires, and how the customer would be approached."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    purpose: PurposeKey
    records: Annotated[list[Record], Field(min_length=1, max_length=20)]
    expression: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    topic: Key
    channels: Annotated[list[Key], Field(min_length=1, max_length=MOST_CHANNELS)]
    sender: Speaker


class RuleView(BaseModel):
    """A rule as it stands."""

    rule_id: UUID
    name: str
    purpose: str
    records: list[str]
    expression: str
    topic: str
    channels: list[str]
    sender: Speaker
    registered_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, rule: Rule) -> Self:
        """Return what the organization sees."""
        facts = {name: getattr(rule.wanted, name) for name in registering.Wanted.__slots__}
        lists = {"records": list(rule.wanted.records), "channels": list(rule.wanted.channels)}
        known = {"rule_id": rule.rule_id, "registered_at": rule.registered_at, "ended_at": rule.ended_at}
        return cls(**facts | lists | known)


class RuleList(BaseModel):
    """The rules of an organization, newest first."""

    rules: list[RuleView]


@router.post("", status_code=201, summary="Register a rule", operation_id="register_rule")
def register_rule(wanted: RuleWanted, asking: Ruling, platform: PlatformDep) -> RuleView:
    """Register a rule: when a record comes in to which it says yes, you get the signal `rule-fired` within a second."""
    facts = wanted.model_dump() | {"records": tuple(wanted.records), "channels": tuple(wanted.channels)}
    asked, organization = registering.Wanted(**facts), asking.organization
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        return RuleView.of(
            registering.register(platform, session, organization, asking.client_id, asked, at=clock.now())
        )


@router.get("", summary="See the rules", operation_id="list_rules")
def list_rules(asking: Ruling, platform: PlatformDep) -> RuleList:
    """Return the rules of this organization, those that ended too."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        return RuleList(rules=[RuleView.of(each) for each in registering.RULES.listed(session)])


@router.delete("/{rule_id}", summary="End a rule", operation_id="end_rule")
def end_rule(rule_id: UUID, asking: Ruling, platform: PlatformDep) -> RuleView:
    """End a rule: it is asked about nothing any more."""
    with platform.database.scoped(asking.scope(Principal.SOURCE)) as session:
        return RuleView.of(registering.end(session, rule_id, at=clock.now()))
