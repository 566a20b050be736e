"""The figures of service: only over who granted it now, only of groups of ten, and each read stands in the log."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from cdp import clock, erasure
from cdp.ingest.items import Channel
from cdp.listening import figures, metrics
from cdp.listening.figures import Group, Reply
from cdp.listening.survey import Answers, Question
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.tables import Organization
from consent import acts as law
from consent.wishes import Speaker
from tests import make
from tests.cdp.listening import talks
from tests.cdp.listening.talks import ALL_WELL


def read(platform: Platform, shop: Organization) -> dict[tuple[str, str], Group]:
    at = clock.now()
    found = metrics.service(platform, shop.organization_id, "test", at.year, at=at)
    return {(each.by, each.key): each for each in found.groups}


@pytest.fixture(scope="module")
def served(platform: Platform) -> tuple[Organization, list[talks.Talk]]:
    """Return an organization that ten people answered: nine by phone, one in a chat with a computer."""
    shop = make.organization(platform)
    badly: talks.Said = {Question.SOLVED: False, Question.RECOMMEND: 3}
    people = [talks.answered(platform, shop, ALL_WELL) for _ in range(8)]
    people.append(talks.answered(platform, shop, badly))
    people.append(talks.answered(platform, shop, ALL_WELL, channel=Channel.CHAT, speaker=Speaker.COMPUTER))
    return shop, people


def test_ten_people_make_figures_and_nine_of_them_do_not(
    platform: Platform, served: tuple[Organization, list[talks.Talk]]
) -> None:
    shop, _ = served

    found = read(platform, shop)

    whole = found["all", "all"]
    assert whole.solved is not None
    assert whole.recommend is not None
    assert (10, 0.9, 80.0) == (whole.answers, whole.solved.value, whole.recommend.value)
    assert whole.smooth is None  # nine answered that
    assert {None} == {found[each].answers for each in found if each[0] in {"channel", "speaker"}}
    assert {("channel", "phone"), ("channel", "chat"), ("speaker", "human"), ("speaker", "computer")} < found.keys()


def test_another_organization_sees_nothing_of_it(
    platform: Platform, served: tuple[Organization, list[talks.Talk]]
) -> None:
    other = make.organization(platform)
    make.grant(platform, served[1][0].person, other, categories=frozenset({"conversations"}))

    assert {} == read(platform, other)


def test_everybody_who_is_counted_finds_it_in_the_log(
    platform: Platform, served: tuple[Organization, list[talks.Talk]], database_url: str
) -> None:
    shop, people = served
    question = "select count(*) from access where path = 'metrics' and organization_id = %s and released <> '{}'"
    with psycopg.connect(database_url, autocommit=True) as connection:
        (before,) = connection.execute(question, (shop.organization_id,)).fetchone() or (0,)
        read(platform, shop)
        (after,) = connection.execute(question, (shop.organization_id,)).fetchone() or (0,)

    assert len(people) == after - before


def _revoke(platform: Platform, shop: Organization, talk: talks.Talk) -> None:
    make.revoke(platform, talk.person, shop)


def _erase(platform: Platform, _shop: Organization, talk: talks.Talk) -> None:
    erasure.erase(platform, talk.person.scope, at=clock.now())


def _narrow(platform: Platform, shop: Organization, talk: talks.Talk) -> None:
    make.grant(platform, talk.person, shop, categories=frozenset({"contact", "conversations"}))
    act = law.Narrow(
        recipient=shop.organization_id,
        purpose="customer-care",
        at=clock.now(),
        categories=frozenset({"contact"}),
        expires_at=clock.now() + timedelta(days=20),
    )
    with platform.database.scoped(talk.person.scope) as session:
        grants.record(session, talk.person.scope, talk.person.customer_id, act)


@pytest.mark.parametrize("leave", [_revoke, _narrow, _erase])
def test_who_leaves_is_left_out_at_once(platform: Platform, leave: Any) -> None:
    shop = make.organization(platform)
    people = [talks.answered(platform, shop, ALL_WELL) for _ in range(10)]
    assert read(platform, shop)["all", "all"].answers == 10

    leave(platform, shop, people[0])

    assert read(platform, shop)["all", "all"].answers is None


def reply(number: int, **how: Any) -> Reply:
    at = clock.now().replace(year=2026, month=how.pop("month", 1), day=1)
    facts: dict[str, Any] = {"channel": "phone", "speaker": "human", "answers": Answers(solved=True)} | how
    return Reply(UUID(int=number), at, **facts)


def test_a_month_that_a_total_would_give_away_takes_another_along() -> None:
    replies = [
        *(reply(each, month=1) for each in range(30)),
        *(reply(100 + each, month=2) for each in range(4)),
        *(reply(200 + each, month=3) for each in range(12)),
    ]

    found = {group.key: group for group in figures.groups(replies) if group.by == "month"}

    assert {"2026-01": 30, "2026-02": None, "2026-03": None} == {key: each.answers for key, each in found.items()}
    assert found["2026-03"].solved is None


def test_ten_answers_of_one_person_are_not_ten_people() -> None:
    one = reply(1)

    assert [None] * 4 == [group.answers for group in figures.groups([replace(one) for _ in range(10)])]
