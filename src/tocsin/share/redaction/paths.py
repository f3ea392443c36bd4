"""Places inside an object, and a copy of it without some of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from tocsin.share.stix.check import ID, MOST_DEPTH, Stix

Path = tuple[str | int, ...]

#: Lists whose entries make no sense without one of their parts.
_WHOLE = frozenset({"external_references", "kill_chain_phases"})
#: Properties about markings: never pruned as content is.
ABOUT_MARKINGS = ("object_marking_refs", "granular_markings")

_PLACE = re.compile(r"\[\d{1,10}\]", re.ASCII).fullmatch


class _Gone:
    """Nothing is left here."""


GONE: Final = _Gone()


def parsed(selector: str) -> Path:
    """A selector of a granular marking (STIX 2.1, section 7.2.3.1) as a path."""
    return tuple(int(part[1:-1]) if _PLACE(part) else part for part in selector.split("."))


def written(path: Path) -> str:
    """A path as a selector."""
    return ".".join(f"[{part}]" if isinstance(part, int) else part for part in path)


def is_reference(value: object) -> bool:
    """Whether a text is the id of an object, which makes it a reference wherever it stands."""
    return isinstance(value, str) and "--" in value and ID(value) is not None


def references(obj: Stix) -> set[str]:
    """The ids of all objects that an object refers to, in whatever property; markings and extensions too."""
    found: set[str] = set()
    left: list[Any] = [value for name, value in obj.items() if name != "id"]
    while left:
        value = left.pop()
        if isinstance(value, dict):
            found.update(key for key in value if is_reference(key))
            left += value.values()
        elif isinstance(value, list):
            left += value
        elif is_reference(value):
            found.add(value)
    return found


def pruned(obj: Stix, goes: Callable[[Path, Any], bool]) -> Stix:
    """A copy without the values for which `goes` says so, without what is empty then, and with the selectors of its
    granular markings moved to where what they select now is. Those that select nothing any more go."""
    moved: dict[Path, Path] = {(name,): (name,) for name in ABOUT_MARKINGS}
    content = {name: value for name, value in obj.items() if name not in ABOUT_MARKINGS}
    kept = _pruned(content, (), (), goes, moved)
    about = {name: obj[name] for name in ABOUT_MARKINGS if name in obj}
    if "granular_markings" in about:
        about["granular_markings"] = [
            {**one, "selectors": selectors}
            for one in about["granular_markings"]
            if (selectors := [written(moved[path]) for s in one["selectors"] if (path := parsed(s)) in moved])
        ]
    whole = {**(kept if isinstance(kept, dict) else {}), **about}
    return {name: whole[name] for name in obj if name in whole and whole[name] != []}


def _pruned(value: Any, at: Path, to: Path, goes: Callable[[Path, Any], bool], moved: dict[Path, Path]) -> Any:
    if len(at) > MOST_DEPTH or (at and goes(at, value)):
        return GONE
    inside: dict[Path, Path] = {at: to}
    kept: Any = value
    if isinstance(value, dict):
        parts = {key: _pruned(part, (*at, key), (*to, key), goes, inside) for key, part in value.items()}
        kept = {key: part for key, part in parts.items() if part is not GONE}
    elif isinstance(value, list):
        kept = []
        for n, part in enumerate(value):
            below: dict[Path, Path] = {}
            new = _pruned(part, (*at, n), (*to, len(kept)), goes, below)
            if new is not GONE and not (at[0] in _WHOLE and new != part):
                kept.append(new)
                inside |= below
    if not kept and isinstance(value, dict | list) and value:
        return GONE
    moved |= inside
    return kept
