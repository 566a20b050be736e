"""Samples of Berichten."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from api.portal.frame import Frame, Notice, Page, Room, Undo
from api.portal.pages import messages as pages
from api.portal.pages.message_words import Mail
from cdp.catalog import files
from cdp.catalog.files import Language
from cdp.messages.inbox import Entry
from cdp.messages.manners import Manner
from cdp.messages.replies import Reply
from consent.wish_strays import Stray
from consent.wishes import Choices, Wishes
from tests.portal.samples import world

_CHOSEN: Final = Wishes(
    exceptions={world.identity("vuurtoren"): Choices(channels={"usage": (), "service": ("email", "chat")})}
)


def entry(slug: str, name: str, **other: Any) -> Entry:
    """Return a registered message of an hour ago, by e-mail from a computer, about the bill."""
    facts: dict[str, Any] = {
        "kind": "message",
        "entry_id": world.identity(f"message {name}"),
        "organization": world.identity(slug),
        "at": world.AT - timedelta(hours=1),
        "channel": "email",
        "type": None,
        "speaker": "computer",
        "direction": "outbound",
        "topic": "account",
        "reported_at": None,
        "subject": None,
        "text": None,
    }
    facts |= other
    return Entry(**{"until": facts["at"], **facts})


def _talk(slug: str, name: str, type_: str, **other: Any) -> Entry:
    facts = {"kind": "conversation", "type": type_, "channel": type_, "topic": None, "speaker": "human"}
    return entry(slug, name, **facts | other)


_AHEAD: Final = world.AT + timedelta(minutes=20)
CALL: Final = entry(
    "woonvast",
    "call",
    channel="phone",
    speaker="human",
    topic="appointments",
    at=_AHEAD,
    until=_AHEAD + timedelta(minutes=30),
)
BILL: Final = entry("vuurtoren", "bill", text="De rekening van november staat klaar.\nHet is 84 euro.")
NOTE: Final = entry("vuurtoren", "note", speaker="human")
RECALL: Final = entry("zonnewijzer", "recall", topic="recall", at=world.AT - timedelta(days=1))
TIPS: Final = entry("vuurtoren", "tips", topic="usage", at=world.AT - timedelta(days=1, hours=1))
CHAT: Final = _talk(
    "vuurtoren",
    "chat",
    "chat",
    subject="Verhuizing",
    speaker="computer",
    topic="service",
    at=world.AT - timedelta(days=1, hours=2),
)
LETTER: Final = _talk("stranger", "letter", "post", speaker=None, at=world.AT - timedelta(days=9))
CALLED: Final = _talk("zonnewijzer", "called", "phone", at=world.AT - timedelta(days=2))
"""Nobody said what it was for."""
OWN: Final = _talk("vuurtoren", "own", "phone", direction="inbound", at=world.AT - timedelta(days=3))
STRANGE: Final = _talk("vuurtoren", "strange", "phone", topic="unheard-of", at=world.AT - timedelta(days=4))
_STRAYED: Final[dict[UUID, Sequence[Manner]]] = {
    TIPS.entry_id: (Stray.STOPPED, "unasked"),
    CHAT.entry_id: (Stray.SPEAKER, "other-speaker"),
    LETTER.entry_id: ("late",),
}
ALL: Final = (CALL, BILL, RECALL, TIPS, CHAT, LETTER)


def mail(locale: Language) -> Mail:
    """Return what the samples are made from."""
    return Mail(world.speech(locale), files.shipped(), world.NAMES, _CHOSEN, _STRAYED)


def _frame(locale: Language, **other: Any) -> Frame:
    return world.frame(locale, Room.MESSAGES, here="/berichten", **other)


def _listed(locale: Language) -> Page:
    waiting = pages.waiting(world.speech(locale), surveys=1, offers=2)
    return pages.listed(mail(locale), _frame(locale), ALL, waiting)


def _older(locale: Language) -> Page:
    return pages.listed(mail(locale), _frame(locale), ALL[4:], is_first=False, after="verder")


def _stopped(locale: Language) -> Page:
    speech = world.speech(locale)
    told = Notice(
        speech.say("Deze soort stopt. De organisatie mag u hierover niet meer benaderen."),
        Undo("/berichten", speech.say("Ongedaan maken")),
    )
    return pages.listed(mail(locale), _frame(locale, notice=told), ALL[2:4])


def _one(each: Entry, *replies: Reply) -> Callable[[Language], Page]:
    return lambda locale: pages.one(mail(locale), _frame(locale), each, replies)


def _nothing_said(locale: Language) -> Page:
    fault = world.speech(locale).say("Typ eerst wat u wilt zeggen. Of vraag om een mens.")
    return pages.one(mail(locale), _frame(locale), CHAT, fault=fault)


def _unexplained(wishes: Wishes) -> Callable[[Language], Page]:
    return lambda locale: pages.one(replace(mail(locale), chosen=wishes), _frame(locale), CALLED)


def _known(locale: Language) -> Page:
    return pages.one(mail(locale), _frame(locale), CHAT, are_words_open=True)


def _reply(name: str, *, days: int = 2, **other: Any) -> Reply:
    facts: dict[str, Any] = {
        "reply_id": world.identity(f"reply {name}"),
        "organization": CHAT.organization,
        "entry_id": CHAT.entry_id,
        "by": "customer",
        "wants_human": True,
        "at": world.AT - timedelta(hours=3),
        "due_at": world.AT + timedelta(days=days),
        "taken_at": None,
        "done_at": None,
        "text": "Mijn nieuwe adres staat er nog niet.",
        "before": [],
    }
    return Reply(**facts | other)


REPLIES: Final = (
    _reply("asked", text=None),
    _reply("taken", taken_at=world.AT),
    _reply("handed over", by="organization", text="Belde over de verhuizing en wil een mens."),
    _reply("late", days=-1),
    _reply("done", done_at=world.AT),
    _reply("answer", wants_human=False),
)


SAMPLES: Final[dict[str, Callable[[Language], Page]]] = {
    "berichten": _listed,
    "berichten-leeg": lambda locale: pages.listed(mail(locale), _frame(locale), ()),
    "berichten-ouder": _older,
    "berichten-gestopt": _stopped,
    "bericht": _one(BILL),
    "bericht-van-een-mens": _one(NOTE),
    "bericht-straks": _one(CALL),
    "bericht-gestopt": _one(TIPS),
    "bericht-van-de-wet": _one(RECALL),
    "bericht-gesprek": _one(CHAT),
    "bericht-antwoorden": _one(CHAT, *REPLIES),
    "bericht-fout": _nothing_said,
    "bericht-woorden-open": _known,
    "bericht-onbekend": _one(LETTER),
    "bericht-zonder-doel": _unexplained(Wishes()),
    "bericht-kanaal-uit": _unexplained(Wishes(exceptions={CALLED.organization: Choices(never=frozenset({"phone"}))})),
    "bericht-kanaal-nooit": _unexplained(Wishes(never=frozenset({"phone"}))),
    "bericht-stil": _unexplained(Wishes(general=Choices(is_silent=True))),
    "bericht-zelf": _one(OWN),
    "bericht-onbekend-onderwerp": _one(STRANGE),
}
