"""Asking which column is what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from tocsin.jobs.request import Request
    from tocsin.sources.preview import Preview

_SAMPLES, _CELL = 3, 40


def ask(request: Request, why: str) -> dict[str, str]:
    """Show the columns of the first table with some cells, propose a mapping, let the user correct it.

    Returns post field -> column. Raises `UsageError` where there is no table to ask about.
    """
    from tocsin.errors import UsageError
    from tocsin.model.post import POST_FIELDS
    from tocsin.sources.preview import preview

    shown = next(filter(None, (preview(path, request.options.encoding) for path in request.paths)), None)
    if shown is None:
        raise UsageError(why, hint="none of the files is a table")
    typer.echo(why)
    _show(shown)
    typer.echo("Which column is what? Enter takes the proposal in brackets; - leaves the field out.")
    columns, mapping = list(shown.columns), dict[str, str]()
    for name, meaning in POST_FIELDS.items():
        column = _ask_one(name, meaning, columns, request.options.mapping.get(name) or shown.guess.mapping.get(name))
        if column:
            mapping[name] = column
    return mapping


def _show(shown: Preview) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from tocsin.share.words import clip

    table = Table("", "column", "first cells")
    for number, (column, cells) in enumerate(shown.columns.items(), 1):
        samples = " · ".join(clip(cell.replace("\n", " ")[:_CELL], _CELL) for cell in cells[:_SAMPLES])
        table.add_row(str(number), Text(clip(column, _CELL)), Text(samples))
    Console().print(table)


def _ask_one(name: str, meaning: str, columns: list[str], proposal: str | None) -> str:
    """The column of a field, by name or number; '' for none."""
    needed = name in ("account", "time")
    while True:
        answer = typer.prompt(f"{name}, {meaning}", default=proposal or ("" if needed else "-")).strip()
        if answer in columns:
            return str(answer)
        if answer.isdecimal() and 1 <= int(answer) <= len(columns):
            return columns[int(answer) - 1]
        if answer == "-" and not needed:
            return ""
        typer.echo("A column's name or number, please" + ("; this field is needed." if needed else ", or -."))
