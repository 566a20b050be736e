"""Who shares a key and is not worth a look: who shares a weak one and nothing else, though both know more."""

import random
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from uuid import UUID

import pytest

from cdp import ids
from cdp.identity import blocking, candidates, sharing, store, traits
from cdp.identity.blocking import KeyKind
from cdp.lane import Asked
from cdp.platform import Platform
from cdp.scope import MATCHER
from cdp.transaction import Rows, Transaction
from tests.cdp.ingest.arrange import change

HOME = {"postcode": "1234 AB", "house_number": "5"}
ANNA = {"first_name": "Anna", "last_name": "Berg", "birth_date": "1980-03-04", "email": "a@example.org", **HOME}
CROWD = 60
_KINDS = [
    *(KeyKind.EMAIL, KeyKind.HOME, KeyKind.BIRTH, KeyKind.INITIAL, KeyKind.INITIAL, KeyKind.NAME, KeyKind.NAME_YEAR),
    *(KeyKind.PHONE, KeyKind.INITIAL, KeyKind.NAME),
]
_CROWDS = {7, 8, 9}
"""Places of those that very many have."""
_CROWDED = (
    "insert into match_key select k, gen_random_uuid() from unnest(%s::bigint[]) k cross join generate_series(1, %s)"
)
_AT_ONCE = 15


@pytest.mark.parametrize(
    ("facts", "is_worth"),
    [
        pytest.param({"last_name": "Visser", "birth_date": "1951-07-08"}, False, id="an initial at a postcode"),
        pytest.param({"last_name": "Visser", "first_name": "Gerrit", "email": "a@example.org"}, True, id="a mailbox"),
        pytest.param({"birth_date": "1951-07-08"}, True, id="a name and a home"),
        pytest.param({"last_name": "Visser", "birth_date": "1980-04-03"}, True, id="a home and a birth date"),
        pytest.param({"last_name": "Visser", "birth_date": None, "email": None}, True, id="who knows nothing more"),
        pytest.param({"postcode": "9876 ZY", "birth_date": "1951-07-08"}, False, id="a name, and its initial with it"),
        pytest.param(
            {"first_name": "Arend", "postcode": "9876 ZY", "birth_date": "1980-11-12"},
            False,
            id="an initial, a surname and a year",
        ),
        pytest.param(
            {"first_name": "Arend", "last_name": "Visser", "postcode": "9876 ZY"}, False, id="a letter and a birth date"
        ),
        pytest.param(
            {"first_name": "Arend", "last_name": "Visser", "postcode": None},
            True,
            id="a letter and a birth date of whom no street is known",
        ),
        pytest.param({"first_name": "Arend", "postcode": "9876 ZY"}, True, id="a birth date and a surname"),
        pytest.param({"postcode": None, "birth_date": "1951-07-08"}, True, id="who has no postcode of a street"),
        pytest.param(
            {"first_name": "Arend", "postcode": None, "birth_date": None, "email": "c@example.org"},
            False,
            id="an initial with a surname, whatever they know",
        ),
    ],
)
def test_one_weak_key_alone_is_not_worth_a_look(facts: Mapping[str, object], is_worth: bool) -> None:  # noqa: FBT001  # a column of the table
    one, other = traits.of(ANNA), traits.of(ANNA | {"email": "b@example.org"} | dict(facts))
    mine = {hash(key): blocking.LONE.get(key.kind, 0) for key in blocking.keys(one)}

    found = blocking.is_worth(mine, map(hash, blocking.keys(other)), blocking.knows(one) & blocking.knows(other))

    assert is_worth == found
    assert [is_worth] == candidates.find([one, other]).is_worth.tolist()


