"""Samples of Inloggen, Veilig inloggen, Bevestigen, Bent u dit?, leaving, and the demo's post."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from api.portal.frame import Page, Room
from api.portal.pages import confirm, demo_desks, demo_mail, external, leaving, login, questions, sign_in
from api.portal.pages.demo_mail import Caught
from api.portal.pages.login import Standing, Trouble
from api.portal.routes.sign_in import LAST_WAY_IN
from cdp.catalog.files import Language
from cdp.demo.front_desks import FrontDesk
from cdp.keys.blind import IdentifierType
from cdp.logins.claiming import Proven
from cdp.logins.external import Linked
from cdp.logins.passkeys import Passkey
from cdp.logins.questions import Denied, Question
from cdp.logins.sessions import SessionFacts, Way
from cdp.logins.ways_in import WaysIn
from cdp.own.holdings import Summary
from tests.portal.samples import world

_EMAIL: Final = Proven(IdentifierType.EMAIL, "noor@example.org", world.AT - timedelta(days=400))
_WORK: Final = Proven(IdentifierType.EMAIL, "noor.de.wit@werk.example.org", world.AT - timedelta(days=30))
_PHONE: Final = Proven(IdentifierType.PHONE, "+31612345678", world.AT - timedelta(days=3))
_THIS: Final = world.identity("this session")


def _session(name: str, way: Way, device: str, *, ago: int, left: int = 30) -> SessionFacts:
    began = world.AT - timedelta(minutes=ago)
    return SessionFacts(
        session_id=world.identity(name),
        way=way,
        device=device,
        started_at=began,
        used_at=began,
        expires_at=world.AT + timedelta(minutes=left),
        ends_at=began + timedelta(hours=8),
    )


_ONE: Final = _session("this session", Way.EMAIL, "Firefox – Windows", ago=5)
_FEW: Final = WaysIn((), (_EMAIL,), (), (_ONE,))
_MANY: Final = WaysIn(
    (
        Passkey(world.identity("key 1"), "Telefoon van Noor", True, world.AT - timedelta(days=90), world.AT),
        Passkey(world.identity("key 2"), "Sleutelhanger", False, world.AT - timedelta(days=2), None),
    ),
    (_EMAIL, _WORK, _PHONE),
    (Linked(world.identity("linked"), world.AT - timedelta(days=9), None),),
    (
        _ONE,
        _session("other session", Way.PASSKEY, "", ago=100),
        _session("third", Way.EXTERNAL, "Safari – iPad", ago=9),
        _session("tomorrow", Way.EMAIL, "Edge – Windows", ago=0, left=8 * 60),
    ),
)


def _known(ways: WaysIn, **more: object) -> sign_in.Known:
    facts: dict[str, object] = {"denied": (), "this": _THIS, "is_fresh": False, "has_texts": True, "external": ""}
    return sign_in.Known(ways=ways, **(facts | more))  # type: ignore[arg-type]  # the facts above


def _few(locale: Language) -> Page:
    return sign_in.sign_in(world.speech(locale), _known(_FEW), world.frame(locale, Room.SIGN_IN))


def _many(locale: Language) -> Page:
    denied = (Denied(world.identity("denied"), world.AT - timedelta(days=1)),)
    known = _known(_MANY, denied=denied, is_fresh=True, external="DigiSleutel")
    return sign_in.sign_in(world.speech(locale), known, world.frame(locale, Room.SIGN_IN))


def _last(locale: Language) -> Page:
    known = _known(_FEW, is_fresh=True, external="DigiSleutel", has_texts=False)
    return sign_in.sign_in(world.speech(locale), known, world.frame(locale, Room.SIGN_IN), fault=LAST_WAY_IN)


def _address_code(locale: Language) -> Page:
    return sign_in.address_code(world.speech(locale), world.frame(locale, Room.SIGN_IN))


def _ways(locale: Language) -> Page:
    return login.login(world.speech(locale), world.stranger(locale), onward="/", external="DigiSleutel")


def _failed(locale: Language) -> Page:
    speech, frame = world.speech(locale), world.stranger(locale)
    return login.login(speech, frame, onward="/", external="", trouble=Trouble.UNVERIFIED)


def _code(locale: Language) -> Page:
    return login.code(world.speech(locale), world.stranger(locale))


def _wrong_code(locale: Language) -> Page:
    return login.code(world.speech(locale), world.stranger(locale), trouble=Trouble.CODE)


def _link(standing: Standing, trouble: Trouble = Trouble.NONE) -> Callable[[Language], Page]:
    return lambda locale: login.link(world.speech(locale), world.stranger(locale), standing, trouble=trouble)


def _confirm(*proven: Proven, is_sent: bool = False, trouble: Trouble = Trouble.NONE) -> Callable[[Language], Page]:
    def page(locale: Language) -> Page:
        choice = confirm.Choice(has_passkey=True, proven=proven)
        speech, frame = world.speech(locale), world.frame(locale, None)
        return confirm.confirm(speech, frame, choice, onward="/gegevens", is_sent=is_sent, trouble=trouble)

    return page


def _asked(locale: Language) -> Page:
    asked = [
        Question(world.identity("one"), world.identity("woonvast"), IdentifierType.EMAIL, "e.org"),
        Question(world.identity("two"), None, IdentifierType.PHONE, "78"),
    ]
    speech = world.speech(locale)
    return questions.page(speech, world.frame(locale, None), questions.cards(speech, world.NAMES, asked))


def _nothing_asked(locale: Language) -> Page:
    return questions.page(world.speech(locale), world.frame(locale, None), ())


def _summary(locale: Language) -> Summary:
    return Summary(
        emails=["noor@example.org"],
        since=world.AT,
        language="en" if locale is Language.EN else "nl",
        address="je" if locale is Language.NL_JE else "u",
        categories=["contact"],
        records=128,
        interactions=1,
        evidence=2,
        sources=4,
    )


def _leaving(*, is_fresh: bool, fault: str | None = None) -> Callable[[Language], Page]:
    def page(locale: Language) -> Page:
        speech = world.speech(locale)
        said = None if fault is None else speech.say(fault)
        frame = world.frame(locale, Room.SIGN_IN)
        return leaving.leaving(speech, frame, _summary(locale), is_fresh=is_fresh, fault=said)

    return page


def _left(locale: Language) -> Page:
    return leaving.left(world.speech(locale), world.stranger(locale), number=str(world.identity("erasure")))


_OPENINGS: Final = {
    Language.NL: "Met deze link logt u in bij mijn.klant:",
    Language.NL_JE: "Met deze link log je in bij mijn.klant:",
    Language.EN: "This link logs you in to mijn.klant:",
}


def _post(locale: Language) -> Page:
    letter = f"{_OPENINGS[locale]}\n\nhttp://localhost:8000/inloggen/cdp_ml_voorbeeld\n"
    caught = [
        Caught("noor@example.org", world.AT, "Inloggen bij mijn.klant", letter, "http://localhost:8000/x", False, "nl"),
        Caught("+31612345678", world.AT, "", "1234 5678 is de code voor mijn.klant.", None, True, "nl"),
    ]
    return demo_mail.demo_mail(world.speech(locale), world.stranger(locale), caught)


def _no_post(locale: Language) -> Page:
    return demo_mail.demo_mail(world.speech(locale), world.stranger(locale), ())


def _desks(locale: Language) -> Page:
    desks = [
        FrontDesk("woonvast", "Woonvast", ("lotte.jansen@post.example.net",)),
        FrontDesk("weidelicht", "Weidelicht", ()),
    ]
    return demo_desks.demo_desks(world.speech(locale), world.stranger(locale), desks)


def _no_desks(locale: Language) -> Page:
    return demo_desks.demo_desks(world.speech(locale), world.stranger(locale), ())


def _away(locale: Language) -> Page:
    address = "https://inloggen.example.org/auth?state=voorbeeld"
    return external.away(world.speech(locale), world.frame(locale, Room.SIGN_IN), name="DigiSleutel", address=address)


def _linking(email: str | None) -> Callable[[Language], Page]:
    def page(locale: Language) -> Page:
        frame = world.frame(locale, Room.SIGN_IN)
        return external.link(world.speech(locale), frame, name="DigiSleutel", email=email, offered="voorbeeld")

    return page


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "inloggen": _ways,
    "inloggen-mislukt": _failed,
    "inloggen-code": _code,
    "inloggen-code-fout": _wrong_code,
    "inloggen-link": _link(Standing.UNTRIED),
    "inloggen-link-code": _link(Standing.NEEDS_CODE, Trouble.CODE),
    "inloggen-link-oud": _link(Standing.ENDED),
    "veilig-weinig": _few,
    "veilig-veel": _many,
    "veilig-laatste": _last,
    "veilig-code": _address_code,
    "extern-weg": _away,
    "extern-koppelen": _linking("noor@example.org"),
    "extern-koppelen-onbekend": _linking(None),
    "bevestigen": _confirm(_EMAIL),
    "bevestigen-kiezen": _confirm(_EMAIL, _WORK, _PHONE, trouble=Trouble.TOO_OFTEN),
    "bevestigen-code": _confirm(_EMAIL, is_sent=True, trouble=Trouble.CODE),
    "bent-u-dit": _asked,
    "bent-u-dit-leeg": _nothing_asked,
    "verwijderen": _leaving(is_fresh=False),
    "verwijderen-zeker": _leaving(is_fresh=True, fault="Zet eerst het vinkje. Er is niets veranderd."),
    "verwijderd": _left,
    "demo-post": _post,
    "demo-post-leeg": _no_post,
    "demo-balie": _desks,
    "demo-balie-leeg": _no_desks,
}
