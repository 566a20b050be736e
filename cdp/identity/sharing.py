"""Addresses and numbers that more than three people use: of a family, a club, a desk. They tell nobody apart."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Final

import msgspec

from cdp.identity import contacts
from cdp.identity.traits import Traits

MOST: Final = 3
"""So many people may use one address or number."""
_EMAILS, _MOBILES = attrgetter("emails"), attrgetter("mobiles")
_NO_CROWDS: Final[Mapping[str, int]] = MappingProxyType({})


def without_shared(mine: Traits, others: Iterable[Traits], crowds: Mapping[str, int] = _NO_CROWDS) -> Traits:
    """Return `mine` without the e-mail addresses and mobile numbers that more than MOST people use.

    Of two records only another initial or another birth date says that they are two people: one person whom many
    sources know shares nothing. `others` are those whom `mine` is compared with; `crowds` says of mailboxes and numbers
    how many records have them in all, where that is more than MOST: those that are not among `others` may be anybody's.
    """
    known = [mine, *others]
    emails = _own(mine.emails, known, _EMAILS, crowds, contacts.second_key)
    mobiles = _own(mine.mobiles, known, _MOBILES, crowds, str)
    if emails == mine.emails and mobiles == mine.mobiles:
        return mine
    return msgspec.structs.replace(mine, emails=emails, mobiles=mobiles)


def _own(
    values: tuple[str, ...],
    known: Sequence[Traits],
    theirs: Callable[[Traits], tuple[str, ...]],
    crowds: Mapping[str, int],
    key: Callable[[str], str],
) -> tuple[str, ...]:
    return tuple(
        value
        for value in values
        if _people([who for who in known if value in theirs(who)]) <= MOST
        and (not crowds or _is_theirs(key(value), map(theirs, known), crowds, key))
    )


def _is_theirs(
    wanted: str, known: Iterable[tuple[str, ...]], crowds: Mapping[str, int], key: Callable[[str], str]
) -> bool:
    """Say whether nobody has what is wanted but those who are known."""
    return wanted not in crowds or crowds[wanted] <= sum(any(key(value) == wanted for value in each) for each in known)


def _people(users: Sequence[Traits]) -> int:
    if len(users) <= MOST:
        return len(users)
    return max(len({each.initials[:1] for each in users} - {""}), len({each.birth for each in users} - {None}))
