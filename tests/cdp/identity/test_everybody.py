"""Everybody in memory: the same people, found by the same keys, whichever process read them."""

from benchmarks.identity import people
from cdp.identity import blocking, sharing, traits
from cdp.identity.everybody import Everybody, One, Some

KNOWN = [
    traits.of(
        {name: value for name, value in zip(people.COLUMNS[1:], row, strict=True) if value} | {"birth_date": row[5]}
    )
    for row in people.made_up(600, seed=5)
]
_NUMBERS: dict[blocking.BlockingKey, int] = {}


def _some(places: range) -> Some:
    return Some.of(
        One(
            place.to_bytes(16),
            b"s" * 16,
            place.to_bytes(8),
            KNOWN[place],
            {_NUMBERS.setdefault(key, len(_NUMBERS)): key.kind for key in blocking.keys(KNOWN[place])}
            if KNOWN[place].is_enough
            else {},
        )
        for place in places
    )


def test_everybody_is_who_was_read_in_whatever_shares() -> None:
    everybody = Everybody([_some(range(100)), _some(range(0)), _some(range(100, 600))])

    assert len(KNOWN) == len(everybody)
    assert KNOWN == [everybody.known(place) for place in range(len(everybody))]
    assert (599).to_bytes(16) == everybody.subject(599)
    assert "Everybody(600)" == repr(everybody)


def test_somebody_is_found_by_their_id_and_who_came_later_is_not() -> None:
    everybody = Everybody([_some(range(300)), _some(range(300, 600))])

    assert [*range(600), None] == [everybody.place(number.to_bytes(16)) for number in range(601)]


def test_whoever_is_kept_otherwise_than_they_were_read_has_changed() -> None:
    everybody = Everybody([_some(range(3))])

    kept = {(0).to_bytes(16): (0).to_bytes(8), (1).to_bytes(16): b"anewanew"}

    assert {1, 2} == everybody.changed(range(3), kept)


def test_whose_address_more_records_have_than_people_may_share_is_crowded() -> None:
    shared = [traits.of({"email": "desk@club.example", "phone": "06 12345678"}) for _ in range(sharing.MOST + 1)]
    own = [traits.of({"email": f"own-{number}@club.example"}) for number in range(2)]
    people = [
        One(bytes(16), bytes(16), bytes(8), known, {hash(key): key.kind for key in blocking.keys(known)})
        for known in [*own, *shared]
    ]

    everybody = Everybody([Some.of(people)])
    fewer = Everybody([Some.of(people[:-1])])

    assert [2, 3, 4, 5] == everybody.crowded(range(6))
    assert {4} == set(everybody.crowds.values())
    assert [] == fewer.crowded(range(5))


def test_nobody_has_nobody_to_compare() -> None:
    assert 0 == len(Everybody([Some.of([])]))
