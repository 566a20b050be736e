"""From the JSON of an enforced read to what an expression is given, within the sizes that its bounds were found for."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from cdp.expressions import expression


class _Recent(msgspec.Struct):
    recent: list[msgspec.Raw]


class Profile(msgspec.Struct):
    """One profile, as far as expressions ask for it; its parts are still JSON."""

    profile_id: str
    attributes: dict[str, msgspec.Raw]
    products: list[msgspec.Raw]
    interactions: _Recent
    external: list[msgspec.Raw]
    granted: list[str]


_decode: Final = msgspec.json.Decoder().decode


def of_profile(profile: Profile, wants: Collection[str], *, at: datetime) -> Mapping[str, Any] | None:
    """Return the values of a profile, or None when there is more of it than expressions can be given."""
    lists = {"products": profile.products, "interactions": profile.interactions.recent, "external": profile.external}
    facts = profile.attributes
    if not all(expression.fits([len(each) for each in some]) for some in (list(facts.values()), *lists.values())):
        return None
    values: dict[str, Any] = {name: [_decode(each) for each in some] for name, some in lists.items()}
    values["attributes"] = {name: _decode(each)["value"] for name, each in facts.items()}
    return values | {"wants": sorted(wants), "now": at}
