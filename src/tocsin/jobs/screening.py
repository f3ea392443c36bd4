"""Names against sanctions lists: every hit with the probability that it is the listed one, and what speaks for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from tocsin.errors import UnknownFormat, UsageError
from tocsin.model.arrow import pc
from tocsin.model.gift import private
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.resolve.screen import HITS, QUERIES, Screen
from tocsin.share.tables import write_csv
from tocsin.share.write import write_whole
from tocsin.sources.gifts import read_gifts
from tocsin.sources.people import PEOPLE, read_people

_SCREENED: dict[str, pa.DataType] = {
    "asked": pa.string(),
    "file": pa.string(),
    "row": pa.int64(),
    **{name: HITS.field(name).type for name in ("list", "entry", "name", "probability", "rank")},
    "listed": pa.date32(),
    "programmes": pa.string(),
    "why": pa.string(),
}
#: One row a hit: who was asked for and where that stands, the entry, and what speaks for and against.
SCREENED = pa.schema(_SCREENED)


def screen_names(
    paths: Sequence[str],
    listed: pa.Table,
    out: Path,
    mapping: Mapping[str, str] | None = None,
    threshold: float = 0.3,
    progress: Progress | None = None,
) -> tuple[int, int, list[Rejected]]:
    """Look up the names in the files (registers, or tables of names) in the lists (`LISTED`); write the hits (SCREENED)
    to a CSV file, the likeliest first. Returns how many hits and names there are, and the rows that were set aside.

    Raises `UsageError` where no list is given, `UnknownFormat` where it cannot be told which column is the name.
    """
    progress = progress or Silent()
    if not listed.num_rows:
        raise UsageError("no list to look the names up in", hint="give --lists, or a --workspace that keeps lists")
    read = [_people(path, mapping or {}, progress) for path in paths]
    people = pa.concat_tables([table for table, _ in read])
    screen = Screen(listed, progress)
    asked = people.select([name for name in QUERIES.names if name in PEOPLE.names])
    hits = screen.search(pa.table([asked[name] for name in QUERIES.names], schema=QUERIES), threshold)
    write_whole(out, partial(write_csv, _told(hits.sort_by([("rank", "descending")]), people, listed)))
    return hits.num_rows, people.num_rows, [row for _, aside in read for row in aside]


def _people(path: str, mapping: Mapping[str, str], progress: Progress) -> tuple[pa.Table, list[Rejected]]:
    """The names in a file: the donors of a register that is known, else a table of names."""
    if not mapping:
        try:
            files = read_gifts([path], progress=progress)
        except UnknownFormat:
            return read_people(path, mapping, progress)
        if files.inputs[0].format != "table":
            return _givers(files.table), files.rejected
    return read_people(path, mapping, progress)


def _givers(gifts: pa.Table) -> pa.Table:
    """Every name as filed once, at the first row that has it."""
    columns = {"name": gifts["donor_name"], "file": gifts["file"], "row": gifts["row"]}
    columns |= {name: gifts[name] for name in ("last_name", "first_name")}
    columns["schema"] = pc.if_else(private(gifts), "Person", "Organization")
    named = pa.table(columns).filter(pc.is_valid(columns["name"]))
    once = named.group_by("name", use_threads=False).aggregate([(n, "first") for n in columns if n != "name"])
    once = once.rename_columns([name.removesuffix("_first") for name in once.column_names])
    nulls = {name: pa.nulls(once.num_rows, pa.string()) for name in ("birth_date", "country")}
    made = {name: once[name] for name in once.column_names} | nulls
    return pa.table([made[name] for name in PEOPLE.names], schema=PEOPLE)


def _told(hits: pa.Table, people: pa.Table, listed: pa.Table) -> pa.Table:
    places = {pair: n for n, pair in enumerate(zip(*(listed[c].to_pylist() for c in ("list", "entry")), strict=True))}
    entries = listed.select(["listed", "programmes"]).take(
        pa.array([places[row["list"], row["entry"]] for row in hits.select(["list", "entry"]).to_pylist()], pa.int64())
    )
    who = people.take(hits["query"])
    columns: dict[str, Any] = {name: hits[name] for name in ("list", "entry", "name", "probability", "rank")}
    columns |= {"asked": who["name"], "file": who["file"], "row": who["row"], "listed": entries["listed"]}
    columns["programmes"] = pc.binary_join(entries["programmes"], "; ")
    columns["why"] = ["; ".join(map(_why, parts)) for parts in hits["parts"].to_pylist() if parts is not None]
    return pa.table([columns[name] for name in SCREENED.names], schema=SCREENED)


def _why(part: dict[str, Any]) -> str:
    return f"{part['part']} {part['weight']:+.1f} ({part['detail']})" if part["detail"] else part["part"]
