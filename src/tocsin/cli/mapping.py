"""Asking which column is what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

import typer

if TYPE_CHECKING:
    from tocsin.jobs.money import MoneyRequest
    from tocsin.jobs.request import Request

_SAMPLES, _CELL = 3, 40


class Table(NamedTuple):
    """A table whose columns are asked about: column -> its first cells, and field -> column as it seems."""

    columns: dict[str, list[str]]
    proposal: dict[str, str]


def of_posts(request: Request) -> Table | None:
    """The first table among the files of posts to scan."""
    from tocsin.sources.preview import preview

    shown = next(filter(None, (preview(path, request.options.encoding) for path in request.paths)), None)
    return Table(shown.columns, {**shown.guess.mapping, **request.options.mapping}) if shown else None


def of_gifts(request: MoneyRequest) -> Table | None:
    """The first table among the registers to scan."""
    from tocsin.errors import TocsinError
    from tocsin.sources.containers import Input, open_inputs
    from tocsin.sources.gifts.table import preview
    from tocsin.sources.reading import HEAD_BYTES

    for item in open_inputs(request.paths):
        if isinstance(item, Input):
            try:
                columns, rows, guess = preview(item.stream.peek(HEAD_BYTES))
            except (TocsinError, StopIteration):  # not a table, or an empty one
                continue
            finally:
                item.close()
            cells = {column: [row[column] for row in rows if row.get(column)] for column in columns}
            return Table(cells, {**guess.mapping, **request.mapping})
    return None


def ask(shown: Table | None, fields: Mapping[str, str], needed: Collection[str], why: str) -> dict[str, str]:
    """Show the columns with some cells, propose a mapping, let the user correct it; `fields` and what each means.

    Returns field -> column. Raises `UsageError` where there is no table to ask about.
    """
    from tocsin.errors import UsageError

    if shown is None:
        raise UsageError(why, hint="none of the files is a table")
    typer.echo(why)
    _show(shown)
    typer.echo("Which column is what? Enter takes the proposal in brackets; - leaves the field out.")
    columns, mapping = list(shown.columns), dict[str, str]()
    for name, meaning in fields.items():
        column = _ask_one(name, meaning, columns, shown.proposal.get(name), name in needed)
        if column:
            mapping[name] = column
    return mapping


def _show(shown: Table) -> None:
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    from tocsin.share.words import clip

    table = Grid("", "column", "first cells")
    for number, (column, cells) in enumerate(shown.columns.items(), 1):
        samples = " · ".join(clip(cell.replace("\n", " ")[:_CELL], _CELL) for cell in cells[:_SAMPLES])
        table.add_row(str(number), Text(clip(column, _CELL)), Text(samples))
    Console().print(table)


def _ask_one(name: str, meaning: str, columns: list[str], proposal: str | None, needed: bool) -> str:
    """The column of a field, by name or number; '' for none."""
    while True:
        answer = typer.prompt(f"{name}, {meaning}", default=proposal or ("" if needed else "-")).strip()
        if answer in columns:
            return str(answer)
        if answer.isdecimal() and 1 <= int(answer) <= len(columns):
            return columns[int(answer) - 1]
        if answer == "-" and not needed:
            return ""
        typer.echo("A column's name or number, please" + ("; this field is needed." if needed else ", or -."))
