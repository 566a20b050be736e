"""Where the pages are; who makes a page adds its address here."""

import re
from typing import Final

OVERVIEW: Final = "/"
DATA: Final = "/gegevens"
ORGANISATIONS: Final = "/organisaties"
ENDED: Final = "/organisaties/gestopt"
MESSAGES: Final = "/berichten"
LOG: Final = "/logboek"
LOG_ALERTS: Final = "/logboek/meldingen"
LOG_RULES: Final = "/logboek/regels"
LOG_DOWNLOAD: Final = "/logboek/downloaden"
PROOF: Final = "/logboek/bewijs"
DEMANDS: Final = "/gegevens/verzoeken"
TAKE_ALONG: Final = "/gegevens/meenemen"
RECEIPTS: Final = "/bewijzen"
PREFERENCES: Final = "/voorkeuren"
WISHES: Final = "/voorkeuren/contact"
WISH_HOURS: Final = "/voorkeuren/tijden"
WISH_OFFERS: Final = "/voorkeuren/aanbod"
WISH_RECEIPTS: Final = "/voorkeuren/bewijzen"
SIGN_IN: Final = "/veilig-inloggen"
MORE: Final = "/meer"
HELP: Final = "/hulp"

LOGIN: Final = "/inloggen"
CONFIRM: Final = "/bevestigen"
"""Where somebody proves anew who they are; `?verder=` is where they go on."""
LOGOUT: Final = "/uitloggen"
EXTEND: Final = "/sessie/verlengen"
SPEECH: Final = "/taal"
STOP_ALL: Final = "/alles-stoppen"
QUESTIONS: Final = "/bent-u-dit"
OFFERS: Final = "/aanbiedingen"
PRESENT: Final = "/laat-uzelf-zien"
SURVEYS: Final = "/enquetes"
REAL: Final = "/echt"
REAL_REPORT: Final = "/echt/melden"
IDENTITY: Final = "/wie-kent-u"
LEAVE: Final = "/account/verwijderen"
APPS: Final = "/apps"
"""Where a customer meets what an app asks."""

OFFICE: Final = "/beheer"
OFFICE_FIGURES: Final = "/beheer/cijfers"
OFFICE_QUALITY: Final = "/beheer/kwaliteit"
OFFICE_LOGIN: Final = "/beheer/inloggen"
"""Where an organization's own administrators come in."""
CARD: Final = "/klantkaart"
CARD_LOGIN: Final = "/klantkaart/inloggen"
"""Where an organization's employees come in."""
DEMO_DESKS: Final = "/demo/klantkaart"
"""Where they come in in the demo."""

ONWARD: Final = "verder"
_LONGEST: Final = 500


def organisation(slug: str) -> str:
    """Return where the page of one organization is."""
    return f"{ORGANISATIONS}/{slug}"


def request(request_id: object) -> str:
    """Return where a request is read and answered."""
    return f"/verzoeken/{request_id}"


def access(grant_id: object, step: str) -> str:
    """Return where one permission is changed, stopped or given back."""
    return f"/toegang/{grant_id}/{step}"


def message(entry_id: object) -> str:
    """Return where one message or conversation is."""
    return f"{MESSAGES}/{entry_id}"


def survey(survey_id: object) -> str:
    """Return where one survey is read and answered."""
    return f"{SURVEYS}/{survey_id}"


def log_line(access_id: object) -> str:
    """Return where somebody asks about one look."""
    return f"{LOG}/regel/{access_id}"


def card(profile_id: str) -> str:
    """Return where an employee sees one customer."""
    return f"{CARD}/{profile_id}"


def thing(record_id: object) -> str:
    """Return where one fact, product or contact is."""
    return f"{DATA}/{record_id}"


def demand(demand_id: object) -> str:
    """Return where a request to an organization and its answer are."""
    return f"{DEMANDS}/{demand_id}"


def question_code(subject_id: object) -> str:
    """Return where the code is typed that proves whose a record is."""
    return f"{QUESTIONS}/{subject_id}/code"


def receipt(act_id: object) -> str:
    """Return where the receipt of an act is."""
    return f"{RECEIPTS}/{act_id}"


def onward(unverified: str) -> str:
    """Return a place of ours to go on to, or the overview: an address that leaves us is never followed.

    Nor is one that would leave us for whoever first tidies its path: dots, empty steps, a written-out backslash.
    """
    is_plain = unverified.isascii() and unverified.isprintable() and "\\" not in unverified
    is_ours = _PATH.match(unverified) is not None
    return unverified if is_ours and is_plain and len(unverified) <= _LONGEST else OVERVIEW


_PATH: Final = re.compile(r"/(?![/.]|[^?#]*(?:/[/.]|%5c|%2f|%2e))", re.IGNORECASE)
"""A path on this host, up to its question: it begins with one stroke, and no step of it is empty or hidden."""
