"""What can be wrong with a whole body or file; one bad item in it is a Rejection instead."""

from __future__ import annotations

from consent.errors import Invalid


class UnreadableBody(Invalid):
    """The body cannot be read at all."""

    code = "unreadable-body"


class TooLarge(Invalid):
    """The body is larger than this call takes."""

    code = "too-large"


class UnreadableFile(Invalid):
    """The file is not what its format promises."""

    code = "unreadable-file"


class UnfitRejectsFile(Invalid):
    """Rejected lines are told in a file of your own, not through a link and over nothing else: name another one."""

    code = "unfit-rejects-file"


class BadMapping(Invalid):
    """The mapping does not say what its format asks for."""

    code = "bad-mapping"
