"""What is counted and then kept waits for its turn: of many at once no more are kept than one after the other."""

import pytest

from cdp import clock
from cdp.keys.blind import IdentifierType
from cdp.logins import askers, ceremonies, proofs
from cdp.logins.askers import Asker
from cdp.logins.ceremonies import Kind
from cdp.platform import Platform
from cdp.scope import DOORMAN
from tests import make
from tests.cdp.logins.holding import holder
from tests.turns import waits

ADDRESS = "192.0.2.77"


@pytest.mark.parametrize("counted", ["address", "customer"])
def test_codes_are_counted_one_after_the_other(platform: Platform, database_url: str, counted: str) -> None:
    person, email = make.person(platform), make.email()
    who = holder(platform, person)
    blind = platform.blind.of(IdentifierType.EMAIL, email)
    turns = {
        "address": f"select pg_advisory_xact_lock(hashtextextended('{blind.hex()}', 3))",
        "customer": f"select pg_advisory_xact_lock(hashtextextended('{person.customer_id}', 4))",
    }

    def ask() -> None:
        proofs.ask_for_address(platform, who, IdentifierType.EMAIL, email, at=clock.now())

    assert waits(database_url, turns[counted], ask)


def test_challenges_are_counted_one_after_the_other(platform: Platform, database_url: str) -> None:
    blind = askers.network_blind(platform, ADDRESS)

    def ask() -> None:
        with platform.database.scoped(DOORMAN) as session:
            asker = Asker(ADDRESS, askers.new_browser())
            ceremonies.ask(session, platform, Kind.LOGIN, b"challenge", asker, at=clock.now())

    assert waits(database_url, f"select pg_advisory_xact_lock(hashtextextended('{blind.hex()}', 5))", ask)
