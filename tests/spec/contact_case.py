"""What a row of the table of contact is made of: what somebody chose, what is asked, what must be answered."""

from dataclasses import dataclass
from typing import Final

MORNING: Final = "2026-03-10 10:00"  # a Tuesday
NIGHT: Final = "2026-03-10 23:30"
QUIET: Final = ("22:00", "08:00")
TOPICS: Final = {
    "service": {"defaults": ("email", "phone")},
    "offers": {"defaults": (), "is_advertising": True},
    "recall": {"is_required": True},
}
DISTURBING: Final = {"phone": True, "sms": True, "app": True, "in-person": True, "email": False, "post": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What the customer chose; what is not named is as for a newcomer."""

    channels: dict[str, tuple[str, ...]] | None = None  # by topic
    caps: dict[str, tuple[int, int]] | None = None  # by topic: how many, in how many days
    never: tuple[str, ...] = ()
    silent: bool = False
    quiet: tuple[tuple[str, str], ...] = ()
    welcome: tuple[tuple[str, str, str], ...] = ()  # days as digits, from, until
    zone: str = "Europe/Amsterdam"
    first: str | None = None
    here_channels: dict[str, tuple[str, ...]] | None = None  # for the organization that asks
    here_caps: dict[str, tuple[int, int]] | None = None
    here_never: tuple[str, ...] = ()
    here_silent: bool = False
    here_quiet: tuple[tuple[str, str], ...] = ()
    here_welcome: tuple[tuple[str, str, str], ...] = ()
    here_zone: str | None = None
    here_first: str | None = None
    there_never: tuple[str, ...] = ()  # for another organization
    there_silent: bool = False
    there_quiet: tuple[tuple[str, str], ...] = ()
    there_first: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One row: with these wishes, somebody asks at `at` whether they may approach the customer."""

    name: str
    expected: str
    wish: Wish = Wish()
    joined: Wish | None = None  # what was chosen in a dossier that turned out to be the same person's
    channels: tuple[str, ...] = ()  # what must be answered, the best first
    not_before: str | None = None  # None: never; for what is allowed it is `at`
    must_say: tuple[str, ...] = ()
    topic: str = "service"
    offered: tuple[str, ...] = ("email", "phone")
    sender: str = "human"
    urgent: bool = False
    permission: str = "granted"
    signalled: bool = False
    done: bool = False  # what is asked for was said already
    before: tuple[str, ...] = ()  # when they were approached about this before
    at: str = MORNING