async def test_the_database_and_the_program_agree_on_who_is_worth_a_look(platform: Platform, database_url: str) -> None:
    drawn, known = random.Random(5), traits.of(ANNA | {"phone": "0612345678"})  # noqa: S311  # the same people in every run
    every = [each for size in (1, 2, 3) for each in combinations(range(len(_KINDS)), size)]
    met = [each for each in every if not _CROWDS.issuperset(each)]  # who shares crowds alone is not found
    asked, wanted = dict[bytes, dict[int, KeyKind]](), dict[bytes, set[bytes]]()
    for first, one in zip(range(0, len(met), _AT_ONCE), _ids(len(met)), strict=False):
        keys, says = range(1000 * first, 1000 * first + len(_KINDS)), [blocking.LONE.get(kind, 0) for kind in _KINDS]
        asked[one], crowds = dict(zip(keys, _KINDS, strict=True)), {keys[each] for each in _CROWDS}
        people = {each: drawn.choice((0, 1, 7)) | blocking.ANYBODY for each in _ids(len(met[first : first + _AT_ONCE]))}
        have = {each: {keys[key] for key in shared} for each, shared in zip(people, met[first:], strict=False)}
        for each, knows in people.items():
            _keep(database_url, each, knows, have[each])
        change(database_url, _CROWDED, sorted(crowds), CROWD)
        mine = {key: each for key, each in zip(keys, says, strict=True) if key not in crowds}
        wanted[one] = {
            each for each, knows in people.items() if blocking.is_worth(mine, have[each], knows & blocking.knows(known))
        }

    (rows,) = await _asked(platform, store.alike(dict.fromkeys(asked, known), asked))

    found = {one: {row[1] for row in rows if row[0] == one and row[1] is not None} for one in asked}
    assert wanted == found
    assert 50 < sum(map(len, wanted.values())) < len(met) - 10


async def test_the_database_and_the_program_take_those_of_the_rarest_keys_first(
    platform: Platform, database_url: str
) -> None:
    drawn = random.Random(7)  # noqa: S311  # the same people in every run
    sizes = {key: drawn.choice((4, 9, 14, 22, 30, 40, CROWD)) for key in range(3000, 3016)}
    asked = {each: sorted(drawn.sample(list(sizes), 6)) for each in _ids(4)}
    others = _ids(120)
    have = {key: drawn.sample(others, size) for key, size in sizes.items()}
    for each in others:
        _keep(database_url, each, 0, [key for key, users in have.items() if each in users])

    (rows,) = await _asked(
        platform,
        store.alike(
            dict.fromkeys(asked, traits.of(ANNA)),
            {each: dict.fromkeys(keys, KeyKind.EMAIL) for each, keys in asked.items()},
        ),
    )

    chosen = {each: blocking.choose([have[key] for key in keys]) for each, keys in asked.items()}
    assert chosen == {each: {row[1] for row in rows if row[0] == each and row[1] is not None} for each in asked}
    assert any(len(found) < len({one for key in asked[each] for one in have[key]}) for each, found in chosen.items())


async def test_how_many_have_a_mailbox_is_told_with_who_may_be(platform: Platform, database_url: str) -> None:
    asked, few, some, many, weak = ids.row().bytes, 2001, 2002, 2003, 2004
    for key, users in ((few, sharing.MOST - 1), (some, sharing.MOST + 1), (many, CROWD), (weak, CROWD)):
        for subject in _ids(users):
            change(database_url, "insert into match_key values (%s, %s)", key, UUID(bytes=subject))
        change(database_url, "insert into match_key values (%s, %s)", key, UUID(bytes=asked))
    kinds = {few: KeyKind.EMAIL, some: KeyKind.PHONE, many: KeyKind.EMAIL, weak: KeyKind.HOME}

    rows, counted = await _asked(
        platform, store.alike({asked: traits.of(ANNA)}, {asked: kinds}), store.crowds([few, some, many])
    )

    assert {some: sharing.MOST + 2, many: blocking.ENOUGH + 1} == store.crowded(rows) == dict(counted)


def _ids(count: int) -> list[bytes]:
    return list(ids.rows(count))


def _keep(url: str, subject: bytes, knows: int, keys: Iterable[int]) -> None:
    name = UUID(bytes=subject)
    change(
        url,
        "insert into likeness (customer_id, subject_id, source_id, keys, sealed, at)"
        " values (%s, %s, %s, %s, '', now())",
        *(name, name, name, sorted(keys)),
    )
    change(url, "insert into data_key values (%s, %s, '', 1, now())", name, name)
    change(url, "insert into match_key select k, %s, %s from unnest(%s::bigint[]) k", name, knows, sorted(keys))


async def _asked(platform: Platform, *questions: Asked) -> Sequence[Rows]:
    await platform.database.open()
    try:
        async with platform.database.pool.connection() as lane:
            transaction = Transaction(lane, platform.database.words(MATCHER), remote_apply=False)
            found = await transaction.ask(*questions)
            await transaction.commit()
    finally:
        await platform.database.close()
    return found
