import hashlib
import hmac
from uuid import uuid4

import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from cdp.keys import blind
from cdp.keys.blind import IdentifierType, Line
from consent.errors import Invalid

KEY = bytes(range(32))
INDEX = blind.BlindIndex(KEY)
EMAIL, PHONE = IdentifierType.EMAIL, IdentifierType.PHONE
AS_GIVEN = (IdentifierType.CUSTOMER_NUMBER, IdentifierType.USER_ID, IdentifierType.ANONYMOUS_ID)
SOURCE = uuid4()

addresses = st.from_regex(r"[A-Za-z0-9._+-]{1,70}@([A-Za-z0-9-]{1,65}\.){1,3}[A-Za-z0-9-]{1,8}", fullmatch=True)


# --- the index -----------------------------------------------------------------------------


@given(st.sampled_from(IdentifierType), st.text(st.characters(exclude_categories=["Cs"])))
def test_the_index_is_what_rfc_2104_says(kind: IdentifierType, value: str) -> None:
    expected = hmac.digest(KEY, f"{kind.value}\0{value}".encode(), hashlib.sha256)

    assert expected[:16] == INDEX.of(kind, value)


def test_the_index_tells_types_sources_and_keys_apart() -> None:
    found = [
        INDEX.of(IdentifierType.USER_ID, "7"),
        INDEX.of(IdentifierType.CUSTOMER_NUMBER, "7"),
        INDEX.of(IdentifierType.CUSTOMER_NUMBER, "7", source=SOURCE),
        INDEX.of(IdentifierType.CUSTOMER_NUMBER, "7", source=uuid4()),
        blind.BlindIndex(bytes(32)).of(IdentifierType.USER_ID, "7"),
    ]

    assert 5 == len(set(found))
    assert found[2] == INDEX.of(IdentifierType.CUSTOMER_NUMBER, "7", source=SOURCE)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_only_256_bits_are_a_key(length: int) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        blind.BlindIndex(bytes(length))


# --- normalising ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "normalised"),
    [
        (EMAIL, " Jan.de.Vries@Voorbeeld.NL\n", "jan.de.vries@voorbeeld.nl"),
        (EMAIL, "ＪＡＮ＠ｖｏｏｒｂｅｅｌｄ.nl", "jan@voorbeeld.nl"),  # noqa: RUF001 -- full-width on purpose
        (EMAIL, "jan@Bücher.de", "jan@xn--bcher-kva.de"),
        (EMAIL, "jan@xn--BCHER-kva.de", "jan@xn--bcher-kva.de"),
        (EMAIL, "JOSE\u0301@voorbeeld.nl", "jos\u00e9@voorbeeld.nl"),
        (EMAIL, "jan+energie@voorbeeld.nl", "jan+energie@voorbeeld.nl"),
        (EMAIL, "o'neil@voorbeeld.nl", "o'neil@voorbeeld.nl"),
        (EMAIL, "jan@voorbeeld.test", "jan@voorbeeld.test"),
        (PHONE, "06-12 34 56 79", "+31612345679"),
        (PHONE, "0031 6 12345679", "+31612345679"),
        (PHONE, "\u202a+31 6 1234 5679\u202c", "+31612345679"),
        (PHONE, "(020) 624 11 11", "+31206241111"),
        (PHONE, "020 624 11 11 ext. 5", "+31206241111;ext=5"),
        (PHONE, "+32 470 12 34 56", "+32470123456"),
        *((kind, "  Ab-12 C\t", "Ab-12 C") for kind in AS_GIVEN),
        *((kind, "e\u0301", "\u00e9") for kind in AS_GIVEN),
    ],
)
def test_an_identifier_is_written_in_one_way(kind: IdentifierType, value: str, normalised: str) -> None:
    assert normalised == blind.normalise(kind, value)
    assert normalised == blind.normalise(kind, normalised)


NONSENSE = [
    "",
    "   ",
    "\n",
    "\0",
    "a\0b",
    "jan\n@voorbeeld.nl",
    "jan@voor\u200bbeeld.nl",
    "06\x071234567",
    "\ud800",
    "jan@voorbeeld.nl\udfff",
    "é\u2028b",
    "é\x85b",
    "x" * 257,
    "é" * 257,
    "\ufdfa" * 100,  # eighteen letters each, once composed
    "x" * 10_000_000,
]


