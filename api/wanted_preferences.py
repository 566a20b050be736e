"""What a customer may send to change their preferences: the form of a merge patch (RFC 7396), with its limits."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cdp.contact.wishes import LONGEST_NAME
from consent.hours import MOST_WINDOWS
from consent.types import KEY_PATTERN, LONGEST_KEY, Slug
from consent.wish_form import LONGEST_TEXT
from consent.wishes import LONGEST_DAYS, MOST_CHANNELS, MOST_CONTACTS, MOST_EXCEPTIONS, MOST_KINDS, MOST_TOPICS

Key = Annotated[str, Field(max_length=LONGEST_KEY, pattern=KEY_PATTERN)]
Clock = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
Channels = Annotated[list[Key], Field(max_length=MOST_CHANNELS)]
Kinds = Annotated[list[Key], Field(max_length=MOST_KINDS)]
Name = Annotated[str, Field(min_length=1, max_length=LONGEST_NAME)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Window(_Part):
    """Some hours on some days of the week; past midnight when the end is not after the start."""

    days: Annotated[list[Annotated[int, Field(ge=1, le=7)]], Field(min_length=1, max_length=7)] | None = None
    start: Annotated[Clock, Field(alias="from")]
    until: Clock


class Hours(_Part):
    """When somebody may be disturbed, by the clock of one time zone; null is as if nobody chose."""

    zone: Annotated[str, Field(max_length=LONGEST_TEXT)] | None = None
    welcome: Annotated[list[Window], Field(max_length=MOST_WINDOWS)] | None = None
    quiet: Annotated[list[Window], Field(max_length=MOST_WINDOWS)] | None = None


class Cap(_Part):
    """At most so many contacts in so many days."""

    most: Annotated[int, Field(ge=1, le=MOST_CONTACTS)]
    days: Annotated[int, Field(ge=1, le=LONGEST_DAYS)]


class Exceptions(_Part):
    """What holds for one organization instead."""

    channels: Annotated[dict[Key, Channels | None], Field(max_length=MOST_TOPICS)] | None = None
    caps: Annotated[dict[Key, Cap | None], Field(max_length=MOST_TOPICS)] | None = None
    contact: Literal["none"] | None = None
    never: Channels | None = None
    hours: Hours | None = None
    first: Literal["human", "computer"] | None = None


class Offers(_Part):
    """What the customer wants to be offered and what not."""

    wanted: Kinds | None = None
    unwanted: Kinds | None = None
    personal: Literal["on", "off"] | None = None


class WantedPreferences(Exceptions):
    """What shall be different (RFC 7396): what is left out stays, null takes back what was chosen."""

    language: Literal["nl", "en"] | None = None
    address: Literal["u", "je"] | None = None
    greeting: Literal["whole", "first", "other"] | None = None
    name: Name | None = None
    pronunciation: Name | None = None
    reading_level: Literal["easy", "usual"] | None = None
    print: Literal["usual", "large", "largest"] | None = None
    theme: Literal["auto", "light", "dark"] | None = None
    reminders: Literal["mail", "none"] | None = None
    receipts: Literal["mail", "none"] | None = None
    exceptions: Annotated[dict[Slug, Exceptions | None], Field(max_length=MOST_EXCEPTIONS)] | None = None
    offers: Offers | None = None

    def patch(self) -> dict[str, Any]:
        """Return the merge patch: what was sent, as it was sent."""
        return self.model_dump(exclude_unset=True, by_alias=True)
