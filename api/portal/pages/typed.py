"""What somebody typed into a form that was not done: it stands there again, with what is wrong at its field."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import msgspec

from consent.errors import Problem

Words = str | tuple[str, ...]
LONGEST: Final = 600_000
"""So many characters what was typed may take while somebody proves again who they are: no form of ours takes more."""

_FIELDS: Final[Mapping[str, str]] = {
    "language": "taal",
    "privacy_mail": "adres",
    "scopes": "rechten",
    "name": "naam",
    "url": "adres",
    "description": "uitleg",
    "redirect_uris": "terug",
    "logout_uris": "uit",
    "post_logout_redirect_uris": "uit",
    "type": "naam",
    "key": "naam",
    "category": "categorie",
    "issuer": "uitgever",
    "client_id": "naam",
    "client_secret": "geheim",
    "claim": "kenmerk",
    "roles": "rol",
}
"""Which field of a form of ours holds what a problem names."""
_OF_CODES: Final[Mapping[str, str]] = {"scope-not-allowed": "rechten", "unknown-scope": "rechten", "unfit-role": "rol"}


@dataclass(frozen=True, slots=True)
class Typed:
    """The form, what was typed into its fields by their names, and which field is wrong and why; nothing by itself."""

    form: str = ""
    said: Mapping[str, Words] = field(default_factory=dict, repr=False)
    wrong: str = ""
    why: str = ""

    def of(self, form: str, name: str, otherwise: Words = "") -> Words:
        """Return what was typed into a field of a form, or what stands there otherwise."""
        return self.said.get(name, otherwise) if form == self.form else otherwise

    def is_wrong(self, form: str, name: str) -> bool:
        """Tell whether this field is what is wrong."""
        return bool(name) and (form, name) == (self.form, self.wrong)

    def refused(self, problem: Problem, why: str) -> "Typed":
        """Return the same with why it was not done, at the field that it is about, if it is about one of these."""
        named = (problem.field or "").strip("/").partition("/")[0]
        found = _OF_CODES.get(problem.code) or _FIELDS.get(named, "")
        if found == "adres" and found not in self.said:
            found = "uitgever"  # the address of a provider
        return replace(self, wrong=found if found in self.said else "", why=why)

    @property
    def place(self) -> str:
        """Where on the page the form stands."""
        return self.form.partition("/")[0]

    def kept(self, whose: str) -> str:
        """Return this as a text that the page keeps while `whose` it is proves again who they are."""
        return msgspec.json.encode((whose, self.form, self.said)).decode() if self.form else ""


NOTHING: Final = Typed()


def of_kept(unverified_text: str, whose: str) -> Typed:
    """Return what was typed before `whose` it is proved again who they are, or nothing when somebody else did."""
    try:
        said_of, form, said = msgspec.json.decode(unverified_text, type=tuple[str, str, dict[str, Words]])
    except (msgspec.MsgspecError, UnicodeError):
        return NOTHING
    return Typed(form, said) if said_of == whose else NOTHING
