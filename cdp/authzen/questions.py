"""What a decision point is asked: by whom, about whose reading, of what, and for what purpose."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

READ: Final = "read"
"""The only thing that is done with a profile."""
PROFILE: Final = "profile"
"""The only thing that it is done with."""
NO_PURPOSE: Final = "purpose-missing"
NO_SUCH_PURPOSE: Final = "purpose-unknown"
NO_SUCH_CATEGORY: Final = "category-unknown"
NO_SUCH_SUBJECT: Final = "subject-unknown"
NO_SUCH_ACTION: Final = "action-unknown"
NO_SUCH_RESOURCE: Final = "resource-unknown"


class SubjectType(StrEnum):
    """Who reads: an organization, or one of its programs."""

    ORGANIZATION = "organization"
    CLIENT = "client"


class Semantic(StrEnum):
    """How far the evaluations of one call go (AuthZEN §7.1.2.1)."""

    EXECUTE_ALL = "execute_all"
    DENY_ON_FIRST_DENY = "deny_on_first_deny"
    PERMIT_ON_FIRST_PERMIT = "permit_on_first_permit"

    @property
    def stop(self) -> bool | None:
        """The answer after which nothing more is asked; None for neither."""
        return {Semantic.DENY_ON_FIRST_DENY: False, Semantic.PERMIT_ON_FIRST_PERMIT: True}.get(self)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a program of an organization."""

    organization: UUID
    slug: str
    client: str


class Named(NamedTuple):
    """Something by type and id, as somebody wrote it; an empty id where none is needed."""

    type: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of a profile is to be read; without categories, anything at all."""

    categories: tuple[str, ...] = ()
    source: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One question, of which nothing is verified."""

    subject: Named
    action: str
    resource: Named
    wanted: Wanted


class Paging(NamedTuple):
    """Which page of a search: where the last one ended, as somebody wrote it, and how long this one may be."""

    unverified_token: str | None
    limit: int


class Decision(NamedTuple):
    """Whether it may be read, and the law's word for why."""

    is_open: bool
    reason: str


def refused(reason: str) -> Decision:
    """Return a decision that nobody's permission was looked at for: what it says is true of everybody."""
    return Decision(is_open=False, reason=reason)
