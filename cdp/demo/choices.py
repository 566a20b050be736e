"""What the people of the demo decided: they log in, grant, narrow, refuse and object by the product's own functions."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from pydantic import JsonValue
from sqlalchemy import text
from sqlmodel import Session, select

from cdp.contact import preferences
from cdp.demo import holdings, stories
from cdp.demo.people import Person
from cdp.demo.stories import PlannedAct, PlannedRequest
from cdp.keys.blind import IdentifierType, normalise
from cdp.logins import login
from cdp.own import corrections
from cdp.permissions import access_requests, grants, recipients
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Permission
from consent import acts as law
from consent.acts import Method
from consent.types import CUSTOMER_SOURCE

_LOG_IN: Final = 0.8
"""How many of the people who need not log in for what they decided have done so nevertheless."""
_BEFORE: Final = 3
_EVIDENCE: Final = 2
_CORRECTED: Final = 9
_KNOWS_BETTER: Final = 0.6
_SAID: Final = text(
    "select record_id from record where kind = 'attributes' and type = :name and superseded_at is null"
    " and source_id <> :own order by record_id limit 1"
)
_BETTER: Final[Mapping[str, tuple[str, tuple[JsonValue, ...]]]] = {
    stories.WOONVAST: ("household_size", (1, 2, 3, 4)),
    stories.ZONNEWIJZER: ("contact_preference", ("sms", "app")),
    stories.WEIDELICHT: ("general_practitioner", ("Huisartsenpraktijk De Brug", "Huisartsenpraktijk Aan Zee")),
    stories.VUURTOREN: ("interests", (["spanning"], ["koken", "natuur"], ["geschiedenis"])),
}
"""What some customers of each organization say themselves, in place of what it says of them."""
_EARLIEST: Final = 900
"""How many minutes earlier in the day than the load somebody's decisions fall at most."""

Ids = Mapping[str, UUID]
"""The organizations by slug."""


def logs_in(person: Person) -> bool:
    """Tell whether this person ever came to see their dossier; who shares another's mailbox cannot."""
    acts = any(act.kind != "attest" for act in person.pattern.acts)
    answers = any(request.answer for request in person.pattern.requests)
    return person.mailbox.is_theirs and bool(person.life or acts or answers or person.dice("login").random() < _LOG_IN)


def carry_out(platform: Platform, ids: Ids, at: datetime, person: Person) -> UUID | None:
    """Do everything that this person decided and that others asked of them; return who they are, if they ever came.

    Safe to repeat for somebody for whom it was done before.
    """
    hour = timedelta(minutes=person.number * 37 % _EARLIEST, seconds=person.number % 60)
    return _Choices(platform, ids, at - hour).of(person)


