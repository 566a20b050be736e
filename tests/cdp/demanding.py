"""What the tests of demands do: ask something of an organization, see what it is shown, answer."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

from cdp import clock, demand_answers, demands
from cdp.demand_answers import Reply
from cdp.demands import Demand
from cdp.own import dossier
from cdp.own.unsealing import OwnKeys
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from tests import make

TELLING: Final = partial(demands.correct, tell_source=True)


def record(platform: Platform, person: make.Person, type: str = "first_name", source: UUID | None = None) -> UUID:
    with platform.database.scoped(person.scope) as session:
        keys = OwnKeys(session, platform.ring)
        found = dossier.records(session, keys, until=clock.now(), limit=100)
    return next(each.record_id for each in found if each.type == type and source in (None, each.source))


def values(platform: Platform, person: make.Person, type: str = "first_name") -> set[object]:
    with platform.database.scoped(person.scope) as session:
        found = dossier.records(session, OwnKeys(session, platform.ring), until=clock.now(), limit=100)
    return {each.value for each in found if each.type == type}


def disputed(platform: Platform, person: make.Person, record_id: UUID) -> bool:
    with platform.database.scoped(person.scope) as session:
        return dossier.versions(session, OwnKeys(session, platform.ring), record_id)[0].disputed_at is not None


def asked(platform: Platform, person: make.Person) -> list[Demand]:
    with platform.database.scoped(person.scope) as session:
        return demands.of_customer(session, OwnKeys(session, platform.ring))


def shown(platform: Platform, to: Organization, *, only_open: bool = True) -> list[demand_answers.Asked]:
    with platform.database.scoped(Scope(Principal.SOURCE, to.organization_id)) as session:
        return demand_answers.to_organization(session, platform.ring, only_open=only_open, limit=100, at=clock.now())


def answer(platform: Platform, by: Organization, demand: UUID, reply: Reply, *, at: datetime | None = None) -> None:
    with platform.database.scoped(Scope(Principal.SOURCE, by.organization_id)) as session:
        demand_answers.answer(platform, session, demand, reply, at=at or clock.now())


def do(platform: Platform, person: make.Person, what: Callable[..., UUID | None], thing: UUID, *rest: object) -> UUID:
    with platform.database.scoped(person.scope) as session:
        opened = what(platform, session, thing, *rest, note="Dit klopt niet.", at=clock.now())
    assert opened is not None
    return opened
