"""The organizations look at profiles by the product's own reads: granted or not, it stands in the log."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from cdp.demo.people import Person
from cdp.demo.stories import VUURTOREN, WEIDELICHT, WOONVAST, ZONNEWIJZER
from cdp.keys.blind import IdentifierType
from cdp.platform import Platform
from cdp.reads.lookup import Identifier
from cdp.reads.profiles import Profiles
from cdp.reads.reading import Asker

PURPOSES: Final = {
    WOONVAST: ("service-provision", "customer-care"),
    ZONNEWIJZER: ("advice", "customer-care"),
    WEIDELICHT: ("customer-care",),
    VUURTOREN: ("customer-care", "direct-marketing", "personalisation"),
}
"""What each organization looks for, whether it may or not."""

Known = Sequence[tuple[Person, UUID]]


async def look(
    platform: Platform, organizations: Mapping[str, UUID], programs: Mapping[UUID, str], known: Known
) -> None:
    """Let every organization look for its customers among `known`, granted or not, and export whom it may see."""
    profiles = Profiles(platform)
    for person, customer, asker in _askers(organizations, programs, known):
        await profiles.lookup(asker, [Identifier(IdentifierType.EMAIL, person.mailbox.address)])
        await profiles.read(asker, platform.profile_ids.profile_id(customer, asker.organization))
    for slug, purposes in PURPOSES.items():
        async for _ in profiles.export(Asker(organizations[slug], programs[organizations[slug]], purposes[0])):
            pass


def _askers(
    organizations: Mapping[str, UUID], programs: Mapping[UUID, str], known: Known
) -> Iterator[tuple[Person, UUID, Asker]]:
    for person, customer in known:
        for slug in person.suppliers:
            for purpose in PURPOSES[slug]:
                yield person, customer, Asker(organizations[slug], programs[organizations[slug]], purpose)
