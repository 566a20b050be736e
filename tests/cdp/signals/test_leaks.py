"""What a signal never says, and what becomes of it with an erasure."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from cdp import clock, erasure
from cdp.log import sequencer
from cdp.own import corrections
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.signals.streams import Kind
from tests import make
from tests.cdp.signals import receiving

CANARY = "Zeldzaamenaam"


@pytest.mark.parametrize("kind", [Kind.PUSH, Kind.WEBHOOK])
def test_no_signal_holds_a_value_or_an_id_of_ours(platform: Platform, kind: Kind) -> None:
    vault, address = receiving.opened(platform), make.email()
    giver = make.person(vault, address=address)
    with receiving.receiving() as receiver:
        reader = make.granted(vault, giver, "contact", "personal")
        receiving.stream(vault, reader, receiver.url, kind)
        with vault.database.scoped(giver.scope) as session:
            corrections.state(vault, session, "first_name", CANARY, at=clock.now())
        make.revoke(vault, giver, reader, purpose="advice")
        receiving.turns(vault, at=clock.now())

        said = [
            str((headers, receiving.claims(vault, body) if kind is Kind.PUSH else body))
            for headers, body in receiver.told
        ]
    assert 2 == len(said)
    for secret in (CANARY, address, str(giver.customer_id), giver.customer_id.hex):
        assert not [each for each in said if secret in each]


def test_an_end_that_comes_by_itself_is_told_once(platform: Platform) -> None:
    vault = receiving.opened(platform)
    giver, reader = make.person(vault), make.organization(vault)
    with receiving.receiving() as receiver:
        receiving.stream(vault, reader, receiver.url)
        make.grant(vault, giver, reader)
        with vault.database.scoped(Scope(Principal.CUSTOMER, customer=giver.customer_id)) as session:
            ends = session.execute(text("select expires_at from permission")).scalar_one()
        for _ in range(2):
            sequencer.step(vault, at=ends)
            receiving.turns(vault, at=ends)
        assert ["grant-given", "grant-expired"] == receiving.names(vault, receiver.told)


def test_an_erasure_takes_what_still_waits_along_and_is_told_itself(platform: Platform) -> None:
    vault = receiving.opened(platform)
    giver, reader = make.person(vault), make.organization(vault)
    with receiving.receiving() as receiver:
        up, receiver.answer = receiver.answer, lambda *_: (503, b"")
        receiving.stream(vault, reader, receiver.url)
        make.grant(vault, giver, reader)
        receiving.turns(vault, at=clock.now())
        erasure.erase(vault, giver.scope, at=clock.now())
        receiver.answer = up
        receiving.turns(vault, at=clock.now() + timedelta(hours=1))

        assert ["erasure"] == receiving.names(vault, receiver.told)
        told = receiving.claims(vault, receiver.told[0][1])
    assert vault.profile_ids.profile_id(giver.customer_id, reader.organization_id) == told["sub_id"]["id"]
