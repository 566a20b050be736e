"""Beheer: where an organization's own administrators see and keep what is its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Final

from api.portal import places
from api.portal.frame import Frame, Notice, Page
from api.portal.pages.typed import NOTHING, Typed
from api.portal.speech import Speech, later
from cdp.catalog.files import Catalog
from cdp.catalog.mapping import Entry
from cdp.client_scopes import WIRE_SCOPE
from cdp.clients import KeyFacts
from cdp.office.employees import EmployeeProvider
from cdp.organization_details import Said
from cdp.reads.profiles import NEEDED
from cdp.signals.streams import Status, Stream
from cdp.tables import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeLoginPage(Page):
    """The two fields by which an administrator comes in; `is_again` when only a fresh proof is asked, `kept` a form."""

    template: ClassVar[str] = "office_login.html"

    is_again: bool
    kept: str


@dataclass(frozen=True, slots=True)
class Program:
    """One program, with what can be done about it."""

    client_id: str
    name: str
    about: str
    scopes: tuple[str, ...]
    back: str
    out: str
    place: str
    has_secret: bool
    is_here: bool


@dataclass(frozen=True, slots=True)
class Entrusted:
    """A write key, a webhook or a type: its name, what is known of it, and where its forms go."""

    name: str
    about: str
    place: str


@dataclass(frozen=True, slots=True)
class Mapped:
    """A type of record or an attribute that the organization filed itself."""

    kind: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class People:
    """How employees log in, if that was said; the place they come back to, and the organization's short name."""

    slug: str
    back: str
    provider: EmployeeProvider | None


@dataclass(frozen=True, slots=True)
class Role:
    """A program through which people look, and the words of the provider for whoever looks through it."""

    client_id: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Held:
    """What the page shows, as the vault has it."""

    name: str
    client_id: str
    said: Said
    programs: Sequence[Client]
    keys: Sequence[KeyFacts]
    entries: Sequence[tuple[Entry, str]]
    webhooks: Sequence[Stream]
    catalog: Catalog
    people: People


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficePage(Page):
    """Everything that the organization keeps; `is_fresh` when what is grave can be done now."""

    template: ClassVar[str] = "office.html"

    until: str
    is_fresh: bool
    said: Said
    may: tuple[tuple[str, str], ...]
    programs: tuple[Program, ...]
    keys: tuple[Entrusted, ...]
    may_send: bool
    entries: tuple[Mapped, ...]
    kinds: tuple[tuple[str, str], ...]
    categories: tuple[tuple[str, str], ...]
    webhooks: tuple[Entrusted, ...]
    people: People
    roles: tuple[Role, ...]
    typed: Typed


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeSecretPage(Page):
    """A secret, once."""

    template: ClassVar[str] = "office_secret.html"

    label: str
    name: str
    secret: str


class Done(StrEnum):
    """What the last form did."""

    ENDED = "office-ended"
    CHANGED = "office-changed"
    TRIED = "office-tried"


