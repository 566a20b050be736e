"""The letters about a demand: to the organization that was asked, and to the operator when a look is in doubt.

A letter says that something was asked and by when it is due, and nothing of whom or what: that stands behind a login.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from cdp import due_dates
from cdp.demands import Demand, Kind
from cdp.directory import Names
from cdp.ids import NIL
from cdp.mailroom import customer_letters
from cdp.mailroom.mail import Letter
from cdp.own.addressing import Language
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.settings import Settings

_SUBJECTS: Final[Mapping[Language, str]] = {"nl": "Een klant vraagt u iets", "en": "A customer asks you something"}
_ASKS: Final[Mapping[Kind, Mapping[Language, str]]] = {
    Kind.CORRECT: {
        "nl": "Een klant heeft een gegeven van u verbeterd.",
        "en": "A customer has put right something that you said.",
    },
    Kind.DISPUTE: {
        "nl": "Een klant zegt dat een gegeven van u niet klopt.",
        "en": "A customer says that something that you said is not true.",
    },
    Kind.ERASE: {
        "nl": "Een klant vraagt u een gegeven te wissen.",
        "en": "A customer asks you to erase something.",
    },
    Kind.LOOK: {
        "nl": "Een klant vraagt waarom u naar gegevens hebt gekeken.",
        "en": "A customer asks why you looked at their data.",
    },
}
_TEXTS: Final[Mapping[Language, str]] = {
    "nl": """\
{asks}

U moet uiterlijk {due} antwoorden.
Wat de klant vraagt, leest u met GET {base_url}/v1/demands. Daar antwoordt u ook.
Nummer: {number}
""",
    "en": """\
{asks}

You have to answer by {due} (day-month-year).
Read what the customer asks with GET {base_url}/v1/demands. You answer there, too.
Number: {number}
""",
}
_BOTH: Final[tuple[Language, ...]] = ("nl", "en")


def opened(settings: Settings, names: Names, demand: Demand) -> list[Letter]:
    """Return the letters that go out when a demand was made, in the language of each reader, or else in both."""
    receivers = {_contact(names, demand): _languages(names, demand)}
    if demand.kind is Kind.LOOK or demand.organization == NIL:
        receivers.setdefault(settings.operator_mail, _BOTH)
    return [_written(settings, demand, to, languages) for to, languages in receivers.items() if to]


def _written(settings: Settings, demand: Demand, to: str, languages: Sequence[Language]) -> Letter:
    facts = {
        "due": due_dates.last_day(demand.due_at).strftime("%d-%m-%Y"),
        "base_url": settings.base_url,
        "number": demand.demand_id,
    }
    parts = [_TEXTS[each].format(asks=_ASKS[demand.kind][each], **facts) for each in languages]
    return Letter(to, " / ".join(_SUBJECTS[each] for each in languages), "\n".join(parts), languages[0])


def _languages(names: Names, demand: Demand) -> Sequence[Language]:
    """Return the language that stands in an organization's details; both where none of ours does."""
    found = names.by_id.get(demand.organization)
    wanted = None if found is None else found.details.get("language")
    return tuple(each for each in _BOTH if each == wanted) or _BOTH


_ANSWERED: Final[Mapping[str, tuple[str, str]]] = {
    "u": ("Er is antwoord op uw verzoek", "Er is antwoord op uw verzoek. U leest het hier:\n\n{link}\n"),
    "je": ("Er is antwoord op je verzoek", "Er is antwoord op je verzoek. Je leest het hier:\n\n{link}\n"),
    "en": ("Your request has been answered", "Your request has been answered. You can read it here:\n\n{link}\n"),
}


def answered(platform: Platform, customer: UUID, demand: UUID) -> list[Letter]:
    """Return the letter that tells a customer of an answer, in their own words of address; none to who has left."""
    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
        reader = customer_letters.addressee(session, platform.ring)
    if reader is None or not reader.to:
        return []
    known = reader.known
    subject, text = _ANSWERED["en" if known.language == "en" else known.address]
    link = f"{platform.settings.base_url}/gegevens/verzoeken/{demand}"
    return [Letter(reader.to, subject, text.format(link=link), known.language)]


def _contact(names: Names, demand: Demand) -> str | None:
    """Return where an organization wants letters about privacy; None when it told us nothing."""
    found = names.by_id.get(demand.organization)
    details: Mapping[str, Any] = {} if found is None else found.details
    for role in ("privacy", "contact"):
        place = details.get(role)
        if isinstance(place, Mapping) and isinstance(place.get("email"), str):
            return str(place["email"])
    return None
