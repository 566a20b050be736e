"""What a choice comes to: the kind of act, what is left out, and never more than was asked."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import answers, errors
from consent.acts import Extend, Grant, Narrow
from consent.admission import admit
from consent.answers import Asked, State
from consent.permission import EMPTY, Permission, Stop
from tests.consent.strategies import BANK, CARE, LANDLORD, SHOP, START, moments, permissions, some_categories

DAY = timedelta(days=1)
OWN = Permission(categories=frozenset({"contact", "products"}), expires_at=START + 20 * DAY)
ATTESTED = Permission(attested_categories=frozenset({"financial"}), attested_expires_at=START + 40 * DAY)
BOTH = replace(OWN, attested_categories=ATTESTED.attested_categories, attested_expires_at=ATTESTED.attested_expires_at)
ASKED = Asked(
    recipient=SHOP,
    purpose=CARE,
    categories=frozenset({"contact", "usage"}),
    sources=None,
    latest_end=START + 30 * DAY,
)


def changed(standing: Permission, **wanted: object) -> Narrow | Extend:
    parts = {"categories": None, "sources": None, "expires_at": None} | wanted
    return answers.change(standing, recipient=SHOP, purpose=CARE, at=START, **parts)  # type: ignore[arg-type]  # three types in one dict


def answered(standing: Permission, asked: Asked = ASKED, **chosen: object) -> Grant:
    parts = {"categories": None, "expires_at": None} | chosen
    return answers.answer(standing, asked, at=START, **parts)  # type: ignore[arg-type]  # two types in one dict


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ({"categories": frozenset({"contact"})}, Narrow),
        ({"expires_at": START + 10 * DAY}, Narrow),
        ({"sources": frozenset({BANK})}, Narrow),
        ({"categories": frozenset({"contact", "products", "usage"})}, Extend),
        ({"expires_at": START + 50 * DAY}, Extend),
    ],
    ids=["fewer", "shorter", "fewer sources", "more", "longer"],
)
def test_less_is_a_narrowing_and_more_or_longer_an_extension(
    wanted: dict[str, object], kind: type[Narrow | Extend]
) -> None:
    act = changed(OWN, **wanted)

    assert kind is type(act)
    assert admit(OWN, act).open_at(START)


def test_more_and_less_at_once_is_kept_out() -> None:
    act = changed(OWN, categories=frozenset({"usage"}))

    with pytest.raises(errors.NarrowerThanGranted):
        admit(OWN, act)


def test_lengthening_the_own_grant_grants_nothing_that_was_only_attested() -> None:
    after = admit(BOTH, changed(BOTH, expires_at=START + 50 * DAY))

    assert OWN.categories == after.categories
    assert BOTH.attested_expires_at == after.attested_expires_at


def test_a_further_category_does_not_lengthen_the_own_grant_to_the_end_of_the_attested_one() -> None:
    act = changed(BOTH, categories=OWN.categories | {"usage"})

    assert OWN.expires_at == act.expires_at


def test_the_sources_of_a_grant_that_is_over_do_not_close_what_is_attested() -> None:
    over = replace(BOTH, sources=frozenset({LANDLORD}), expires_at=START, attested_categories=frozenset({"a", "b"}))

    after = admit(over, changed(over, categories=frozenset({"a"})))

    assert frozenset({"a"}) == after.attested_at(START)


def test_what_is_over_cannot_be_changed() -> None:
    with pytest.raises(errors.NothingGranted):
        changed(replace(OWN, expires_at=START), categories=frozenset({"contact"}))


@given(permissions(), moments)
def test_a_state_is_live_exactly_while_something_is_open(standing: Permission, at: datetime) -> None:
    assert (answers.state(standing, at=at) is State.LIVE) == bool(standing.open_at(at))


def test_a_state_tells_a_stop_from_an_end() -> None:
    stopped, over = Permission(stopped=Stop.REVOKED), replace(OWN, expires_at=START)

    assert (State.STOPPED, State.EXPIRED) == (answers.state(stopped, at=START), answers.state(over, at=START))


def test_an_answer_is_what_was_asked_when_nothing_stands() -> None:
    grant = answered(EMPTY)

    assert (ASKED.categories, None, ASKED.latest_end) == (grant.categories, grant.sources, grant.expires_at)


def test_an_answer_stands_beside_the_own_grant_and_does_not_lengthen_it() -> None:
    grant = answered(OWN)

    assert (OWN.categories | ASKED.categories, OWN.expires_at) == (grant.categories, grant.expires_at)


def test_an_answer_keeps_the_narrower_sources_of_both() -> None:
    grant = answered(replace(OWN, sources=frozenset({BANK, LANDLORD})), replace(ASKED, sources=frozenset({BANK, SHOP})))

    assert frozenset({BANK}) == grant.sources


def test_a_grant_that_is_over_does_not_shorten_an_answer() -> None:
    grant = answered(replace(OWN, expires_at=START, sources=frozenset({BANK})))

    assert (ASKED.categories, None, ASKED.latest_end) == (grant.categories, grant.sources, grant.expires_at)


@pytest.mark.parametrize(
    ("chosen", "field"),
    [
        ({"categories": frozenset({"contact", "health"})}, "/categories"),
        ({"expires_at": ASKED.latest_end + timedelta(microseconds=1)}, "/expires_at"),
    ],
    ids=["categories", "time"],
)
def test_an_answer_gives_no_more_than_was_asked(chosen: dict[str, object], field: str) -> None:
    with pytest.raises(errors.NotAsked) as refused:
        answered(EMPTY, ASKED, **chosen)

    assert field == refused.value.field


@given(permissions(), some_categories, st.integers(1, 40))
def test_no_answer_lengthens_what_stood(standing: Permission, categories: frozenset[str], days: int) -> None:
    standing = replace(standing, sources=None)  # a merge may have left none in common, and then nothing can be added

    grant = answered(standing, replace(ASKED, categories=categories, latest_end=START + days * DAY))

    own_end = standing.expires_at if standing.granted_at(START) else None
    assert own_end is None or grant.expires_at <= own_end
