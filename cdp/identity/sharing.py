"""Addresses and numbers that more than three people use: of a family, a club, a desk. They tell nobody apart."""

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from cdp.identity.traits import Traits

MOST: Final = 3
"""So many people may use one address or number."""


def without_shared(mine: Traits, others: Iterable[Traits]) -> Traits:
    """Return `mine` without the e-mail addresses and mobile numbers that more than MOST people use, as `others` show.

    Of two records only another initial or another birth date says that they are two people: one person whom many
    sources know shares nothing.
    """
    known = [mine, *others]
    emails = _own(mine.emails, [(each, each.emails) for each in known])
    mobiles = _own(mine.mobiles, [(each, each.mobiles) for each in known])
    if emails == mine.emails and mobiles == mine.mobiles:
        return mine
    return msgspec.structs.replace(mine, emails=emails, mobiles=mobiles)


def _own(values: tuple[str, ...], known: Sequence[tuple[Traits, tuple[str, ...]]]) -> tuple[str, ...]:
    return tuple(value for value in values if _people(who for who, theirs in known if value in theirs) <= MOST)


def _people(users: Iterable[Traits]) -> int:
    found = list(users)
    if len(found) <= MOST:
        return len(found)
    return max(len({each.initials[:1] for each in found} - {""}), len({each.birth for each in found} - {None}))
