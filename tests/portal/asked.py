"""Somebody who is asked whether a record is theirs."""

from uuid import UUID

import psycopg

from cdp.ingest.items import Identifier, IdentifierType, Kind
from cdp.platform import Platform
from tests import make


class Asked:
    """Somebody, and a record of an organization that has their address without having verified it."""

    def __init__(self, person: make.Person, subject: UUID, source: str) -> None:
        self.person, self.subject, self.source = person, subject, source


def asked_about(platform: Platform, behind: str, *, kind: str = "first_name") -> Asked:
    """Return somebody who is asked whether a record is theirs."""
    source, address = make.organization(platform), make.email()
    stated = (Identifier(IdentifierType.EMAIL, address, verified=False),)
    value: object = "Geheimnaam" if kind == "first_name" else {"code": "GEHEIM"}
    item = make.item(Kind.ATTRIBUTES, kind, value, user=make.name("user"), identifiers=stated)
    assert ["stored"] == make.delivery(platform, source, item)
    person = make.person(platform, address=address)
    with psycopg.connect(behind) as connection:
        row = connection.execute(
            "select subject_id from subject where source_id = %s", (source.organization_id,)
        ).fetchone()
    assert row is not None
    return Asked(person, row[0], source.name)
