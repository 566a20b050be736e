"""The last days of the demo: messages that were registered, what their readers say back, and how a talk was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import formataddr
from functools import partial
from typing import Final
from uuid import UUID

from cdp.contact import preferences
from cdp.demo import opinions, stories, talk
from cdp.demo.people import Person
from cdp.demo.planned import PlannedForgery, PlannedMessage, PlannedReply, PlannedTalk, contact
from cdp.ingest.items import Item
from cdp.listening.survey import Question
from cdp.mailroom import mail
from cdp.mailroom.mail import Letter, Maildir, Outbox
from cdp.messages import codes, own, registering, replies
from cdp.messages.registering import Registered
from cdp.own.unsealing import OwnKeys
from cdp.permissions.requesting import Named
from cdp.platform import Platform
from cdp.scope import Principal, Scope

PHONES: Final = {
    "woonvast": "+3197010140201",
    "zonnewijzer": "+3197010270305",
    "weidelicht": "+3197010380412",
    "vuurtoren": "+3197010490523",
}
"""The numbers from which the organizations call: of machines, so nobody picks up."""
_TO_CHECK: Final = {
    "nl": "Is dit echt? Kijk op {link}\nof vul op de pagina ‘Is dit echt?’ deze code in: {code}",
    "en": "Is this real? Look at {link}\nor type this code on the page ‘Is this real?’: {code}",
}


def mailbox_of(slug: str) -> str:
    """Return the address from which an organization writes."""
    return f"klantenservice@{slug}.example.org"


def recent(person: Person, planned: PlannedTalk, at: datetime) -> Item:
    """Return a conversation of the last days as its organization sends it."""
    key, moment = f"vers-{planned.ago}", at - timedelta(days=planned.ago)
    return talk.item(person, planned.who, planned, key, moment, minutes=6)


def talks_with(person: Person, supplier: str) -> list[PlannedTalk]:
    """Return the conversations of the last days of this person with this organization."""
    return [each for each in contact().talk if (each.with_, each.who) == (person.name, supplier)]


@dataclass(frozen=True, slots=True)
class Post:
    """Everything that one person wished, got and said in the last days; a message that is there stays as it is."""

    platform: Platform
    ids: Mapping[str, UUID]
    programs: Mapping[UUID, str]
    at: datetime

    def of(self, person: Person, customer: UUID) -> None:
        """Do it all for one person."""
        scope = Scope(Principal.CUSTOMER, customer=customer)
        for wish in contact().wish:
            if wish.of == person.name:
                with self.platform.database.scoped(scope) as session:
                    preferences.change(self.platform, session, wish.wishes, at=self.at - timedelta(days=wish.ago))
        for message in contact().message:
            if message.to == person.name:
                self._message(person, customer, message)
        for slug in person.suppliers:
            for planned in talks_with(person, slug):
                self._ask(person, customer, planned)
        for forgery in contact().forgery:
            if forgery.of == person.name:
                self._report(scope, forgery)

    def _message(self, person: Person, customer: UUID, planned: PlannedMessage) -> None:
        scope = Scope(Principal.CUSTOMER, customer=customer)
        organization, moment = self.ids[planned.who], planned.moment(self.at)
        with self.platform.database.scoped(scope) as session:
            known = own.messages_of(session, OwnKeys(session, self.platform.ring))
        if (organization, moment) in [(each.organization, each.at) for each in known]:
            return
        made = self._registered(customer, planned, moment)
        if planned.letter is not None:
            self._letter(person, planned, planned.letter, made)
        for reply in planned.replies:
            self._reply(scope, organization, made.message_id, reply)

    def _registered(self, customer: UUID, planned: PlannedMessage, moment: datetime) -> Registered:
        organization = self.ids[planned.who]
        scope = Scope(Principal.SOURCE, organization=organization, client=self.programs[organization])
        wanted = registering.Wanted(
            channel=planned.channel,
            sender=PHONES[planned.who] if planned.channel == "phone" else mailbox_of(planned.who),
            speaker=planned.by,
            at=moment,
            until=None,
            text_hash=None,
            text=planned.text,
            topic=planned.topic,
        )
        at = min(moment, self.at)
        return registering.register(self.platform, scope, planned.who, Named(customer), wanted, at=at)

    def _letter(self, person: Person, planned: PlannedMessage, subject: str, made: Registered) -> None:
        """Let the message arrive where the demo shows its post; where there is a real mail server, nothing is sent."""
        carrier = mail.outbox(self.platform.settings).carrier
        if not isinstance(carrier, Maildir):
            return
        check = _TO_CHECK[person.language].format(link=made.link, code=codes.shown(made.code))
        outbox = Outbox(carrier, formataddr((stories.companies()[planned.who].name, mailbox_of(planned.who))))
        outbox.carry(Letter(person.mailbox.address, subject, f"{planned.text}\n\n{check}\n", person.language))

    def _reply(self, scope: Scope, organization: UUID, message: UUID, planned: PlannedReply) -> None:
        moment = self.at - timedelta(hours=planned.hours)
        with self.platform.database.scoped(scope) as session:
            keys = OwnKeys(session, self.platform.ring)
            ask = partial(replies.send, self.platform, session, keys, message, planned.text)
            said = ask(wants_human=planned.human, at=moment)
        if planned.done is not None:
            with self.platform.database.scoped(Scope(Principal.SOURCE, organization=organization)) as session:
                replies.settle(session, said.reply_id, is_done=True, at=self.at - timedelta(hours=planned.done))

    def _ask(self, person: Person, customer: UUID, planned: PlannedTalk) -> None:
        said = {} if planned.said is None else {Question(name): each for name, each in planned.said}
        at = self.at - timedelta(days=planned.ago) + opinions.DAY
        opinions.ask(self.platform, self.ids[planned.who], customer, recent(person, planned, self.at), said, at=at)

    def _report(self, scope: Scope, planned: PlannedForgery) -> None:
        with self.platform.database.scoped(scope) as session:
            own.report_forgery(
                session,
                organization=planned.who,
                channel=planned.channel,
                unverified_sender=planned.sender,
                at=self.at - timedelta(days=planned.ago),
            )
