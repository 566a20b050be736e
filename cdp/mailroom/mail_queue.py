"""The letters that wait for the mail server, and which of them is next.

Rules: (1) what somebody waits for with the page open, a login link or a code, goes before everything else, however much
waits; (2) among equals each addressee has their turn, so that a hundred letters to one keep nobody else waiting;
(3) there is a bound, and over it whoever has most letters waiting loses their oldest one, the urgent ones last.
"""

from collections import OrderedDict, deque
from threading import Condition
from typing import Generic, Protocol, TypeVar


class Addressed(Protocol):
    """What can wait: to whom it goes, and whether somebody waits for it."""

    @property
    def to(self) -> str:
        """Return the address or number."""

    @property
    def is_urgent(self) -> bool:
        """Tell whether somebody waits for it with the page open."""


T = TypeVar("T", bound=Addressed)


class Waiting(Generic[T]):
    """Letters that were taken and not carried yet; several threads may put and take."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._urgent, self._others = _Turns[T](), _Turns[T]()
        self._changed = Condition()
        self._unfinished = 0
        self._is_closed = False

    def put(self, letter: T) -> bool:
        """Let a letter wait; tells whether all that wait still do, or one over the bound was dropped."""
        with self._changed:
            (self._urgent if letter.is_urgent else self._others).put(letter)
            self._unfinished += 1
            is_over = self._urgent.number + self._others.number > self._most
            if is_over:
                (self._others if self._others.number else self._urgent).shed(letter)
                self._unfinished -= 1
            self._changed.notify_all()
            return not is_over

    def take(self) -> T | None:
        """Return the next letter, waiting for one; None when the queue was closed and nothing is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._urgent.number or self._others.number)
            for turns in (self._urgent, self._others):
                if turns.number:
                    return turns.take()
            return None

    def done(self) -> None:
        """Note that a letter that was taken is carried or given up."""
        with self._changed:
            self._unfinished -= 1
            self._changed.notify_all()

    def close(self) -> None:
        """Let `take` end when nothing is left."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def settle(self) -> None:
        """Wait until every letter is carried or given up."""
        with self._changed:
            self._changed.wait_for(lambda: not self._unfinished)


class _Turns(Generic[T]):
    """Letters of one urgency, by addressee, whose turn is next first."""

    def __init__(self) -> None:
        self.number = 0
        self._by_addressee: OrderedDict[str, deque[T]] = OrderedDict()

    def put(self, letter: T) -> None:
        """Let a letter wait behind the others to the same addressee."""
        self._by_addressee.setdefault(_addressee(letter), deque()).append(letter)
        self.number += 1

    def take(self) -> T:
        """Return the next letter; its addressee has the next turn after everybody else."""
        addressee, letters = self._by_addressee.popitem(last=False)
        letter = letters.popleft()
        if letters:
            self._by_addressee[addressee] = letters
        self.number -= 1
        return letter

    def shed(self, newest: T) -> None:
        """Drop the oldest letter to whoever has most; of several, to the addressee of the newest."""
        letters = self._by_addressee

        def weight(addressee: str) -> tuple[int, bool]:
            return len(letters[addressee]), addressee == _addressee(newest)

        found = max(letters, key=weight)
        letters[found].popleft()
        if not letters[found]:
            del letters[found]
        self.number -= 1


def _addressee(letter: Addressed) -> str:
    return letter.to.casefold()
