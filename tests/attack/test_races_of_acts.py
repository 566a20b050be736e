"""Acts that meet at the same moment: what is left is what some order of them would have left, and never more."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any, Final
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import text

from cdp import clock
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.tables import Organization
from consent import acts as law
from consent.errors import Problem
from tests import make

ROUNDS: Final = 150
PURPOSE: Final = "customer-care"
Behind = psycopg.Connection[tuple[Any, ...]]


@pytest.fixture(scope="module")
def behind(platform: Platform, database_url: str) -> Iterator[Behind]:
    """Return a look behind the wall."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def shop(platform: Platform) -> Organization:
    return make.organization(platform)


def _at_once(*acts: Callable[[], object]) -> list[object]:
    """Begin all at the same moment; return what each came to, a Problem where it was refused."""
    gate = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        gate.wait()
        try:
            return act()
        except Problem as problem:
            return problem

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


def _act(
    platform: Platform, customer: UUID, kind: Callable[..., law.Act], shop: Organization, **rest: object
) -> Callable[[], object]:
    def run() -> object:
        scope = Scope(Principal.CUSTOMER, customer=customer)
        with platform.database.scoped(scope) as session:
            made = kind(recipient=shop.organization_id, purpose=PURPOSE, at=clock.now(), **rest)
            return grants.record(session, scope, customer, made)

    return run


def _grant(platform: Platform, customer: UUID, shop: Organization, *categories: str) -> Callable[[], object]:
    ends = clock.now() + timedelta(days=30)
    return _act(platform, customer, law.Grant, shop, categories=frozenset(categories), expires_at=ends)


def _standing(behind: Behind, customer: UUID) -> tuple[Any, ...]:
    row = behind.execute(
        "select stopped, categories, epoch, (select array_agg(seq order by seq) from act where customer_id = %(c)s),"
        " (select epoch from customer where customer_id = %(c)s) from permission where customer_id = %(c)s",
        {"c": customer},
    ).fetchone()
    assert row is not None
    return row


@pytest.fixture
def customers(platform: Platform, shop: Organization) -> list[UUID]:
    """Return customers who granted the shop two categories."""
    found = [make.subject(platform, shop)[0] for _ in range(ROUNDS)]
    for customer in found:
        _grant(platform, customer, shop, "contact", "products")()
    return found


def _is_whole(standing: tuple[Any, ...]) -> bool:
    """Tell whether acts are numbered without a gap and the permission stands by the last of them."""
    _, _, epoch, numbers, latest = standing
    return bool(numbers == list(range(1, len(numbers) + 1)) and epoch == latest == numbers[-1])


@pytest.mark.slow
def test_of_two_revocations_one_takes_back_and_the_other_finds_nothing(
    platform: Platform, behind: Behind, shop: Organization, customers: list[UUID]
) -> None:
    for customer in customers:
        outcomes = _at_once(*[_act(platform, customer, law.Revoke, shop)] * 2)

        standing = _standing(behind, customer)
        assert ["nothing-granted"] == [each.code for each in outcomes if isinstance(each, Problem)]
        assert ("revoked", []) == standing[:2]
        assert _is_whole(standing)


@pytest.mark.slow
def test_a_narrowing_and_a_revocation_leave_nothing(
    platform: Platform, behind: Behind, shop: Organization, customers: list[UUID]
) -> None:
    ends = clock.now() + timedelta(days=20)
    for customer in customers:
        narrow = _act(platform, customer, law.Narrow, shop, categories=frozenset({"contact"}), expires_at=ends)
        _at_once(narrow, _act(platform, customer, law.Revoke, shop))

        standing = _standing(behind, customer)
        assert ("revoked", []) == standing[:2]
        assert _is_whole(standing)


@pytest.mark.slow
def test_a_grant_and_a_revocation_leave_what_the_later_of_them_left(
    platform: Platform, behind: Behind, shop: Organization, customers: list[UUID]
) -> None:
    for customer in customers:
        _at_once(_grant(platform, customer, shop, "contact"), _act(platform, customer, law.Revoke, shop))

        standing = _standing(behind, customer)
        assert standing[:2] in [("revoked", []), (None, ["contact"])]
        assert _is_whole(standing)


def _join(behind_url: str, guest: UUID, host: UUID) -> Callable[[], object]:
    """Return what makes `guest` the same person as `host`, as a delivery that verifies an address does."""

    def run() -> object:
        with psycopg.connect(behind_url) as connection:
            joined = connection.execute("select join_customers(%s, %s, 'verified-identifier', now())", (guest, host))
            return joined.fetchone()

    return run


@pytest.mark.slow
def test_a_merge_never_brings_a_revoked_grant_back(
    platform: Platform, behind: Behind, database_url: str, shop: Organization, customers: list[UUID]
) -> None:
    other = make.organization(platform)
    for host in customers:
        guest = make.subject(platform, other)[0]
        _grant(platform, guest, shop, "contact", "products")()

        _at_once(_join(database_url, guest, host), _act(platform, host, law.Revoke, shop))

        stopped, categories, *_ = standing = _standing(behind, host)
        assert ("revoked", []) == (stopped, categories)
        assert _is_whole(standing)


@pytest.mark.slow
def test_unlinking_never_leaves_the_unlinked_part_more_than_it_had(
    platform: Platform, behind: Behind, database_url: str, shop: Organization, customers: list[UUID]
) -> None:
    other = make.organization(platform)
    for host in customers:
        guest, subject = make.subject(platform, other)
        _grant(platform, guest, shop, "contact")()
        _join(database_url, guest, host)()

        unlink = _unlink(platform, host, subject)
        _at_once(unlink, _act(platform, host, law.Revoke, shop))

        assert ("revoked", []) == _standing(behind, host)[:2]
        stopped, categories, *_ = _standing(behind, guest)
        assert (stopped, categories) in [("revoked", []), (None, ["contact"])]  # revoked before, or after it had gone


def _unlink(platform: Platform, host: UUID, subject: UUID) -> Callable[[], object]:
    def run() -> object:
        with platform.database.scoped(Scope(Principal.CUSTOMER, customer=host)) as session:
            facts = {"host": host, "subject": subject, "at": clock.now()}
            return session.execute(text("select unlink_subject(:host, :subject, :at)"), facts).scalar_one()

    return run
