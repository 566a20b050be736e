"""The demo's plan of contact, read and checked: what organizations offer, ask and send, and what customers say back."""

from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter

from cdp.demo.stories import Conversation, Part, Slug, Words, read_file
from cdp.ingest.items import Kind
from consent.wishes import Speaker


class PlannedOffer(Part):
    """What an organization offers, and in CEL for whom; a grave one is for a human to decide."""

    who: Slug
    purpose: Annotated[str, Field(alias="for")]
    kind: str
    days: int
    expression: str
    grave: bool = False
    title: Words


class Arrival(Part):
    """The record by which a rule fires: of somebody, and what it says."""

    of: str
    kind: Kind
    type: str
    key: str
    properties: dict[str, Any]


class PlannedRule(Part):
    """Of which records an organization wants to know at once, and how it would approach the customer."""

    who: Slug
    name: str
    purpose: Annotated[str, Field(alias="for")]
    records: tuple[str, ...]
    expression: str
    topic: str
    channels: tuple[str, ...]
    by: Speaker
    arrives: Arrival


class PlannedWish(Part):
    """What somebody prefers, as a merge patch."""

    of: str
    ago: int
    wishes: dict[str, Any]


class PlannedReply(Part):
    """What the customer says back so many hours before today; `done` hours before, the organization has answered."""

    text: str
    hours: int
    human: bool = False
    done: int | None = None


class PlannedMessage(Part):
    """A message or a call that an organization registers before it goes out."""

    who: Slug
    to: str
    ago: int = 0
    hours: int = 0
    ahead: int = 0
    channel: str
    topic: str
    by: Speaker
    text: str | None = None
    letter: str | None = None
    """The subject under which it also arrives in the post of the demo, with its code."""
    replies: tuple[PlannedReply, ...] = ()

    def moment(self, at: datetime) -> datetime:
        """Return when it goes out: what is ahead, at nine in the morning (UTC)."""
        if self.ahead:
            return (at + timedelta(days=self.ahead)).replace(hour=9, minute=0, second=0, microsecond=0)
        return at - timedelta(days=self.ago, hours=self.hours)


class Said(Part):
    """What somebody answers to the four questions after a conversation."""

    solved: bool
    smooth: bool
    heard: bool
    recommend: int


class PlannedTalk(Conversation):
    """A conversation of the last days with somebody, of which is asked how it was; `said` is the answer, if any."""

    who: Slug
    with_: Annotated[str, Field(alias="with")]
    ago: int
    said: Said | None = None


class PlannedForgery(Part):
    """A message of somebody who poses as an organization, which its receiver reports."""

    of: str
    who: Slug
    ago: int
    channel: str
    sender: str


class Contact(Part):
    """Everything that the file plans."""

    offer: tuple[PlannedOffer, ...]
    rule: tuple[PlannedRule, ...]
    wish: tuple[PlannedWish, ...]
    message: tuple[PlannedMessage, ...]
    talk: tuple[PlannedTalk, ...]
    forgery: tuple[PlannedForgery, ...]


@cache
def contact() -> Contact:
    """Return the plan."""
    return TypeAdapter(Contact).validate_python(read_file("contact"))
