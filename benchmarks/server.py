"""The product's own server with more routes, to see what each guard costs: `benchmarks.server PORT URL`.

- `/bench/ready`: bytes that lie ready, no database: what the server can do at all;
- `/bench/bare/…`: the rows of one customer as they lie, still sealed, without policies and without the log;
- `/bench/unsealed/…`: the same, unsealed and folded into a profile;
- `/bench/gated/…`: the same with the policies;
- `/bench/logged/…`: the same with the log: the product's read, but each with a statement and a commit of its own.
"""

import os
import re
import sys
from functools import partial
from typing import Any, Final
from uuid import UUID

from fastapi import FastAPI, Request
from fastapi.responses import Response
from psycopg_pool import AsyncConnectionPool

from api import serve
from cdp import arrays
from cdp.database import sql
from cdp.reads import reading
from cdp.reads.profiles import Wanted
from cdp.reads.reading import NEWEST, Asker, Extent, Path, Seen
from cdp.scope import Principal

_LOGGED: Final = re.compile(r", logged as \(.*?\n\)\n(?=select w\.reason)", re.DOTALL)
_UNLOGGED: Final = re.sub(r"(?m)^\s*--.*\n|^\s+", "", _LOGGED.sub("\n", sql("read_profiles")))
_SETTINGS: Final = (
    "select set_config('app.organization', %s, true), set_config('app.customer', %s, true),"
    " set_config('app.purpose', %s, true), set_config('app.client', '', true)"
)


def add_routes(app: FastAPI, admin: str) -> None:
    """Give `app` the routes to compare with; `admin` is where a superuser, whom no policy holds, finds the database."""
    pool: AsyncConnectionPool[Any] = AsyncConnectionPool(
        admin, min_size=4, max_size=8, open=False, kwargs={"autocommit": True, "prepare_threshold": 0}
    )
    ready = b'{"profile":"' + b"x" * 2_000 + b'"}'

    @app.get("/bench/ready")
    async def bench_ready() -> Response:
        return Response(ready, media_type="application/json")

    app.router.routes.insert(0, app.router.routes.pop())  # found at once: the yardstick is not to be shortened

    @app.get("/bench/{kind}/{profile_id}")
    async def bench_read(kind: str, profile_id: str, organization: UUID, request: Request) -> Response:
        await pool.open()
        platform, documents = request.app.state.platform, request.app.state.profiles.documents
        customer = platform.profile_ids.customer_of(profile_id, organization)
        asker = Asker(organization, "bench", "customer-care")
        facts = _facts(customer)
        scope = asker.scope(Principal.READER, customer)
        if kind == "logged":
            (row,) = await reading.read(platform.database, asker, [customer], Extent(Path.PROFILE))
        elif kind == "gated":
            (row,) = await platform.database.at_once(scope, b"/* gated */" + _UNLOGGED.encode(), facts)
        else:
            row = await _bare(platform.database.words(scope), facts)
        if kind == "bare":
            return Response(b"".join(Seen._make(row).sealed or ()), media_type="application/octet-stream")
        current = [(customer, Seen._make(row))]
        make = partial(documents.readings, asker, [Wanted(profile_id, customer)], current)
        (folded,) = await documents.knowing(asker, make)
        return Response(folded.answer(), media_type="application/json")

    async def _bare(words: tuple[str, ...], facts: dict[str, Any]) -> Any:  # noqa: ANN401  # a row of the driver's
        async with pool.connection() as connection:
            cursor = connection.cursor(binary=True)
            async with connection.pipeline():
                await connection.execute("begin")
                await connection.execute(_SETTINGS, words[1:4])
                await cursor.execute(_UNLOGGED.encode(), facts)
                await connection.execute("commit")
            return await cursor.fetchone()


def _facts(customer: UUID) -> dict[str, Any]:
    """Return what `read_profiles.sql` is asked for a whole profile."""
    return {
        "asked": None,
        "customers": arrays.uuids([customer]),
        "path": Path.PROFILE.value,
        "facts": True,
        "page": reading.RECENT,
        "after_at": NEWEST[0],
        "after_source": NEWEST[1],
        "after_record": NEWEST[2],
        "accesses": arrays.random_ids(1),
    }


if __name__ == "__main__":
    number, url, *shared = sys.argv[1:]
    several = int(os.environ.get("CDP_PROCESSES", "1"))
    if several > 1 and not shared:
        command = ("-m", "benchmarks.server", number, url)
        sys.exit(serve.several(command, several, host="127.0.0.1", port=int(number)))
    served = serve.build()
    add_routes(served, url)
    place, socket = (int(each) for each in shared[1::2]) if shared else (0, None)
    serve.run(served, host="127.0.0.1", port=int(number), shared=socket, place=place)
