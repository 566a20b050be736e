"""Veilig inloggen: every way in, who is in now, and what to do when a way is lost."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Final

from api.portal import places
from api.portal.frame import Frame, Page
from api.portal.speech import ZONE, Speech, later
from cdp.keys.blind import IdentifierType
from cdp.logins.passkeys import Passkey
from cdp.logins.questions import Denied
from cdp.logins.sessions import SessionFacts, Way
from cdp.logins.ways_in import WaysIn


@dataclass(frozen=True, slots=True)
class Key:
    """A passkey as it is listed."""

    name: str
    about: str
    used: str
    rename: str
    remove: str


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address or number that the customer proved; the last address cannot go."""

    value: str
    about: str
    kind: str
    can_go: bool


@dataclass(frozen=True, slots=True)
class Other:
    """A login of the other service."""

    about: str
    remove: str


@dataclass(frozen=True, slots=True)
class Open:
    """An open session; the one that looks cannot be stopped here, but by logging out."""

    device: str
    about: str
    until: str
    stop: str
    is_this: bool


@dataclass(frozen=True, slots=True)
class Said:
    """A record of which the customer said that it is not theirs."""

    when: str
    reconsider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage(Page):
    """How one logs in."""

    template: ClassVar[str] = "sign_in.html"

    keys: tuple[Key, ...]
    emails: tuple[Mailbox, ...]
    phones: tuple[Mailbox, ...]
    has_texts: bool
    external: str
    others: tuple[Other, ...]
    sessions: tuple[Open, ...]
    denied: tuple[Said, ...]
    is_fresh: bool
    confirm: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the page is about: the ways in, and who looks."""

    ways: WaysIn
    denied: tuple[Denied, ...]
    this: object
    is_fresh: bool
    has_texts: bool
    external: str


_WAYS: Final[Mapping[Way, str]] = {
    Way.EMAIL: later("met een e-mail"),
    Way.PASSKEY: later("met een passkey"),
    Way.EXTERNAL: later("via een andere dienst"),
}


def sign_in(speech: Speech, known: Known, frame: Frame, *, fault: str | None = None) -> SignInPage:
    """Return the page."""
    ways = known.ways
    return SignInPage(
        frame=frame,
        title=speech.say("Hoe logt u in?"),
        fault=None if fault is None else speech.say(fault),
        keys=tuple(_key(speech, each) for each in ways.passkeys),
        emails=_proven(speech, ways, IdentifierType.EMAIL),
        phones=_proven(speech, ways, IdentifierType.PHONE),
        has_texts=known.has_texts,
        external=known.external,
        others=tuple(
            Other(
                speech.say("Sinds %(date)s", date=speech.date(each.made_at)),
                f"{places.SIGN_IN}/extern/{each.external_id}/weg",
            )
            for each in ways.linked
        ),
        sessions=tuple(_open(speech, each, is_this=each.session_id == known.this) for each in ways.sessions),
        denied=tuple(Said(speech.date(each.at), f"{places.QUESTIONS}/{each.subject_id}/toch") for each in known.denied),
        is_fresh=known.is_fresh,
        confirm=f"{places.CONFIRM}?{places.ONWARD}={places.SIGN_IN}",
    )


def _key(speech: Speech, each: Passkey) -> Key:
    where = speech.say("Werkt op al uw apparaten") if each.is_synced else speech.say("Werkt op 1 apparaat")
    made = speech.say("gemaakt op %(date)s", date=speech.date(each.made_at))
    used = (
        speech.say("Nog niet gebruikt")
        if each.used_at is None
        else speech.say("Gebruikt op %(date)s", date=speech.date(each.used_at))
    )
    place = f"{places.SIGN_IN}/passkeys/{each.passkey_id}"
    return Key(each.name, f"{where}, {made}.", f"{used}.", f"{place}/naam", f"{place}/weg")


def _proven(speech: Speech, ways: WaysIn, kind: IdentifierType) -> tuple[Mailbox, ...]:
    found = ways.of(kind)
    can_go = kind is not IdentifierType.EMAIL or len(found) > 1
    return tuple(
        Mailbox(each.value, speech.say("Sinds %(date)s", date=speech.date(each.since)), kind.value, can_go)
        for each in found
    )


def _open(speech: Speech, each: SessionFacts, *, is_this: bool) -> Open:
    began = speech.say(
        "Ingelogd op %(date)s om %(clock)s", date=speech.date(each.started_at), clock=speech.clock(each.started_at)
    )
    return Open(
        device=each.device or speech.say("Onbekend apparaat"),
        about=f"{began}, {speech.say(_WAYS[each.way])}.",
        until=_until(speech, each),
        stop=f"{places.SIGN_IN}/sessies/{each.session_id}/stop",
        is_this=is_this,
    )


def _until(speech: Speech, each: SessionFacts) -> str:
    soon, last = _at(speech, each.expires_at), _at(speech, each.ends_at)
    if soon == last:
        return speech.say("Stopt vanzelf %(end)s.", end=last)
    return speech.say("Stopt vanzelf %(soon)s, en uiterlijk %(end)s.", soon=soon, end=last)


def _at(speech: Speech, moment: datetime) -> str:
    clock = speech.clock(moment)
    if moment.astimezone(ZONE).date() == speech.at.astimezone(ZONE).date():
        return speech.say("om %(clock)s", clock=clock)
    return speech.say("op %(date)s om %(clock)s", date=speech.date(moment), clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressCodePage(Page):
    """The field for the code that went to a new address or number."""

    template: ClassVar[str] = "address_code.html"


def address_code(speech: Speech, frame: Frame, *, fault: str | None = None) -> AddressCodePage:
    """Return the page that waits for the code."""
    return AddressCodePage(frame=frame, title=speech.say("Typ de code"), fault=fault)
