"""A simulated register as files: gifts, owners and lists as an ordinary user would have them, and the truth beside."""

from __future__ import annotations

import csv
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import orjson
import pyarrow as pa
import pyarrow.csv

from tocsin import __version__
from tocsin.errors import UsageError
from tocsin.progress import Progress, Silent
from tocsin.simulate.money.election import END, START, MoneyParams, Register, simulate_money
from tocsin.simulate.money.lists import EDITIONS, write_lists
from tocsin.simulate.money.owners import statements

RegisterFormat = Literal["csv", "itcont"]
_NOT_WRITTEN = ("register", "file", "row")
_ENTITY = {"person": "IND", "company": "ORG", "committee": "PAC", "association": "ORG"}


def write_money(
    params: MoneyParams,
    folder: Path,
    format: RegisterFormat = "csv",  # noqa: A002
    progress: Progress | None = None,
) -> Path:
    """Simulate into `folder`: gifts.csv (or itcont.txt), owners.json, lists/<day>/, truth.csv, units.csv, README.md.

    gifts.csv has one column for each field of `GIFTS` that is filled, named alike; sums are in dollars, under the name
    without `_minor`. itcont.txt has the layout of the FEC's bulk file of individual contributions: no street, no
    company, no loan. Returns the path of the register. Files of the same name are replaced. Raises UsageError where the
    folder cannot be made or written.
    """
    progress = progress or Silent()
    progress.start("lay out the register")
    register = simulate_money(params)
    progress.start("write gifts", register.gifts.num_rows)
    name, write = _WRITERS[format]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write(register.gifts, folder / name, progress)
        (folder / "owners.json").write_bytes(orjson.dumps(list(statements(register.ownership, END))))
        write_lists(register.listed, folder / "lists")
        pa.csv.write_csv(register.truth, folder / "truth.csv")
        pa.csv.write_csv(register.units, folder / "units.csv")
        (folder / "README.md").write_text(_readme(params, register, name), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write the simulation to {folder}: {error.strerror or error}",
            hint="Name a folder that you may write to, with room for it.",
        ) from error
    return folder / name


def _write_csv(gifts: pa.Table, path: Path, progress: Progress) -> None:
    filled = [n for n in gifts.column_names if n not in _NOT_WRITTEN and gifts.column(n).null_count < gifts.num_rows]
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow([name.removesuffix("_minor") for name in filled])
        for batch in gifts.select(filled).to_batches(10_000):
            columns = [[_cell(name, value) for value in batch.column(name).to_pylist()] for name in filled]
            rows.writerows(zip(*columns, strict=True))
            progress.advance(batch.num_rows)


def _cell(name: str, value: Any) -> Any:
    if name == "memo":
        return "X" if value else ""
    return value if value is None or not name.endswith("_minor") else Decimal(value).scaleb(-2)


def _write_itcont(gifts: pa.Table, path: Path, progress: Progress) -> None:
    """The 21 columns of the FEC's `itcont` file, without a header, parted by bars."""
    with path.open("w", encoding="utf-8", newline="") as file:
        for row in gifts.to_pylist():
            progress.advance()
            if row["donor_type"] != "company" and row["kind"] != "loan":
                file.write("|".join(_itcont(row)) + "\n")


def _itcont(row: dict[str, Any]) -> list[str]:
    number = row["gift"].removeprefix("SA")
    return [
        row["recipient"],
        "N",
        "Q1",
        row["election"] or "",
        f"20240417{number}",
        row["line"],
        _ENTITY[row["donor_type"]],
        row["donor_name"].upper(),
        *((row[name] or "").upper() for name in ("city", "region", "postcode", "employer", "occupation")),
        row["date"].strftime("%m%d%Y"),
        f"{Decimal(row['amount_minor']).scaleb(-2).normalize():f}",
        row["other_id"] or "",
        row["gift"],
        "1700001",
        "X" if row["memo"] else "",
        row["memo_text"] or "",
        f"4{number}",
    ]


_WRITERS: dict[RegisterFormat, tuple[str, Callable[[pa.Table, Path, Progress], None]]] = {
    "csv": ("gifts.csv", _write_csv),
    "itcont": ("itcont.txt", _write_itcont),
}


def _readme(params: MoneyParams, register: Register, name: str) -> str:
    """What is planted, in words."""
    lines = [
        "# A simulated register of gifts",
        "",
        f"Made by Tocsin {__version__}; nobody in it is real. {name} holds {params.gifts} ordinary gifts, from",
        f"{START} to {END}, under the limits of the United States, and those of the groups below. owners.json says who",
        f"owns the companies (BODS 0.4), lists/ who is listed, as published on {EDITIONS[0]} and {EDITIONS[1]} (OFAC's",
        "legacy files, the EU's XML). truth.csv says what each gift is, units.csv lists the groups. The same",
        "parameters give the same files:",
        "",
        f"    {params.model_dump_json()}",
        "",
        "| group | what it is | level | gifts | total | flags that should see it | in words |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for unit in register.units.to_pylist():
        covert = unit["role"] == "scheme"
        cells = [
            unit["unit"],
            "covert" if covert else "lawful",
            unit["difficulty"] if covert else "",
            unit["gifts"],
            f"{unit['total_minor'] / 100:,.2f}",
            unit["flags"],
            unit["what"],
        ]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return "\n".join([*lines, ""])
