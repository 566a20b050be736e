"""Run the migrations as the owner of the vault, after making sure that its roles exist."""

from pathlib import Path

from alembic import context
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from cdp.settings import admin_url

ROLES = Path(__file__).with_name("sql") / "roles.sql"


def run_script(connection: Connection, script: Path) -> None:
    """Run a file of SQL as it stands: the driver must not look for placeholders in it."""
    connection.connection.cursor().execute(script.read_text(encoding="utf-8"))


def run() -> None:
    """Bring the database to the wanted revision, in one transaction."""
    url = context.config.attributes.get("url") or admin_url()
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(4012)"))
        run_script(connection, ROLES)
        database = connection.execute(text("select current_database()")).scalar_one()
        connection.exec_driver_sql(f'grant create on database "{database}" to cdp_owner')
        connection.exec_driver_sql("grant create, usage on schema public to cdp_owner")
        connection.exec_driver_sql("revoke create on schema public from public")
        connection.exec_driver_sql(f'revoke temporary on database "{database}" from public')
        connection.commit()
        context.configure(connection=connection)
        with context.begin_transaction():
            connection.exec_driver_sql("grant create on schema public to cdp_keeper")  # to be given its functions
            connection.exec_driver_sql("set local role cdp_owner")
            context.run_migrations()
            connection.exec_driver_sql("set local role none")
            connection.exec_driver_sql("revoke create on schema public from cdp_keeper")
        connection.execute(text("select pg_advisory_unlock(4012)"))


run()
