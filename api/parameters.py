"""The query parameters that a call knows: any other is told, and so is one that is given twice where it counts once.

A parameter that was passed over could release more than was meant: `categories=` for `category=` would be all of them.
The Segment wire and OAuth are lenient, as their standards ask.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple, get_args, get_origin
from urllib.parse import parse_qsl

from fastapi import Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query
from starlette.types import Scope

from api import validation
from consent.errors import Invalid

MOST: Final = 100
"""How many parameters a call may have."""


class ParameterUnknown(Invalid):
    """This call does not know this parameter."""

    code = "parameter-unknown"


class ParameterRepeated(Invalid):
    """This parameter is given once only."""

    code = "parameter-repeated"


class Parameters(NamedTuple):
    """What a call takes in its query: each `once`, or as often as is wanted."""

    once: frozenset[str]
    many: frozenset[str] = frozenset()

    def check(self, scope: Scope, sent: Iterable[str]) -> None:
        """Raise ParameterUnknown or ParameterRepeated for the first of the names that should not be there."""
        seen: set[str] = set()
        for name in sent:
            if name not in self.once and name not in self.many:
                known = validation.known_names(scope["app"])
                raise ParameterUnknown(self._sentence(), field=f"/{name}" if name in known else None)
            if name in seen and name in self.once:
                raise ParameterRepeated(f"{name} is given once only", field=f"/{name}")
            seen.add(name)

    def _sentence(self) -> str:
        allowed = ", ".join(sorted(self.once | self.many))
        return f"a parameter is not known here; this call takes {allowed or 'none'}"


async def known(request: Request) -> None:
    """Raise ParameterUnknown or ParameterRepeated for what this call does not take: a dependency of every router."""
    query: bytes = request.scope["query_string"]
    if query:
        _of(request.scope).check(request.scope, _names(query))


def _names(query: bytes) -> list[str]:
    try:
        return [name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True, max_num_fields=MOST)]
    except ValueError:
        raise Invalid("the address cannot be read") from None


_MET: Final[dict[object, Parameters]] = {}


def _of(scope: Scope) -> Parameters:
    """Return what the call that was found takes; a route never changes, so it is worked out once."""
    found = _MET.get(scope["endpoint"])
    if found is None:
        taken = [each for each in get_flat_params(scope["route"].dependant) if isinstance(each.field_info, Query)]
        many = frozenset(each.alias for each in taken if _is_list(each.field_info.annotation))
        found = _MET[scope["endpoint"]] = Parameters(frozenset(each.alias for each in taken) - many, many)
    return found


def _is_list(annotation: object) -> bool:
    return get_origin(annotation) is list or any(_is_list(each) for each in get_args(annotation))
