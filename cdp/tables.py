"""The tables that plain SQLModel code reads and writes; the hot paths speak SQL of their own."""

from sqlmodel import SQLModel

__all__ = ["SQLModel"]
