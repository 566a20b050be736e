"""Berichten: everything that was said, day by day, and one message in full. Who spoke stands before it is opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Final
from urllib.parse import urlencode

from api.portal import places
from api.portal.drawing import Rosette, rosette
from api.portal.frame import Frame, Page
from api.portal.pages import values
from api.portal.pages.wishes import Whose, standing
from api.portal.speech import ZONE, Speech
from cdp import due_dates
from cdp.catalog.files import Catalog, Topic
from cdp.directory import Names
from cdp.messages import kinds
from cdp.messages.inbox import Entry
from cdp.messages.replies import LONGEST, Reply
from consent.types import CUSTOMER_SOURCE
from consent.wishes import Choices, Wishes


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
    stop: str
    stop_says: str
    stopped: str
    """That it is stopped, in words; empty where it is not."""
    undo: str
    """Where that is taken back; empty where it follows from another choice."""


@dataclass(frozen=True, slots=True)
class Day:
    """What was said on one day, the latest first."""

    title: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Mail:
    """What both pages are made from: words, names, and what the customer chose."""

    speech: Speech
    catalog: Catalog
    names: Names
    chosen: Wishes

    def topic(self, each: Entry) -> Topic | None:
        """Return what an entry was about, if the catalog knows it."""
        return self.catalog.topics.get(each.topic or "")

    def channel(self, each: Entry) -> str:
        """Return the channel by which an organization spoke, if the catalog knows it; none where the customer began."""
        return kinds.channel_of(self.catalog, each)

    def stands(self, each: Entry, topic: Topic) -> Sequence[str]:
        """Return through which channels its organization may speak about its topic now."""
        found = standing(self.chosen, Whose(organization=each.organization), each.topic or "", topic)
        return [key for key in found if self.is_open(each, key)]

    def is_open(self, each: Entry, channel: str) -> bool:
        """Tell whether its organization may use a channel for anything that can be switched off."""
        is_barred = channel in self.chosen.barred(each.organization) or self.chosen.avoids(channel)
        return not is_barred and not self.chosen.is_silent(each.organization)

    def was_stopped(self, each: Entry) -> bool:
        """Tell whether its kind, or its channel, was stopped for its organization alone: that can be undone here."""
        if self.topic(each) is None:
            return self.channel(each) in self.chosen.barred(each.organization)
        return self.chosen.exceptions.get(each.organization, Choices()).channels.get(each.topic or "") == ()


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
    days = groupby(found, key=lambda each: each.at.astimezone(ZONE).date())
    return MessagesPage(
        frame=frame,
        title=mail.speech.say("Berichten"),
        days=tuple(_day(mail, tuple(some)) for _, some in days),
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
    typed: str = "",
) -> MessagePage:
    """Return the page of one message or conversation."""
    say, name, line = mail.speech.say, mail.names.name(each.organization), _line(mail, each)
    topic, is_message = mail.topic(each), each.kind == "message"
    whose = {"voor": mail.names.slug(each.organization), "onderwerp": each.topic or ""}
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
        bare="" if each.text or not is_message else _bare(mail, each),
        facts=_facts(mail, each, line),
        choice="" if topic is None or topic.is_required else _choice(mail, each, topic),
        change="" if topic is None or topic.is_required else f"{places.WISHES}?{urlencode(whose)}",
        action=places.message(each.entry_id),
        thing="" if is_message else places.thing(each.entry_id),
        fault=fault,
        typed=typed,
        can_answer=_is_there(mail.names, each),
        unmask=f"{places.message(each.entry_id)}/was-een-computer" if _may_be_unmasked(mail, each) else "",
        is_reported=each.reported_at is not None,
        said=tuple(_said(mail, reply) for reply in replies),
        longest=LONGEST,
    )


def _day(mail: Mail, found: tuple[Entry, ...]) -> Day:
    return Day(mail.speech.day(found[0].at), tuple(_line(mail, each) for each in found))


def _line(mail: Mail, each: Entry) -> Line:
    speech, topic = mail.speech, mail.topic(each)
    stop_says, stopped = _stopping(mail, each, topic)
    return Line(
        anchor=f"b{each.entry_id.hex[:12]}",
        href=places.message(each.entry_id),
        clock=speech.clock(each.at),
        iso=each.at.astimezone(ZONE).isoformat(timespec="minutes"),
        sign=each.speaker or "unknown",
        name=mail.names.name(each.organization),
        who=_who(speech, each),
        how=_how(mail, each),
        about=each.subject or ("" if topic is None else speech.name(topic.name)),
        why=_why(mail, each, topic),
        stop=f"{places.message(each.entry_id)}/stop" if stop_says else "",
        stop_says=stop_says,
        stopped=stopped,
        undo=f"{places.message(each.entry_id)}/terug" if stopped and mail.was_stopped(each) else "",
    )


def _stopping(mail: Mail, each: Entry, topic: Topic | None) -> tuple[str, str]:
    """Return how to stop it, and that it is: the kind, or the channel where no kind is known."""
    say = mail.speech.say
    if topic is not None:
        if topic.is_required:
            return "", ""
        return (say("Stop deze soort"), "") if mail.stands(each, topic) else ("", say("Deze soort is gestopt."))
    channel = mail.channel(each)
    if not channel or not _is_there(mail.names, each):
        return "", ""
    way = mail.speech.name(mail.catalog.channels[channel].name).lower()
    if not mail.is_open(each, channel):
        return "", say("Contact via %(way)s is gestopt.", way=way)
    return say("Stop contact via %(way)s", way=way), ""


_FACES: Final = frozenset({"visit", "in-person"})
_SPOKEN: Final = frozenset({"phone", "chat", "chatbot", "visit", "video", "in-person", "virtual-reality", "video-call"})


def _who(speech: Speech, each: Entry) -> str:
    """Return who speaks, before anything is opened."""
    is_spoken = not {each.channel, each.type}.isdisjoint(_SPOKEN)
    if is_spoken and each.speaker is not None:
        is_ahead, is_human = each.at > speech.at, each.speaker == "human"
        if is_ahead:
            return (
                speech.say("U spreekt straks een mens.") if is_human else speech.say("U spreekt straks een computer.")
            )
        return speech.say("U sprak een mens.") if is_human else speech.say("U sprak een computer.")
    if each.speaker == "human":
        return speech.say("Een mens stuurde dit.")
    if each.speaker == "computer":
        return speech.say("Een computer stuurde dit.")
    return speech.say("Zij zeggen niet of het een mens of computer was.")


def _how(mail: Mail, each: Entry) -> str:
    """Return by which channel it came."""
    if each.type is not None:
        return values.label(mail.speech, mail.catalog, "interaction", each.type)
    channel = mail.catalog.channels.get(each.channel or "")
    return each.channel or "" if channel is None else mail.speech.name(channel.name)


def _why(mail: Mail, each: Entry, topic: Topic | None) -> str:
    """Return for what it was; where they named no topic, nothing beside what they say that it was about."""
    if topic is None:
        return "" if each.subject else mail.speech.say("Zij zeggen niet waarover dit gaat.")
    if topic.reason is not None:
        return mail.speech.name(topic.reason)
    purpose = mail.catalog.purposes.get(topic.purpose)
    return "" if purpose is None else mail.speech.name(purpose.name)


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
    return (*found, Fact(say("Waarvoor"), line.why)) if line.why else tuple(found)


def _bare(mail: Mail, each: Entry) -> str:
    """Return why no text stands here: what is spoken has none."""
    channel = mail.catalog.channels.get(each.channel or "")
    if channel is None or not channel.is_live:
        return mail.speech.say("De tekst staat niet hier. Die staat in het bericht zelf.")
    return mail.speech.say("Het gaat om een gesprek. Wat er gezegd wordt, staat niet hier.")


def _choice(mail: Mail, each: Entry, topic: Topic) -> str:
    """Return what the customer chose about its topic."""
    channels = mail.catalog.channels
    named = [mail.speech.name(channels[key].name).lower() for key in mail.stands(each, topic) if key in channels]
    if not named:
        return mail.speech.say("U wilt hierover niets van hen.")
    return mail.speech.say("Zij mogen u hierover bereiken via: %(ways)s.", ways=mail.speech.listed(named))


def _is_there(names: Names, each: Entry) -> bool:
    found = names.by_id.get(each.organization)
    return found is not None and found.closed_at is None and each.organization != CUSTOMER_SOURCE


def _may_be_unmasked(mail: Mail, each: Entry) -> bool:
    """Tell whether it can be reported that a computer spoke: once, where a human is said to have, out of sight."""
    is_declared = each.speaker == "human" and _FACES.isdisjoint({each.channel, each.type})
    is_theirs = each.organization != CUSTOMER_SOURCE
    return is_declared and is_theirs and each.reported_at is None and each.at <= mail.speech.at


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
