"""What the report pages of every kind of scan have in common: the files read, how to repeat it, the templates."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from typing import TypeVar

import jinja2

from tocsin.model.finding import InputFile, ScanSummary
from tocsin.share import words
from tocsin.share.view import ORDER, Column, Table, cut
from tocsin.share.words import clip, count, duration, number

T = TypeVar("T")
FULL, LISTED = 50, 1_000  # findings that are set out in full, and that are listed
_FILES, _NAME = 200, 200


def tables(summary: ScanSummary, counted: str = "Rows", duplicates: bool = False) -> dict[str, Table]:
    """The tables that templates/base.html.j2 shows of every scan: `inputs`, `checksums`, `parameters`."""
    return {
        "inputs": _inputs(summary, counted, duplicates),
        "checksums": _checksums(summary),
        "parameters": _parameters(summary),
    }


def standings(summary: ScanSummary, meanings: dict[str, dict[str, str]]) -> list[tuple[str, str, str]]:
    """How many findings have each standing, its name (that of `meanings` where it has one), and what it means in this
    kind of scan."""
    found = Counter[str](finding.standing for finding in summary.findings)
    names = {key: {**usual, **meanings[key]} for key, usual in words.vocabulary()["standing"].items()}
    kinds = [key for key in ORDER if key != "interest" or found[key]]
    return [
        (f"{found[key]:,}", names[key]["one" if found[key] == 1 else "many"], names[key]["meaning"]) for key in kinds
    ]


def overview(
    caption: str,
    columns: tuple[Column, ...],
    found: Sequence[T],
    row: Callable[[int, T], tuple[str, ...]],
    anchor: str,
    where: str,
    rest_in: str = "",
) -> Table:
    """The list of all findings, up to LISTED. The first FULL, set out in full, are linked as `anchor`-1 and so on;
    all stand in the file `where`, those that are not listed in `rest_in`, if that is another one."""
    rows, rest = cut(found, LISTED, row, rest_in or where)
    if len(found) > FULL:
        rest = f"The first {FULL} are set out in full below; all stand in this list and in {where}. {rest}".strip()
    return Table(caption, columns, rows, rest, tuple(f"{anchor}-{i + 1}" for i in range(min(len(found), FULL))))


def _inputs(summary: ScanSummary, counted: str, duplicates: bool) -> Table:
    """The files read: the format that was taken, why, and how many rows were `counted` or set aside."""

    def row(_: int, file: InputFile) -> tuple[str, ...]:
        why = " ".join([f"{file.format}: {file.reason.rstrip('.')}.", *file.notes])
        rows = (clip(file.file, _NAME), clip(why, 600), number(file.posts), number(file.rejected))
        return (*rows, number(file.duplicates)) if duplicates else rows

    rows, rest = cut(summary.inputs, _FILES, row, "scan.json")
    heads = (Column("File", "quote"), Column("Format taken, and why"), Column(counted, "number"))
    more = (Column("Rows set aside", "number"), *[Column("Duplicates", "number")] * duplicates)
    return Table("Files read", (*heads, *more), rows, rest)


def _checksums(summary: ScanSummary) -> Table:
    """The SHA-256 of every file read."""
    rows, rest = cut(
        summary.inputs, _FILES, lambda _, f: (clip(f.file, _NAME), number(f.size), clip(f.sha256, 80)), "scan.json"
    )
    heads = (Column("File", "quote"), Column("Bytes", "number"), Column("SHA-256", "quote"))
    return Table("Fingerprints of the files", heads, rows, rest)


def _parameters(summary: ScanSummary) -> Table:
    """The parameters that decide what comes out."""
    rows = [
        (
            clip(name, _NAME),
            clip(value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False), 600),
        )
        for name, value in summary.parameters.items()
    ]
    return Table("Parameters", (Column("Parameter"), Column("Value", "quote")), rows)


@cache
def template(room: str, name: str) -> jinja2.Template:
    """The template `name` of `share/<room>/templates`, which finds those of `share/report` too."""
    loaders = [jinja2.PackageLoader(f"tocsin.share.{place}", "templates") for place in dict.fromkeys((room, "report"))]
    environment = jinja2.Environment(
        loader=jinja2.ChoiceLoader(loaders),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters.update(clip=clip, count=count, duration=duration, moment=words.moment, number=number)
    return environment.get_template(name)
