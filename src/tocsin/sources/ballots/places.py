"""Whose rows they are, where a file does not say: what the names of the files differ in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import pyarrow as pa

from tocsin.model.arrow import Array, pc
from tocsin.sources.ballots.base import HERE

_CUT = re.compile(r"[/\\!._]+|\s+[-–—]+\s+")
_TRADE = re.compile(
    r"(?i)(^|[\s-]+)(ballots?|manifests?|cast|votes?|records?|cvrs?|exports?|batch(es)?|tall(y|ies)|totals?|results?"
    r"|candidates?|by|contests?|csv|txt|zip|gz|xml|json)(?=[\s-]+|$)"
)


def told_apart(names: Iterable[str]) -> dict[str, str]:
    """A short name for each of several paths: what is left without the parts that all have in front and behind, and
    without words like "manifest", so that a manifest and the votes of one place get one name. "" for a single path."""
    given = list(dict.fromkeys(names))
    if len(given) < 2:
        return dict.fromkeys(given, "")
    short = {name: " - ".join(parts) for name, parts in _fields(given).items()}
    named = {name: _TRADE.sub("", text).strip(" -") for name, text in short.items()}
    clear = len(set(named.values())) == len(given)
    return named if clear and all(named.values()) else {name: short[name] or name for name in given}


def contest_and_place(
    groups: Mapping[tuple[str, ...], Sequence[str]],
) -> tuple[dict[tuple[str, ...], str], dict[str, str]]:
    """Which contest each group of files is of, and which place each file: files with the same choices are of one
    contest, and the part of their names that is the same within every group and no other is its name."""
    files = [name for names in groups.values() for name in names]
    fields = _fields(files)
    width = {len(parts) for parts in fields.values()}
    of_contest = [
        at
        for at in range(width.pop() if len(width) == 1 and len(groups) > 1 else 0)
        if all(len({fields[name][at] for name in names}) == 1 for names in groups.values())
        and len({fields[names[0]][at] for names in groups.values()}) == len(groups)
    ]
    contests = {}
    for number, (choices, names) in enumerate(groups.items(), 1):
        same = [fields[names[0]][at] for at in of_contest] or (_shared(names) if len(groups) == 1 else [])
        contests[choices] = _TRADE.sub("", " - ".join(same)).strip(" -") or f"contest {number}"
    if not of_contest:
        return contests, {}
    rest = {name: [part for at, part in enumerate(parts) if at not in of_contest] for name, parts in fields.items()}
    return contests, {name: " - ".join(parts) for name, parts in rest.items()}


def place(column: Array) -> Array:
    """A column of jurisdictions in which those that no file names (see `HERE`) got a name."""
    found = [value for value in pc.unique(column).to_pylist() if value.startswith(HERE)]
    apart = told_apart([value[len(HERE) :] for value in found])
    return renamed(column, {key: apart[key[len(HERE) :]] for key in found})


def renamed(column: Array, names: Mapping[str, str]) -> Array:
    """A column with some of its values replaced."""
    if not names:
        return column
    found = pc.index_in(column, pa.array(list(names), pa.string()))
    return pc.coalesce(pc.take(pa.array(list(names.values()), pa.string()), found), column)


def _fields(names: Sequence[str]) -> dict[str, list[str]]:
    """The parts of each path without those that all have in front and behind."""
    parts = {name: [part for part in _CUT.split(name) if part] for name in names}
    front = _alike(list(parts.values()))
    behind = _alike([list_[front:][::-1] for list_ in parts.values()])
    return {name: list_[front : len(list_) - behind] for name, list_ in parts.items()}


def _shared(names: Sequence[str]) -> list[str]:
    """The parts of the files' own names (without folder) that all have."""
    own = [[part for part in _CUT.split(re.split(r"[/\\!]", name)[-1]) if part] for name in names]
    return [part for part in own[0] if all(part in other for other in own[1:])]


def _alike(lists: list[list[str]]) -> int:
    """In how many first parts all lists agree; of a single list, none."""
    count = 0
    for column in zip(*lists, strict=False) if len(lists) > 1 else ():
        if len(set(column)) > 1:
            break
        count += 1
    return count