_TOLD: Final[Mapping[str, str]] = {
    Done.ENDED: later("Dit is gestopt. Het werkt nu niet meer."),
    Done.CHANGED: later("Dit is bewaard."),
    Done.TRIED: later("De webhook krijgt een proefbericht."),
}
_KINDS: Final = (
    ("interaction", later("Gebeurtenis")),
    ("product", later("Product")),
    ("external", later("Iets van elders")),
    ("attributes", later("Kenmerk")),
)
_SCOPES: Final[Mapping[str, str]] = {
    "profiles:read": later("Klanten opzoeken en bekijken, als zij dat goed vinden"),
    "decisions:read": later("Vragen of gegevens van klanten bekeken mogen worden"),
    "records:write": later("Gegevens van eigen klanten sturen"),
    "tracking_api:write": later("Gebeurtenissen sturen, zoals met een sleutel"),
    "grants:request": later("Klanten om toestemming vragen"),
    "subjects:confirm": later("Iemand een code geven die laat zien wie het is"),
    "signals:manage": later("Zeggen waar wij vertellen wat verandert"),
    "demands:answer": later("Verzoeken van klanten lezen en beantwoorden"),
    "catalog:write": later("Eigen soorten gegevens indelen"),
    "openid": later("Als app weten welke klant ja zegt"),
    "org:admin": later("Programma’s, sleutels, soorten en webhooks beheren"),
    "audit:read": later("Zien wat er is gebeurd, zonder gegevens van klanten"),
    "messages:register": later("Melden wat er naar klanten gaat"),
    "contacts:write": later("Vragen hoe contact met klanten mag, en melden wat er is gezegd"),
    "surveys:ask": later("Klanten vragen hoe een gesprek was"),
    "offers:manage": later("Aanbiedingen maken, en vragen voor wie ze passen"),
    "rules:manage": later("Zeggen welke gegevens wij meteen melden"),
    "metrics:read": later("Zien wat klanten vinden, en hoe goed de gegevens zijn"),
}
_STATUS: Final[Mapping[Status, str]] = {
    Status.ENABLED: later("Staat aan"),
    Status.PAUSED: later("Staat even stil"),
    Status.DISABLED: later("Staat uit"),
}


def notice(speech: Speech, code: str) -> Notice | None:
    """Return what the last form did, or None."""
    return Notice(speech.say(_TOLD[code])) if code in _TOLD else None


def login(speech: Speech, frame: Frame, *, is_again: bool, is_wrong: bool = False, kept: str = "") -> OfficeLoginPage:
    """Return the page where an administrator comes in; `kept` goes with the form, and is told."""
    fault = speech.say("Deze gegevens kloppen niet, of dit programma mag niet beheren.") if is_wrong else None
    title = speech.say("Nog een keer inloggen") if is_again else speech.say("Inloggen voor beheer")
    return OfficeLoginPage(frame=frame, title=title, fault=fault, is_again=is_again, kept=kept)


def office(  # what the page says, each by name
    speech: Speech,
    frame: Frame,
    held: Held,
    *,
    ends_at: datetime,
    is_fresh: bool,
    fault: str | None = None,
    typed: Typed = NOTHING,
) -> OfficePage:
    """Return the page of an organization."""
    grantable = {key: each for key, each in held.catalog.categories.items() if each.is_grantable}
    return OfficePage(
        frame=frame,
        title=speech.say("Beheer van %(name)s", name=held.name),
        fault=fault,
        until=speech.clock(ends_at),
        is_fresh=is_fresh,
        said=held.said,
        may=tuple((each, speech.say(_SCOPES[each]) if each in _SCOPES else "") for each in held.said.may),
        programs=tuple(_program(speech, held, each) for each in held.programs if each.revoked_at is None),
        keys=tuple(_key(speech, each) for each in held.keys if each.revoked_at is None),
        may_send=WIRE_SCOPE in held.said.may,
        entries=tuple(_mapped(speech, held.catalog, *each) for each in held.entries),
        kinds=tuple((key, speech.say(label)) for key, label in _KINDS),
        categories=tuple((key, speech.name(each.name)) for key, each in sorted(grantable.items())),
        webhooks=tuple(_webhook(speech, each) for each in held.webhooks),
        people=held.people,
        roles=_roles(held, typed),
        typed=typed,
    )


def secret(speech: Speech, frame: Frame, *, label: str, name: str, word: str) -> OfficeSecretPage:
    """Return the page that shows a secret, once."""
    return OfficeSecretPage(frame=frame, title=speech.say("Bewaar dit nu"), label=label, name=name, secret=word)