@dataclass(frozen=True, slots=True)
class _Choices:
    """Carries out what people decided, each at their own hour."""

    platform: Platform
    ids: Ids
    at: datetime

    def of(self, person: Person) -> UUID | None:
        customer = self._log_in(person) if logs_in(person) else None
        for act in person.pattern.acts:
            if act.kind == "attest":
                self._attest(person, act)
        if customer is not None and not self._has_decided(customer):
            self._act(person, customer)
        for request in person.pattern.requests:
            self._ask(person, request, customer)
        return customer

    def _ago(self, days: int) -> datetime:
        return self.at - timedelta(days=days)

    def _log_in(self, person: Person) -> UUID:
        """Ask for a link and use it, on the day before their first decision, and choose how to be spoken to."""
        pattern = person.pattern
        first = max([0, *(act.ago for act in pattern.acts), *(request.ago for request in pattern.requests)])
        at = self._ago(first + _BEFORE + person.dice("day").randint(0, _BEFORE))
        asker = f"192.0.2.{person.number % 256}"  # addresses for documentation (RFC 5737)
        link = login.ask(self.platform, email=person.mailbox.address, asker=asker, at=at)
        if link is None:
            raise AssertionError("a mailbox of the demo is asked for once")
        customer = login.consume(self.platform, link.token, at=at).customer_id
        with self.platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
            preferences.change(self.platform, session, {"language": person.language, "address": person.form}, at=at)
        return customer

    def _has_decided(self, customer: UUID) -> bool:
        with self.platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
            return any(each.chosen_at for each in grants.standing(session))

    def _act(self, person: Person, customer: UUID) -> None:
        scope = Scope(Principal.CUSTOMER, customer=customer)
        with self.platform.database.scoped(scope) as session:
            for planned in person.pattern.acts:
                if planned.kind != "attest":
                    grants.record(session, scope, customer, self._law(planned))
            for name, value in _says(person).items():
                about = session.execute(_SAID, {"name": name, "own": CUSTOMER_SOURCE}).scalar()
                corrections.state(self.platform, session, name, value, about=about, at=self._ago(_CORRECTED))

    def _law(self, planned: PlannedAct) -> law.Act:
        recipient, at = self.ids[planned.who], self._ago(planned.ago)
        if planned.kind == "revoke":
            return law.Revoke(recipient=recipient, purpose=planned.purpose, at=at)
        if planned.kind == "object":
            return law.Object(recipient=recipient, purpose=planned.purpose, at=at)
        kind = {"grant": law.Grant, "narrow": law.Narrow, "extend": law.Extend}[planned.kind]
        return kind(
            recipient=recipient,
            purpose=planned.purpose,
            at=at,
            categories=planned.categories,
            sources=None if planned.sources is None else frozenset(self.ids[slug] for slug in planned.sources),
            expires_at=at + timedelta(days=planned.days),
        )

    def _attest(self, person: Person, planned: PlannedAct) -> None:
        """Let the organization record what the person allowed it on paper, by phone or at the counter."""
        scope = Scope(Principal.SOURCE, organization=self.ids[planned.who])
        at = self._ago(planned.ago)
        paper = f"{person.number}/{planned.who}/{planned.purpose}".encode()
        act = law.Attest(
            recipient=self.ids[planned.who],
            by=self.ids[planned.who],
            purpose=planned.purpose,
            at=at,
            categories=planned.categories,
            expires_at=at + timedelta(days=planned.days),
            evidence=law.Evidence(
                method=Method(planned.method or "paper"),
                at=self._ago(planned.ago + _EVIDENCE),
                document_hash=hashlib.sha256(paper).hexdigest(),
            ),
        )
        with self.platform.database.scoped(scope) as session:
            customer = self._customer(session, person, planned.who)
            known = select(Permission).where(Permission.customer_id == customer, Permission.purpose == planned.purpose)
            if session.exec(known).first() is None:
                grants.record(session, scope, customer, act)

    def _ask(self, person: Person, planned: PlannedRequest, customer: UUID | None) -> None:
        """Put the request before the person, and let them answer if they ever did."""
        asking = Scope(Principal.SOURCE, organization=self.ids[planned.who])
        with self.platform.database.scoped(asking) as session:
            who = customer or self._customer(session, person, planned.who)
        if self._was_asked(who, planned):
            return
        with self.platform.database.scoped(asking) as session:
            request = access_requests.ask(
                session,
                customer=who,
                organization=self.ids[planned.who],
                purpose=planned.purpose,
                categories=planned.categories,
                days=planned.days,
                notice=stories.notices()[planned.notice],
                at=self._ago(planned.ago),
            )
        if planned.answer is None or customer is None:
            return
        scope, at = Scope(Principal.CUSTOMER, customer=customer), self._ago(planned.ago - planned.after)
        with self.platform.database.scoped(scope) as session:
            if planned.answer == "refuse":
                access_requests.refuse(session, scope, request, at=at)
            else:
                access_requests.approve(session, scope, request, categories=planned.part, expires_at=None, at=at)

    def _was_asked(self, customer: UUID, planned: PlannedRequest) -> bool:
        with self.platform.database.scoped(Scope(Principal.CUSTOMER, customer=customer)) as session:
            asked = [(each.organization_id, each.purpose) for each in access_requests.of_customer(session)]
        return (self.ids[planned.who], planned.purpose) in asked

    def _customer(self, session: Session, person: Person, supplier: str) -> UUID:
        """Return whose dossier the supplier's own number of this person belongs to."""
        number = normalise(IdentifierType.USER_ID, holdings.reference(person, supplier))
        blind = self.platform.blind.of(IdentifierType.USER_ID, number, source=self.ids[supplier])
        return recipients.customer_of_subject(session, "user_id", blind)


def _says(person: Person) -> Mapping[str, JsonValue]:
    """Return what this person says of themselves, better than their suppliers know it."""
    if person.life is not None:
        return person.life.says
    dice = person.dice("says")
    better = [_BETTER[slug] for slug in person.suppliers if dice.random() < _KNOWS_BETTER]
    return {name: dice.choice(values) for name, values in better}
