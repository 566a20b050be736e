"""Beheer: how the organization's employees log in to the customer card, and as which of its programs they look."""

from typing import Annotated, Final

from fastapi import APIRouter, Form
from pydantic import StringConstraints
from starlette.responses import Response

from api.own_forms import OURS
from api.portal import places
from api.portal.office import OfficeTyping, OfficeVisiting
from api.portal.pages.office import Done
from api.portal.pages.typed import Typed, Words
from cdp.office import employees
from cdp.office.employees import LONGEST, MOST_ROLES, EmployeeProvider

router = APIRouter(include_in_schema=False, prefix=f"{places.OFFICE}/medewerkers", dependencies=OURS)

Word = Annotated[str, Form(max_length=LONGEST)]
LONGEST_ROLES: Final = MOST_ROLES * (LONGEST + 1)
"""So many characters a field may have that holds several words of a provider, with commas between."""
Several = Annotated[
    list[Annotated[str, StringConstraints(max_length=LONGEST_ROLES)]] | None, Form(max_length=MOST_ROLES)
]


@router.post("")
def admit(  # a form, each field by its name
    visit: OfficeTyping,
    uitgever: Word = "",
    naam: Word = "",
    geheim: Word = "",
    kenmerk: Word = "",
    programma: Several = None,
    rol: Several = None,
) -> Response:
    """Say with which provider employees log in, and which of its words stands for which program."""
    programs, words = tuple(programma or ()), tuple(rol or ())
    provider = EmployeeProvider(uitgever.strip(), naam.strip(), kenmerk.strip(), _roles(programs, words))

    def act() -> None:
        with visit.platform.database.scoped(visit.office.scope) as session:
            secret = geheim.strip() or None
            visit.office.admit_employees(session, visit.platform, provider, unverified_secret=secret)

    said: dict[str, Words] = {
        "uitgever": uitgever,
        "naam": naam,
        "kenmerk": kenmerk,
        "programma": programs,
        "rol": words,
    }
    return visit.changed(act, Typed("medewerkers", said))


@router.post("/stop")
def end(visit: OfficeVisiting) -> Response:
    """Let no employee log in any more."""

    def act() -> None:
        with visit.platform.database.scoped(visit.office.scope) as session:
            employees.remove(session, visit.office.shown(session))

    return visit.done(act, Done.ENDED)


def _roles(programs: tuple[str, ...], words: tuple[str, ...]) -> dict[str, str]:
    """Return the program of each word of the provider; a field may hold several words, with commas between."""
    return {
        word.strip(): program
        for program, said in zip(programs, words, strict=False)
        for word in said.split(",")
        if word.strip()
    }
