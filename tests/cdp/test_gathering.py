"""Questions that wait share a call; none waits while nothing is in flight."""

import asyncio
from collections.abc import Sequence

import pytest

from cdp.gathering import Gathering


class Slow:
    """Answers questions when it is let go, and remembers which came together."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.gate = asyncio.Event()

    async def __call__(self, questions: list[int]) -> Sequence[int]:
        self.calls.append(questions)
        await self.gate.wait()
        return questions


async def asked(gathering: Gathering[int, int], *questions: int) -> list["asyncio.Task[int]"]:
    """Ask, one turn of the loop after the other, and return once all of them wait."""
    tasks = []
    for question in questions:
        tasks.append(asyncio.create_task(gathering.ask(question)))
        for _ in range(3):
            await asyncio.sleep(0)
    return tasks


@pytest.mark.parametrize(
    ("at_once", "enough", "calls"),
    [
        (1, 1, [[1], [2, 3, 4, 5, 6]]),
        (2, 1, [[1], [2], [3, 4, 5, 6]]),
        (2, 3, [[1], [2, 3, 4], [5, 6]]),
        (2, 9, [[1], [2, 3, 4, 5, 6]]),
    ],
)
def test_a_second_call_begins_beside_the_first_when_enough_wait(
    at_once: int, enough: int, calls: list[list[int]]
) -> None:
    async def work() -> tuple[list[int], list[list[int]]]:
        slow = Slow()
        tasks = await asked(Gathering(slow, most=9, at_once=at_once, enough=enough), 1, 2, 3, 4, 5, 6)
        slow.gate.set()
        return await asyncio.gather(*tasks), slow.calls

    assert ([1, 2, 3, 4, 5, 6], calls) == asyncio.run(work())


def test_who_is_too_few_for_a_call_beside_another_goes_with_what_comes_behind_it() -> None:
    async def work() -> tuple[list[int], list[list[int]], list[list[int]]]:
        calls: list[list[int]] = []
        gates = [asyncio.Event() for _ in range(3)]

        async def answer(questions: list[int]) -> Sequence[int]:
            calls.append(questions)
            await gates[len(calls) - 1].wait()
            return questions

        gathering = Gathering(answer, most=9, at_once=2, enough=3)
        tasks = await asked(gathering, 1, 2, 3, 4, 5, 6)
        gates[1].set()  # the second call is answered, the first is not
        await asyncio.gather(*tasks[1:4])
        before = list(calls)
        for gate in gates:
            gate.set()
        return await asyncio.gather(*tasks), before, calls

    assert ([1, 2, 3, 4, 5, 6], [[1], [2, 3, 4]], [[1], [2, 3, 4], [5, 6]]) == asyncio.run(work())


def test_a_second_call_is_followed_by_another_while_enough_wait() -> None:
    async def work() -> list[list[int]]:
        calls: list[list[int]] = []
        gates = [asyncio.Event() for _ in range(4)]

        async def answer(questions: list[int]) -> Sequence[int]:
            calls.append(questions)
            await gates[len(calls) - 1].wait()
            return questions

        gathering = Gathering(answer, most=9, at_once=2, enough=3)
        tasks = await asked(gathering, 1, 2, 3, 4, 5, 6, 7)
        gates[1].set()
        gates[2].set()
        await asyncio.wait_for(asyncio.gather(*tasks[1:]), 30)  # answered while the first still is not
        gates[0].set()
        await tasks[0]
        return calls

    assert [[1], [2, 3, 4], [5, 6, 7]] == asyncio.run(work())


def test_an_idle_queue_begins_at_once_again() -> None:
    async def work() -> list[list[int]]:
        slow = Slow()
        slow.gate.set()
        gathering = Gathering(slow, most=9, at_once=2, enough=8)
        for question in (1, 2):
            await gathering.ask(question)
        return slow.calls

    assert [[1], [2]] == asyncio.run(work())


def test_what_fails_fails_for_those_who_shared_it_and_nobody_else() -> None:
    async def work() -> list[int | BaseException]:
        async def answer(questions: list[int]) -> Sequence[int]:
            await asyncio.sleep(0)
            if 1 in questions:
                raise ValueError
            return questions

        tasks = await asked(Gathering(answer, most=9), 1, 2)
        return await asyncio.gather(*tasks, return_exceptions=True)

    first, second = asyncio.run(work())
    assert isinstance(first, ValueError)
    assert 2 == second
