"""Letters and text messages: every word in three voices, no header from outside, a gateway that is asked like one."""

import http.server
import json
import re
import string
import threading
import tomllib
from collections.abc import Iterator
from importlib.resources import files

import pytest

from cdp.mailroom import mail, sms
from cdp.mailroom.letters import Change, Letters
from cdp.mailroom.mail import Letter, Maildir, Outbox, TextMessage
from cdp.settings import Settings
from consent.errors import Invalid

VOICES = ("nl", "nl@je", "en")
WORDS = tomllib.loads(files("cdp.mailroom").joinpath("letters.toml").read_text(encoding="utf-8"))
SENDER = "mijn.klant <noreply@klant.example>"


def _places(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("kind", WORDS)
def test_every_letter_is_written_in_every_voice_with_the_same_places(kind: str) -> None:
    told = {voice: {field: _places(text) for field, text in words.items()} for voice, words in WORDS[kind].items()}

    assert set(VOICES) == set(told)
    assert told["nl"] == told["nl@je"] == told["en"]


def test_every_change_has_its_words() -> None:
    assert {each.value for each in Change} == set(WORDS["changes"]["nl"])


@pytest.mark.parametrize("kind", WORDS)
def test_a_letter_says_either_u_or_je(kind: str) -> None:
    formal, informal = (" ".join(WORDS[kind][voice].values()).lower() for voice in ("nl", "nl@je"))

    assert not re.search(r"\b(je|jij|jou|jouw)\b", formal)
    assert not re.search(r"\b(u|uw)\b", informal)


@pytest.mark.parametrize("kind", WORDS)
def test_a_sentence_is_short(kind: str) -> None:
    texts = [text for voice in VOICES for text in WORDS[kind][voice].values()]
    sentences = [each for text in texts for each in re.split(r"[.?!:\n]+\s*", text) if each.strip()]

    assert [] == [each for each in sentences if len(each.split()) > 15]


HEADERS = ["a@example.org\r\nBcc: b@example.org", "a@example.org\nSubject: x", "a@example.org, b@example.org", "a", ""]


@pytest.mark.parametrize("to", HEADERS, ids=range(len(HEADERS)))
def test_an_address_that_is_more_than_one_is_never_written_to(to: str, tmp_path: object) -> None:
    box = Maildir(tmp_path / "mail")  # type: ignore[operator]  # pytest's folder
    outbox = Outbox(box, SENDER)
    outbox.open()

    outbox.send(Letters("mijn.klant").code(to=to, voice="nl", code="12345678", seconds=900))
    outbox.send(Letter("right@example.org", "Wel goed", "x", "nl"))
    outbox.settle()

    assert ["right@example.org"] == [str(each["To"]) for each in box.letters()]
    outbox.close()


@pytest.mark.parametrize("brand", ["x\r\nBcc: b@example.org", "x\ny"])
def test_a_name_of_a_portal_makes_no_header(brand: str, tmp_path: object) -> None:
    box = Maildir(tmp_path / "mail")  # type: ignore[operator]  # pytest's folder
    outbox = Outbox(box, SENDER)
    outbox.open()

    outbox.send(Letters(brand).code(to="a@example.org", voice="nl", code="12345678", seconds=900))
    outbox.settle()

    assert [] == [each for each in box.letters() if each["Bcc"]]
    outbox.close()


class Gateway(http.server.BaseHTTPRequestHandler):
    """Somebody else's gateway for text messages."""

    taken: list[tuple[str | None, object]]
    status: int

    def do_POST(self) -> None:
        """Take a message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        type(self).taken.append((self.headers["Authorization"], json.loads(body)))
        self.send_response(type(self).status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def gateway() -> Iterator[tuple[type[Gateway], str]]:
    handler = type("Handler", (Gateway,), {"taken": [], "status": 202})
    server = http.server.HTTPServer(("127.0.0.1", 0), handler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield handler, f"http://127.0.0.1:{server.server_port}/send"
    server.shutdown()
    serving.join()
    server.server_close()


def _settings(**more: str) -> Settings:
    return Settings.read({"CDP_APP_DATABASE_URL": "postgresql://x@127.0.0.1/x", "CDP_DEMO": "1", **more})


def test_a_text_message_goes_to_the_gateway(gateway: tuple[type[Gateway], str]) -> None:
    handler, url = gateway
    settings = _settings(CDP_SMS_URL=url, CDP_SMS_TOKEN="geheim", CDP_SMS_FROM="Klant", CDP_ALLOW_PRIVATE_ADDRESSES="1")
    outbox = mail.outbox(settings, sms.gateway(settings))
    outbox.open()

    outbox.send(Letters("mijn.klant").sms(to="+31612340907", voice="nl", code="12345678"))
    outbox.settle()

    text = "1234 5678 is uw code voor mijn.klant. Geef hem aan niemand. Niet gevraagd? Dan hoeft u niets te doen."
    assert [("Bearer geheim", {"to": "+31612340907", "from": "Klant", "text": text})] == handler.taken
    outbox.close()


def test_a_gateway_that_refuses_harms_nobody(gateway: tuple[type[Gateway], str]) -> None:
    handler, url = gateway
    handler.status = 500
    carrier = sms.HttpGateway(url, None, "x", allow_private=True)

    with pytest.raises(OSError, match="did not take"):
        carrier.carry(TextMessage("+31612340907", "x", "nl"))


def test_a_gateway_at_a_private_address_is_not_asked_unless_that_is_allowed(gateway: tuple[type[Gateway], str]) -> None:
    handler, url = gateway

    for each in (url, url.replace("http:", "https:")):
        with pytest.raises(OSError, match=r"bad-address|private-address"):
            sms.HttpGateway(each, None, "x", allow_private=False).carry(TextMessage("+31612340907", "x", "nl"))
    assert [] == handler.taken


def test_neither_letter_nor_message_tells_whom_it_is_for_in_a_log() -> None:
    shown = repr(TextMessage("+31612340907", "geheim", "nl")) + repr(_settings(CDP_SMS_TOKEN="geheim"))

    assert "907" not in shown
    assert "geheim" not in shown


@pytest.mark.parametrize(
    ("base", "domain", "is_fine"),
    [
        ("https://mijn.klant.example", "klant.example", True),
        ("https://mijn.klant.example", "mijn.klant.example", True),
        ("https://mijn.klant.example", "elsewhere.example", False),
        ("https://mijn.klant.example", "ant.example", False),
    ],
)
def test_passkeys_are_for_the_portal_s_own_domain(base: str, domain: str, *, is_fine: bool) -> None:
    if is_fine:
        assert domain == _settings(CDP_BASE_URL=base, CDP_PASSKEY_DOMAIN=domain).passkey_domain
    else:
        with pytest.raises(Invalid):
            _settings(CDP_BASE_URL=base, CDP_PASSKEY_DOMAIN=domain)


def test_another_login_service_needs_our_name_there() -> None:
    with pytest.raises(Invalid, match="CDP_OIDC_CLIENT_ID"):
        _settings(CDP_OIDC_ISSUER="https://login.example")
