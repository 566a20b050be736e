"""Which witnesses are asked to sign checkpoints: one for each line of the setting, `vkey url`."""

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from consent.errors import Invalid, Malformed
from consent.notes import Algorithm, Key
from consent.policy import MOST_KEYS

NAME: Final = "CDP_WITNESSES"


@dataclass(frozen=True, slots=True)
class WitnessSetting:
    """A witness: the key that it signs with, and the address below which `add-checkpoint` is."""

    key: Key
    url: str


def read(stated: str) -> tuple[WitnessSetting, ...]:
    """Return the witnesses that lines or commas part; raises Invalid when one is not a cosigning key and an address."""
    found = tuple(_witness(each.split()) for each in stated.replace(",", "\n").splitlines() if each.strip())
    if len({each.key.public for each in found}) != len(found) or len(found) > MOST_KEYS:
        raise Invalid(f"the setting {NAME} names at most {MOST_KEYS} witnesses, each once", field=NAME)
    return found


def _witness(words: list[str]) -> WitnessSetting:
    wrong = Invalid(f"the setting {NAME} has on each line the vkey of a witness and its http address", field=NAME)
    try:
        vkey, url = words
        key, parts = Key.from_vkey(vkey), urlsplit(url)
    except (ValueError, Malformed):
        raise wrong from None
    if key.algorithm is not Algorithm.COSIGNATURE or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise wrong
    if parts.query or parts.fragment or parts.username:
        raise wrong
    return WitnessSetting(key, url.rstrip("/"))
