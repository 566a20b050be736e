"""What customers learn of whether their stop arrived."""

from cdp import clock
from cdp.platform import Platform
from cdp.signals import heard
from cdp.tables import Organization
from tests import make
from tests.cdp.signals import receiving


def said(platform: Platform, person: make.Person, reader: Organization) -> list[tuple[str, bool]]:
    with platform.database.scoped(person.scope) as session:
        found = heard.of(session, reader.organization_id)
    return sorted((kind, moment is not None) for (_, kind, _, _), moment in found.items())


def test_a_customer_reads_that_a_stop_waits_and_then_that_it_arrived(platform: Platform) -> None:
    vault = receiving.opened(platform)
    giver, other, reader = make.person(vault), make.person(vault), make.organization(vault)
    with receiving.receiving() as receiver:
        up, receiver.answer = receiver.answer, lambda *_: (500, b"")
        receiving.stream(vault, reader, receiver.url)
        make.grant(vault, giver, reader)
        make.revoke(vault, giver, reader)
        assert [("grant", False), ("revoke", False)] == said(vault, giver, reader)
        receiver.answer = up
        receiving.turns(vault, at=clock.now())

        assert [("grant", True), ("revoke", True)] == said(vault, giver, reader)
        assert [] == said(vault, other, reader)


def test_of_an_organization_that_asks_by_itself_nothing_is_said(platform: Platform) -> None:
    giver, reader = make.person(platform), make.organization(platform)
    make.grant(platform, giver, reader)
    make.revoke(platform, giver, reader)

    assert [] == said(platform, giver, reader)
