"""Lets an auditor run the law where pydantic is not installed: a verdict needs the rules, not the models."""

import importlib.util
import sys
from datetime import datetime
from types import ModuleType


def settle() -> None:
    """Put three names in the place of pydantic if it is missing: those by which `consent.types` describes words."""
    if "pydantic" in sys.modules or importlib.util.find_spec("pydantic") is not None:
        return
    nothing = ModuleType("pydantic")
    nothing.AfterValidator = _checked  # type: ignore[attr-defined]  # a module takes any name
    nothing.Field = _described  # type: ignore[attr-defined]  # as for the line above
    nothing.AwareDatetime = datetime  # type: ignore[attr-defined]  # as for the line above
    sys.modules["pydantic"] = nothing


def _checked(_: object) -> None:
    """Return nothing: a check of what nobody reads."""


def _described(**_: object) -> None:
    """Return nothing: a description that nobody reads."""
