"""One call of a function of the keeper: what is run, by whom, and for whom it gives anything."""

from dataclasses import dataclass

from tests.attack.matrix import Asker


@dataclass(frozen=True, slots=True)
class Call:
    """One call: what may be run by which principals, and for which askers it gives anything."""

    query: str
    principals: tuple[str, ...]
    rightful: tuple[str, ...]

    def expected(self, asker: Asker) -> str:
        """Return what `asker` must be answered: denied, nothing or something."""
        if asker.principal not in {*self.principals, "keeper"}:
            return "denied"
        is_rightful = any(asker.name == each or (asker.is_sealed and asker.principal == each) for each in self.rightful)
        return "something" if is_rightful else "nothing"


def known(name: str) -> str:
    """Return in SQL the id that the planted world gives to `name`."""
    return f"md5('{name}')::uuid"
