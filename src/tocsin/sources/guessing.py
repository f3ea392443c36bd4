"""Which column is what, guessed from the names in `data/columns.json` and checked on the first rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tocsin.errors import UnknownFormat, UsageError
from tocsin.model.post import POST_FIELDS
from tocsin.sources.base import ReadOptions
from tocsin.sources.times import TimeReader
from tocsin.sources.vocabulary import words

REQUIRED = ("account", "time")
#: words for the one who posts that name the same thing, so that `user_id` beside `screen_name` is no question
_SAME = {"username": "user", "screen": "user", "screenname": "user", "handle": "user", "": "user"}


@dataclass(slots=True)
class Guess:
    """Post field -> column, why, and the questions that stay open."""

    mapping: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    questions: list[str] = field(default_factory=list)


def guess_mapping(columns: Sequence[str], sample_rows: Iterable[Mapping[str, Any]]) -> Guess:
    """Guess which column holds which post field.

    `sample_rows` are some first rows, column -> cell. A column of times must hold times. Where two columns could
    each be the account or the time and say different things, the guess is a question instead.
    """
    rows = list(sample_rows)
    guess = Guess()
    for name in POST_FIELDS:
        vocabulary = words("columns")[name]
        named = [c for c in columns if _plain(c) in vocabulary and c not in guess.mapping.values()]
        found = sorted(named, key=lambda c: vocabulary.index(_plain(c)))
        if name == "time":
            found = [column for column in found if _holds_times(rows, column)]
        if not found:
            continue
        if question := _question(name, found, rows):
            guess.questions.append(question)
            continue
        guess.mapping[name] = found[0]
        guess.reasons[name] = f"{name} from the column {found[0]}"
    return guess


def telling(columns: Sequence[str]) -> list[str]:
    """The columns whose cells a guess looks at: those named as a required field is."""
    return [column for column in columns if any(_plain(column) in words("columns")[name] for name in REQUIRED)]


def settle(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], options: ReadOptions, name: str) -> Guess:
    """The mapping to read with: what the user gave, the rest guessed.

    Raises `UsageError` for a mapping that names no post field, `UnknownFormat` for a column that is not there or a
    required field that cannot be told; its hint lists the columns and shows the option to give.
    """
    for given, column in options.mapping.items():
        if given not in POST_FIELDS:
            raise UsageError(f"--map {given}={column}: no such field", hint=f"fields: {', '.join(POST_FIELDS)}")
        if column not in columns:
            raise UnknownFormat(f"{name}: has no column {column!r}", hint=_hint(columns, ()))
    left = [column for column in columns if column not in options.mapping.values()]
    guess = guess_mapping(left, rows)
    missing = [f for f in REQUIRED if f not in options.mapping and f not in guess.mapping]
    if missing:
        asked = [question for question in guess.questions if question.split(":")[0] in missing]
        said = "; ".join(asked) or f"no column can be told to be the {' or the '.join(missing)}"
        raise UnknownFormat(f"{name}: {said}", hint=_hint(columns, missing))
    if options.mapping:  # a user who says what is what has said all that matters; only the required is filled in
        guess.mapping = {f: c for f, c in guess.mapping.items() if f in REQUIRED}
        guess.reasons = {f: guess.reasons[f] for f in guess.mapping}
    guess.reasons = {f: r for f, r in guess.reasons.items() if f not in options.mapping}
    guess.mapping.update(options.mapping)
    given_reasons = {f: f"{f} from the column {c} as given" for f, c in options.mapping.items()}
    guess.reasons.update(given_reasons)
    return guess


def _hint(columns: Sequence[str], missing: Iterable[str]) -> str:
    wanted = " ".join(f"--map {f}=COLUMN ({POST_FIELDS[f]})" for f in missing or REQUIRED)
    return f"the columns are: {', '.join(columns)[:1000]}. Say which is which: {wanted}"


def _plain(column: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", column.strip().lower()).strip("_")


def _cells(rows: Sequence[Mapping[str, Any]], column: str) -> list[str]:
    return [str(row[column]) for row in rows if row.get(column) not in (None, "")]


def _holds_times(rows: Sequence[Mapping[str, Any]], column: str) -> bool:
    cells = _cells(rows, column)
    return not rows or sum(map(_is_time, cells)) * 2 > len(cells)


def _is_time(cell: str) -> bool:
    for order in ("MDY", "DMY"):
        try:
            TimeReader(ReadOptions(), date_order=order).parse(cell)
        except (ValueError, OverflowError):
            continue
        return True
    return False


def _question(name: str, found: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> str:
    """Why the choice between columns is the user's; '' where the first is as good as any."""
    if name == "account":
        stems = {_stem(column) for column in found}
        rivals = found if len(stems) > 1 else ()
    elif name == "time":
        rivals = [c for c in found if not rows or _cells(rows, c) != _cells(rows, found[0]) or c == found[0]]
    else:
        return ""
    return f"{name}: could be {' or '.join(rivals)}" if len(rivals) > 1 else ""


def _stem(column: str) -> str:
    bare = re.sub(r"_?(id|id_str|name|screen_name|handle|username)$", "", _plain(column))
    return _SAME.get(bare, bare)
