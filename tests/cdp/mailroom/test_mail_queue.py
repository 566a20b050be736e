"""Who waits for a letter gets it first, however much else waits, and nobody's letters keep another's waiting."""

from dataclasses import dataclass
from itertools import takewhile

from cdp.mailroom.mail_queue import Waiting


@dataclass(frozen=True)
class Letter:
    to: str
    number: int = 0
    is_urgent: bool = False


CODE = Letter("jansen@example.org", is_urgent=True)


def queue(*letters: Letter, most: int = 1_000) -> Waiting[Letter]:
    waiting = Waiting[Letter](most)
    for each in letters:
        waiting.put(each)
    return waiting


def drained(waiting: Waiting[Letter]) -> list[Letter]:
    waiting.close()
    taken = []
    while (each := waiting.take()) is not None:
        taken.append(each)
        waiting.done()
    return taken


def test_a_code_leaves_before_a_long_queue() -> None:
    waiting = queue(*(Letter(f"{number}@example.org") for number in range(999)), CODE)

    assert CODE == waiting.take()


def test_a_code_finds_a_place_in_a_full_queue() -> None:
    waiting = queue(*(Letter(f"{number}@example.org") for number in range(1_000)))

    assert (False, CODE) == (waiting.put(CODE), waiting.take())
    assert 999 == len(drained(waiting))


def test_a_hundred_letters_to_one_keep_nobody_else_waiting() -> None:
    waiting = queue(*(Letter("veel@example.org", each) for each in range(100)), Letter("een@example.org"))

    taken = drained(waiting)

    assert ["veel@example.org", "een@example.org", "veel@example.org"] == [each.to for each in taken[:3]]
    assert list(range(100)) == [each.number for each in taken if each.to == "veel@example.org"]


def test_codes_to_one_mailbox_keep_no_other_code_waiting() -> None:
    attacked = (Letter("slachtoffer@example.org", each, is_urgent=True) for each in range(50))

    taken = drained(queue(*attacked, CODE))

    assert 1 == len(list(takewhile(lambda each: each != CODE, taken)))


def test_over_the_bound_whoever_has_most_loses_the_oldest() -> None:
    waiting = queue(*(Letter("veel@example.org", each) for each in range(3)), Letter("een@example.org"), most=3)

    assert [("veel@example.org", 1), ("een@example.org", 0), ("veel@example.org", 2)] == [
        (each.to, each.number) for each in drained(waiting)
    ]


def test_one_more_addressee_takes_no_other_ones_only_letter() -> None:
    first = Letter("een@example.org")

    assert [first] == drained(queue(first, Letter("twee@example.org"), most=1))


def test_one_mailbox_however_it_is_written_has_one_turn() -> None:
    letters = (Letter("Veel@example.org"), Letter("veel@example.org", 1), Letter("een@example.org"))

    assert ["Veel@example.org", "een@example.org", "veel@example.org"] == [each.to for each in drained(queue(*letters))]


def test_a_closed_queue_gives_what_waits_and_then_nothing() -> None:
    waiting = queue(CODE)
    waiting.close()

    assert [CODE, None] == [waiting.take(), waiting.take()]
