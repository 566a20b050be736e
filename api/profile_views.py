"""What reads of profiles answer with, as the description of the door shows it: the vault makes the bytes itself."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

Standing = Literal["customer", "verified", "stated"]
Next = Annotated[str | None, Field(description="Where the next page begins; null when there is none.")]


class Value(BaseModel):
    """The value that wins among what you may see, and where it comes from."""

    value: JsonValue
    source: str
    category: str
    disputed: bool
    standing: Standing
    observed_at: datetime


class _Thing(BaseModel):
    type: str
    source: str
    category: str
    disputed: bool
    key: str
    properties: dict[str, JsonValue]


class Product(_Thing):
    """Something that the customer has or bought."""

    since: datetime


class External(_Thing):
    """Something that an outside register holds."""

    observed_at: datetime


class Interaction(BaseModel):
    """Something that was said or done; who spoke for the source is a human or a computer."""

    model_config = ConfigDict(extra="allow")

    type: str
    source: str
    category: str
    disputed: bool
    occurred_at: datetime
    channel: str | None = None
    speaker: Literal["human", "computer"] | None = None
    direction: Literal["inbound", "outbound"] | None = None
    properties: dict[str, JsonValue]


class Recent(BaseModel):
    """The latest interactions."""

    recent: list[Interaction]
    next: Next


class _Decided(BaseModel):
    profile_id: str
    purpose: str
    decided_at: datetime
    consent_epoch: Annotated[int, Field(description="Changes with every act of the customer on this permission.")]
    granted: list[str]
    withheld: Annotated[list[str], Field(description="What you asked for and may not see, whatever there is.")]


class Profile(_Decided):
    """One customer, as far as they granted you to see them."""

    attributes: dict[str, Value]
    products: list[Product]
    interactions: Recent
    external: list[External]


class Timeline(_Decided):
    """A page of interactions."""

    interactions: list[Interaction]
    next: Next


class Found(BaseModel):
    """The person who is known so."""

    profile_id: str


class Released(BaseModel):
    """One profile of a batch."""

    profile_id: str
    status: Literal["released"]
    profile: Profile


class Withheld(BaseModel):
    """One id of a batch that was refused, with the code that a single read of it gives, or that names nobody."""

    profile_id: str
    status: Literal["refused", "not-found"]
    reason: str | None = None


class Batch(BaseModel):
    """Profiles, in the order of the ids that were asked for."""

    profiles: list[Released | Withheld]
