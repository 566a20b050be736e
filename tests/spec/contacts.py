"""The law of contact as one table: what the customer wishes, what is asked, what must be answered.

Rows are plain data, so that the same table runs on Python (`test_contact_in_python.py`) and over HTTP. Moments are
local times in Amsterdam, as somebody reads them on the wall; 2026-03-29 and 2026-10-25 are the days on which the clock
changes.
"""

from typing import Final

from tests.spec.contact_case import DISTURBING, NIGHT, QUIET, TOPICS, Case, Wish
from tests.spec.contacts_here import CASES as CASES_HERE

__all__ = ["CASES", "DISTURBING", "TOPICS", "Case", "Wish"]


OFFERED: Final = Wish(channels={"offers": ("email",)})
HUMAN_FIRST: Final = Wish(first="human")
WEEKLY: Final = Wish(caps={"service": (2, 7)})
TWICE: Final = Wish(quiet=(("22:00", "01:45"),), zone="Australia/Lord_Howe")
"""Where the clock goes back by half an hour, at two in the night of 2026-04-05."""
AT_NIGHT: Final = Wish(quiet=(QUIET,))

CASES: Final = (
    # --- who may speak at all
    Case(name="who chose nothing is reached as the topic says", expected="welcome", channels=("email", "phone")),
    Case(name="an attested permission is one", permission="attested", expected="welcome", channels=("email", "phone")),
    Case(name="nothing was ever granted", permission="never-granted", expected="not-granted"),
    Case(name="the permission was taken back", permission="revoked", expected="not-granted"),
    Case(name="the permission has ended", permission="expired", expected="not-granted"),
    Case(name="how to reach them was not granted", permission="category-not-granted", expected="not-granted"),
    Case(name="they refused when they were asked", permission="refused", expected="not-granted"),
    Case(name="they stopped how to reach them", permission="category-stopped", expected="not-granted"),
    Case(name="they objected", permission="objected", expected="objected"),
    Case(name="they left", permission="erased", expected="erased"),
    Case(name="who left is not even told what the law demands", permission="erased", topic="recall", expected="erased"),
    Case(name="what was said is not said again", done=True, expected="already-done"),
    Case(name="nor what the law demands", done=True, topic="recall", expected="already-done"),
    # --- about what
    Case(name="offers are off until somebody chooses them", topic="offers", expected="topic-off"),
    Case(name="offers that were chosen", topic="offers", wish=OFFERED, expected="welcome", channels=("email",)),
    Case(
        name="a browser that said no ends advertising",
        topic="offers",
        signalled=True,
        wish=OFFERED,
        expected="global-privacy-control",
    ),
    Case(name="it does not end service", signalled=True, expected="welcome", channels=("email", "phone")),
    Case(name="none is a choice", wish=Wish(channels={"service": ()}), expected="topic-off"),
    Case(name="silence", wish=Wish(silent=True), expected="organization-silent"),
    # --- through which channel
    Case(
        name="the order is the customer's, not the organization's",
        wish=Wish(channels={"service": ("phone", "email")}),
        expected="welcome",
        channels=("phone", "email"),
    ),
    Case(
        name="a channel that nobody chose is not used",
        wish=Wish(channels={"service": ("post",)}),
        expected="no-channel",
    ),
    Case(name="never by telephone", wish=Wish(never=("phone",)), expected="welcome", channels=("email",)),
    Case(name="never, whatever was chosen", wish=Wish(never=("phone",)), offered=("phone",), expected="no-channel"),
    # --- how often
    Case(
        name="one more than the cap",
        wish=WEEKLY,
        before=("2026-03-04 12:00", "2026-03-09 09:00"),
        expected="cap-reached",
        not_before="2026-03-11 12:00",
    ),
    Case(
        name="as many as the cap",
        wish=WEEKLY,
        before=("2026-03-02 12:00", "2026-03-09 09:00"),
        expected="welcome",
        channels=("email", "phone"),
    ),
    Case(
        name="a contact counts until its period has run out, to the moment",
        wish=WEEKLY,
        before=("2026-03-03 10:00", "2026-03-09 09:00"),
        expected="welcome",
        channels=("email", "phone"),
    ),
    Case(
        name="the cap frees at night, and the telephone waits for the morning",
        wish=Wish(caps={"service": (1, 1)}, quiet=(QUIET,)),
        offered=("phone",),
        before=("2026-03-09 23:00",),
        expected="cap-reached",
        not_before="2026-03-11 08:00",
    ),
    # --- at what hour
    Case(
        name="at night the telephone waits",
        wish=AT_NIGHT,
        offered=("phone",),
        at=NIGHT,
        expected="outside-hours",
        not_before="2026-03-11 08:00",
    ),
    Case(name="at night a letter does not", wish=AT_NIGHT, at=NIGHT, expected="welcome", channels=("email",)),
    Case(
        name="quiet ends to the minute",
        wish=AT_NIGHT,
        at="2026-03-11 08:00",
        offered=("phone",),
        expected="welcome",
        channels=("phone",),
    ),
    Case(
        name="only on working days",
        wish=Wish(welcome=(("01234", "09:00", "17:00"),)),
        at="2026-03-13 17:00",
        offered=("phone",),
        expected="outside-hours",
        not_before="2026-03-16 09:00",
    ),
    Case(
        name="a window past midnight belongs to the day on which it begins",
        wish=Wish(welcome=(("4", "22:00", "02:00"),)),
        at="2026-03-14 01:59",
        offered=("phone",),
        expected="welcome",
        channels=("phone",),
    ),
    Case(
        name="quiet wins over welcome, and may leave no hour at all",
        wish=Wish(welcome=(("6", "09:00", "10:00"),), quiet=(("08:00", "11:00"),)),
        offered=("phone",),
        expected="outside-hours",
    ),
    Case(
        name="the clock goes forward in the night",
        wish=AT_NIGHT,
        at="2026-03-28 23:30",
        offered=("phone",),
        expected="outside-hours",
        not_before="2026-03-29 08:00",
    ),
    Case(
        name="the clock goes back in the night",
        wish=AT_NIGHT,
        at="2026-10-24 23:30",
        offered=("phone",),
        expected="outside-hours",
        not_before="2026-10-25 08:00",
    ),
    Case(
        name="quiet that ends in the hour that does not exist",
        wish=Wish(quiet=(("22:00", "02:30"),)),
        at="2026-03-29 01:30",
        offered=("phone",),
        expected="outside-hours",
        not_before="2026-03-29 03:00",
    ),
    Case(
        name="elsewhere it is morning",
        wish=Wish(quiet=(QUIET,), zone="Pacific/Auckland"),
        at=NIGHT,
        offered=("phone",),
        expected="welcome",
        channels=("phone",),
    ),
    Case(
        name="here it is morning, elsewhere night",
        wish=Wish(quiet=(QUIET,), zone="Pacific/Auckland"),
        offered=("phone",),
        expected="outside-hours",
        not_before="2026-03-10 20:00",
    ),
    Case(
        name="in weeks in which only one of two clocks has changed it is the customer's that counts",
        wish=Wish(welcome=(("01234", "09:00", "17:00"),), zone="America/New_York"),
        offered=("phone",),
        at="2026-03-10 13:30",
        expected="outside-hours",
        not_before="2026-03-10 14:00",
    ),
    Case(
        name="a week before it is an hour later",
        wish=Wish(welcome=(("01234", "09:00", "17:00"),), zone="America/New_York"),
        offered=("phone",),
        at="2026-03-03 14:30",
        expected="outside-hours",
        not_before="2026-03-03 15:00",
    ),
    Case(
        name="quiet that has ended",
        wish=TWICE,
        offered=("phone",),
        at="2026-04-04 16:50",
        expected="welcome",
        channels=("phone",),
    ),
    Case(
        name="comes back with the half hour that comes twice",
        wish=TWICE,
        offered=("phone",),
        at="2026-04-04 17:05",
        expected="outside-hours",
        not_before="2026-04-04 17:15",
    ),
    # --- who speaks
    Case(
        name="a computer says so",
        sender="computer",
        expected="welcome",
        channels=("email", "phone"),
        must_say=("computer-speaks",),
    ),
    Case(
        name="to who would rather speak to a human it offers one",
        sender="computer",
        wish=HUMAN_FIRST,
        expected="welcome",
        channels=("email", "phone"),
        must_say=("computer-speaks", "human-possible"),
    ),
    Case(
        name="to who would rather speak to a computer it still says what it is",
        sender="computer",
        wish=Wish(first="computer"),
        expected="welcome",
        channels=("email", "phone"),
        must_say=("computer-speaks",),
    ),
    Case(name="a human need not", wish=HUMAN_FIRST, expected="welcome", channels=("email", "phone")),
    # --- two dossiers that turned out to be one person's: the strictest wins
    Case(
        name="a channel has to be chosen in both, in the order of who logs in",
        wish=Wish(channels={"service": ("phone", "post", "email")}),
        joined=Wish(channels={"service": ("email", "phone")}),
        expected="welcome",
        channels=("phone", "email"),
    ),
    Case(
        name="where one chose nothing the topic's own channels stand",
        joined=Wish(channels={"service": ("phone",)}),
        expected="welcome",
        channels=("phone",),
    ),
    Case(name="none in one is none", joined=Wish(channels={"service": ()}), expected="topic-off"),
    Case(
        name="what who logs in chose holds where the other chose nothing",
        topic="offers",
        wish=OFFERED,
        joined=HUMAN_FIRST,
        expected="welcome",
        channels=("email",),
    ),
    Case(
        name="what the other chose opens nothing",
        topic="offers",
        joined=OFFERED,
        expected="topic-off",
    ),
    Case(name="silence in one is silence", joined=Wish(silent=True), expected="organization-silent"),
    Case(name="for this organization alone, too", joined=Wish(here_silent=True), expected="organization-silent"),
    Case(name="what one avoids of them", joined=Wish(here_never=("email",)), expected="welcome", channels=("phone",)),
    Case(name="what one avoids is avoided", joined=Wish(never=("email",)), expected="welcome", channels=("phone",)),
    Case(
        name="both caps are kept to, and the later end counts",
        wish=WEEKLY,
        joined=Wish(caps={"service": (1, 3)}),
        before=("2026-03-04 12:00", "2026-03-09 09:00"),
        expected="cap-reached",
        not_before="2026-03-12 09:00",
    ),
    Case(
        name="it has to suit both, by the clocks of both",
        wish=AT_NIGHT,
        joined=Wish(quiet=(QUIET,), zone="Pacific/Auckland"),
        offered=("phone",),
        expected="outside-hours",
        not_before="2026-03-10 20:00",
    ),
    Case(
        name="and may suit them never at once",
        wish=Wish(welcome=(("0123456", "09:00", "10:00"),)),
        joined=Wish(welcome=(("0123456", "11:00", "12:00"),)),
        offered=("phone",),
        expected="outside-hours",
    ),
    Case(
        name="who wants a human in one wants one",
        sender="computer",
        joined=HUMAN_FIRST,
        expected="welcome",
        channels=("email", "phone"),
        must_say=("computer-speaks", "human-possible"),
    ),
    Case(
        name="what the law demands comes all the same",
        topic="recall",
        joined=Wish(silent=True, never=("email",)),
        expected="required-by-law",
        channels=("phone", "email"),
    ),
    # --- what the law demands
    Case(
        name="the law demands it without a permission, and no wish is told",
        topic="recall",
        permission="never-granted",
        sender="computer",
        wish=Wish(first="human", channels={"recall": ("phone",)}),
        expected="required-by-law",
        channels=("email", "phone"),
        must_say=("computer-speaks",),
    ),
    Case(
        name="nor does it heed an objection",
        topic="recall",
        permission="objected",
        expected="required-by-law",
        channels=("email", "phone"),
    ),
    Case(
        name="it cannot be switched off",
        topic="recall",
        wish=Wish(silent=True, channels={"recall": ()}),
        expected="required-by-law",
        channels=("email", "phone"),
    ),
    Case(
        name="it comes by the channel that they like best, and by one they dislike last",
        topic="recall",
        offered=("email", "app", "phone", "post"),
        wish=Wish(channels={"recall": ("post",)}, never=("email",), here_never=("app",)),
        expected="required-by-law",
        channels=("post", "phone", "email", "app"),
    ),
    Case(
        name="it is not capped",
        topic="recall",
        wish=Wish(caps={"recall": (1, 30)}),
        before=("2026-03-09 09:00",),
        expected="required-by-law",
        channels=("email", "phone"),
    ),
    Case(
        name="it keeps to the hours",
        topic="recall",
        wish=AT_NIGHT,
        at=NIGHT,
        offered=("phone",),
        expected="outside-hours",
        not_before="2026-03-11 08:00",
    ),
    Case(
        name="unless it cannot wait",
        topic="recall",
        urgent=True,
        wish=AT_NIGHT,
        at=NIGHT,
        offered=("phone",),
        expected="required-by-law",
        channels=("phone",),
    ),
    Case(
        name="who calls an offer urgent waits",
        urgent=True,
        wish=AT_NIGHT,
        at=NIGHT,
        offered=("phone",),
        expected="outside-hours",
        not_before="2026-03-11 08:00",
    ),
    # --- for one organization alone
    *CASES_HERE,
)
