from dataclasses import replace
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from consent import acts as law
from consent.decision import decide, decide_from_acts
from consent.permission import EMPTY, Permission, Stop, apply, fold, strictest
from tests.consent.strategies import (
    CARE,
    SHOP,
    START,
    acts,
    categories,
    histories,
    moments,
    permissions,
    sources,
)

STOPS = law.Revoke | law.Object | law.Erase


def is_allowed(permission: Permission, category: str, source: UUID, at: datetime) -> bool:
    return decide(permission, recipient=SHOP, category=category, source=source, at=at).allowed


@given(permissions(), permissions())
def test_the_strictest_of_two_is_the_same_in_either_order(one: Permission, two: Permission) -> None:
    assert strictest(one, two) == strictest(two, one)


@given(permissions(), permissions(), permissions())
def test_the_strictest_of_three_is_the_same_however_they_are_paired(
    one: Permission, two: Permission, three: Permission
) -> None:
    assert strictest(strictest(one, two), three) == strictest(one, strictest(two, three))


@given(permissions())
def test_a_permission_is_as_strict_as_itself(one: Permission) -> None:
    assert one == strictest(one, one)


@given(permissions())
def test_somebody_who_never_decided_changes_nothing(one: Permission) -> None:
    assert one == strictest(one, EMPTY)


@given(permissions(), permissions(), categories, sources, moments)
def test_the_strictest_allows_nothing_that_neither_side_allows(
    one: Permission, two: Permission, category: str, source: UUID, at: datetime
) -> None:
    if is_allowed(strictest(one, two), category, source, at):
        assert is_allowed(one, category, source, at) or is_allowed(two, category, source, at)


@given(permissions(), permissions(), categories, sources, moments)
def test_the_strictest_allows_nothing_that_either_side_stopped(
    one: Permission, two: Permission, category: str, source: UUID, at: datetime
) -> None:
    either_stopped = (
        one.stopped or two.stopped or category in one.stopped_categories or category in two.stopped_categories
    )

    if either_stopped:
        assert not is_allowed(strictest(one, two), category, source, at)


@given(permissions(), permissions())
def test_the_strictest_keeps_nothing_that_is_stopped(one: Permission, two: Permission) -> None:
    both = strictest(one, two)

    assert not (both.categories | both.attested_categories) & both.stopped_categories
    assert both.stopped is None or not both.categories | both.attested_categories


@given(permissions(), permissions(), categories, sources, moments, moments)
def test_a_merge_allows_nothing_that_neither_side_allows(
    one: Permission, two: Permission, category: str, source: UUID, at: datetime, merged_at: datetime
) -> None:
    later = max(at, merged_at)
    merged = apply(one, law.Merge(recipient=SHOP, purpose=CARE, at=merged_at, other=two))

    if is_allowed(merged, category, source, later):
        assert is_allowed(one, category, source, later) or is_allowed(two, category, source, later)


@given(histories(), categories, sources, moments)
def test_after_a_stop_nothing_is_allowed_until_the_customer_grants(
    history: list[law.Act], category: str, source: UUID, at: datetime
) -> None:
    stops = [index for index, act in enumerate(history) if isinstance(act, STOPS)]
    if not stops:
        return
    since = history[stops[-1] :]
    if any(isinstance(act, law.Grant) for act in since):
        return

    later = max(at, history[-1].at)
    assert not is_allowed(fold(history), category, source, later)


@given(histories(), categories, sources, moments)
def test_no_permission_outlives_twelve_months(
    history: list[law.Act], category: str, source: UUID, at: datetime
) -> None:
    after = law.latest_end(max([at, *(act.at for act in history)]))

    assert not is_allowed(fold(history), category, source, after)


@given(histories(), acts())
def test_a_stopped_permission_has_nothing_open(history: list[law.Act], act: law.Act) -> None:
    permission = fold([*history, act])

    if permission.stopped is not None:
        assert not permission.categories | permission.attested_categories
    assert not (permission.categories | permission.attested_categories) & permission.stopped_categories


@given(histories())
def test_every_act_counts_once_in_the_epoch(history: list[law.Act]) -> None:
    assert len(history) == fold(history).epoch


@given(histories(), categories, sources, moments)
def test_other_permissions_of_the_customer_do_not_matter(
    history: list[law.Act], category: str, source: UUID, at: datetime
) -> None:
    question = {"category": category, "source": source, "at": at}
    other_purpose = [replace(act, purpose="advice") for act in history]
    other_recipient = [replace(act, recipient=UUID(int=7)) for act in history]

    alone = decide_from_acts(history, recipient=SHOP, purpose=CARE, **question)  # type: ignore[arg-type]  # three types in one dict
    among = decide_from_acts(
        [*other_purpose, *history, *other_recipient],
        recipient=SHOP,
        purpose=CARE,
        **question,  # type: ignore[arg-type]  # three types in one dict
    )

    assert alone == among


@given(st.lists(permissions(), min_size=2, max_size=5), st.randoms())
def test_many_customers_merge_to_the_same_in_any_order(several: list[Permission], chance: Random) -> None:
    def merged(permissions_: list[Permission]) -> Permission:
        permission = EMPTY
        for other in permissions_:
            permission = strictest(permission, other)
        return permission

    shuffled = several.copy()
    chance.shuffle(shuffled)

    assert merged(several) == merged(shuffled)


def test_a_grant_opens_nothing_before_it_was_given() -> None:
    grant = law.Grant(
        recipient=SHOP,
        purpose=CARE,
        at=START,
        categories=frozenset({"contact"}),
        expires_at=START + timedelta(days=1),
    )
    before = START - timedelta(microseconds=1)

    decision = decide_from_acts([grant], recipient=SHOP, purpose=CARE, category="contact", source=SHOP, at=before)

    assert not decision.allowed


def test_an_act_of_an_unknown_kind_closes_everything() -> None:
    granted = Permission(categories=frozenset({"contact"}), expires_at=START + timedelta(days=9))

    after = apply(granted, law.Act(recipient=SHOP, purpose=CARE, at=START))

    assert Stop.REVOKED == after.stopped
