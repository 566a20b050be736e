"""Van wie: from which organizations somebody may see what a permission opens."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from api.portal import places
from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page
from api.portal.pages.facts import Facts
from cdp.own.holdings import Grant
from consent.types import CUSTOMER_SOURCE


@dataclass(frozen=True, slots=True)
class Supplier:
    """Somebody who said something of the customer, and whether that can be seen now."""

    slug: str
    name: str
    says: str
    rosette: Rosette


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesPage(Page):
    """Who said something, to be chosen from; nobody is chosen beforehand."""

    template: ClassVar[str] = "sources.html"

    back: str
    back_label: str
    lead: str
    kinds: str
    suppliers: tuple[Supplier, ...]
    action: str
    is_narrowed: bool


def sources(
    facts: Facts, frame: Frame, grant: Grant, suppliers: Iterable[UUID], *, fault: str | None = None
) -> SourcesPage:
    """Return the page; `suppliers` are those who said something of the customer."""
    say, name = facts.speech.say, facts.names.name(grant.organization)
    known = sorted(
        {grant.organization, *suppliers}, key=lambda each: (each != CUSTOMER_SOURCE, _name(facts, each).lower())
    )
    kinds = facts.speech.listed(facts.category(each).lower() for each in facts.in_order(frozenset(grant.categories)))
    return SourcesPage(
        frame=frame,
        fault=fault,
        title=say("Van wie mag %(name)s iets zien?", name=name),
        back=f"{places.organisation(facts.names.slug(grant.organization))}#{grant.purpose}",
        back_label=name,
        lead=facts.why(grant.organization, grant.purpose),
        kinds=say("Het gaat om: %(kinds)s.", kinds=kinds),
        suppliers=tuple(_supplier(facts, grant, each) for each in known),
        action=places.access(grant.grant_id, "bronnen"),
        is_narrowed=grant.sources is not None,
    )


def _supplier(facts: Facts, grant: Grant, source: UUID) -> Supplier:
    is_seen = grant.sources is None or source in grant.sources
    says = facts.speech.say("is nu te zien") if is_seen else facts.speech.say("is nu niet te zien")
    return Supplier(facts.names.slug(source), _name(facts, source), says, rosette(source))


def _name(facts: Facts, source: UUID) -> str:
    return facts.speech.say("Wat u zelf zei") if source == CUSTOMER_SOURCE else facts.names.name(source)
