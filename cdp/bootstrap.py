"""Prepare a PostgreSQL for the vault: roles, schema, scope key, catalog and partitions. Safe to run again.

It asks for no superuser: whoever owns the database and may create roles takes the roles of the vault, and each step is
done as the one that may do it.
"""

from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from psycopg import Connection, sql
from sqlalchemy.engine import URL

from cdp import clock
from cdp.catalog import seeding
from cdp.database import ENTER, acting_as, connect
from cdp.keys.mac import Mac
from cdp.keys.ring import LocalKeyRing, Single
from cdp.scope import Mint, Principal, Scope, pads
from consent.types import CUSTOMER_SOURCE

LOGIN: Final = "cdp_login"
_ROOT: Final = Path(__file__).parents[1]
_SCOPE_KEY: Final = """
insert into scope_key (inner_pad, outer_pad) values (%s, %s)
on conflict (is_only) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad
"""
_OWN_SOURCE: Final = """
insert into organization (organization_id, slug, name) values (%s, 'customer', 'customer') on conflict do nothing
"""


def prepare(admin: URL, keys: Path, *, password: str | None = None) -> None:
    """Bring the database at `admin` and the key ring in `keys` to where a process can start on them.

    The login role gets `password`, or one that follows from the key ring.
    """
    migrate(admin)
    settle(admin, keys, sets_password=True, password=password)


def settle(admin: URL, keys: Path, *, sets_password: bool, password: str | None = None) -> None:
    """Make what a migrated database needs beside its schema.

    A key ring is made only for a database without people: a new ring could open none of their keys.
    """
    with connect(admin) as connection:
        ring = LocalKeyRing.open(keys, may_create=not _has_people(connection))
        scope_key = ring.single(Single.SCOPE)
        _settle_scope_key(connection, pads(scope_key))
        with acting_as(connection, "cdp_owner"):
            connection.execute("select make_partitions(%s)", (clock.now(),))
            connection.execute(ENTER, Mint(Mac(scope_key)).words(Scope(Principal.OPERATOR)))
            seeding.seed(connection)
            connection.execute(_OWN_SOURCE, (CUSTOMER_SOURCE,))
        if sets_password:
            connection.execute(
                sql.SQL("alter role {} password {}").format(
                    sql.Identifier(LOGIN), sql.Literal(password or login_password(ring))
                )
            )


def migrate(admin: URL) -> None:
    """Run the migrations that the database lacks."""
    config = Config(_ROOT / "alembic.ini")
    config.attributes["url"] = admin
    command.upgrade(config, "head")


def app_url(admin: URL, keys: Path) -> URL:
    """Return where the application connects when the operator named no URL of its own for it."""
    ring = LocalKeyRing.open(keys, may_create=False)
    return admin.set(username=LOGIN, password=login_password(ring))


def login_password(ring: LocalKeyRing) -> str:
    """Return the password of the login role, which follows from the key ring and stands nowhere."""
    return urlsafe_b64encode(Mac(ring.single(Single.SYSTEM)).digest(b"password of cdp_login")).decode()


def _has_people(connection: Connection[tuple[object, ...]]) -> bool:
    with acting_as(connection, "cdp_keeper"):
        return connection.execute("select exists (select from data_key)").fetchone() == (True,)


def _settle_scope_key(connection: Connection[tuple[object, ...]], wanted: tuple[bytes, bytes]) -> None:
    """Let the policies believe seals under the key with these two pads; no role but the owner may say so."""
    with acting_as(connection, "cdp_keeper"):
        found = connection.execute("select inner_pad, outer_pad from scope_key").fetchone()
    if found != wanted:
        with acting_as(connection, "cdp_owner"):
            connection.execute("alter table scope_key no force row level security")
            connection.execute(_SCOPE_KEY, wanted)
            connection.execute("alter table scope_key force row level security")
