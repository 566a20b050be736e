"""Wishes as a document: what the law reads in it, what a change makes of it, and which topic stands under which."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from consent import contact, wish_changes, wish_form
from consent.contact import Channel, Question, Standing, Topic
from consent.decision import Reason
from consent.errors import Invalid
from consent.hours import Hours, Window
from consent.wish_changes import Change
from consent.wishes import Cap, Choices, Offers, Speaker, Wishes

SHOP, OTHER, THIRD = UUID(int=1), UUID(int=2), UUID(int=3)
keys = st.sampled_from(["service", "news", "offers", "usage"])
channels = st.lists(st.sampled_from(["email", "phone", "post"]), unique=True, max_size=3)
caps = st.fixed_dictionaries({"most": st.integers(1, 9), "days": st.integers(1, 366)})
choices = {
    "channels": st.none() | st.dictionaries(keys, st.none() | channels, max_size=3),
    "caps": st.none() | st.dictionaries(keys, st.none() | caps, max_size=3),
    "contact": st.none() | st.just("none"),
}
zones = st.sampled_from(["Europe/Amsterdam", "Pacific/Auckland", "America/St_Johns"])
clocks = st.builds("{:02d}:{:02d}".format, st.integers(0, 23), st.sampled_from([0, 30]))
windows = st.lists(
    st.tuples(clocks, clocks)
    .filter(lambda pair: pair[0] != pair[1])
    .map(lambda pair: {"from": pair[0], "until": pair[1]}),
    max_size=2,
)
hours = st.fixed_dictionaries({"zone": zones}, optional={"quiet": windows, "welcome": windows})
exception = {
    **choices,
    "first": st.none() | st.sampled_from(["human", "computer"]),
    "hours": st.none() | hours,
}
patches: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        **choices,
        "language": st.none() | st.sampled_from(["nl", "en"]),
        "never": st.none() | channels,
        "exceptions": st.none()
        | st.dictionaries(
            st.sampled_from([str(SHOP), str(OTHER)]), st.none() | st.fixed_dictionaries({}, optional=exception)
        ),
    },
)


def merged(document: Any, patch: Any) -> Any:
    """Merge as RFC 7396 §2 says it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(document) if isinstance(document, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def said(document: Any) -> Any:
    """Return a document without the objects in it that say nothing."""
    if not isinstance(document, dict):
        return document
    return {name: each for name, value in document.items() if (each := said(value)) != {}}


@given(patches, patches)
def test_changes_are_merge_patches_and_leave_nothing_empty(first: dict[str, Any], second: dict[str, Any]) -> None:
    document: dict[str, Any] = {}
    expected: Any = {}
    for patch in (first, second):
        try:
            change = wish_changes.change_of(patch)
        except Invalid:
            assert {} == said({name: value for name, value in patch.items() if value is not None})
            continue
        document, expected = wish_changes.after(document, change), said(merged(expected, patch))

    assert expected == document
    assert isinstance(wish_form.read(document), Wishes)


@given(patches)
def test_a_change_made_twice_is_made_once(patch: dict[str, Any]) -> None:
    try:
        change = wish_changes.change_of(patch)
    except Invalid:
        return
    once = wish_changes.after({"first": "human"}, change)

    assert once == wish_changes.after(once, change)


def test_the_law_reads_everything_in_a_document() -> None:
    document = {
        "language": "en",
        "name": "0" * 64,
        "channels": {"service": ["email", "phone"], "offers": []},
        "caps": {"service": {"most": 2, "days": 7}},
        "contact": "none",
        "never": ["in-person"],
        "hours": {
            "zone": "Europe/Lisbon",
            "welcome": [{"days": [1, 5], "from": "09:00", "until": "24:00"}],
            "quiet": [{"from": "22:30", "until": "00:00"}],
        },
        "first": "computer",
        "exceptions": {
            str(SHOP): {"contact": "none", "caps": {"news": {"most": 1, "days": 30}}},
            str(OTHER): {
                "never": ["app"],
                "hours": {"quiet": [{"from": "12:00", "until": "13:00"}]},
                "first": "human",
            },
            str(THIRD): {"hours": {"zone": "Asia/Tokyo"}},
        },
        "offers": {"wanted": ["energy"], "unwanted": ["travel"], "personal": "off"},
    }

    assert Wishes(
        general=Choices({"service": ("email", "phone"), "offers": ()}, {"service": Cap(2, 7)}, is_silent=True),
        never=frozenset({"in-person"}),
        hours=Hours("Europe/Lisbon", (Window(9 * 60, 24 * 60, frozenset({0, 4})),), (Window(22 * 60 + 30, 24 * 60),)),
        first=Speaker.COMPUTER,
        exceptions={
            SHOP: Choices(caps={"news": Cap(1, 30)}, is_silent=True),
            OTHER: Choices(
                never=frozenset({"app"}),
                hours=Hours("Europe/Lisbon", quiet=(Window(12 * 60, 13 * 60),)),  # by the clock of all the rest
                first=Speaker.HUMAN,
            ),
            THIRD: Choices(),  # a clock alone chooses no hours
        },
        offers=Offers(frozenset({"energy"}), frozenset({"travel"}), is_personal=False),
    ) == wish_form.read(document)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ({"mood": "good"}, "/mood"),
        ({"name": "Noor"}, "/name"),
        ({"first": "cat"}, "/first"),
        ({"contact": "some"}, "/contact"),
        ({"channels": []}, "/channels"),
        ({"channels": {"A b": []}}, "/channels"),
        ({"channels": {"news": [1]}}, "/channels/news"),
        ({"caps": {"news": {"most": True, "days": 7}}}, "/caps/news"),
        ({"caps": {"news": {"most": 1, "days": 367}}}, "/caps/news"),
        ({"caps": {"news": {"most": 1, "days": 7, "hours": 1}}}, "/caps/news/hours"),
        ({"hours": {"quiet": {}}}, "/hours/quiet"),
        ({"hours": {"quiet": [{"days": [0], "from": "09:00", "until": "10:00"}]}}, "/hours/quiet/0"),
        ({"hours": {"quiet": [{"days": [True], "from": "09:00", "until": "10:00"}]}}, "/hours/quiet/0"),
        ({"hours": {"welcome": [{"from": "9:00", "until": "10:00"}]}}, "/hours/welcome/0/from"),
        ({"hours": {"zone": "../../etc/passwd"}}, "/hours/zone"),
        ({"hours": {"zone": "x" * 65}}, "/hours/zone"),
        ({"exceptions": {str(SHOP).upper() + "x": {}}}, "/exceptions"),
        ({"hours": {"quiet": [{"from": "09:00", "until": "10:00"}] * 29}}, "/hours"),
        ({"exceptions": {str(SHOP): []}}, f"/exceptions/{SHOP}"),
        ({"exceptions": {str(SHOP): {"first": "cat"}}}, f"/exceptions/{SHOP}/first"),
        ({"exceptions": {str(SHOP): {"hours": {"zone": "Mars"}}}}, f"/exceptions/{SHOP}/hours/zone"),
        ({"exceptions": {str(SHOP): {"hours": {"quiet": {}}}}}, f"/exceptions/{SHOP}/hours/quiet"),
        (
            {"exceptions": {str(SHOP): {"hours": {"quiet": [{"from": "09:00", "until": "10:00"}] * 29}}}},
            f"/exceptions/{SHOP}/hours",
        ),
        ({"offers": {"personal": "perhaps"}}, "/offers/personal"),
        ({"offers": {"wanted": "energy"}}, "/offers/wanted"),
        ({"never": ["phone", "phone"]}, "/never"),
    ],
)
def test_what_is_no_wish_is_refused_with_its_field(document: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        wish_form.read(document)

    assert field == refused.value.field


@pytest.mark.parametrize(
    ("general", "here", "expected"),
    [
        ({}, {}, None),
        ({"news": ("post",)}, {}, ("post",)),
        ({"news": ()}, {}, ()),
        ({"news": ("post",), "shop-leaflet": ("app",)}, {}, ("app",)),
        ({"news": ("post",)}, {"news": ()}, ()),
        ({"shop-leaflet": ("app",)}, {"news": ()}, ("app",)),
        ({"news": ()}, {"shop-leaflet": ("app",)}, ("app",)),
    ],
)
def test_what_was_chosen_above_holds_until_somebody_chooses_for_the_topic_itself(
    general: dict[str, tuple[str, ...]], here: dict[str, tuple[str, ...]], expected: tuple[str, ...] | None
) -> None:
    chosen = Wishes(general=Choices(general), exceptions={SHOP: Choices(here)})
    capped = Wishes(general=Choices(caps={"news": Cap(1, 7)}))
    topic = Topic("shop-leaflet", under="news")

    assert expected == chosen.channels(SHOP, topic.key, topic.under)
    assert Cap(1, 7) == capped.cap(SHOP, topic.key, topic.under)
    assert ("news", "news") == (topic.root, Topic("news").root)


@pytest.mark.parametrize(
    ("set_", "clear"),
    [
        ({}, ()),
        ({"mood": "good"}, ()),
        ({"language": None}, ()),
        ({"language": True}, ()),
        ({"language": 1.5}, ()),
        ({"language": "x" * 65}, ()),
        ({"channels": {"a/b": []}}, ()),
        ({"channels": {"": []}}, ()),
        ({"never": ["x"] * 257}, ()),
        ({"hours": {"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": {"i": 1}}}}}}}}}}, ()),
        ({}, ("/mood",)),
        ({}, ("first",)),
        ({}, ("/hours", "/first")),
        ({}, ("/first", "/first")),
        ({}, ("/channels/" + "x" * 65,)),
        ({}, tuple(f"/channels/t{each:04d}" for each in range(501))),
    ],
)
def test_what_no_log_can_hold_is_no_change(set_: dict[str, Any], clear: tuple[str, ...]) -> None:
    with pytest.raises(Invalid):
        Change(set_, clear)


