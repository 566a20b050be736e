"""Acts by the vault's own function, in a process that can be killed: `acting ORGANIZATION COUNT CUSTOMER …`.

Each act is told on a line of its own once it is committed: what stands there was acknowledged.
"""

import os
import sys
from collections.abc import Iterator
from datetime import timedelta
from itertools import count, islice
from uuid import UUID

from cdp import clock
from cdp.permissions import grants
from cdp.platform import Platform
from cdp.scope import Principal, Scope
from cdp.settings import Settings
from consent import acts as law

PURPOSE = "customer-care"


def acts(platform: Platform, organization: UUID, customers: list[UUID]) -> Iterator[UUID]:
    """Let the customers give and take back in turns, and yield each act when it is committed."""
    for number in count():
        customer, at = customers[number % len(customers)], clock.now()
        act: law.Act = law.Object(recipient=organization, purpose=PURPOSE, at=at)
        if number // len(customers) % 2 == 0:
            act = law.Grant(
                recipient=organization,
                purpose=PURPOSE,
                at=at,
                categories=frozenset({"contact"}),
                expires_at=at + timedelta(days=30),
            )
        scope = Scope(Principal.CUSTOMER, customer=customer)
        with platform.database.scoped(scope) as session:
            done = grants.record(session, scope, customer, act)
        yield done


if __name__ == "__main__":
    recipient, wanted, *people = sys.argv[1:]
    for each in islice(acts(Platform.open(Settings.read()), UUID(recipient), [*map(UUID, people)]), int(wanted)):
        os.write(1, f"{each}\n".encode())  # at once and whole
