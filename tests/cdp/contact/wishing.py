"""Wishes that a test makes and reads, and dossiers that join and part."""

from typing import Any
from uuid import UUID

import psycopg

from cdp import clock
from cdp.contact import wishes
from cdp.log import database_check
from cdp.platform import Platform
from tests import make


def choose(platform: Platform, person: make.Person, **patch: Any) -> UUID | None:
    with platform.database.scoped(person.scope) as session:
        return wishes.choose(platform, session, patch, at=clock.now())


def own(platform: Platform, person: make.Person) -> dict[str, Any]:
    with platform.database.scoped(person.scope) as session:
        return wishes.own(session)


def joined(admin: psycopg.Connection, guest: make.Person, host: make.Person) -> None:
    admin.execute("select merge_customers(%s, %s, 'customer', now())", (guest.customer_id, host.customer_id))


def parted(admin: psycopg.Connection, subject: UUID, guest: make.Person, host: make.Person) -> None:
    facts = (host.customer_id, [subject], guest.customer_id)
    admin.execute("select part_customer(%s, %s, %s, 'customer', now())", facts)


def subject_of(admin: psycopg.Connection, person: make.Person) -> UUID:
    rows = admin.execute("select subject_id from subject where customer_id = %s", (person.customer_id,)).fetchall()
    ((found,),) = rows
    assert isinstance(found, UUID)
    return found


def logged(platform: Platform) -> list[str]:
    make.logged(platform)
    return [each.said for each in database_check.check(platform).differences]
