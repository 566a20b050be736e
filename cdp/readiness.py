"""Whether this process can serve: the database answers, its schema is the one of this program, the keys are there."""

from functools import cache
from pathlib import Path
from typing import Final

import psycopg
from alembic.config import Config
from alembic.script import ScriptDirectory

from cdp.database import connect
from cdp.keys.errors import KeyFailure
from cdp.platform import Platform

OK: Final = "ok"
_ROOT: Final = Path(__file__).parents[1]
_SECONDS: Final = "3"


def checks(platform: Platform) -> dict[str, str]:
    """Return each check with `ok` or a word for what is wrong; it never raises and never names a host."""
    return {"database": _database(platform), "keys": _keys(platform)}


def _database(platform: Platform) -> str:
    url = platform.settings.app_url.update_query_dict({"connect_timeout": _SECONDS})
    try:
        with connect(url) as connection:
            row = connection.execute("select version_num from alembic_version").fetchone()
    except psycopg.OperationalError:
        return "unreachable"
    except psycopg.Error:
        return "not migrated"
    return OK if row == (_head(),) else "not migrated"


def _keys(platform: Platform) -> str:
    try:
        return OK if platform.ring.generation else "no generation"
    except (KeyFailure, OSError):
        return "unreadable"


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(Config(_ROOT / "alembic.ini")).get_current_head()
