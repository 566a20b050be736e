"""The letters about a demand: to the organization that was asked, and to the operator when a look is in doubt.

A letter says that something was asked and by when it is due, and nothing of whom or what: that stands behind a login.
"""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from cdp import addressing, dossier, due_dates
from cdp.demands import Demand, Kind
from cdp.directory import Names
from cdp.ids import NIL
from cdp.mail import Letter
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.settings import Settings
from cdp.unsealing import OwnKeys
from consent.errors import NotFound

_SUBJECT: Final = "Een klant vraagt u iets"
_ASKS: Final[Mapping[Kind, str]] = {
    Kind.CORRECT: "Een klant heeft een gegeven van u verbeterd.",
    Kind.DISPUTE: "Een klant zegt dat een gegeven van u niet klopt.",
    Kind.ERASE: "Een klant vraagt u een gegeven te wissen.",
    Kind.LOOK: "Een klant vraagt waarom u naar gegevens hebt gekeken.",
}
_TEXT: Final = """\
{asks}

U moet uiterlijk {due} antwoorden.
Wat de klant vraagt, leest u met GET {base_url}/v1/demands. Daar antwoordt u ook.
Nummer: {number}
"""


def opened(settings: Settings, names: Names, demand: Demand) -> list[Letter]:
    """Return the letters that go out when a demand was made."""
    receivers = [_contact(names, demand)]
    if demand.kind is Kind.LOOK or demand.organization == NIL:
        receivers.append(settings.operator_mail)
    text = _TEXT.format(
        asks=_ASKS[demand.kind],
        due=due_dates.last_day(demand.due_at).strftime("%d-%m-%Y"),
        base_url=settings.base_url,
        number=demand.demand_id,
    )
    return [Letter(each, _SUBJECT, text, "nl") for each in dict.fromkeys(receivers) if each]


_ANSWERED: Final[Mapping[str, tuple[str, str]]] = {
    "u": ("Er is antwoord op uw verzoek", "Er is antwoord op uw verzoek. U leest het hier:\n\n{link}\n"),
    "je": ("Er is antwoord op je verzoek", "Er is antwoord op je verzoek. Je leest het hier:\n\n{link}\n"),
    "en": ("Your request has been answered", "Your request has been answered. You can read it here:\n\n{link}\n"),
}


def answered(platform: Platform, customer: UUID, demand: UUID) -> list[Letter]:
    """Return the letter that tells a customer of an answer, in their own words of address; none to who has left."""
    with platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
        keys = OwnKeys(session, platform.ring)
        try:
            addresses, known = dossier.summary(session, keys).emails, addressing.read(session, keys)
        except NotFound:
            return []
    subject, text = _ANSWERED["en" if known.language == "en" else known.address]
    link = f"{platform.settings.base_url}/gegevens/verzoeken/{demand}"
    return [Letter(each, subject, text.format(link=link), known.language) for each in addresses[:1]]


def _contact(names: Names, demand: Demand) -> str | None:
    """Return where an organization wants letters about privacy; None when it told us nothing."""
    found = names.by_id.get(demand.organization)
    details: Mapping[str, Any] = {} if found is None else found.details
    for role in ("privacy", "contact"):
        place = details.get(role)
        if isinstance(place, Mapping) and isinstance(place.get("email"), str):
            return str(place["email"])
    return None
