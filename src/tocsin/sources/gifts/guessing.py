"""Which column of a register is what, guessed from the names in `data/gift_columns.json` and checked on the first
rows; what cannot be told is a question with the options to give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from tocsin.errors import UnknownFormat, UsageError
from tocsin.model.gift import GIFT_FIELDS
from tocsin.sources.gifts.columns import Days, number
from tocsin.sources.vocabulary import words

#: how a mapping begins that names no column but one value for all rows: `recipient==C00000001`
ONE_VALUE = "="
#: without these no gift can be read; of donors one of two will do
REQUIRED = ("recipient", "date", "amount", "donor_name")


@dataclass(slots=True)
class GiftGuess:
    """Gift field -> column, why, and the questions that stay open."""

    mapping: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    questions: dict[str, str] = field(default_factory=dict)


def guess_mapping(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> GiftGuess:
    """Guess which column holds which field of GIFT_FIELDS.

    `rows`: some first rows, column -> cell. A column of days must hold days and one of amounts numbers. Where two
    columns could be the same required field and say different things, the guess is a question instead.
    """
    sample, guess = list(rows), GiftGuess()
    for name in GIFT_FIELDS:
        vocabulary = words("gift_columns")[name]
        free = [c for c in columns if plain(c) in vocabulary and c not in guess.mapping.values()]
        found = [c for c in sorted(free, key=lambda c: vocabulary.index(plain(c))) if _holds(name, sample, c)]
        rivals = [c for c in found[1:] if _cells(sample, c) != _cells(sample, found[0])]
        if rivals and name in ("date", "amount") and vocabulary.index(plain(found[0])) > 0:
            guess.questions[name] = f"{name}: could be {' or '.join([found[0], *rivals])}"
        elif found:
            guess.mapping[name] = found[0]
            guess.reasons[name] = f"{name} from the column {found[0]}"
    return guess


def settle_mapping(
    columns: Sequence[str], rows: Iterable[Mapping[str, str]], given: Mapping[str, str], name: str
) -> GiftGuess:
    """The mapping to read with: what the user gave, the rest guessed; `=VALUE` in place of a column is that value.

    Raises `UsageError` for a mapping that names no gift field, `UnknownFormat` for a column that is not there or a
    required field that cannot be told; its hint lists the columns and shows the option to give.
    """
    for told, column in given.items():
        if told not in GIFT_FIELDS:
            raise UsageError(f"--map {told}={column}: no such field", hint=f"fields: {', '.join(GIFT_FIELDS)}")
        if column not in columns and not column.startswith(ONE_VALUE):
            raise UnknownFormat(f"{name}: has no column {column!r}", hint=_hint(columns, REQUIRED))
    guess = guess_mapping([column for column in columns if column not in given.values()], rows)
    guess.mapping.update(given)
    guess.reasons.update({told: f"{told} from the column {column} as given" for told, column in given.items()})
    missing = [
        f for f in REQUIRED if f not in guess.mapping and not (f == "donor_name" and "last_name" in guess.mapping)
    ]
    if missing:
        asked = [guess.questions.get(f, f"no column can be told to be the {f}") for f in missing]
        raise UnknownFormat(f"{name}: {'; '.join(asked)}", hint=_hint(columns, missing))
    return guess


def plain(column: str) -> str:
    """A column's name as the vocabulary has it: lower case, words joined by underscores."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", column.strip())
    return re.sub(r"[^a-z0-9]+", "_", split.lower()).strip("_")


def _hint(columns: Sequence[str], missing: Iterable[str]) -> str:
    wanted = " ".join(f"--map {f}=COLUMN ({GIFT_FIELDS[f]})" for f in missing)
    there = ", ".join(columns)[:1000]
    return f"the columns are: {there}. Say which is which: {wanted}, or {ONE_VALUE}VALUE for one value in all rows"


def _cells(rows: Sequence[Mapping[str, str]], column: str) -> list[str]:
    return [row[column] for row in rows if row.get(column)]


def _holds(name: str, rows: Sequence[Mapping[str, str]], column: str) -> bool:
    """Whether most cells of a column are what the field needs; fields of text take anything."""
    cells = pa.array(_cells(rows, column), pa.string())
    if name == "date":
        days = Days()
        days.learn(cells)
        read = days.read(cells)
    elif name == "amount":
        read = max((number(cells, decimal) for decimal in ".,"), key=lambda column: -column.null_count)
    else:
        return True
    return not rows or read.null_count * 2 < len(cells)
