"""The bounded way in: beyond so many batches in flight the door says so, and what was let in is stored."""

import asyncio

import pytest

from cdp.ingest.intake import Intake, TooBusy
from cdp.ingest.items import Outcome
from cdp.ingest.store import Store
from cdp.platform import Platform
from tests import make
from tests.cdp.ingest.arrange import batch, interaction, user


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