documents = st.fixed_dictionaries(
    {},
    optional={
        "channels": st.dictionaries(keys, channels, max_size=3),
        "caps": st.dictionaries(keys, caps, max_size=2),
        "contact": st.just("none"),
        "never": channels,
        "first": st.sampled_from(["human", "computer"]),
        "hours": hours,
        "exceptions": st.just({})
        | st.builds(
            lambda each: {str(SHOP): each},
            st.fixed_dictionaries(
                {},
                optional={
                    "channels": st.dictionaries(keys, channels),
                    "hours": hours,
                    "first": st.sampled_from(["human", "computer"]),
                },
            ),
        ),
    },
)
asked = st.builds(
    Question,
    organization=st.just(SHOP),
    topic=st.sampled_from([Topic("service", ("email", "phone")), Topic("news"), Topic("own-news", (), under="news")]),
    channels=st.just((Channel("phone", is_disturbing=True), Channel("email", is_disturbing=False))),
    sender=st.sampled_from(Speaker),
    at=st.datetimes(datetime(2026, 3, 20), datetime(2026, 4, 10), timezones=st.just(UTC)),  # noqa: DTZ001  # the zone is given beside
)
granted = st.lists(st.integers(0, 40), max_size=4).map(
    lambda days: Standing(
        permission=Reason.GRANTED,
        contacts=tuple(datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day) for day in days),
    )
)


