"""The table of contact, run on the Python that everybody can read."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consent import contact
from consent.contact import Answer, Channel, Question, Standing, Topic
from consent.decision import Reason as Permitted
from consent.hours import EVERY_DAY, Hours, Window
from consent.wishes import Cap, Choices, Speaker, Wishes
from tests.spec.contacts import CASES, DISTURBING, TOPICS, Case, Wish

NO_REASON_HERE = {Permitted.SOURCE_NOT_GRANTED, Permitted.NOT_GRANTABLE}
"""How to reach somebody is asked of no source, and it can be granted."""
HERE, THERE = UUID(int=1), UUID(int=2)
WALL = ZoneInfo("Europe/Amsterdam")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WALL)


def minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def chosen(case: Case) -> Wishes:
    """Return what the customer chose, with what was chosen in a dossier that joined theirs."""
    return replace(wishes(case.wish), also=() if case.joined is None else (wishes(case.joined),))


def wishes(wish: Wish) -> Wishes:
    def choices(channels: Any, caps: Any, **rest: Any) -> Choices:
        return Choices(channels or {}, {topic: Cap(*cap) for topic, cap in (caps or {}).items()}, **rest)

    usual = hours(wish.zone, wish.welcome, wish.quiet) or Hours(wish.zone)
    return Wishes(
        general=choices(wish.channels, wish.caps, is_silent=wish.silent),
        never=frozenset(wish.never),
        hours=usual,
        first=speaker(wish.first),
        exceptions={
            HERE: choices(
                wish.here_channels,
                wish.here_caps,
                is_silent=wish.here_silent,
                never=frozenset(wish.here_never),
                hours=hours(wish.here_zone or wish.zone, wish.here_welcome, wish.here_quiet),
                first=speaker(wish.here_first),
            ),
            THERE: choices(
                None,
                None,
                is_silent=wish.there_silent,
                never=frozenset(wish.there_never),
                hours=hours(wish.zone, (), wish.there_quiet),
                first=speaker(wish.there_first),
            ),
        },
    )


def hours(zone: str, welcome: Iterable[tuple[str, str, str]], quiet: Iterable[tuple[str, str]]) -> Hours | None:
    """Return the hours of these windows; None where there is none: a clock alone chooses nothing."""
    found = Hours(
        zone,
        tuple(Window(minutes(start), minutes(end), frozenset(map(int, days))) for days, start, end in welcome),
        tuple(Window(minutes(start), minutes(end)) for start, end in quiet),
    )
    return found if found.welcome or found.quiet else None


def speaker(word: str | None) -> Speaker | None:
    return None if word is None else Speaker(word)


def question(case: Case) -> Question:
    return Question(
        organization=HERE,
        topic=Topic(case.topic, **cast("dict[str, Any]", TOPICS[case.topic])),
        channels=tuple(Channel(each, DISTURBING[each]) for each in case.offered),
        sender=Speaker(case.sender),
        is_urgent=case.urgent,
        at=moment(case.at),
    )


def standing(case: Case) -> Standing:
    return Standing(
        permission=Permitted(case.permission),
        is_signalled=case.signalled,
        is_done=case.done,
        contacts=tuple(map(moment, case.before)),
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_table_of_contact_holds(case: Case) -> None:
    is_allowed = bool(case.channels)
    not_before = case.at if is_allowed else case.not_before

    answer = contact.decide(question(case), chosen(case), standing(case))

    assert answer == Answer(
        allowed=is_allowed,
        reason=contact.Reason(case.expected),
        channels=case.channels,
        not_before=None if not_before is None else moment(not_before),
        must_say=tuple(map(contact.Say, case.must_say)),
    )


@pytest.mark.parametrize("case", [each for each in CASES if each.not_before], ids=lambda case: case.name)
def test_what_was_told_to_wait_is_welcome_at_the_moment_that_was_named(case: Case) -> None:
    first = contact.decide(question(case), chosen(case), standing(case))
    assert first.not_before is not None
    later = Question(
        organization=HERE,
        topic=question(case).topic,
        channels=question(case).channels,
        sender=Speaker(case.sender),
        at=first.not_before,
    )

    assert contact.decide(later, chosen(case), standing(case)).allowed


@pytest.mark.parametrize("case", [each for each in CASES if each.before], ids=lambda case: case.name)
def test_where_caps_have_room_contacts_of_before_change_nothing(case: Case) -> None:
    asked, wished, known = question(case), chosen(case), standing(case)
    caps = () if asked.topic.is_required else wished.caps(HERE, asked.topic.key, asked.topic.under)
    told = contact.decide(asked, wished, known)

    has_room = contact.has_room(caps, known.contacts, at=asked.at)

    assert has_room == (told.reason is not contact.Reason.CAP_REACHED)
    assert has_room == (told == contact.decide(asked, wished, replace(known, contacts=())))


def test_every_case_of_contact_has_its_own_name_and_every_reason_and_word_occurs() -> None:
    assert len(CASES) == len({case.name for case in CASES})
    assert set(contact.Reason) == {case.expected for case in CASES}
    assert set(Permitted) - NO_REASON_HERE == {case.permission for case in CASES}
    assert set(contact.Say) == {word for case in CASES for word in case.must_say}


@given(
    st.lists(st.integers(0, 40 * 24), max_size=8),
    st.integers(1, 4),
    st.integers(1, 14),
    st.integers(20 * 24, 40 * 24),
)
def test_no_sequence_of_sends_that_were_allowed_breaks_a_cap(
    hours: list[int], most: int, days: int, until: int
) -> None:
    start = moment("2026-03-01 12:00").astimezone(UTC)
    wished = Wishes(general=Choices(caps={"service": Cap(most, days)}))
    topic, channel = Topic("service", ("email",)), Channel("email", is_disturbing=False)
    sent: list[datetime] = []
    for hour in sorted([*hours, *range(0, until, 7)]):
        at = start + timedelta(hours=hour)
        asked = Question(organization=HERE, topic=topic, channels=(channel,), sender=Speaker.HUMAN, at=at)
        if contact.decide(asked, wished, Standing(permission=Permitted.GRANTED, contacts=tuple(sent))).allowed:
            sent.append(at)

    period = timedelta(days=days)
    assert all(len([other for other in sent if each - period < other <= each]) <= most for each in sent)


QUIETS = st.tuples(st.integers(0, 47), st.integers(0, 47)).filter(lambda pair: pair[0] != pair[1])


@given(
    st.sampled_from(["Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland"]),
    st.sampled_from(["2026-03-07", "2026-03-28", "2026-04-04", "2026-10-24", "2026-10-31"]),
    QUIETS,
    st.integers(1, 3),
)
def test_no_sequence_of_calls_that_were_allowed_breaks_a_quiet_hour_or_a_cap_while_clocks_change(
    zone: str, day: str, quiet: tuple[int, int], most: int
) -> None:
    start, end = (30 * each for each in quiet)
    wall = ZoneInfo(zone)
    hours = Hours(zone, quiet=(Window(start, end or 24 * 60),))
    wished = Wishes(general=Choices(caps={"service": Cap(most, 1)}), hours=hours)
    topic, channel = Topic("service", ("phone",)), Channel("phone", is_disturbing=True)
    sent: list[datetime] = []
    for step in range(3 * 48):
        at = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(minutes=31 * step)
        asked = Question(organization=HERE, topic=topic, channels=(channel,), sender=Speaker.HUMAN, at=at)
        if contact.decide(asked, wished, Standing(permission=Permitted.GRANTED, contacts=tuple(sent))).allowed:
            sent.append(at)

    clocks = [each.astimezone(wall) for each in sent]
    minutes_there = [each.hour * 60 + each.minute for each in clocks]
    if start < (end or 24 * 60):
        assert not [each for each in minutes_there if start <= each < (end or 24 * 60)]
    else:
        assert not [each for each in minutes_there if each >= start or each < end]
    assert all(len([other for other in sent if each - timedelta(days=1) < other <= each]) <= most for each in sent)


@given(
    st.sampled_from(["Europe/Amsterdam", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    st.sampled_from(["2026-03-28 20:00", "2026-10-24 20:00", "2026-04-04 10:00", "2026-03-08 03:00"]),
    st.lists(st.tuples(st.integers(0, 95), st.integers(1, 96), st.sets(st.integers(0, 6), min_size=1)), max_size=2),
    st.lists(st.tuples(st.integers(0, 95), st.integers(1, 96)), max_size=2),
)
def test_the_next_hour_that_is_open_or_closed_is_the_first(
    zone: str, at: str, welcome: list[tuple[int, int, set[int]]], quiet: list[tuple[int, int]]
) -> None:
    windows = tuple(Window(a * 15, b * 15, frozenset(days)) for a, b, days in welcome if a != b)
    silent = tuple(Window(a * 15, b * 15, EVERY_DAY) for a, b in quiet if a != b)
    hours = Hours(zone, windows, silent)
    steps = [moment(at).astimezone(UTC) + timedelta(minutes=15 * step) for step in range(9 * 96)]

    assert hours.next_open(moment(at)) == next((step for step in steps if hours.is_open(step)), None)
    assert hours.next_closed(moment(at)) == next((step for step in steps if not hours.is_open(step)), None)
