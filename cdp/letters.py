"""What the letters to customers say, in Dutch and English."""

from typing import Final, Literal

from cdp.mail import Letter

Language = Literal["nl", "en"]

_LOGIN: Final[dict[str, tuple[str, str]]] = {
    "nl": (
        "Inloggen bij mijn.klant",
        """\
Met deze link logt u in bij mijn.klant:

{link}

De link werkt één keer en {minutes} minuten lang. Geef hem aan niemand anders.
Hebt u hier niet om gevraagd? Dan hoeft u niets te doen.
""",
    ),
    "en": (
        "Log in to mijn.klant",
        """\
This link logs you in to mijn.klant:

{link}

It works once, for {minutes} minutes. Give it to nobody else.
You did not ask for it? Then you need do nothing.
""",
    ),
}


def login(*, to: str, language: Language, link: str, seconds: int) -> Letter:
    """Return the letter with a login link."""
    subject, text = _LOGIN[language]
    return Letter(to, subject, text.format(link=link, minutes=max(1, seconds // 60)), language)
