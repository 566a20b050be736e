"""A change of wishes: a merge patch (RFC 7396) as what it sets and what it takes back, so that a log can hold it.

Rules: (1) nothing in it is null, a fraction, true or false, as in every body of a log; (2) a change says only what is
different from now on; (3) it is held against the law when it is made: what the log holds was admitted once; (4) what
somebody chooses anew wins over what was chosen of the same in a dossier that joined theirs.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from consent import errors, wish_form
from consent.wish_form import ALSO, FIELDS, LONGEST_TEXT, MOST_IN_LIST, Document

LONGEST_POINTER: Final = 400
MOST_CLEARED: Final = 500
DEEPEST: Final = 8
_EXCEPTIONS: Final = "exceptions"
_BY_NAME: Final = frozenset({"channels", "caps", "offers", _EXCEPTIONS, ALSO})
"""Where each name holds a choice of its own."""
_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_POINTER: Final = re.compile(rf"(?:/{_NAME.pattern}){{1,5}}")


@dataclass(frozen=True, slots=True)
class Change:
    """What a customer changed at once: what is set from now on, and what is as if they never chose."""

    set: Document = field(default_factory=dict)
    clear: tuple[str, ...] = ()
    """JSON pointers, in their order."""

    def __post_init__(self) -> None:
        """Refuse what is no change of wishes: other fields, other values, nothing at all."""
        if not self.set and not self.clear:
            raise errors.NotAWish("a change changes something")
        if len(self.clear) > MOST_CLEARED or list(self.clear) != sorted(set(self.clear)):
            raise errors.NotAWish("what is taken back stands in order, each once")
        for pointer in self.clear:
            if len(pointer) > LONGEST_POINTER or not _POINTER.fullmatch(pointer) or _top(pointer) not in FIELDS:
                raise errors.NotAWish("there is nothing like this to take back")
        for name, value in self.set.items():
            if name not in FIELDS:
                raise errors.NotAWish(field=f"/{name[:LONGEST_TEXT]}")
            _check_value(value, f"/{name}", DEEPEST)


def change_of(patch: Mapping[str, Any]) -> Change:
    """Return the change that a merge patch makes: null takes back, everything else sets."""
    cleared: list[str] = []
    kept = _without_null(patch, "", cleared)
    return Change(kept, tuple(sorted(cleared)))


def after(document: Document, change: Change) -> dict[str, Any]:
    """Return the document that `change` makes of `document`; raises Invalid when the law cannot read it."""
    changed = _merged(document, change.set)
    paths = [pointer.split("/")[1:] for pointer in change.clear]
    for path in paths:
        _remove(changed, path)
    _free(changed, [*_touched(change.set), *(_choice(path) for path in paths)])
    pruned = {name: _pruned(value) for name, value in changed.items()}
    made = {name: value for name, value in pruned.items() if value != {}}
    wish_form.read(made)
    return made


def _free(document: dict[str, Any], chosen: Sequence[Sequence[str]]) -> None:
    """Take what was chosen anew out of what was chosen in dossiers that joined."""
    paths = [path for path in chosen if path[0] != ALSO]
    if not paths or not isinstance(document.get(ALSO), Mapping):
        return
    document[ALSO] = {name: dict(each) for name, each in document[ALSO].items()}
    for each in document[ALSO].values():
        for path in paths:
            _remove(each, path)


def _touched(said: Document) -> Iterator[Sequence[str]]:
    """Yield the path of every choice that is set: what stands there is chosen as a whole."""
    for name, value in said.items():
        inner = value if name in _BY_NAME and isinstance(value, Mapping) else {}
        if name == _EXCEPTIONS:
            yield from ((name, key, *path) for key, each in inner.items() for path in _touched(each))
        else:
            yield from ((name, key) for key in inner)
        if name not in _BY_NAME:
            yield (name,)


def _choice(path: Sequence[str]) -> Sequence[str]:
    """Return the path of the choice of which this is a part."""
    if path[0] == _EXCEPTIONS:
        return (*path[:2], *(_choice(path[2:]) if path[2:] else ()))
    return path[: 2 if path[0] in _BY_NAME else 1]


def _check_value(value: object, at: str, deepest: int) -> None:
    """Refuse what cannot stand in a document, whatever the field."""
    if isinstance(value, Mapping) and deepest:
        for name, each in value.items():
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise errors.NotAWish(field=at)
            _check_value(each, f"{at}/{name}", deepest - 1)
    elif isinstance(value, list | tuple) and deepest:
        if len(value) > MOST_IN_LIST:
            raise errors.TooMany(field=at)
        for each in value:
            _check_value(each, at, deepest - 1)
    elif not (isinstance(value, str) and len(value) <= LONGEST_TEXT) and type(value) is not int:
        raise errors.NotAWish(field=at)


def _without_null(patch: Mapping[str, Any], at: str, cleared: list[str]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, value in patch.items():
        if value is None:
            cleared.append(f"{at}/{name}")
        elif not isinstance(value, Mapping):
            kept[name] = value
        elif inner := _without_null(value, f"{at}/{name}", cleared):
            kept[name] = inner
    return kept


def _merged(document: object, patch: Document) -> dict[str, Any]:
    merged = dict(document) if isinstance(document, Mapping) else {}
    for name, value in patch.items():
        merged[name] = _merged(merged.get(name), value) if isinstance(value, Mapping) else value
    return merged


def _remove(document: dict[str, Any], path: Sequence[str]) -> None:
    """Take what the path leads to out of a document, of which every object on the way is made anew."""
    name, *rest = path
    inner = document.get(name)
    if not rest:
        document.pop(name, None)
    elif isinstance(inner, Mapping):
        document[name] = dict(inner)
        _remove(document[name], rest)


def _pruned(value: object) -> object:
    """Return a value without the objects in it that say nothing."""
    if not isinstance(value, Mapping):
        return value
    pruned = {name: _pruned(each) for name, each in value.items()}
    return {name: each for name, each in pruned.items() if each != {}}


def _top(pointer: str) -> str:
    return pointer.split("/")[1]
