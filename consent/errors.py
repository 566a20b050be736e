"""Everything that can be wrong with a question or an act, as one tree of five kinds.

Each problem has a public `code` that is never reused, and a docstring whose first line is its
title (RFC 9457). A message never carries personal data or database text.
"""

from typing import ClassVar


class Problem(Exception):
    """Something is wrong."""

    code: ClassVar[str] = "problem"

    def __init__(self, message: str | None = None, *, field: str | None = None) -> None:
        """Say what is wrong in words without personal data, and in which field (JSON pointer)."""
        super().__init__(message or self.title())
        self.field = field

    @classmethod
    def title(cls) -> str:
        """Return the one sentence that describes every problem of this class."""
        return (cls.__doc__ or "").partition("\n")[0]

    @property
    def message(self) -> str:
        """What is wrong this time."""
        return str(self)


class Unauthenticated(Problem):
    """We do not know who is asking."""

    code = "unauthenticated"


class Refused(Problem):
    """We know who is asking, and the answer is no."""

    code = "refused"


class NotFound(Problem):
    """There is nothing here for you."""

    code = "not-found"


class Conflict(Problem):
    """This does not fit what stands now."""

    code = "conflict"


class Invalid(Problem):
    """This cannot be read or makes no sense."""

    code = "invalid"


# --- what is wrong with the shape of an act ------------------------------------------------


class TimeWithoutZone(Invalid):
    """A moment needs its offset from UTC."""

    code = "time-without-zone"


class BadKey(Invalid):
    """A category or purpose is named by lower-case words with hyphens."""

    code = "bad-key"


class NoCategory(Invalid):
    """An act names at least one category."""

    code = "no-category"


class NoSource(Invalid):
    """A list of sources names at least one source."""

    code = "no-source"


class TooMany(Invalid):
    """An act names more than it may."""

    code = "too-many"


class PurposeUnknown(Invalid):
    """The catalog has no such purpose."""

    code = "purpose-unknown"


class CategoryUnknown(Invalid):
    """The catalog has no such category."""

    code = "category-unknown"


class NotGrantable(Invalid):
    """Data that nobody has mapped to a category cannot be granted."""

    code = "not-grantable"


class PeriodEmpty(Invalid):
    """A permission ends after it begins."""

    code = "period-empty"


class PeriodTooLong(Invalid):
    """A permission lasts at most twelve months."""

    code = "period-too-long"


class BadEvidence(Invalid):
    """Evidence names a document hash and a moment that has passed."""

    code = "bad-evidence"


class WiderThanGranted(Invalid):
    """Narrowing cannot add categories, sources or time."""

    code = "wider-than-granted"


class NarrowerThanGranted(Invalid):
    """Extending cannot take away categories, sources or time."""

    code = "narrower-than-granted"


class NotAsked(Invalid):
    """An answer cannot give more than was asked."""

    code = "not-asked"


class NothingChanges(Invalid):
    """A change names what is to be different: categories, sources or the end."""

    code = "nothing-changes"


class NothingLeft(Invalid):
    """Narrowing leaves something; to take everything back, revoke."""

    code = "nothing-left"


# --- what is wrong with a wish about contact, or with a question about it ---------------------


class BadHours(Invalid):
    """A window of hours has a day, and begins and ends at two times of the clock."""

    code = "bad-hours"


class ZoneUnknown(Invalid):
    """The IANA database has no such time zone."""

    code = "zone-unknown"


class BadCap(Invalid):
    """How often is 1 to 1,000 times in 1 to 366 days."""

    code = "bad-cap"


class NotAWish(Invalid):
    """There is nothing like this to wish for."""

    code = "not-a-wish"


class NoChannel(Invalid):
    """A question about contact names at least one channel."""

    code = "no-channel"


# --- what does not fit the acts before it ---------------------------------------------------


class ActOutOfOrder(Conflict):
    """An act cannot be older than the latest one."""

    code = "act-out-of-order"


class NothingGranted(Conflict):
    """Nothing is granted now, so there is nothing to change."""

    code = "nothing-granted"


class NothingExpired(Conflict):
    """Nothing has newly expired at this moment."""

    code = "nothing-expired"


# --- what the law does not allow ------------------------------------------------------------


class NotYourRecords(Refused):
    """An organization attests grants for its own records only."""

    code = "not-your-records"


class StoppedByCustomer(Refused):
    """The customer stopped this, so only the customer can grant it again."""

    code = "stopped-by-customer"


class OlderThanTheChoice(Refused):
    """The customer has chosen here after this evidence was given."""

    code = "older-than-the-choice"


class Erased(Refused):
    """The customer has left, and nothing can be granted for them any more."""

    code = "erased"


# --- what does not hold up as proof ---------------------------------------------------------


class Malformed(Invalid):
    """These bytes are not in the format that they claim."""

    code = "malformed"


class VerificationFailed(Invalid):
    """The proof does not hold."""

    code = "verification-failed"
