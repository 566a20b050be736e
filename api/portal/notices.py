"""What the page after a form tells: a code in a cookie becomes a sentence with the name of who it is about."""

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from api.portal import places
from api.portal.frame import Notice, Undo
from api.portal.speech import Speech, later
from cdp import directory
from cdp.database import Session
from cdp.permissions import access_requests, grants
from cdp.tables import Permission
from consent.errors import NotFound

STOPPED: Final = "stopped"
ALL_STOPPED: Final = "all-stopped"
FORGERY_REPORTED: Final = "forgery-reported"
GIVEN: Final = "given"
BACK: Final = "back"
CHANGED: Final = "changed"
KEPT: Final = "kept"
REFUSED: Final = "refused"
OBJECTED: Final = "objected"
SPEECH: Final = "speech"
ASKED: Final = "asked"
SAVED: Final = "saved"
CORRECTED: Final = "corrected"
PASSED_ON: Final = "passed-on"
ERASED: Final = "erased"
WITHDRAWN: Final = "withdrawn"
PASSKEY_ADDED: Final = "passkey-added"
EXTERNAL_ADDED: Final = "external-added"
ADDRESS_ADDED: Final = "address-added"
REMOVED: Final = "removed"
SESSIONS_STOPPED: Final = "sessions-stopped"
JOINED: Final = "joined"
PARTED: Final = "parted"
NOT_ME: Final = "not-me"
ASKED_LATER: Final = "asked-later"
ANSWERED: Final = "answered"
NOT_ANSWERED: Final = "not-answered"
KIND_STOPPED: Final = "kind-stopped"
CHANNEL_STOPPED: Final = "channel-stopped"
REPLIED: Final = "replied"
COMPUTER_REPORTED: Final = "computer-reported"


def told(session: Session, speech: Speech, names: directory.Names, code: str, about: str) -> Notice | None:
    """Return what to tell about `code`; None for one that nobody made, or that is about nothing of this customer."""
    if code in _PLAIN:
        return Notice(speech.say(_PLAIN[code]))
    if code in _STOPS:
        return _kind_stopped(speech, code, about)
    if code == REFUSED:
        return _refused(session, speech, names, about)
    if code in _ABOUT_A_GRANT:
        return _about_a_grant(session, speech, names, code, about)
    return None


def stopped(speech: Speech, name: str, grant_id: object) -> Notice:
    """Tell that somebody sees nothing any more, with the way back."""
    undo = Undo(places.access(grant_id, "terug"), speech.say("Ongedaan maken"))
    return Notice(speech.say("%(name)s ziet uw gegevens niet meer.", name=name), undo)


def objected(speech: Speech, name: str, _: Permission) -> Notice:
    """Tell that an objection holds."""
    return Notice(speech.say("%(name)s ziet hiervoor niets meer. Uw bezwaar staat vast.", name=name))


def given(speech: Speech, name: str, permission: Permission) -> Notice:
    """Tell until when somebody may look."""
    end = permission.expires_at or permission.attested_expires_at
    date = "" if end is None else speech.date(end)
    return Notice(speech.say("%(name)s mag tot %(date)s kijken. U kunt dit altijd stoppen.", name=name, date=date))


_PLAIN: Final[Mapping[str, str]] = {
    ANSWERED: later("Uw antwoord is bewaard."),
    NOT_ANSWERED: later("Uw antwoorden tellen nergens meer mee."),
    REPLIED: later("Verstuurd. De organisatie krijgt het meteen."),
    ALL_STOPPED: later("Niemand ziet nu nog iets van u."),
    FORGERY_REPORTED: later("Bedankt. De organisatie krijgt uw melding, zonder uw naam."),
    COMPUTER_REPORTED: later("Bedankt. De organisatie krijgt uw melding."),
    SPEECH: later("Uw keuze is bewaard."),
    ASKED: later("Uw verzoek is verstuurd."),
    SAVED: later("Uw keuze is bewaard."),
    CORRECTED: later("Uw verbetering geldt nu. Uw versie gaat voor."),
    PASSED_ON: later("Uw verbetering geldt nu. De organisatie krijgt haar ook."),
    ERASED: later("Wat u zelf zei, is gewist."),
    WITHDRAWN: later("Uw verzoek is ingetrokken."),
    PASSKEY_ADDED: later("Uw passkey is klaar. U kunt er nu mee inloggen."),
    EXTERNAL_ADDED: later("U kunt nu ook via de andere dienst inloggen."),
    ADDRESS_ADDED: later("Dit is nu ook van u. Hoorden er gegevens bij? Dan ziet u die nu."),
    REMOVED: later("Het is weggehaald. U krijgt hierover een e-mail."),
    SESSIONS_STOPPED: later("Daar is nu niemand meer ingelogd."),
    JOINED: later("Deze gegevens staan nu ook bij u."),
    PARTED: later("Deze gegevens horen niet meer bij u."),
    NOT_ME: later("Wij houden deze gegevens bij u weg. Dat verandert u bij Veilig inloggen."),
    ASKED_LATER: later("Wij vragen het over 30 dagen nog eens."),
}
_ABOUT_A_GRANT: Final[Mapping[str, Callable[[Speech, str, Permission], Notice]]] = {
    STOPPED: lambda speech, name, each: stopped(speech, name, _id(each)),
    GIVEN: given,
    BACK: given,
    CHANGED: given,
    KEPT: given,
    OBJECTED: objected,
}


def _about_a_grant(session: Session, speech: Speech, names: directory.Names, code: str, about: str) -> Notice | None:
    try:
        permission = grants.find(session, UUID(about))
    except (NotFound, ValueError):
        return None
    return _ABOUT_A_GRANT[code](speech, names.name(permission.recipient_id), permission)


_STOPS: Final[Mapping[str, str]] = {
    KIND_STOPPED: later("Deze soort stopt. De organisatie mag u hierover niet meer benaderen."),
    CHANNEL_STOPPED: later("Dit stopt. De organisatie mag u zo niet meer benaderen."),
}


def _kind_stopped(speech: Speech, code: str, about: str) -> Notice | None:
    try:
        undo = Undo(f"{places.message(UUID(about))}/terug", speech.say("Ongedaan maken"))
    except ValueError:
        return None
    return Notice(speech.say(_STOPS[code]), undo)


def _refused(session: Session, speech: Speech, names: directory.Names, about: str) -> Notice | None:
    for each in access_requests.of_customer(session):
        if str(each.request_id) == about:
            return Notice(speech.say("%(name)s krijgt geen toegang.", name=names.name(each.organization_id)))
    return None


def _id(permission: Permission) -> UUID:
    return grants.grant_id(permission.customer_id, permission.recipient_id, permission.purpose)
