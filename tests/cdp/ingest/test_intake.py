"""The bounded way in: beyond so many batches in flight the door says so, and what was let in is stored."""

import asyncio
from dataclasses import replace
from typing import cast

import pytest

from cdp.ingest.intake import Intake, TooBusy
from cdp.ingest.items import Item, Outcome, Reason, Rejection
from cdp.ingest.store import Store
from cdp.platform import Platform
from cdp.tables import Organization
from tests import make
from tests.cdp.ingest.arrange import batch, interaction, look, user


async def test_what_is_too_much_is_refused_at_once_and_the_rest_is_stored(store: Store, platform: Platform) -> None:
    source, intake = make.organization(platform), Intake(platform, at_once=1, waiting=2)
    batches = [batch(source, [[interaction(user(make.name("user")), str(number))]]) for number in range(8)]

    answers = await asyncio.gather(*(intake.take(each) for each in batches), return_exceptions=True)

    assert 5 == sum(isinstance(each, TooBusy) for each in answers)
    assert [Outcome.STORED] * 3 == [each.first()[0].outcome for each in answers if not isinstance(each, BaseException)]


async def test_room_comes_back_also_after_a_failure(store: Store, platform: Platform) -> None:
    source, intake = make.organization(platform), Intake(platform, at_once=1, waiting=0)

    async def fails(*_: object) -> None:
        raise KeyError

    for _ in range(3):
        with pytest.raises(KeyError):
            await intake.take(batch(source, [], also=fails))

    assert [] == (await intake.take(batch(source, []))).verdicts


async def test_who_shares_a_transaction_is_told_only_of_their_own(
    store: Store, platform: Platform, database_url: str
) -> None:
    source, intake = make.organization(platform), Intake(platform, at_once=1)
    who, bad = user(make.name("user")), Rejection(Reason.MALFORMED)
    batches = [
        replace(
            batch(source, [[interaction(who, f"{number}")], [bad], [interaction(who, f"{number}")]]),
            request_id=f"call-{number}",
        )
        for number in range(5)
    ]

    answers = await asyncio.gather(*(intake.take(each) for each in batches))

    for each in answers:
        assert [[Outcome.STORED], [Outcome.REJECTED], [Outcome.DUPLICATE]] == [
            [verdict.outcome for verdict in group] for group in each.verdicts
        ]
        assert [1] == [flaw.group for flaw in each.flaws]
    told = "select request_id, position from reject where source_id = %s order by 1"
    assert [(f"call-{number}", 1) for number in range(5)] == look(database_url, told, source.organization_id)
    assert 3 > _transactions(database_url, source)


async def test_what_one_batch_breaks_costs_no_other(store: Store, platform: Platform) -> None:
    source, intake = make.organization(platform), Intake(platform, at_once=1)
    whole = [batch(source, [[interaction(user(make.name("user")), f"{number}")]]) for number in range(3)]
    broken = batch(source, [[cast("Item", object())]])

    answers = await asyncio.gather(*(intake.take(each) for each in (*whole, broken, *whole)), return_exceptions=True)

    outcomes = [each.first()[0].outcome for each in answers if not isinstance(each, BaseException)]
    assert [Outcome.STORED] * 3 + [Outcome.DUPLICATE] * 3 == outcomes
    assert 1 == sum(isinstance(each, AttributeError) for each in answers)


def _transactions(database_url: str, source: Organization) -> int:
    ((counted,),) = look(
        database_url, "select count(distinct xmin::text) from interaction where source_id = %s", source.organization_id
    )
    return int(counted)
