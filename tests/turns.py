"""Whether something waits for its turn: it is begun while a test holds the turn, and ends once that lets go."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import psycopg

from tests.waiting import PATIENCE, until

_WAITING: Final = """
select exists (select from pg_locks l join pg_database d on d.oid = l.database
               where l.locktype = 'advisory' and not l.granted and d.datname = current_database())
"""


def waits(url: str, turn: str, act: Callable[[], Any]) -> bool:
    """Tell whether `act` waits while somebody holds the lock that the statement `turn` takes; it is done afterwards."""
    with psycopg.connect(url) as held, psycopg.connect(url, autocommit=True) as looks, ThreadPoolExecutor(1) as hands:
        held.execute(turn)
        doing = hands.submit(act)

        def is_waiting() -> bool:
            return bool(looks.execute(_WAITING).fetchone() == (True,))

        until(lambda: is_waiting() or doing.done())
        found = is_waiting()
        held.commit()
        doing.result(PATIENCE)
        return found
