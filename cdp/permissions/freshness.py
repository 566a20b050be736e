"""Special categories need a fresh proof: to see their values, and to open them to somebody or for longer.

One rule for every door: a session whose proof is some minutes old sees that there is something and not what it says,
and can refuse and stop everything, but not allow these. What acts for a customer without a session is the platform.
"""

from typing import Final

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import SCOPE
from cdp.scope import Scope
from consent import acts as law
from consent.errors import Refused

_SPECIAL: Final = text("select category from category where is_special")


class FreshLoginNeeded(Refused):
    """This needs a proof of a few minutes ago of who you are: confirm it, or log in again, first."""

    code = "fresh-login-needed"


def withheld(session: Session) -> frozenset[str]:
    """Return the categories whose values this transaction does not get to see."""
    scope: Scope | None = session.info.get(SCOPE)
    return _special(session) if scope is not None and scope.is_stale else frozenset()


def check(session: Session, scope: Scope, act: law.Act) -> None:
    """Raise FreshLoginNeeded for an act that opens or extends a special category by a proof that is not fresh."""
    if scope.is_stale and isinstance(act, law.Grant | law.Extend) and not act.categories.isdisjoint(_special(session)):
        raise FreshLoginNeeded


def _special(session: Session) -> frozenset[str]:
    return frozenset(session.execute(_SPECIAL).scalars())
