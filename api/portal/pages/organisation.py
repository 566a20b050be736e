"""Eén organisatie: who is behind it, what it may see, switch by switch, what happened, and every way out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Final
from urllib.parse import quote

from api.portal import places
from api.portal.drawing import Rosette, Share, rosette
from api.portal.frame import Frame, Page
from api.portal.pages import plates
from api.portal.pages.facts import Facts, shares
from api.portal.pages.history import Line, lines
from api.portal.pages.organisations import Asking, Ended, asking, ended_grant, waiting
from api.portal.pages.periods import Choice, choices
from api.portal.pages.plates import Stopping
from cdp.own.holdings import Grant
from cdp.tables import Act, Organization

ON: Final = "aan"
OFF: Final = "uit"


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing to know about who is behind an organization."""

    name: str
    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Switch:
    """One kind of data, how much of it is open, and the button that changes that."""

    key: str
    name: str
    explanation: str
    share: Share
    says: str
    to: str
    label: str


@dataclass(frozen=True, slots=True)
class Access:
    """One live permission with everything that can be done about it."""

    anchor: str
    purpose: str
    why: str
    opens: str
    until: str
    gone: int
    looked: str
    ground: str
    part: str
    switches: tuple[Switch, ...]
    switch_action: str
    periods: tuple[Choice, ...]
    period_action: str
    own_action: str
    sources_href: str
    object_action: str
    ways_out: tuple[str, str]
    stopping: Stopping


@dataclass(frozen=True, slots=True)
class Offer:
    """A purpose for which this organization may see nothing now; the customer can allow it without being asked."""

    key: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationPage(Page):
    """Everything about one organization."""

    template: ClassVar[str] = "organisation.html"

    name: str
    is_verified: bool
    rosette: Rosette
    kind: str
    asking: tuple[Asking, ...]
    accesses: tuple[Access, ...]
    ended: tuple[Ended, ...]
    details: tuple[Detail, ...]
    history: tuple[Line, ...]
    log: str
    receipts: str
    contact: str
    offers: tuple[Offer, ...]
    kinds: tuple[Detail, ...]
    periods: tuple[Choice, ...]
    give_action: str


def organisation(
    facts: Facts, frame: Frame, known: Organization, acts: tuple[Act, ...], *, fault: str | None = None
) -> OrganisationPage:
    """Return the page of one organization; `acts` is what happened between it and the customer, the latest first."""
    mine = [each for each in facts.grants if each.organization == known.organization_id]
    live = [each for each in mine if each.is_live]
    return OrganisationPage(
        frame=frame,
        fault=fault,
        title=known.name,
        name=known.name,
        is_verified=known.verified_at is not None,
        rosette=rosette(known.organization_id),
        kind=_worded(facts, known.details.get("kind")),
        asking=tuple(asking(facts, each) for each in waiting(facts) if each.organization == known.organization_id),
        accesses=tuple(_access(facts, each) for each in live),
        ended=tuple(ended_grant(facts, each) for each in mine if not each.is_live),
        details=_details(facts, known),
        history=lines(facts, acts),
        log=f"{places.LOG}?organisatie={known.slug}",
        receipts=f"{places.RECEIPTS}?organisatie={known.slug}",
        contact=f"{places.WISHES}?voor={known.slug}",
        offers=_offers(facts, {each.purpose for each in live}),
        kinds=_kinds(facts),
        periods=choices(facts, "advice"),
        give_action=f"{places.organisation(known.slug)}/toestaan",
    )


def _access(facts: Facts, grant: Grant) -> Access:
    known, step = facts.purpose(grant.purpose), grant.grant_id
    return Access(
        anchor=grant.purpose,
        purpose=grant.purpose if known is None else facts.speech.name(known.name),
        why=facts.why(grant.organization, grant.purpose),
        opens=plates.opens(facts, grant),
        until=facts.speech.until(plates.end_of(grant)),
        gone=plates.gone(grant, at=facts.speech.at),
        looked=plates.looked(facts, grant),
        ground=plates.ground(facts.speech, grant, facts.names.name(grant.organization)),
        part=plates.part(facts, grant),
        switches=_switches(facts, grant),
        switch_action=places.access(step, "soort"),
        periods=choices(facts, grant.purpose),
        period_action=places.access(step, "tot"),
        own_action=places.access(step, "alleen-eigen") if grant.categories and grant.sources is None else "",
        sources_href=places.access(step, "bronnen") if grant.categories else "",
        object_action=places.access(step, "bezwaar"),
        ways_out=plates.stop_or_object(facts.speech, facts.names.name(grant.organization)),
        stopping=plates.stopping(facts, grant),
    )


def _switches(facts: Facts, grant: Grant) -> tuple[Switch, ...]:
    given, kinds = shares(grant), (key for key, each in facts.catalog.categories.items() if each.is_grantable)
    return tuple(_switch(facts, each, given.get(each, Share.NONE)) for each in facts.in_order(frozenset(kinds)))


def _switch(facts: Facts, category: str, share: Share) -> Switch:
    say, known = facts.speech.say, facts.catalog.categories[category]
    is_off = share is Share.NONE
    says = {Share.ALL: say("ziet alles"), Share.PART: say("ziet een deel"), Share.NONE: say("ziet niets")}[share]
    return Switch(
        key=category,
        name=facts.category(category),
        explanation=facts.speech.name(known.explanation),
        share=share,
        says=says,
        to=ON if is_off else OFF,
        label=say("Toestaan") if is_off else say("Stoppen"),
    )


def _details(facts: Facts, known: Organization) -> tuple[Detail, ...]:
    say, details = facts.speech.say, known.details
    contact, privacy = _part(details, "contact"), _part(details, "privacy")
    found = (
        Detail(say("Officiële naam"), str(details.get("legal_name", ""))),
        Detail(say("KvK-nummer"), str(details.get("kvk", ""))),
        Detail(say("Adres"), str(details.get("address", ""))),
        _mail(say("E-mail"), contact),
        _site(say("Website"), contact.get("website", "")),
        _mail(say("Privacy"), privacy),
    )
    return tuple(each for each in found if each.text)


def _site(name: str, address: str) -> Detail:
    """Return a link to a website, and to nothing that only looks like one."""
    is_site = address.startswith("https://") and address.isascii() and address.isprintable()
    return Detail(name, address.removeprefix("https://"), address if is_site else "")


def _mail(name: str, part: Mapping[str, str]) -> Detail:
    address = part.get("email", "")
    return Detail(name, address, f"mailto:{quote(address, safe='@')}")


def _part(details: Mapping[str, Any], name: str) -> Mapping[str, str]:
    part = details.get(name)
    return {key: str(value) for key, value in part.items()} if isinstance(part, dict) else {}


def _worded(facts: Facts, words: object) -> str:
    said = words if isinstance(words, dict) else {}
    return str(said.get(facts.speech.locale) or said.get(facts.speech.tag) or "")


def _offers(facts: Facts, taken: set[str]) -> tuple[Offer, ...]:
    free = ((key, each) for key, each in facts.catalog.purposes.items() if key not in taken)
    return tuple(Offer(key, facts.speech.name(each.name), "") for key, each in free)


def _kinds(facts: Facts) -> tuple[Detail, ...]:
    kinds = frozenset(key for key, each in facts.catalog.categories.items() if each.is_grantable)
    return tuple(Detail(each, facts.category(each)) for each in facts.in_order(kinds))
