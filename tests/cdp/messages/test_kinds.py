"""Who takes back that they stopped a kind has again what held before, also of a dossier that joined theirs."""

from concurrent.futures import ThreadPoolExecutor
from typing import Final
from uuid import UUID

import psycopg
import pytest

from cdp import clock
from cdp.messages import kinds
from cdp.platform import Platform
from consent import wish_form
from tests import make
from tests.cdp.contact.wishing import choose, joined, logged, own, parted, subject_of
from tests.waiting import until

_WAITS: Final = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"


def _taken_back(platform: Platform, person: make.Person, organization: UUID) -> None:
    with platform.database.scoped(person.scope) as session:
        kinds.take_back(platform, session, organization, "service", at=clock.now())


def _stopped(platform: Platform, person: make.Person, organization: UUID) -> None:
    with platform.database.scoped(person.scope) as session:
        kinds.stop(platform, session, organization, "service", at=clock.now())


@pytest.mark.parametrize("chosen", [None, ["email", "post"]])
def test_who_takes_back_a_stop_has_again_what_came_along_and_is_left_with_their_own(
    platform: Platform, admin: psycopg.Connection, chosen: list[str] | None
) -> None:
    shop, host, guest = make.organization(platform).organization_id, make.person(platform), make.person(platform)
    mine = {} if chosen is None else {"exceptions": {str(shop): {"channels": {"service": chosen}}}}
    if mine:
        choose(platform, host, **mine)
    choose(platform, guest, exceptions={str(shop): {"channels": {"service": ["email"]}}})
    subject = subject_of(admin, guest)
    joined(admin, guest, host)
    before = own(platform, host)

    _stopped(platform, host, shop)
    stopped = wish_form.read(own(platform, host)).allowed(shop, "service", "", ("email",))
    _taken_back(platform, host, shop)
    again = own(platform, host)
    differences = logged(platform)
    parted(admin, subject, guest, host)

    assert () == stopped
    assert before == again
    assert mine == own(platform, host)
    assert [] == differences == logged(platform)


@pytest.mark.parametrize("chosen", [[], ["email"]])
def test_who_takes_back_a_stop_opens_nothing_that_came_along_since(
    platform: Platform, admin: psycopg.Connection, chosen: list[str]
) -> None:
    shop, host, guest = make.organization(platform).organization_id, make.person(platform), make.person(platform)
    choose(platform, guest, exceptions={str(shop): {"channels": {"service": chosen}}})
    _stopped(platform, host, shop)
    joined(admin, guest, host)

    _taken_back(platform, host, shop)

    assert tuple(chosen) == wish_form.read(own(platform, host)).allowed(shop, "service", "", ("email", "post"))


def test_what_came_along_does_not_come_back_after_they_parted(platform: Platform, admin: psycopg.Connection) -> None:
    shop, host, guest = make.organization(platform).organization_id, make.person(platform), make.person(platform)
    choose(platform, guest, exceptions={str(shop): {"channels": {"service": ["email"]}}})
    subject = subject_of(admin, guest)
    joined(admin, guest, host)
    _stopped(platform, host, shop)
    parted(admin, subject, guest, host)

    _taken_back(platform, host, shop)

    assert {} == own(platform, host)
    assert [] == logged(platform)


def test_two_channels_that_are_stopped_at_one_moment_are_both_stopped(platform: Platform, database_url: str) -> None:
    shop, person = make.organization(platform).organization_id, make.person(platform)

    def stop(channel: str) -> None:
        with platform.database.scoped(person.scope) as session:
            kinds.stop_channel(platform, session, shop, channel, at=clock.now())

    with ThreadPoolExecutor(1) as beside, psycopg.connect(database_url, autocommit=True) as looking:
        with platform.database.scoped(person.scope) as session:
            kinds.stop_channel(platform, session, shop, "email", at=clock.now())
            waiting = beside.submit(stop, "phone")
            until(lambda: waiting.done() or bool(looking.execute(_WAITS).fetchall()))
        waiting.result()

    assert {"email", "phone"} == wish_form.read(own(platform, person)).barred(shop)
