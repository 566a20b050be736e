import numpy as np

from cdp.identity import blocking, candidates, traits


def _named(first: str, last: str, **known: str) -> traits.Traits:
    return traits.of({"first_name": first, "last_name": last, "birth_date": "1980-03-04"} | known)


def test_who_shares_a_key_is_compared_once() -> None:
    known = [_named("Anna", "Berg"), _named("Bert", "Smit", birth_date="1950-01-02"), _named("Ana", "van den Berg")]

    found = candidates.find(known)

    assert [[0, 2]] == found.pairs.tolist()
    assert [1, 0, 1] == found.found.tolist()


def test_the_pairs_are_those_of_the_look_ups_in_the_database() -> None:
    letters = "abcdefghijklmnopqrst"
    known = [
        _named(f"{first}nna", f"{second}erg", birth_date=f"19{ord(first) % 3 + 50}-03-0{ord(second) % 9 + 1}")
        for first in letters
        for second in letters
    ]
    blocks: dict[object, list[int]] = {}
    for place, each in enumerate(known):
        for key in blocking.keys(each):
            blocks.setdefault(key, []).append(place)

    found = candidates.find(known)

    wanted = set()
    for place, each in enumerate(known):
        near = blocking.choose({*blocks[key]} - {place} for key in blocking.keys(each))
        assert len(near) == found.found[place]
        wanted |= {(min(place, other), max(place, other)) for other in near}
    assert sorted(wanted) == [tuple(pair) for pair in found.pairs.tolist()]


def test_nobody_is_compared_with_nobody() -> None:
    found = candidates.find([])

    assert (0, 2) == found.pairs.shape
    assert 0 == np.sum(found.found) == found.keys


def test_a_look_up_takes_as_many_as_are_enough_and_no_more() -> None:
    alike = [traits.of({"email": "shared@example.org"}) for _ in range(blocking.ENOUGH + 2)]

    assert {blocking.ENOUGH} == set(candidates.find(alike[:-1]).found.tolist())
    assert {0} == set(candidates.find(alike).found.tolist())


def test_a_crowd_that_is_shared_besides_a_weak_key_makes_nobody_worth_a_look() -> None:
    home = {"postcode": "1234 AB", "house_number": "5", "email": "shared@example.org"}
    one, housemate = _named("Anna", "Berg", **home), _named("Arie", "Visser", birth_date="1951-02-03", **home)
    crowd = [_named("Aad", "Smit", email="shared@example.org", birth_date=f"19{n}-05-06") for n in range(20, 80)]

    few, many = candidates.find([one, housemate, *crowd[:5]]), candidates.find([one, housemate, *crowd])

    assert ([0, 1], True) == (few.pairs[0].tolist(), few.is_worth[0])
    assert ([0, 1], False) == (many.pairs[0].tolist(), many.is_worth[0])
