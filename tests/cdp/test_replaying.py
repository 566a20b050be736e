"""After a restore the ring says who is gone: they are erased again, nobody else is, and a second time does nothing."""

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from typer.testing import CliRunner

from cdp import clock, erasure, replaying
from cdp.cli import app
from cdp.ingest.items import Outcome
from cdp.platform import Platform
from cdp.replaying import Replayed
from cdp.tables import Organization
from consent.types import CUSTOMER_SOURCE
from tests import make
from tests.cdp.leaving import known_to, resend, verified

Destroy = Callable[[UUID, bool], int]


@pytest.fixture
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


@pytest.fixture
def destroy(platform: Platform, database_url: str) -> Destroy:
    """Return a function that destroys the keys of a customer's own statements, or all others, while the rows stay."""

    def of(customer: UUID, is_own: bool) -> int:  # noqa: FBT001  # one of two halves
        with psycopg.connect(database_url) as owner:
            rows = owner.execute(
                "select k.wrapped from data_key k join subject s using (customer_id, subject_id)"
                " where k.customer_id = %s and (s.source_id = %s) = %s",
                (customer, CUSTOMER_SOURCE, is_own),
            ).fetchall()
        platform.ring.destroy(bytes(wrapped) for (wrapped,) in rows)
        return len(rows)

    return of


def replay(platform: Platform) -> int:
    return replaying.replay(platform, at=clock.now()).erased


def is_here(database_url: str, customer: UUID) -> bool:
    with psycopg.connect(database_url) as owner:
        return owner.execute("select 1 from customer where customer_id = %s", (customer,)).fetchone() is not None


def holder(database_url: str, organization: Organization) -> UUID:
    """Return the customer whom this organization alone knows."""
    with psycopg.connect(database_url) as owner:
        (found,) = owner.execute(
            "select customer_id from subject where source_id = %s", (organization.organization_id,)
        ).fetchall()
    customer: UUID = found[0]
    return customer


def test_where_nobody_is_gone_nobody_is_erased_and_every_session_ends(
    platform: Platform, database_url: str, shop: Organization
) -> None:
    person, _ = known_to(platform, shop)

    done = replaying.replay(platform, at=clock.now())

    assert done.erased == 0
    assert done.sessions >= 1
    assert is_here(database_url, person.customer_id)
    assert Replayed(0, 0, 0) == replaying.replay(platform, at=clock.now())


@pytest.mark.parametrize(
    ("own", "others", "is_gone"),
    [(True, True, True), (True, False, True), (False, True, False), (False, False, False)],
    ids=["all keys", "their own key", "only the keys of sources", "none"],
)
def test_a_customer_who_stated_something_is_gone_with_the_key_of_that(  # each case by name
    platform: Platform,
    database_url: str,
    shop: Organization,
    destroy: Destroy,
    *,
    own: bool,
    others: bool,
    is_gone: bool,
) -> None:
    """A source that was removed since takes its keys along; that alone makes nobody leave."""
    person, address = known_to(platform, shop)
    staying, _ = known_to(platform, shop)
    for is_own, is_dead in ((True, own), (False, others)):
        assert not is_dead or destroy(person.customer_id, is_own) == 1

    assert int(is_gone) == replay(platform)

    assert is_gone is not is_here(database_url, person.customer_id)
    assert is_here(database_url, staying.customer_id)
    assert 0 == replay(platform)
    if is_gone:
        assert Outcome.SUPPRESSED == resend(platform, shop, address, **verified(address))
        assert not is_here(database_url, person.customer_id)


@pytest.mark.parametrize("dead", [0, 1, 2])
def test_somebody_who_never_stated_anything_is_gone_only_with_the_last_key(
    platform: Platform, database_url: str, destroy: Destroy, dead: int
) -> None:
    sources, address = [make.organization(platform) for _ in range(2)], make.email()
    for each in sources:
        make.known_person(platform, each, address, user=address)
    customer = holder(database_url, sources[0])
    assert customer == holder(database_url, sources[1])
    with psycopg.connect(database_url) as owner:
        keys = owner.execute(
            "select wrapped from data_key where customer_id = %s order by subject_id", (customer,)
        ).fetchall()
    platform.ring.destroy(bytes(wrapped) for (wrapped,) in keys[:dead])

    assert int(dead == len(keys)) == replay(platform)
    assert (dead < len(keys)) is is_here(database_url, customer)


def test_a_replay_that_was_interrupted_goes_on(
    platform: Platform, database_url: str, shop: Organization, destroy: Destroy, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = [known_to(platform, shop)[0].customer_id for _ in range(3)]
    assert [1, 1, 1] == [destroy(each, True) for each in gone]
    left = iter([True, False])
    erase = erasure.erase

    def erase_one(*args: Any, **named: Any) -> erasure.Erasure:
        if not next(left):
            raise KeyboardInterrupt
        return erase(*args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "erase", erase_one)
        with pytest.raises(KeyboardInterrupt):
            replay(platform)
    assert 2 == sum(is_here(database_url, each) for each in gone)
    with pytest.raises(replaying.ErasedCameBack):
        replaying.check(platform)

    assert 2 == replay(platform)

    assert [] == [each for each in gone if is_here(database_url, each)]
    replaying.check(platform)


def test_people_are_told_apart_across_the_pages_in_which_keys_are_read(
    platform: Platform, database_url: str, shop: Organization, destroy: Destroy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "CHUNK", 1)
    people = [known_to(platform, shop)[0].customer_id for _ in range(4)]
    assert 1 == destroy(people[1], True) == destroy(people[3], True)

    assert 2 == replay(platform)

    assert [True, False, True, False] == [is_here(database_url, each) for each in people]


def test_the_command_says_what_it_did(platform: Platform, app_url: str, shop: Organization, destroy: Destroy) -> None:
    person, _ = known_to(platform, shop)
    destroy(person.customer_id, True)
    environment = {"CDP_HOME": str(platform.settings.home), "CDP_APP_DATABASE_URL": app_url, "CDP_DEMO": "1"}

    asked = CliRunner().invoke(app, ["erasures", "replay", "--json"], env=environment, input="n\n")
    said = [CliRunner().invoke(app, ["erasures", "replay", "--json", "--yes"], env=environment) for _ in range(2)]

    assert (1, False) == (asked.exit_code, "erased" in asked.stdout)
    assert [0, 0] == [each.exit_code for each in said]
    assert [1, 0] == [json.loads(each.stdout)["erased"] for each in said]
