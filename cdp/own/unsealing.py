"""The data keys of one customer's dossier, for its owner: what is sealed in it, in the clear.

Values of the categories in `withheld` stay closed; `shown` are the categories of which any value was opened.
The keys live as long as the page that is read, and what was erased meanwhile does not open any more.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session

from cdp.database import sql
from cdp.keys.ring import KeyProvider
from cdp.keys.sealing import DataKey
from cdp.permissions import freshness

_KEYS: Final = text(sql("own_keys"))


class OwnKeys:
    """Opens what is sealed about the customer in scope."""

    def __init__(self, session: Session, ring: KeyProvider) -> None:
        """Unwrap the keys of every subject that is linked to the customer now."""
        rows = session.execute(_KEYS).all()
        opened = ring.unwrap_many((bytes(row.wrapped), row.subject_id) for row in rows)
        self.withheld = freshness.withheld(session)
        self.shown: set[str] = set()
        self._keys = {row.subject_id: DataKey(key) for row, key in zip(rows, opened, strict=True) if key is not None}

    def __repr__(self) -> str:
        """Give a text without the keys."""
        return "OwnKeys(hidden)"

    def key(self, subject: UUID) -> DataKey | None:
        """Return the key of one subject, for what is sealed elsewhere than in a column `sealed`."""
        return self._keys.get(subject)

    def may_show(self, category: str) -> bool:
        """Tell whether values of this category may be shown, and remember that one is."""
        if category in self.withheld:
            return False
        self.shown.add(category)
        return True

    def open(self, subject: UUID, sealed: bytes, *, table: str, row: UUID) -> bytes | None:
        """Return what was sealed for this row; None when the subject's key was destroyed."""
        key = self._keys.get(subject)
        return None if key is None else key.unseal(bytes(sealed), table=table, row=row, column="sealed")