def refused(speech: Speech, code: str) -> str:
    """Return one sentence for a form that was not done."""
    return {
        "scope-not-allowed": speech.say(
            "Dit mag deze organisatie niet geven. Vraag het de beheerder van het platform."
        ),
        "unfit-address": speech.say("Dit is geen adres dat wij kunnen gebruiken. Het begint met https://."),
        "bad-address": speech.say("Dit is geen adres dat wij kunnen gebruiken. Het begint met https://."),
        "has-no-secret": speech.say("Dit programma heeft een eigen sleutel en geen geheim."),
        "client-unknown": speech.say("Dit is er niet meer. Misschien is het net gestopt."),
        "stream-unknown": speech.say("Dit is er niet meer. Misschien is het net gestopt."),
        "unknown-scope": speech.say("Kies eerst wat het programma mag."),
        "verified-too-soon": speech.say("Er is net al een proefbericht gestuurd. Dat kan 1 keer per minuut."),
        "private-address": speech.say("Dit adres ligt in een eigen netwerk. Daar sturen wij niets heen."),
        "too-many-streams": speech.say("Er zijn al zo veel webhooks als mag."),
        "unfit-provider": speech.say("Vul bij elke vraag iets in, en bij minstens 1 programma een rol."),
        "unfit-role": speech.say("Door dit programma kijken geen mensen. Kies een ander programma."),
        "no-employees": speech.say("Dit is er niet meer. Misschien is het net gestopt."),
        "category-fixed": speech.say("Waar dit bij hoort, staat vast voor het hele platform."),
    }.get(code, speech.say("Dit is niet gelukt. Kijk na wat er is ingevuld."))


def _program(speech: Speech, held: Held, each: Client) -> Program:
    made = speech.say("gemaakt op %(date)s", date=speech.date(each.created_at))
    who = speech.say("Mensen kijken hierdoor") if each.is_human else speech.say("Een computer")
    return Program(
        client_id=each.client_id,
        name=each.name,
        about=f"{who}, {made}.",
        scopes=tuple(each.scopes),
        back="\n".join(each.redirect_uris),
        out="\n".join(each.logout_uris),
        place=f"{places.OFFICE}/programmas/{each.client_id}",
        has_secret=each.keys is None,
        is_here=each.client_id == held.client_id,
    )


def _roles(held: Held, typed: Typed) -> tuple[Role, ...]:
    """Return the programs that may be a role, each with its words: as typed a moment ago, else as they stand."""
    known = held.people.provider.roles if held.people.provider else {}
    stands = {
        each.client_id: ", ".join(word for word, client_id in known.items() if client_id == each.client_id)
        for each in held.programs
        if each.revoked_at is None and each.is_human and NEEDED in each.scopes
    }
    shown = zip(typed.of("medewerkers", "programma", ()), typed.of("medewerkers", "rol", ()), strict=False)
    words = stands | {client_id: word for client_id, word in shown if client_id in stands}
    names = {each.client_id: each.name for each in held.programs}
    return tuple(Role(client_id, names[client_id], word) for client_id, word in words.items())


def _key(speech: Speech, each: KeyFacts) -> Entrusted:
    made = speech.say("Sinds %(date)s", date=speech.date(each.created_at))
    return Entrusted(each.name, f"{each.key_id}. {made}.", f"{places.OFFICE}/sleutels/{each.key_id}")


def _webhook(speech: Speech, each: Stream) -> Entrusted:
    known = speech.say("Antwoordt") if each.verified_at is not None else speech.say("Heeft nog niet geantwoord")
    told = [speech.say(_STATUS[each.status]), known]
    if each.failures:
        times = speech.say("Achter elkaar niet gelukt: %(number)s keer", number=each.failures)
        told.append(f"{times} ({each.failure})")
    about = " ".join(f"{one}." for one in (*told, each.description) if one)
    return Entrusted(each.url or "", about, f"{places.OFFICE}/webhooks/{each.stream_id}")


def _mapped(speech: Speech, catalog: Catalog, entry: Entry, category: str) -> Mapped:
    known = catalog.categories.get(category)
    return Mapped(entry.kind, entry.name, category if known is None else speech.name(known.name))
