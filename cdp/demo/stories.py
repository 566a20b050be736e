"""The demo's data files, read and checked: organizations, lives, patterns, conversations and notices."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

Words = dict[str, str]
WOONVAST: Final = "woonvast"
ZONNEWIJZER: Final = "zonnewijzer"
WEIDELICHT: Final = "weidelicht"
VUURTOREN: Final = "vuurtoren"
Slug = Literal["woonvast", "zonnewijzer", "weidelicht", "vuurtoren"]


class Part(BaseModel):
    """Something that a data file plans: nothing in it is unknown, and nothing changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Company(Part):
    """An organization as the operator registers it."""

    name: str
    legal_name: str
    kind: Words
    kvk: str
    address: str
    contact: Words
    privacy: Words


class PlannedAct(Part):
    """What somebody did about one organization and one purpose."""

    ago: int
    kind: Literal["grant", "narrow", "extend", "revoke", "object", "attest"]
    who: Slug
    purpose: Annotated[str, Field(alias="for")]
    categories: frozenset[str] = frozenset()
    sources: frozenset[str] | None = None
    days: int = 0
    method: str | None = None


class PlannedRequest(Part):
    """What an organization asked, and the answer, `after` days; without one it waits or has lapsed."""

    ago: int
    who: Slug
    purpose: Annotated[str, Field(alias="for")]
    categories: frozenset[str]
    days: int
    notice: str
    answer: Literal["approve", "refuse"] | None = None
    part: frozenset[str] | None = None
    after: int = 1


class Pattern(Part):
    """What people like this do with their grants."""

    weight: int = 1
    acts: tuple[PlannedAct, ...] = ()
    requests: tuple[PlannedRequest, ...] = ()

    @property
    def parties(self) -> frozenset[str]:
        """The organizations that it is about."""
        return frozenset({each.who for each in self.acts} | {each.who for each in self.requests})


class Life(Part):
    """Somebody of the demo whom it is worth following."""

    first_name: str
    last_name: str
    gender: Literal["man", "vrouw"]
    age: int
    form: Literal["u", "je"]
    language: Literal["nl", "en"] = "nl"
    suppliers: tuple[Slug, ...]
    household: str | None = None
    own_mailbox: bool = False
    other_mailbox: Slug | None = None
    moved: int | None = None
    unchecked_by: Slug | None = None
    """Who has a name and an address of them that it never checked: they are asked whether that is them."""
    story: str
    says: Words = {}
    acts: tuple[PlannedAct, ...] = ()
    requests: tuple[PlannedRequest, ...] = ()

    @property
    def pattern(self) -> Pattern:
        """What they did with their grants."""
        return Pattern(acts=self.acts, requests=self.requests)


class Conversation(Part):
    """One conversation between an organization and a customer."""

    type: str
    channel: str | None = None
    by: Literal["human", "computer"]
    way: Literal["inbound", "outbound"]
    about: str
    end: str
    told: str
    category: str | None = None


def read_file(name: str) -> dict[str, Any]:
    """Return one of the data files."""
    return tomllib.loads((files("cdp.demo") / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def companies() -> dict[str, Company]:
    """Return the organizations by slug."""
    return TypeAdapter(dict[str, Company]).validate_python(read_file("organizations"))


@cache
def lives() -> tuple[Life, ...]:
    """Return the people with a life worth following."""
    return TypeAdapter(tuple[Life, ...]).validate_python(read_file("lives")["life"])


@cache
def patterns() -> tuple[Pattern, ...]:
    """Return what everybody else may do."""
    return TypeAdapter(tuple[Pattern, ...]).validate_python(read_file("patterns")["pattern"])


@cache
def conversations() -> dict[str, tuple[Conversation, ...]]:
    """Return what each organization talks about."""
    return TypeAdapter(dict[str, tuple[Conversation, ...]]).validate_python(read_file("conversations"))


@cache
def notices() -> dict[str, Words]:
    """Return the words of requests."""
    return TypeAdapter(dict[str, Words]).validate_python(read_file("notices"))