@pytest.mark.parametrize("kind", IdentifierType)
@pytest.mark.parametrize("value", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_is_refused_by_field_and_never_echoed(kind: IdentifierType, value: str) -> None:
    if value == "\ufdfa" * 100 and kind in AS_GIVEN:
        return  # stays a hundred letters there

    with pytest.raises(Invalid) as caught:
        blind.normalise(kind, value)

    assert f"/{kind}" == caught.value.field
    assert not value.strip() or value.strip() not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        "jan",
        "@voorbeeld.nl",
        "jan@",
        "jan@localhost",
        "jan@voorbeeld..nl",
        ".jan@voorbeeld.nl",
        "jan.@voorbeeld.nl",
        "ja..n@voorbeeld.nl",
        "jan@-voorbeeld.nl",
        "jan@ab--cd.nl",
        "jan@xn--a.nl",
        "jan@voorbeeld.xn--a",
        "jan@[127.0.0.1]",
        "jan piet@voorbeeld.nl",
        "Jan <jan@voorbeeld.nl>",
        '"jan"@voorbeeld.nl',
        "jan@piet@voorbeeld.nl",
        "jan@voorbeeld.nl,piet@voorbeeld.nl",
        f"{'j' * 65}@voorbeeld.nl",
        f"jan@{'v' * 64}.nl",
        f"jan@{'voorbeeld.' * 25}nl",
        "mailto:jan@voorbeeld.nl",
    ],
)
def test_what_is_no_address_is_refused(value: str) -> None:
    with pytest.raises(Invalid) as caught:
        blind.normalise(EMAIL, value)

    assert "/email" == caught.value.field
    assert value not in str(caught.value)
    assert (
        caught.value.__suppress_context__ or not caught.value.__context__
    )  # nor may the validator's own message follow it into a log


@pytest.mark.parametrize(
    "value", ["112", "12", "06-1234", "phone", "+31", "0612345679" * 5, "+999 123 456 789", "06-00000000", "++31x"]
)
def test_what_is_no_phone_number_is_refused(value: str) -> None:
    with pytest.raises(Invalid) as caught:
        blind.normalise(PHONE, value)

    assert "/phone" == caught.value.field


@given(addresses)
def test_the_short_way_for_plain_addresses_agrees_with_the_whole_validator(address: str) -> None:
    lowered = address.lower()
    if blind._PLAIN_EMAIL.fullmatch(lowered) and len(lowered) <= blind.MAX_EMAIL:
        whole = validate_email(lowered, check_deliverability=False, globally_deliverable=False)

        assert lowered == f"{whole.local_part}@{whole.ascii_domain}" == whole.normalized


@given(st.sampled_from(IdentifierType), st.one_of(st.text(), addresses, st.from_regex(r"[+0-9() -]{6,16}")))
def test_normalising_twice_changes_nothing_and_only_invalid_comes_out(kind: IdentifierType, value: str) -> None:
    try:
        once = blind.normalise(kind, value)
    except Invalid:
        return

    assert once == blind.normalise(kind, once)
    assert isinstance(blind.is_shared_or_fake(kind, once), bool)
    assert 16 == len(INDEX.of(kind, once))


# --- what must not link --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (EMAIL, "test@voorbeeld.nl"),
        (EMAIL, "INFO@voorbeeld.nl"),
        (EMAIL, "noreply@voorbeeld.nl"),
        (EMAIL, "no-reply+17@voorbeeld.nl"),
        (EMAIL, "null@voorbeeld.nl"),
        (EMAIL, "onbekend@voorbeeld.nl"),
        (EMAIL, "aaaa@voorbeeld.nl"),
        (EMAIL, "000@voorbeeld.nl"),
        (EMAIL, "jan@mailinator.com"),
        (PHONE, "06-11111111"),
        (PHONE, "06-12345678"),
        (PHONE, "0800-0432"),
        (PHONE, "0900-1234"),
        *(
            (kind, value)
            for kind in AS_GIVEN
            for value in ("null", "NULL", "0", "0000", "n/a", "(not set)", "undefined")
        ),
        *((kind, "00000000-0000-0000-0000-000000000000") for kind in AS_GIVEN),
        *((kind, "[object Object]") for kind in AS_GIVEN),
    ],
)
def test_what_many_share_or_nobody_has_never_links(kind: IdentifierType, value: str) -> None:
    assert blind.is_shared_or_fake(kind, blind.normalise(kind, value))


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (EMAIL, "jan.de.vries@voorbeeld.nl"),
        (EMAIL, "testa@voorbeeld.nl"),
        (EMAIL, "j@voorbeeld.nl"),
        (EMAIL, "infosino@voorbeeld.nl"),
        (PHONE, "06-12345679"),
        (PHONE, "020 624 11 11"),
        (PHONE, "+1 212 555 2368"),
        *((kind, value) for kind in AS_GIVEN for value in ("1", "111", "1000", "K-2041", str(SOURCE), "Nullmeier")),
    ],
)
def test_what_names_one_person_links(kind: IdentifierType, value: str) -> None:
    assert not blind.is_shared_or_fake(kind, blind.normalise(kind, value))


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("06-12345679", Line.MOBILE),
        ("020 624 11 11", Line.LANDLINE),
        ("020 624 11 11 ext 5", Line.LANDLINE),
        ("0900-1234", Line.OTHER),
        ("+1 212 555 2368", Line.OTHER),
        ("+32 470 12 34 56", Line.MOBILE),
    ],
)
def test_a_phone_number_says_what_line_it_is(value: str, line: Line) -> None:
    assert line == blind.line(blind.normalise(PHONE, value))


@pytest.mark.parametrize(
    "value",
    ["06-12345679", "020 624 11 11", "+1 212 555 2368", "0900-1234", "0800-0432", "06-66666666", "06-12345678"],
)
def test_one_look_tells_the_line_and_whether_it_is_somebodys_own(value: str) -> None:
    written = blind.normalise(PHONE, value)
    is_own = not blind.is_shared_or_fake(PHONE, written)

    assert (blind.line(written) if is_own else None) == blind.own_line(written)
