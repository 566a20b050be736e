"""Which statement holds follows from the times that were stated, in whatever order and batches they came."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from cdp.ingest import versions
from cdp.ingest.versions import Current, Plan, Version

START = datetime(2025, 1, 1, tzinfo=UTC)
hours = st.integers(0, 9).map(lambda number: START + timedelta(hours=number))
said = st.lists(
    st.builds(Version, st.sampled_from([b"a", b"b", b"c"]), hours, st.just(value=True)),
    min_size=1,
    max_size=12,
    unique_by=lambda version: version.at,
)


def version(value: bytes, hour: int, *, is_dated: bool = True) -> Version:
    return Version(value, START + timedelta(hours=hour), is_dated)


def current(value: bytes, hour: int) -> Current:
    return Current(bytes(16), value, START + timedelta(hours=hour))


def test_the_first_statement_holds() -> None:
    assert Plan(0, (), None) == versions.settle(None, [version(b"a", 1)])


def test_the_same_again_says_nothing_new_but_confirms_if_it_is_dated() -> None:
    later = version(b"a", 2)

    assert Plan(None, (), later.at) == versions.settle(current(b"a", 1), [later])
    assert Plan(None, (), None) == versions.settle(current(b"a", 1), [version(b"a", 2, is_dated=False)])
    assert Plan(None, (), None) == versions.settle(current(b"a", 1), [version(b"a", 0)])


def test_what_was_true_before_is_history() -> None:
    assert Plan(None, (0,), None) == versions.settle(current(b"a", 2), [version(b"b", 1)])


def test_the_present_value_said_of_an_earlier_moment_says_nothing_new() -> None:
    assert Plan(None, (), None) == versions.settle(current(b"a", 3), [version(b"a", 1), version(b"a", 2)])


def test_of_two_at_the_same_moment_the_one_said_later_holds() -> None:
    assert Plan(1, (0,), None) == versions.settle(None, [version(b"a", 1), version(b"b", 1)])


@given(said)
def test_one_by_one_ends_as_all_at_once(statements: list[Version]) -> None:
    held: Current | None = None
    for number, each in enumerate(statements):
        plan = versions.settle(held, [each])
        if plan.latest is not None:
            held = Current(bytes((number + 1,)), each.digest, each.at)
        elif held is not None and plan.confirmed_at is not None:
            held = held._replace(at=plan.confirmed_at)
    plan = versions.settle(None, statements)

    assert held is not None
    assert plan.latest is not None
    assert (statements[plan.latest].digest, plan.confirmed_at or statements[plan.latest].at) == held[1:]


@given(said, st.none() | st.builds(current, st.sampled_from([b"a", b"b"]), st.integers(0, 9)))
def test_saying_it_all_again_changes_nothing(statements: list[Version], held: Current | None) -> None:
    plan = versions.settle(held, statements)
    if plan.latest is not None:
        latest = statements[plan.latest]
        held = Current(bytes((2,)), latest.digest, plan.confirmed_at or latest.at)
    elif held is not None and plan.confirmed_at is not None:
        held = held._replace(at=plan.confirmed_at)

    again = versions.settle(held, statements)

    assert (None, None) == (again.latest, again.confirmed_at)
