"""Who is whose follows from the bonds, in PostgreSQL as in the law; no way of joining and parting opens anything."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.identity.partition import Bond, BondTier, Pair, Subject, partition
from cdp.platform import Platform
from consent.types import CUSTOMER_SOURCE
from tests.cdp.identity.bonding import AT, WHY, Ledger

SHOP, BANK = UUID(int=1), UUID(int=2)
World = tuple[list[Subject], list[Bond], list[Pair]]


def subject(number: int, source: UUID = SHOP, **more: Any) -> Subject:
    return Subject(UUID(int=1000 + number), source, **more)


def own(number: int) -> Subject:
    return Subject(UUID(int=1000 + number), CUSTOMER_SOURCE, is_own=True)


def bond(one: Subject, other: Subject, tier: BondTier = BondTier.VERIFIED, weight: float = 0) -> Bond:
    return Bond(one.id, other.id, tier, weight, tier is not BondTier.POSSIBLE)


@pytest.fixture
def ledger(database_url: str, platform: Platform) -> Iterator[Ledger]:
    with Ledger.open(database_url, platform) as opened:
        yield opened


@st.composite
def worlds(draw: st.DrawFn) -> World:
    size = draw(st.integers(2, 8))
    kinds = draw(st.lists(st.integers(0, 5), min_size=size, max_size=size))
    people = [
        own(n) if kind == 0 else subject(n, (SHOP, BANK)[kind % 2], has_number=kind < 4) for n, kind in enumerate(kinds)
    ]
    ones = st.tuples(st.sampled_from(people), st.sampled_from(people)).filter(lambda pair: pair[0].id < pair[1].id)
    drawn = st.builds(
        lambda p, t, w: bond(p[0], p[1], t, w), ones, st.sampled_from(BondTier), st.integers(1, 30).map(float)
    )
    bonds = draw(st.lists(drawn, max_size=16, unique_by=lambda each: (each.pair, WHY[each.tier])))  # as in the table
    return people, bonds, [frozenset((a.id, b.id)) for a, b in draw(st.lists(ones, max_size=3))]


@given(worlds())
@settings(max_examples=40, deadline=None)
def test_postgresql_and_the_law_find_the_same_groups(database_url: str, platform: Platform, world: World) -> None:
    people, bonds, apart = world
    with Ledger.open(database_url, platform) as ledger:
        ledger.add(people)
        ledger.bind(*bonds)
        ledger.separate(*apart)

        rows = ledger.ask(
            "select array_agg(subject_id) from partition_subjects(%s) where place is not null group by place",
            [each.id for each in people],
        )

    assert partition(people, bonds, apart).groups == frozenset(frozenset(group) for (group,) in rows)


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=25, deadline=None)
def test_any_order_of_arrival_leads_to_the_same_dossiers(
    database_url: str, platform: Platform, world: World, random: Any
) -> None:
    people, bonds, apart = world
    with Ledger.open(database_url, platform) as ledger:
        ledger.add(random.sample(people, len(people)))
        for each in random.sample([*bonds, *apart], len(bonds) + len(apart)):
            if isinstance(each, Bond):
                ledger.bind(each)
                ledger.settle(each.one)
            else:
                ledger.separate(each)
                ledger.settle(*each)

        assert partition(people, bonds, apart).groups == ledger.groups()


@given(st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True), st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None)
def test_a_dossier_that_is_taken_apart_leaves_everybody_where_they_began(
    database_url: str, platform: Platform, order: list[int], random: Any
) -> None:
    """Whatever the order in which they came and go; even who began the dossier can go."""
    me, guests = own(9), [subject(n, UUID(int=10 + n)) for n in range(6)]
    bonds = [bond(a, b) for a in (me, *guests) for b in guests if a.id < b.id or a is me]
    with Ledger.open(database_url, platform) as ledger:
        ledger.add([me, *guests])
        for each in random.sample(bonds, len(bonds)):
            ledger.bind(each)
            ledger.settle(each.one)
        mine = ledger.customer_of(me.id)
        assert 1 == len(ledger.groups())

        for number in order:
            ledger.as_customer(mine, "select unlink_subject(%s, %s, %s)", mine, guests[number].id, AT)

        gone = {guests[number].id for number in order}
        stayed = frozenset(each.id for each in (me, *guests)) - gone
        assert mine == ledger.customer_of(me.id)
        assert stayed in ledger.groups()
        assert {ledger.customers[each] for each in gone} >= {ledger.customer_of(each) for each in gone}
        ledger.settle(*gone)
        assert stayed in ledger.groups()


def test_the_subject_that_a_dossier_began_with_can_go(ledger: Ledger) -> None:
    me, first, second = own(0), subject(1), subject(2, BANK)
    ledger.add([me, first, second])
    dossier = ledger.customers[first.id]
    ledger.connection.execute("update customer set claimed_at = %s where customer_id = %s", (AT, dossier))
    ledger.connection.execute(
        "update subject set customer_id = %s, origin_id = %s where subject_id = %s", (dossier, dossier, me.id)
    )
    ledger.bind(bond(me, first), bond(me, second), bond(first, second))
    ledger.settle(me.id)

    ((target,),) = ledger.as_customer(dossier, "select unlink_subject(%s, %s, %s)", dossier, first.id, AT)

    assert target not in {dossier, *ledger.customers.values()}
    assert {frozenset({me.id, second.id}), frozenset({first.id})} == ledger.groups()
    assert [(None,)] == ledger.ask("select merged_into from customer where customer_id = %s", target)


def test_likeness_that_joined_ends_with_the_claim(ledger: Ledger) -> None:
    first, twin, me = subject(1), subject(2), own(3)
    ledger.add([first, twin, me])
    ledger.bind(bond(first, twin, BondTier.STRONG, 20))
    ledger.settle(first.id)
    assert frozenset({first.id, twin.id}) in ledger.groups()

    ledger.bind(bond(me, first))
    ledger.settle(me.id)

    assert {frozenset({first.id, me.id}), frozenset({twin.id})} == ledger.groups()


def test_empty_customers_lead_to_where_their_people_are(ledger: Ledger) -> None:
    me, one, other = own(0), subject(1), subject(2, BANK)
    ledger.add([me, one, other])
    ledger.bind(bond(one, other))
    ledger.settle(one.id)
    ledger.bind(bond(me, one), bond(me, other))
    ledger.settle(me.id)
    mine = ledger.customer_of(me.id)

    ledger.as_customer(mine, "select unlink_subject(%s, %s, %s)", mine, one.id, AT)

    leads = dict(ledger.ask("select customer_id, merged_into from customer where customer_id = any(%s)",
                            [ledger.customers[each.id] for each in (one, other)]))  # fmt: skip
    assert {ledger.customers[one.id]: None, ledger.customers[other.id]: mine} == leads


def test_a_link_and_its_end_are_told_to_the_log(ledger: Ledger) -> None:
    me, guest = own(0), subject(1)
    ledger.add([me, guest])
    ledger.bind(bond(me, guest))
    ledger.settle(me.id)
    mine = ledger.customer_of(me.id)
    ledger.as_customer(mine, "select unlink_subject(%s, %s, %s)", mine, guest.id, AT)

    told = ledger.ask(
        "select facts ->> 'kind', facts ->> 'subject' from consent_outbox where fact = 'link' order by entry_id"
    )

    assert [("link", str(guest.id)), ("unlink", str(guest.id))] == told


# --- permissions


def permit(ledger: Ledger, customer: UUID, recipient: UUID) -> None:
    """Let a recipient see contact data of a customer, as acts have made it."""
    ledger.connection.execute(
        "insert into act (customer_id, seq, act_id, kind, recipient_id, purpose, categories, expires_at, at, by)"
        " values (%s, 1, gen_random_uuid(), 'grant', %s, 'advice', '{contact}', now() + interval '1 day', %s, 'me')",
        (customer, recipient, AT),
    )
    ledger.connection.execute(
        "insert into permission (customer_id, recipient_id, purpose, categories, expires_at, chosen_at, act_id, since,"
        " changed_at, epoch) select customer_id, recipient_id, purpose, categories, expires_at, at, act_id, at, at, seq"
        " from act where customer_id = %s",
        (customer,),
    )
    ledger.connection.execute("update customer set epoch = 1 where customer_id = %s", (customer,))


def is_open(ledger: Ledger, subject_id: UUID) -> bool:
    """Tell whether anything about a subject may be seen, by the permission of whoever it is with."""
    return bool(ledger.ask("select from permission p where p.customer_id = %s and open_at(p, now()) <> '{}'",
                           ledger.customer_of(subject_id)))  # fmt: skip


STEPS = st.lists(st.tuples(st.sampled_from(["me", "you", "part", "revoke"]), st.integers(1, 3)), min_size=3, max_size=9)


@given(STEPS, st.sets(st.integers(1, 3)))
@settings(max_examples=25, deadline=None)
def test_what_was_revoked_is_never_readable_whatever_joins_and_parts(
    database_url: str, platform: Platform, steps: list[tuple[str, int]], permitted: set[int]
) -> None:
    """What I revoked stays shut for all that was mine then, also when somebody else who grants it takes it in."""
    people, recipient = {"me": own(0), "you": own(9)}, UUID(int=77)
    guests = {n: subject(n, UUID(int=10 + n)) for n in (1, 2, 3)}
    with Ledger.open(database_url, platform) as ledger:
        ledger.add([*people.values(), *guests.values()])
        for each in (*people.values(), *(guests[n] for n in permitted)):
            permit(ledger, ledger.customers[each.id], recipient)
        mine, shut = ledger.customers[people["me"].id], set[UUID]()
        for step, number in steps:
            guest = guests[number]
            holder = ledger.customer_of(guest.id)
            if step == "revoke" and is_open(ledger, people["me"].id):
                facts = "gen_random_uuid(), 'revoke', %s, 'advice', '{}', null, null, now(), 'customer', '', null, '{}'"
                ledger.as_customer(mine, f"select record_act(%s, {facts})", mine, recipient)
                shut.add(people["me"].id)
            elif step in people and holder == ledger.customers[guest.id]:
                ledger.connection.execute("delete from cannot_link where subject_id = %s", (guest.id,))
                ledger.bind(bond(people[step], guest))
                ledger.settle(guest.id)
            elif step == "part" and holder != ledger.customers[guest.id]:
                ledger.as_customer(holder, "select unlink_subject(%s, %s, now())", holder, guest.id)
            tainted = {ledger.customer_of(each) for each in shut}
            shut |= {each for each in ledger.customers if ledger.customer_of(each) in tainted}

            assert [] == [each for each in shut if is_open(ledger, each)]
