"""Catalogues of controls: those that ship with Tocsin, and those that a user loads because they may not ship.

Ids, names and mappings of the shipped ones are facts of public-domain documents; bench/controls.py makes the list.
"""

from __future__ import annotations

import csv
import tomllib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path

from pydantic import ValidationError

from tocsin.errors import InputError, UnknownFormat
from tocsin.model.assessment import Catalogue, Control

DATA = files("tocsin.assure.assessment") / "data"
BASELINES = {"l": "low baseline", "m": "moderate baseline", "h": "high baseline", "p": "privacy baseline"}
FIELDS = ("id", "name", "group", "text")  # of a control, as columns of a table may be named for


def rows_of(name: str) -> Iterator[dict[str, str]]:
    """The rows of a shipped table."""
    return csv.DictReader((DATA / name).read_text("utf-8").splitlines())


@cache
def shipped() -> tuple[Catalogue, ...]:
    """The catalogues that ship: NIST SP 800-53 r5, CSF 1.1 and 2.0, CISA CPG 2.0, VVSG 2.0; ids and names, no prose. A
    control without a name of its own has that of its group; of 800-53 controls the text names the baselines."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    for row in rows_of("controls.csv"):
        rows[row["catalogue"]].append(row)
    known = tomllib.loads((DATA / "catalogues.toml").read_text("utf-8"))
    return tuple(Catalogue(id=key, controls=_named(rows[key]), **about) for key, about in known.items())


def _named(rows: list[dict[str, str]]) -> tuple[Control, ...]:
    names = {row["id"]: row["name"] for row in rows}
    return tuple(
        Control(
            id=row["id"],
            name=row["name"] or names[row["parent"]],
            group=names.get(row["parent"], ""),
            text=", ".join(BASELINES[letter] for letter in row["baselines"]),
        )
        for row in rows
    )


def read_catalogue(path: Path, key: str, columns: Mapping[str, str] | None = None) -> Catalogue:
    """A catalogue from a file: OSCAL as .json, .yaml or .yml, or a table as .csv.

    `key` is the short id that it gets here. `columns` names the table's columns for `id`, `name`, `group` and `text`
    where they are not named so. Raises `InputError` where the file is not that, `UnknownFormat` for other endings.
    """
    if path.suffix.lower() == ".csv":
        return Catalogue(id=key, title=path.stem, controls=_from_table(path, columns or {}))
    if path.suffix.lower() in (".json", ".yaml", ".yml"):
        from tocsin.assure.assessment.oscal import read_oscal_catalogue

        return read_oscal_catalogue(path, key)
    raise UnknownFormat(
        f"{path.name} is no catalogue that can be read", hint="give an OSCAL file (.json, .yaml) or a table (.csv)"
    )


def table(path: Path, needed: Collection[str], hint: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and cells (stripped, by column) of a .csv file in UTF-8 that must have the needed columns.

    Raises `InputError` with that hint where it has not, or is no such file.
    """
    if not path.is_file():
        raise InputError(f"there is no file {path}", hint="look in its folder for the name")
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            header = list(reader.fieldnames or ())
            missing = [name for name in needed if name not in header]
            if missing:
                raise InputError(f"{path.name} has no column {missing[0]!r}; it has {', '.join(header)}", hint=hint)
            for row in reader:
                yield reader.line_num, {name: (row[name] or "").strip() for name in header}
    except (UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path.name} is no table: {error}", hint="save it as CSV in UTF-8") from error


def _from_table(path: Path, columns: Mapping[str, str]) -> tuple[Control, ...]:
    named = {field: columns.get(field, field) for field in FIELDS}
    hint = "say which columns hold id and name, such as --column id=Number"
    found: dict[str, Control] = {}
    for line, row in table(path, (named["id"], named["name"]), hint):
        control = _control(path, line, {field: row.get(column, "") for field, column in named.items()})
        if control.id in found:
            raise InputError(f"{path.name}, line {line}: {control.id} stands there twice", hint="remove one of them")
        found[control.id] = control
    return tuple(found.values())


def _control(path: Path, line: int, values: dict[str, str]) -> Control:
    if not values["id"]:
        raise InputError(f"{path.name}, line {line}: a control without an id", hint="fill or remove the line")
    try:
        return Control.model_validate(values)
    except ValidationError as error:
        hint = "shorten the cell, or map another column"
        raise InputError(f"{path.name}, line {line}: {error.errors()[0]['msg']}", hint=hint) from error