@given(documents, documents, asked, granted)
def test_of_two_dossiers_the_strictest_wins(
    mine: dict[str, Any], theirs: dict[str, Any], question: Question, standing: Standing
) -> None:
    assume(said(theirs))
    both = wish_changes.after(mine, wish_changes.change_of({"also": {"a": theirs}}))
    topic = question.topic
    if wish_form.read(theirs).channels(SHOP, topic.key, topic.under) is None:  # then it takes no channel away
        theirs = {**theirs, "channels": {**theirs.get("channels", {}), topic.key: ["email", "phone"]}}
    alone = [contact.decide(question, wish_form.read(each), standing) for each in (mine, theirs)]

    told = contact.decide(question, wish_form.read(both), standing)

    common = [key for key in alone[0].channels if key in alone[1].channels]
    assert list(told.channels) == common
    assert told.allowed is bool(common)
    if told.not_before is not None and not told.allowed:
        assert all(each.not_before is None or each.not_before <= told.not_before for each in alone)


@given(documents.filter(bool), patches)
def test_what_is_chosen_anew_wins_over_what_joined(theirs: dict[str, Any], patch: dict[str, Any]) -> None:
    assume(said(theirs) and said(patch))
    joined = wish_changes.after({}, wish_changes.change_of({"also": {"a": theirs}}))
    change = wish_changes.change_of(patch)

    left = wish_changes.after(joined, change).get("also", {}).get("a", {})

    assert "contact" not in left or "contact" not in patch
    for name in ("channels", "caps"):
        assert not set(left.get(name, {})) & set(patch.get(name) or {})
