"""Prepare a PostgreSQL for the vault: roles, schema, scope key, catalog and partitions. Safe to run again."""

from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from psycopg import Connection, sql
from sqlalchemy.engine import URL

from cdp import clock
from cdp.catalog import seeding
from cdp.database import connect
from cdp.keys.mac import Mac
from cdp.keys.ring import LocalKeyRing, Single
from cdp.scope import pads
from consent.types import CUSTOMER_SOURCE

LOGIN: Final = "cdp_login"
_ROOT: Final = Path(__file__).parents[1]


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
        _settle_scope_key(connection, ring)
        connection.execute("select make_partitions(%s)", (clock.now(),))
        seeding.seed(connection)
        connection.execute(
            "insert into organization (organization_id, slug, name) values (%s, 'customer', 'customer')"
            " on conflict do nothing",
            (CUSTOMER_SOURCE,),
        )
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
    return connection.execute("select exists (select from data_key)").fetchone() == (True,)


def _settle_scope_key(connection: Connection[tuple[object, ...]], ring: LocalKeyRing) -> None:
    connection.execute(
        "insert into scope_key (inner_pad, outer_pad) values (%s, %s)"
        " on conflict (is_only) do update set inner_pad = excluded.inner_pad, outer_pad = excluded.outer_pad",
        pads(ring.single(Single.SCOPE)),
    )
