import pytest

from cdp.identity import contacts

EMAILS = [
    ("Someone@Example.org ", "someone@example.org"),
    ("info@example.org", ""),
    ("someone..twice@example.org", "someone..twice@example.org"),
    ("nothing", ""),
]

SECOND = [
    ("some.one+shop@gmail.com", "someone@gmail.com"),
    ("someone@googlemail.com", "someone@gmail.com"),
    ("some.one+shop@example.org", "some.one@example.org"),
]

PHONES = [
    ("06-12 34 98 70", ("+31612349870", True)),
    ("+31 20 624 1111", ("+31206241111", False)),
    ("06-1234987", ("061234987", False)),
    ("00000000", ("", False)),
    ("0800-1234", ("", False)),
    ("12", ("", False)),
]


@pytest.mark.parametrize(("written", "found"), EMAILS)
def test_an_email_address_has_one_spelling_and_a_shared_one_is_nobodys(written: str, found: str) -> None:
    assert found == contacts.email(written)


@pytest.mark.parametrize(("written", "found"), SECOND)
def test_the_second_key_is_the_mailbox(written: str, found: str) -> None:
    assert found == contacts.second_key(written)


@pytest.mark.parametrize(("written", "found"), PHONES)
def test_a_mobile_number_is_a_persons_and_others_a_households(written: str, found: tuple[str, bool]) -> None:
    assert found == contacts.phone(written)
