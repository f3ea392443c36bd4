"""The gap as files: tables for a spreadsheet and for programs, and one page to read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import fields
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.errors import WorkspaceError
from tocsin.model.plain import clean, guarded
from tocsin.respond.sanctions.chart import lag_chart, timeline
from tocsin.respond.sanctions.gap import Gap
from tocsin.respond.sanctions.lags import Cell, Lag
from tocsin.respond.sanctions.package import Package
from tocsin.respond.sanctions.render import html, markdown, template
from tocsin.store.files import write_file

_SHOWN = 500  # rows of a table on the page; the files hold all


def write_gap(gap: Gap, folder: Path) -> list[Path]:
    """Write gap.csv, cells.csv, lags.csv, aliases.csv, owned.csv, gap.parquet and report.html into `folder`, each file
    whole; return them. `WorkspaceError` where one cannot be written."""
    parquet = pa.BufferOutputStream()
    pq.write_table(gap.rows, parquet)
    return _written(
        folder,
        {
            "gap.csv": table_csv(gap.rows),
            "cells.csv": _records(Cell, gap.cells),
            "lags.csv": _records(Lag, gap.lags, leave_out=("days",)),
            "aliases.csv": table_csv(gap.aliases),
            "owned.csv": table_csv(gap.owned),
            "gap.parquet": parquet.getvalue().to_pybytes(),
            "report.html": page(gap).encode(),
        },
    )


def write_package(package: Package, folder: Path) -> list[Path]:
    """Write package.md and package.html into `folder`, each file whole; return them. `WorkspaceError` as above."""
    return _written(folder, {"package.md": markdown(package).encode(), "package.html": html(package).encode()})


def table_csv(table: pa.Table) -> bytes:
    """A table for a spreadsheet: UTF-8 with its mark, several values of a cell apart by "; ", no formulas."""
    rows = ([_cell(value) for value in row.values()] for row in table.to_pylist())
    return _csv(table.column_names, rows)


def page(gap: Gap) -> str:
    """The gap as one HTML page: who lists what, how long the others take, and the tables behind it."""
    clusters = list(_clusters(gap))
    return template("gap.html").render(
        gap=gap,
        clusters=clusters[:_SHOWN],
        of=len(clusters),
        aliases=gap.aliases.slice(0, _SHOWN).to_pylist(),
        owned=gap.owned.slice(0, _SHOWN).to_pylist(),
        shown=_SHOWN,
        lag_chart=lag_chart(gap),
        timeline=timeline(gap),
    )


def _clusters(gap: Gap) -> Iterable[dict[str, Any]]:
    """One line a cluster that not all list, with a cell for each jurisdiction; the newest first."""
    groups = [list(lines) for _, lines in groupby(gap.rows.to_pylist(), lambda row: row["cluster"])]
    partly = [lines for lines in groups if any(r["listed"] for r in lines) and not all(r["listed"] for r in lines)]
    partly.sort(key=lambda lines: str(max((r["first"] for r in lines if r["first"]), default="")), reverse=True)
    for lines in partly:
        unused = list(dict.fromkeys(rule for r in lines for rule in r["unused"]))
        yield {"name": lines[0]["name"], "cells": [_state(r) for r in lines], "unused": ", ".join(unused)}


def _state(row: dict[str, Any]) -> str:
    if row["listed"]:
        lag = f" (+{row['lag_days']} d)" if row["lag_days"] else ""
        return f"{row['first'] or 'day not told'}{lag}"
    return f"taken off {row['delisted']}" if row["delisted"] else "–"


def _records(kind: type, records: Iterable[Any], leave_out: Sequence[str] = ()) -> bytes:
    names = [field.name for field in fields(kind) if field.name not in leave_out]
    return _csv(names, ([_cell(getattr(record, name)) for name in names] for record in records))


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(head)
    writer.writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return str(value)  # a minus before a number is no formula
    text = "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return guarded(clean(text))


def _written(folder: Path, contents: dict[str, bytes]) -> list[Path]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in contents.items():
            write_file(folder / name, data)
    except OSError as error:
        raise WorkspaceError(
            f"cannot write {error.filename or folder}: {error.strerror}", hint="name another folder"
        ) from error
    return [folder / name for name in contents]
