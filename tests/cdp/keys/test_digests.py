"""Digests tell statements of one subject apart, and say nothing without its data key."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID

from cdp.keys.digests import Digests
from cdp.keys.sealing import new_data_key

AT = datetime(2025, 5, 1, 12, tzinfo=UTC)
CITY = ("attributes", "city", b"")


def test_the_same_statement_gives_the_same_digest_for_one_subject_only() -> None:
    key = new_data_key()

    one, same, other = Digests(key), Digests(key), Digests(new_data_key())

    assert one.value(CITY, b'"x"', category=None) == same.value(CITY, b'"x"', category=None)
    assert one.value(CITY, b'"x"', category=None) != other.value(CITY, b'"x"', category=None)
    assert one.key("product", "order", "1") == same.key("product", "order", "1")
    assert one.key("product", "order", "1") != other.key("product", "order", "1")


def test_different_statements_give_different_digests() -> None:
    digests = Digests(new_data_key())
    said = [
        digests.value(CITY, b'"x"', category=None),
        digests.value(CITY, b'"y"', category=None),
        digests.value(CITY, b'"x"', category="contact"),
        digests.value(("attributes", "city x", b""), b"", category=None),
        digests.value(("attributes", "city", b""), b"x", category=None),
        digests.value(("product", "city", b""), b'"x"', category=None),
        digests.value(("product", "city", b"1" * 16), b'"x"', category=None),
        digests.value(("product", "city", b""), b"1" * 16 + b'"x"', category=None),
    ]

    assert all(one != two for one, two in combinations(said, 2))


def test_a_version_follows_from_value_and_moment() -> None:
    digests = Digests(new_data_key())
    digest = digests.value(CITY, b'"x"', category=None)

    assert digests.version(digest, AT) == digests.version(digest, AT)
    assert digests.version(digest, AT) != digests.version(digest, AT + timedelta(microseconds=1))
    assert 8 == UUID(bytes=digests.version(digest, AT)).version


def test_digests_do_not_show_their_key() -> None:
    assert "Digests(hidden)" == repr(Digests(new_data_key()))
