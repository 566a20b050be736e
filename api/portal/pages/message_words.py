"""What is said of one message or conversation: who spoke, how, about what, how it went, and how it is stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from api.portal.pages import values
from api.portal.speech import Speech, later
from cdp.catalog.files import Catalog, Topic
from cdp.directory import Names
from cdp.messages import earlier, kinds
from cdp.messages.inbox import Entry
from cdp.messages.manners import Manner
from cdp.messages.own import FACES
from consent.types import CUSTOMER_SOURCE
from consent.wish_strays import Stray
from consent.wishes import Choices, Wishes


@dataclass(frozen=True, slots=True)
class Mail:
    """What both pages are made from: words, names, and what the customer chose."""

    speech: Speech
    catalog: Catalog
    names: Names
    chosen: Wishes
    manners: Mapping[UUID, Sequence[Manner]] = field(default_factory=dict)
    """In what entries strayed from what was chosen or announced."""

    def topic(self, each: Entry) -> Topic | None:
        """Return what an entry was about, if the catalog knows it."""
        return self.catalog.topics.get(each.topic or "")

    def channel(self, each: Entry) -> str:
        """Return the channel by which an organization spoke, if the catalog knows it; none where the customer began."""
        return kinds.channel_of(self.catalog, each)

    def stands(self, each: Entry, topic: Topic) -> Sequence[str]:
        """Return through which channels its organization may speak about its topic now."""
        return self.chosen.standing(each.organization, each.topic or "", topic.under or "", topic.defaults)

    def is_open(self, each: Entry, channel: str) -> bool:
        """Tell whether its organization may use a channel for anything that can be switched off."""
        is_barred = channel in self.chosen.barred(each.organization) or self.chosen.avoids(channel)
        return not is_barred and not self.chosen.is_silent(each.organization)

    def was_stopped(self, each: Entry) -> bool:
        """Tell whether its kind, or its channel, was stopped for its organization alone: that can be undone here."""
        if self.topic(each) is None:
            return self.channel(each) in self.chosen.barred(each.organization)
        return self.chosen.exceptions.get(each.organization, Choices()).channels.get(each.topic or "") == ()


def stopping(mail: Mail, each: Entry, topic: Topic | None) -> tuple[str, str]:
    """Return how to stop it, and that it is: the kind, or the channel where no kind is known."""
    say = mail.speech.say
    if topic is not None:
        if topic.is_required:
            return "", ""
        return (say("Stop deze soort"), "") if mail.stands(each, topic) else ("", say("Deze soort is gestopt."))
    channel = mail.channel(each)
    if not channel or not is_there(mail.names, each):
        return "", ""
    way = mail.speech.name(mail.catalog.channels[channel].name).lower()
    if not mail.is_open(each, channel):
        return "", say("Contact via %(way)s is gestopt.", way=way)
    return say("Stop contact via %(way)s", way=way), ""


_SPOKEN: Final = frozenset({"phone", "chat", "chatbot", "visit", "video", "in-person", "virtual-reality", "video-call"})


_AHEAD: Final = later("U spreekt straks een mens."), later("U spreekt straks een computer.")
_NOW: Final = later("U spreekt een mens."), later("U spreekt een computer.")
_SPOKE: Final = later("U sprak een mens."), later("U sprak een computer.")


def who(speech: Speech, each: Entry) -> str:
    """Return who speaks, before anything is opened."""
    is_spoken = not {each.channel, each.type}.isdisjoint(_SPOKEN)
    if is_spoken and each.speaker is not None:
        is_ahead, is_over = each.at > speech.at, each.until <= speech.at
        human, computer = _AHEAD if is_ahead else _SPOKE if is_over else _NOW
        spoken = human if each.speaker == "human" else computer
        return speech.say(spoken)
    if each.direction == "inbound" and each.speaker != "computer":
        return speech.say("U stuurde dit.")
    if each.speaker == "human":
        return speech.say("Een mens stuurde dit.")
    if each.speaker == "computer":
        return speech.say("Een computer stuurde dit.")
    return speech.say("Zij zeggen niet of het een mens of computer was.")


def how(mail: Mail, each: Entry) -> str:
    """Return by which channel it came."""
    if each.type is not None:
        return values.label(mail.speech, mail.catalog, "interaction", each.type)
    channel = mail.catalog.channels.get(each.channel or "")
    return each.channel or "" if channel is None else mail.speech.name(channel.name)


def why(mail: Mail, each: Entry, topic: Topic | None) -> str:
    """Return for what it was; where they named no topic, nothing beside what they say that it was about."""
    if topic is None:
        return "" if each.subject else mail.speech.say("Zij zeggen niet waarover dit gaat.")
    if topic.reason is not None:
        return mail.speech.name(topic.reason)
    purpose = mail.catalog.purposes.get(topic.purpose)
    return "" if purpose is None else mail.speech.name(purpose.name)


def bare(mail: Mail, each: Entry) -> str:
    """Return why no text stands here: what is spoken has none."""
    channel = mail.catalog.channels.get(each.channel or "")
    if channel is None or not channel.is_live:
        return mail.speech.say("De tekst staat niet hier. Die staat in het bericht zelf.")
    return mail.speech.say("Het gaat om een gesprek. Wat er gezegd wordt, staat niet hier.")


def what_for(mail: Mail, each: Entry, why: str) -> str:
    """Return for what it was in full: of a conversation also that nobody said so."""
    if each.kind == "message" or mail.topic(each) is not None:
        return why
    if each.direction == "inbound":
        return mail.speech.say("U nam zelf contact op.")
    if each.topic is not None:
        return mail.speech.say("Wij weten niet waarvoor dit was.")
    return mail.speech.say("%(name)s zei niet waarvoor dit was.", name=mail.names.name(each.organization))


def choice(mail: Mail, each: Entry, topic: Topic | None) -> str:
    """Return what the customer chose about its topic; of a conversation without one, about its channel."""
    if topic is None:
        return "" if each.kind == "message" else _choice_of_channel(mail, each)
    if topic.is_required:
        return ""
    channels = mail.catalog.channels
    named = [mail.speech.name(channels[key].name).lower() for key in mail.stands(each, topic) if key in channels]
    if not named:
        return mail.speech.say("U wilt hierover niets van hen.")
    return mail.speech.say("Zij mogen u hierover bereiken via: %(ways)s.", ways=mail.speech.listed(named))


def _choice_of_channel(mail: Mail, each: Entry) -> str:
    say, key = mail.speech.say, mail.channel(each)
    if not key or not is_there(mail.names, each):
        return ""
    if mail.chosen.is_silent(each.organization):
        return say("U wilt van hen alleen wat moet van de wet.")
    way = mail.speech.name(mail.catalog.channels[key].name).lower()
    if mail.chosen.avoids(key):
        return say("U wilt van niemand contact via %(way)s.", way=way)
    if not mail.is_open(each, key):
        return say("U wilt van hen geen contact via %(way)s.", way=way)
    return say("U hebt contact via %(way)s niet gestopt. Per onderwerp kan dat anders zijn.", way=way)


def before(mail: Mail, each: Entry, *, are_words_open: bool) -> str:
    """Return what a human who is asked for gets to see of before."""
    say = mail.speech.say
    if not are_words_open:
        return say(
            "Vraagt u om een mens? Die ziet wat u eerder terugzei."
            " Van uw laatste gesprekken ziet die wanneer en waarover, niet wat er is gezegd."
        )
    return say(
        "Vraagt u om een mens? Die ziet wat u eerder terugzei."
        " Ook ziet die wat %(name)s over uw laatste gesprekken opschreef. Dat hoeft u niet te herhalen.",
        name=mail.names.name(each.organization),
    )


def allow(mail: Mail, each: Entry) -> str:
    """Return what the customer can allow, so that what was said is seen, too."""
    purpose, category = mail.catalog.purposes[earlier.PURPOSE], mail.catalog.categories[earlier.CATEGORY]
    return mail.speech.say(
        "Wilt u dat wel? Geef %(name)s toegang tot %(kind)s voor %(purpose)s.",
        name=mail.names.name(each.organization),
        kind=mail.speech.name(category.name).lower(),
        purpose=mail.speech.name(purpose.name).lower(),
    )


def is_there(names: Names, each: Entry) -> bool:
    """Tell whether its organization can still be told something."""
    found = names.by_id.get(each.organization)
    return found is not None and found.closed_at is None and each.organization != CUSTOMER_SOURCE


def may_be_unmasked(mail: Mail, each: Entry) -> bool:
    """Tell whether it can be reported that a computer spoke: once, where a human is said to have, out of sight."""
    is_declared = each.speaker == "human" and FACES.isdisjoint({each.channel, each.type})
    is_theirs = each.organization != CUSTOMER_SOURCE
    return is_declared and is_theirs and each.reported_at is None and each.at <= mail.speech.at


def manners(mail: Mail, each: Entry) -> Sequence[Manner]:
    """Return in what it strayed, each thing once: what was chosen before what was announced."""
    found = mail.manners.get(each.entry_id, ())
    is_unmasked = "other-speaker" in found and each.speaker == "computer"
    said: dict[Manner, bool] = {
        "late": Stray.HOUR in found,
        "other-channel": Stray.WAY in found or Stray.STOPPED in found,
        Stray.SPEAKER: is_unmasked,
    }
    return [one for one in found if not said.get(one, False)]


def strayed(mail: Mail, each: Entry, manner: Manner) -> str:
    """Return in words in what it strayed."""
    say = mail.speech.say
    match manner:
        case "late":
            return say("Het kwam niet op de tijd die zij vooraf zeiden.")
        case "other-channel":
            return say("Het kwam niet op de manier die zij vooraf zeiden.")
        case "other-speaker":
            is_human = each.speaker == "human"
            return say("Zij zeiden vooraf: een computer.") if is_human else say("Zij zeiden vooraf: een mens.")
        case "unasked":
            return say("Zij zeiden ons dit niet vooraf.")
    return _otherwise(mail, manner)


def _otherwise(mail: Mail, stray: Stray) -> str:
    """Return what was chosen instead."""
    say = mail.speech.say
    match stray:
        case Stray.STOPPED:
            return say("U had dit gestopt.")
        case Stray.WAY:
            return say("U wilde dit niet op deze manier.")
        case Stray.HOUR:
            return say("U wilde op dit moment rust.")
        case Stray.SPEAKER:
            return say("U sprak liever een mens.")
