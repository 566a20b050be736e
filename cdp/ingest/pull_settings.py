"""What a pull is told: whom it asks, how often, how pages follow each other, and what the answers mean."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cdp.ingest.mapping import MAPPING_BYTES, Mapping
from consent.errors import Invalid

SOONEST: Final = 60
LATEST: Final = 31 * 86_400

Parameter = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.\[\]-]{1,64}$", description="A name in the query.")]
Path_ = Annotated[str, Field(max_length=200, description="Dots lead into the answer; empty stands for the whole.")]


class PullInvalid(Invalid):
    """The settings of the pull do not say what is asked for."""

    code = "bad-pull"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class NoPages(_Part):
    """Everything comes in one answer."""

    kind: Literal["none"] = "none"


class Cursor(_Part):
    """Each answer says what to ask for next."""

    kind: Literal["cursor"]
    parameter: Parameter
    next: Path_


class Numbered(_Part):
    """Pages have numbers; the first one without items is behind the last."""

    kind: Literal["page"]
    parameter: Parameter
    first: int = Field(default=1, ge=0, le=1)


class LinkHeader(_Part):
    """Each answer links to the next (RFC 8288)."""

    kind: Literal["link"]


class Secret(_Part):
    """A header whose value stands in the environment of the process that asks."""

    name: str = Field(default="Authorization", pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")
    prefix: str = Field(default="Bearer ", max_length=32, pattern=r"^[\x20-\x7e]*$")
    environment: str = Field(pattern=r"^[A-Z][A-Z0-9_]{0,63}$", description="The name of the variable.")


class PullSettings(_Part):
    """One pull."""

    url: str = Field(min_length=1, max_length=2_000)
    every: int = Field(ge=SOONEST, le=LATEST, description="Seconds.")
    items: Path_ = ""
    paging: NoPages | Cursor | Numbered | LinkHeader = Field(default=NoPages(), discriminator="kind")
    secret: Secret | None = None
    mapping: Mapping


def parse(stated: object) -> PullSettings:
    """Return the settings that `stated` holds; raises PullInvalid, naming the key."""
    try:
        return PullSettings.model_validate(stated)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        key = ".".join(str(step) for step in first["loc"])
        raise PullInvalid(f"{key}: {first['msg']}") from error


def load(path: Path) -> dict[str, Any]:
    """Return what the TOML file at `path` states, checked; raises PullInvalid."""
    try:
        stated = tomllib.loads(path.read_bytes()[:MAPPING_BYTES].decode())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise PullInvalid("the settings cannot be read as TOML") from error
    parse(stated)
    return stated
