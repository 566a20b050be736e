"""One permission as a customer sees it: who, what for, which data, how long, and how to stop it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from api.portal import places
from api.portal.drawing import Key, Share
from api.portal.pages.facts import Facts, shares
from api.portal.speech import Speech
from cdp.own.holdings import Grant
from cdp.own.waiting import SOON
from consent.types import CUSTOMER_SOURCE

"""How long before its end a permission is said to end soon."""
_WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """One kind of data, and how much of it."""

    name: str
    share: Share


@dataclass(frozen=True, slots=True)
class Stopping:
    """What happens when somebody stops, told before the button."""

    action: str
    consequences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Review:
    """That a permission was given a while ago, with the two answers: keep it, or stop it."""

    since: str
    keep: str
    stop: str


@dataclass(frozen=True, slots=True)
class Plate:
    """One live permission."""

    anchor: str
    name: str
    href: str
    change_href: str
    is_verified: bool
    ends_soon: bool
    key: Key
    opens: str
    why: str
    sees: tuple[Seen, ...]
    part: str
    until: str
    gone: int
    looked: str
    ground: str
    stopping: Stopping
    review: Review | None


def plate(facts: Facts, grant: Grant) -> Plate:
    """Return a live permission as its owner sees it."""
    speech, name, end = facts.speech, facts.names.name(grant.organization), end_of(grant)
    slug = facts.names.slug(grant.organization)
    return Plate(
        anchor=f"k{grant.grant_id.hex[:12]}",
        name=name,
        href=places.organisation(slug),
        change_href=f"{places.organisation(slug)}#{grant.purpose}",
        is_verified=facts.names.is_verified(grant.organization),
        ends_soon=end - speech.at <= SOON,
        key=facts.key(grant),
        opens=opens(facts, grant),
        why=facts.why(grant.organization, grant.purpose),
        sees=sees(facts, grant),
        part=part(facts, grant),
        until=speech.until(end),
        gone=gone(grant, at=speech.at),
        looked=looked(facts, grant),
        ground=ground(speech, grant, name),
        stopping=stopping(facts, grant),
        review=review(facts, grant),
    )


def review(facts: Facts, grant: Grant) -> Review | None:
    """Return what is asked ninety days after a permission was given or last said to be right; None before."""
    since = facts.reviews.get((grant.organization, grant.purpose))
    if since is None or not grant.is_live:
        return None
    days = max((facts.speech.at - since).days, 0)
    said = facts.speech.count("U gaf dit %(number)s dag geleden.", "U gaf dit %(number)s dagen geleden.", days)
    if since > grant.changed_at:
        said = facts.speech.count("U hield dit %(number)s dag geleden.", "U hield dit %(number)s dagen geleden.", days)
    return Review(said, places.access(grant.grant_id, "behouden"), places.access(grant.grant_id, "stoppen"))


def end_of(grant: Grant) -> datetime:
    """Return when the last part of a permission ends or ended."""
    ends = [each for each in (grant.expires_at, grant.attested_expires_at) if each is not None]
    return max(ends, default=grant.changed_at)


def gone(grant: Grant, *, at: datetime) -> int:
    """Return how much of the period is over, in hundredths."""
    whole = (end_of(grant) - grant.since).total_seconds()
    return _WHOLE if whole <= 0 else min(max(round(_WHOLE * (at - grant.since).total_seconds() / whole), 0), _WHOLE)


def opens(facts: Facts, grant: Grant) -> str:
    """Return in words what the drawing of the key says at a glance."""
    return facts.speech.say("%(some)s van 8 soorten gegevens", some=len(shares(grant)))


def sees(facts: Facts, grant: Grant) -> tuple[Seen, ...]:
    """Return which data a permission opens, in the order of the teeth of its key."""
    given = shares(grant)
    return tuple(Seen(facts.category(each), given[each]) for each in facts.in_order(frozenset(given)))


def part(facts: Facts, grant: Grant) -> str:
    """Return what a short tooth of this key means; empty when it has none."""
    if Share.PART not in shares(grant).values():
        return ""
    if grant.sources and grant.sources != [grant.organization]:
        known = facts.speech.listed(_source(facts, each) for each in grant.sources)
        return facts.speech.say("Een deel: alleen van %(known)s.", known=known)
    name = facts.names.name(grant.organization)
    return facts.speech.say("Een deel: alleen wat %(known)s zelf al heeft.", known=name)


def _source(facts: Facts, source: UUID) -> str:
    return facts.speech.say("uzelf") if source == CUSTOMER_SOURCE else facts.names.name(source)


def looked(facts: Facts, grant: Grant) -> str:
    """Return when somebody looked last, and how often in 30 days."""
    looks, speech = facts.looked(grant), facts.speech
    if looks.last_at is None:
        return speech.say("Nog nooit.")
    often = speech.count("In 30 dagen %(number)s keer.", "In 30 dagen %(number)s keer.", looks.released)
    return f"{speech.moment(looks.last_at)}. {often}"


def ground(speech: Speech, grant: Grant, name: str) -> str:
    """Return who allowed it: the customer here, or elsewhere as the organization states."""
    if grant.categories:
        return speech.say("U gaf dit zelf, op %(date)s.", date=speech.date(grant.since))
    return speech.say("%(name)s zegt: u gaf dit buiten mijn.klant.", name=name)


def stop_or_object(speech: Speech, name: str) -> tuple[str, str]:
    """Return what stopping is and what objecting is, in a sentence each."""
    return (
        speech.say("Toegang stoppen: %(name)s ziet niets meer, tot u weer ja zegt.", name=name),
        speech.say(
            "Bezwaar maken: %(name)s mag uw gegevens hier niet meer voor gebruiken, ook niet buiten ons.", name=name
        ),
    )


def stopping(facts: Facts, grant: Grant) -> Stopping:
    """Return what happens when this permission is stopped; every sentence is true for its purpose and data."""
    say, name = facts.speech.say, facts.names.name(grant.organization)
    after = _AFTER.get(grant.purpose)
    sentences = [
        say("%(name)s ziet uw gegevens niet meer. Dat gaat meteen in.", name=name),
        *([after(facts.speech, name)] if after else []),
        say("Wat %(name)s al zag, kunnen wij niet terughalen. U kunt wel vragen om het te wissen.", name=name),
        *([say("Rekeningen bewaart %(name)s 7 jaar. Dat moet van de wet.", name=name)] if _has_bills(grant) else []),
        _otherwise(facts, grant.organization),
    ]
    return Stopping(places.access(grant.grant_id, "stoppen"), tuple(sentences))


_AFTER: Final[Mapping[str, Callable[[Speech, str], str]]] = {
    "customer-care": lambda speech, name: speech.say("Belt u %(name)s? Dan moet u meer zelf vertellen.", name=name),
    "service-provision": lambda speech, name: speech.say(
        "%(name)s vraagt voor uw dienst gegevens voortaan aan u zelf.", name=name
    ),
    "personalisation": lambda speech, name: speech.say("U ziet bij %(name)s weer hetzelfde als iedereen.", name=name),
    "direct-marketing": lambda speech, name: speech.say(
        "%(name)s mag deze gegevens niet meer voor reclame gebruiken.", name=name
    ),
    "research": lambda speech, name: speech.say("U doet niet meer mee met nieuw onderzoek van %(name)s.", name=name),
    "fraud-prevention": lambda speech, name: speech.say(
        "%(name)s kan minder goed zien of iemand uw naam misbruikt.", name=name
    ),
    "advice": lambda speech, name: speech.say("U krijgt van %(name)s geen nieuw advies op maat.", name=name),
}


def _has_bills(grant: Grant) -> bool:
    return not shares(grant).keys().isdisjoint({"products", "financial"})


def _otherwise(facts: Facts, organization: UUID) -> str:
    known = facts.names.by_id.get(organization)
    email = ((known.details.get("contact") or {}) if known else {}).get("email")
    name = facts.names.name(organization)
    if not email:
        return facts.speech.say("Hulp van %(name)s kan ook zonder toegang: bel of schrijf.", name=name)
    return facts.speech.say("Hulp kan ook zonder toegang: mail %(email)s.", email=email)
