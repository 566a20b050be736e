"""Berichten: everything that was said, day by day, and one message in full. Who spoke stands before it is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import ClassVar, Final
from urllib.parse import urlencode

from api.portal import places
from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page
from api.portal.pages import message_words as words
from api.portal.pages.message_words import Mail
from api.portal.speech import ZONE, Speech
from cdp import due_dates
from cdp.messages.inbox import Entry
from cdp.messages.replies import LONGEST, Reply

RECENT: Final = timedelta(days=7)
"""What is from longer ago stands under its month."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that an organization would like an answer to."""

    href: str
    text: str


@dataclass(frozen=True, slots=True)
class Line:
    """One message or conversation in the list; `stop` is where its kind is stopped, or its channel, if it can be."""

    anchor: str
    href: str
    clock: str
    iso: str
    sign: str
    name: str
    who: str
    how: str
    about: str
    why: str
    strayed: tuple[str, ...]
    """In what it was not as the customer chose, or as its sender had said; mostly nothing."""
    stop: str
    stop_says: str
    stopped: str
    """That it is stopped, in words; empty where it is not."""
    undo: str
    """Where that is taken back; empty where it follows from another choice."""


@dataclass(frozen=True, slots=True)
class Day:
    """What was said on one day, or of longer ago in one month, the latest first."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known of a message."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Said:
    """What the customer said back, what becomes of it, and who wrote it down where they did not do so themselves."""

    when: str
    text: str
    writer: str
    state: str
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesPage(Page):
    """Everything that was said."""

    template: ClassVar[str] = "messages.html"

    days: tuple[Day, ...]
    waiting: tuple[Waiting, ...]
    first: str | None
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage(Page):
    """One message or conversation in full."""

    template: ClassVar[str] = "message.html"

    line: Line
    rosette: Rosette
    is_verified: bool
    href: str
    is_real: bool
    real: str
    text: str
    bare: str
    """Why no text stands here; empty where nobody would look for one."""
    facts: tuple[Fact, ...]
    choice: str
    change: str
    action: str
    thing: str
    can_answer: bool
    before: str
    """What a human who is asked for gets to see of before."""
    allow: str
    """What the customer can allow to let them see more; empty where they see it."""
    unmask: str
    """Where it is told that a computer spoke, if a human is said to have; empty otherwise."""
    is_reported: bool
    said: tuple[Said, ...]
    typed: str
    """What was typed and not sent."""
    longest: int


def listed(
    mail: Mail,
    frame: Frame,
    found: Sequence[Entry],
    waiting: Sequence[Waiting] = (),
    *,
    is_first: bool = True,
    after: str | None = None,
) -> MessagesPage:
    """Return the page with some of the list; `after` is where it goes on."""
    days = groupby(found, key=lambda each: _heading(mail, each))
    return MessagesPage(
        frame=frame,
        title=mail.speech.say("Berichten"),
        days=tuple(Day(title, tuple(_line(mail, each) for each in some)) for title, some in days),
        waiting=tuple(waiting),
        first=None if is_first else places.MESSAGES,
        next=None if after is None else f"{places.MESSAGES}?{urlencode({'na': after})}",
    )


def waiting(speech: Speech, *, surveys: int, offers: int) -> list[Waiting]:
    """Return what waits for an answer, with how many there are."""
    found = []
    if surveys:
        said = speech.count("%(number)s vraag na een gesprek", "%(number)s vragen na een gesprek", surveys)
        found.append(Waiting(places.SURVEYS, said))
    if offers:
        found.append(Waiting(places.OFFERS, speech.count("%(number)s aanbieding", "%(number)s aanbiedingen", offers)))
    return found


def one(  # what the page says, each by name
    mail: Mail,
    frame: Frame,
    each: Entry,
    replies: Sequence[Reply] = (),
    *,
    fault: str | None = None,
    are_words_open: bool = False,
    typed: str = "",
) -> MessagePage:
    """Return the page of one message or conversation."""
    say, name, line = mail.speech.say, mail.names.name(each.organization), _line(mail, each)
    topic, is_message = mail.topic(each), each.kind == "message"
    whose = {"voor": mail.names.slug(each.organization)} | ({} if topic is None else {"onderwerp": each.topic or ""})
    return MessagePage(
        frame=frame,
        title=say("Bericht van %(name)s", name=name) if is_message else say("Contact met %(name)s", name=name),
        line=line,
        rosette=rosette(each.organization),
        is_verified=mail.names.is_verified(each.organization),
        href=places.organisation(mail.names.slug(each.organization)),
        is_real=is_message,
        real=say("Dit is echt. %(name)s meldde het bij ons.", name=name)
        if is_message
        else say("%(name)s zette dit bij uw gegevens.", name=name),
        text=each.text or "",
        bare="" if each.text or not is_message else words.bare(mail, each),
        facts=_facts(mail, each, line),
        choice=words.choice(mail, each, topic),
        change=f"{places.WISHES}?{urlencode(whose)}",
        action=places.message(each.entry_id),
        thing="" if is_message else places.thing(each.entry_id),
        fault=fault,
        typed=typed,
        can_answer=words.is_there(mail.names, each),
        before=words.before(mail, each, are_words_open=are_words_open),
        allow="" if are_words_open else words.allow(mail, each),
        unmask=f"{places.message(each.entry_id)}/was-een-computer" if words.may_be_unmasked(mail, each) else "",
        is_reported=each.reported_at is not None,
        said=tuple(_said(mail, reply) for reply in replies),
        longest=LONGEST,
    )


def _heading(mail: Mail, each: Entry) -> str:
    """Return what it stands under: its day, or of longer ago its month, so that few headings stand between many."""
    return mail.speech.day(each.at) if _is_recent(mail, each) else mail.speech.month(each.at)


def _is_recent(mail: Mail, each: Entry) -> bool:
    return each.at > mail.speech.at - RECENT


def _line(mail: Mail, each: Entry) -> Line:
    speech, topic = mail.speech, mail.topic(each)
    stop_says, stopped = words.stopping(mail, each, topic)
    return Line(
        anchor=f"b{each.entry_id.hex[:12]}",
        href=places.message(each.entry_id),
        clock=speech.clock(each.at) if _is_recent(mail, each) else speech.short_moment(each.at),
        iso=each.at.astimezone(ZONE).isoformat(timespec="minutes"),
        sign=each.speaker or "unknown",
        name=mail.names.name(each.organization),
        who=words.who(speech, each),
        how=words.how(mail, each),
        about=each.subject or ("" if topic is None else speech.name(topic.name)),
        why=words.why(mail, each, topic),
        strayed=tuple(words.strayed(mail, each, one) for one in words.manners(mail, each) if one != "unasked"),
        stop=f"{places.message(each.entry_id)}/stop" if stop_says else "",
        stop_says=stop_says,
        stopped=stopped,
        undo=f"{places.message(each.entry_id)}/terug" if stopped and mail.was_stopped(each) else "",
    )


def _facts(mail: Mail, each: Entry, line: Line) -> tuple[Fact, ...]:
    say = mail.speech.say
    when = mail.speech.moment(each.at)
    if each.until > each.at:
        when = say("%(moment)s tot %(clock)s", moment=when, clock=mail.speech.clock(each.until))
    topic = mail.topic(each)
    found = [Fact(say("Wanneer"), when), Fact(say("Hoe"), line.how)]
    if topic is not None:
        found.append(Fact(say("Onderwerp"), mail.speech.name(topic.name)))
    if each.subject:
        found.append(Fact(say("Waarover"), each.subject))
    what_for = words.what_for(mail, each, line.why)
    if what_for:
        found.append(Fact(say("Waarvoor"), what_for))
    went = " ".join(words.strayed(mail, each, one) for one in words.manners(mail, each))
    return (*found, Fact(say("Hoe het ging"), went)) if went else tuple(found)


def _said(mail: Mail, reply: Reply) -> Said:
    speech, is_own = mail.speech, reply.by == "customer"
    name = mail.names.name(reply.organization)
    return Said(
        when=speech.moment(reply.at),
        text=reply.text or speech.say("U vroeg om een mens."),
        writer="" if is_own else speech.say("%(name)s schreef dit op, niet u.", name=name),
        state=state(speech, reply),
        is_late=reply.is_late(at=speech.at),
    )


def state(speech: Speech, reply: Reply) -> str:
    """Return what becomes of it, and by when."""
    date = speech.date(due_dates.last_moment(reply.due_at))
    if reply.done_at is not None:
        return speech.say("Zij zeggen: dit is beantwoord.")
    if reply.is_late(at=speech.at):
        return speech.say("Te laat. Een mens moest antwoorden op %(date)s.", date=date)
    if reply.taken_at is not None:
        return speech.say("Een mens is ermee bezig, tot uiterlijk %(date)s.", date=date)
    if reply.wants_human:
        return speech.say("Een mens antwoordt uiterlijk op %(date)s.", date=date)
    return speech.say("Zij hebben uw antwoord gekregen.")
