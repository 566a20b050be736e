"""What poses as a published sender is known by a table of cases, and so is what does not."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdp.messages import likeness
from cdp.messages.domains import Domain
from cdp.messages.likeness import Published, Resemblance, SenderKind

ZON, KORT, BAKKER, TOREN, MOLEN = map(UUID, (f"{each:032}" for each in range(1, 6)))
DOMAIN, EMAIL, PHONE, NAME = SenderKind
PUBLISHED = (
    Published(DOMAIN, "zonnewijzer.nl", ZON),
    Published(PHONE, "+31201234567", ZON),
    Published(NAME, "Zonnewijzer", ZON),
    Published(DOMAIN, "vvd.nl", KORT),
    Published(DOMAIN, "kort.co.uk", KORT),
    Published(EMAIL, "bakkerij.jansen@gmail.com", BAKKER),
    Published(DOMAIN, "vuurtoren.gemeenschap.nl", TOREN),  # of what they have nothing else of
    Published(EMAIL, "info@windmolen.gemeenschap.nl", MOLEN),
)
LETTERS, ENDING, NEAR, WORDS, BELOW, MAILBOX = Resemblance
POSES: list[tuple[SenderKind, str, Resemblance, UUID]] = [
    (DOMAIN, "z\u043ennewijzer.nl", LETTERS, ZON),  # a Cyrillic o
    (DOMAIN, "xn--znnewijzer-evi.nl", LETTERS, ZON),  # the same, as it is sent
    (DOMAIN, "z\u03bfnnewijzer.nl", LETTERS, ZON),  # a Greek one
    (DOMAIN, "zonnew\u0456jzer.com", LETTERS, ZON),  # and another ending
    (DOMAIN, "z\u00f6nnewijzer.nl", LETTERS, ZON),
    (DOMAIN, "z0nnewijzer.nl", LETTERS, ZON),
    (DOMAIN, "zonnew1jzer.nl", LETTERS, ZON),
    (DOMAIN, "zonnewljzer.nl", LETTERS, ZON),
    (DOMAIN, "zonnewyzer.nl", LETTERS, ZON),
    (DOMAIN, "zonnevvijzer.nl", LETTERS, ZON),
    (DOMAIN, "zonne-wijzer.nl", LETTERS, ZON),
    (DOMAIN, "wd.nl", LETTERS, KORT),
    (DOMAIN, "zonnewijzer.com", ENDING, ZON),
    (DOMAIN, "zonnewijzer.co.uk", ENDING, ZON),
    (DOMAIN, "kort.nl", ENDING, KORT),
    (DOMAIN, "zonewijzer.nl", NEAR, ZON),
    (DOMAIN, "zonnewijzre.nl", NEAR, ZON),
    (DOMAIN, "zonnewijzers.be", NEAR, ZON),
    (DOMAIN, "zonnewijzer-betalen.nl", WORDS, ZON),
    (DOMAIN, "mijnzonnewijzer.nl", WORDS, ZON),
    (DOMAIN, "zonnewijzernl.com", NEAR, ZON),
    (DOMAIN, "z0nnewijzer-klantenservice.com", WORDS, ZON),
    (DOMAIN, "vvd-betalen.nl", WORDS, KORT),
    (DOMAIN, "zonnewijzer.nl.veilig-inloggen.com", BELOW, ZON),
    (DOMAIN, "zonnewijzer.github.io", ENDING, ZON),
    (DOMAIN, "vuurt\u043eren.gemeenschap.nl", LETTERS, TOREN),
    (EMAIL, "info@post.vuurtorn.gemeenschap.nl", NEAR, TOREN),
    (EMAIL, "info@w1ndmolen.gemeenschap.nl", LETTERS, MOLEN),
    (DOMAIN, "windmolen.gemeenschap.com", ENDING, MOLEN),
    (DOMAIN, "vuurtoren.gemeenschap.com", ENDING, TOREN),
    (EMAIL, "info@zonnewijzer.net", ENDING, ZON),
    (EMAIL, "info@mail.zonnewijzer.net", ENDING, ZON),
    (EMAIL, "zonnewijzer@gmail.com", MAILBOX, ZON),
    (EMAIL, "zonnewijzer.service@hotmail.com", MAILBOX, ZON),
    (EMAIL, "bakkerij.janssen@gmail.com", NEAR, BAKKER),
    (NAME, "Z0nnewijzer", LETTERS, ZON),
    (NAME, "Zonnewijzer Betaalafdeling", WORDS, ZON),
    (NAME, "ZONNEW\u0406JZER", LETTERS, ZON),
    (PHONE, "+31201234568", NEAR, ZON),
    (PHONE, "+31202134567", NEAR, ZON),
    (PHONE, "+32201234567", NEAR, ZON),
]
POSES_NOT = [
    (DOMAIN, "zonnebloem.nl"),
    (DOMAIN, "bakkerij.nl"),
    (DOMAIN, "gmail.com"),
    (DOMAIN, "gemeenschap.nl"),
    (DOMAIN, "bakker.gemeenschap.nl"),
    (EMAIL, "piet@windmolen.gemeenschap.nl"),
    (DOMAIN, "avd.nl"),
    (DOMAIN, "nl"),
    (DOMAIN, "co.uk"),
    (EMAIL, "piet@gmail.com"),
    (EMAIL, "nobody"),
    (NAME, "Gemeente"),
    (PHONE, "+31612345678"),
]


@pytest.mark.parametrize(("kind", "value", "how", "whom"), POSES)
def test_what_poses_as_a_published_sender_is_known(kind: SenderKind, value: str, how: Resemblance, whom: UUID) -> None:
    found = likeness.find(kind, value, PUBLISHED)

    assert found is not None
    assert (how, whom) == (found.how, found.of.organization)


@pytest.mark.parametrize(("kind", "value"), POSES_NOT)
def test_what_resembles_nobody_is_left_alone(kind: SenderKind, value: str) -> None:
    assert likeness.find(kind, value, PUBLISHED) is None


@pytest.mark.parametrize(
    ("kind", "value", "is_theirs"),
    [
        (DOMAIN, "zonnewijzer.nl", True),
        (DOMAIN, "mail.zonnewijzer.nl", True),
        (DOMAIN, "\uff5aonnewijzer.nl", True),  # of double width: a browser goes to the real one
        (EMAIL, "info@zonnewijzer.nl", True),
        (EMAIL, "info@mail.zonnewijzer.nl", True),
        (EMAIL, "info@notzonnewijzer.nl", False),
        (DOMAIN, "zonnewijzer.nl.example.org", False),
        (PHONE, "+31201234567", True),
        (PHONE, "+31201234568", False),
        (EMAIL, "bakkerij.jansen@gmail.com", True),
        (EMAIL, "iemand@gmail.com", False),
    ],
)
def test_a_published_domain_covers_what_lies_below_it_and_nothing_beside_it(
    kind: SenderKind, value: str, *, is_theirs: bool
) -> None:
    assert is_theirs == any(likeness.covers(each, kind, value) for each in PUBLISHED)


@given(word=st.text(alphabet=st.characters(max_codepoint=0x2FFF), max_size=80), kind=st.sampled_from(SenderKind))
def test_whatever_somebody_writes_is_compared(word: str, kind: SenderKind) -> None:
    found = likeness.find(kind, word, PUBLISHED)

    assert found is None or found.of in PUBLISHED


@pytest.mark.parametrize(
    "written",
    ["", ".", "nl", "a..nl", "-a.nl", "a-.nl", "a b.nl", "1.2.3.4", "a" * 64 + ".nl", ("a." * 150) + "nl", "\0.nl"],
)
def test_what_is_no_domain_is_none(written: str) -> None:
    assert Domain.read(written) is None


@pytest.mark.parametrize(("written", "is_ending"), [("co.uk", True), ("github.io", True), ("piet.github.io", False)])
def test_an_ending_is_nobodys(written: str, *, is_ending: bool) -> None:
    found = Domain.read(written)

    assert found is not None
    assert is_ending == found.is_ending
