"""What an employee typed to find a customer: one of three forms, read so that what is amiss names its field."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import BaseModel, StringConstraints

from api.portal.pages.typed import Typed
from cdp.identity import addresses
from cdp.keys.blind import IdentifierType
from cdp.reads.lookup import Identifier
from cdp.reads.recognition import Described
from consent.errors import Invalid

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
CODE: Final = "code"
KNOWN: Final = "bekend"
DESCRIBED: Final = "beschreven"
_FORMS: Final[Mapping[str, tuple[str, ...]]] = {
    CODE: ("code",),
    KNOWN: ("klantnummer", "email", "telefoon"),
    DESCRIBED: ("naam", "geboren", "postcode", "huisnummer", "toevoeging"),
}


class Sought(BaseModel):
    """What was typed; nothing of it ever stands in an address."""

    code: Word = ""
    klantnummer: Word = ""
    email: Word = ""
    telefoon: Word = ""
    naam: Word = ""
    geboren: Word = ""
    postcode: Word = ""
    huisnummer: Word = ""
    toevoeging: Word = ""

    @property
    def typed(self) -> Typed:
        """The form that was used, to stand there again with what was typed into it."""
        for form, fields in _FORMS.items():
            said = {each: getattr(self, each) for each in fields}
            if any(said.values()):
                return Typed(form, said)
        return Typed()

    @property
    def identifiers(self) -> list[Identifier]:
        """What a customer is known by."""
        return [Identifier(kind, value) for _, kind, value in self._known()]

    @property
    def described(self) -> Described | None:
        """How customers describe themselves; raises Invalid, with the field, for what is missing or cannot be read."""
        if self.typed.form != DESCRIBED:
            return None
        for each in ("naam", "postcode"):
            if not getattr(self, each):
                raise Invalid("something is missing", field=each)
        number, suffix = addresses.number(self.huisnummer)
        if not number:
            raise Invalid("this is no house number", field="huisnummer")
        return Described(
            name=self.naam,
            birth_date=self._born(),
            postcode=self.postcode,
            house_number=int(number),
            house_number_suffix=" ".join(each for each in (suffix, self.toevoeging) if each),
        )

    def wrong(self, problem: Invalid) -> Typed:
        """Return what was typed, with the field that a problem is about."""
        named = problem.field or ""
        place = named.removeprefix("/identifiers/").removesuffix("/value")
        if place.isdecimal():
            named = self._known()[int(place)][0]
        typed = self.typed
        return Typed(typed.form, typed.said, named if named in typed.said else "")

    def _known(self) -> list[tuple[str, IdentifierType, str]]:
        known = (
            ("klantnummer", IdentifierType.CUSTOMER_NUMBER, self.klantnummer),
            ("email", IdentifierType.EMAIL, self.email),
            ("telefoon", IdentifierType.PHONE, self.telefoon),
        )
        return [each for each in known if each[2]]

    def _born(self) -> date:
        try:
            return date.fromisoformat(self.geboren)
        except ValueError:
            raise Invalid("this is no date", field="geboren") from None
