"""The names that customers chose for themselves: sealed with the key of their own subject, and opened for them."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Row

from cdp.own.unsealing import OwnKeys

SEALED: Final[Mapping[str, str]] = {"name": "own_name", "pronunciation": "own_pronunciation"}
"""What identifies somebody, and where it is kept beside the customer."""


def opened(keys: OwnKeys, row: Row[Any]) -> dict[str, str]:
    """Return what the customer in scope chose, in the clear, as far as its key is there.

    `row` has `customer_id`, `details` and `own`, the subject as which they speak.
    """
    key = None if row.own is None else keys.key(row.own)
    found = {name: row.details.get(place) for name, place in SEALED.items()}
    return {
        name: key.unseal(b64decode(sealed), table="customer", row=row.customer_id, column=SEALED[name]).decode()
        for name, sealed in found.items()
        if sealed and key is not None
    }
