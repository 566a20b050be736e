"""Addresses and numbers that more than three people use: of a family, a club, a desk. They tell nobody apart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from cdp.identity import contacts
from cdp.identity.traits import Traits

MOST: Final = 3
"""So many people may use one address or number."""
_NO_CROWDS: Final[Mapping[str, int]] = MappingProxyType({})


def without_shared(mine: Traits, others: Iterable[Traits], crowds: Mapping[str, int] = _NO_CROWDS) -> Traits:
    """Return `mine` without the e-mail addresses and mobile numbers that more than MOST people use.

    Of two records only another initial or another birth date says that they are two people: one person whom many
    sources know shares nothing. `others` are those whom `mine` is compared with; `crowds` says of mailboxes and numbers
    how many records have them in all, where that is more than MOST: those that are not among `others` may be anybody's.
    """
    known = [mine, *others]
    emails = _own(mine.emails, [(each, each.emails) for each in known], crowds, contacts.second_key)
    mobiles = _own(mine.mobiles, [(each, each.mobiles) for each in known], crowds, str)
    if emails == mine.emails and mobiles == mine.mobiles:
        return mine
    return msgspec.structs.replace(mine, emails=emails, mobiles=mobiles)


def _own(
    values: tuple[str, ...],
    known: Sequence[tuple[Traits, tuple[str, ...]]],
    crowds: Mapping[str, int],
    key: Callable[[str], str],
) -> tuple[str, ...]:
    return tuple(
        value
        for value in values
        if _people(who for who, theirs in known if value in theirs) <= MOST
        and (key(value) not in crowds or crowds[key(value)] <= _seen(key(value), known, key))
    )


def _seen(wanted: str, known: Sequence[tuple[Traits, tuple[str, ...]]], key: Callable[[str], str]) -> int:
    return sum(any(key(value) == wanted for value in theirs) for _, theirs in known)


def _people(users: Iterable[Traits]) -> int:
    found = list(users)
    if len(found) <= MOST:
        return len(found)
    return max(len({each.initials[:1] for each in found} - {""}), len({each.birth for each in found} - {None}))
