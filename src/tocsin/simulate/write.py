"""A simulation as files: the posts as an ordinary user would have them, and the truth beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from tocsin import __version__
from tocsin.errors import UsageError
from tocsin.model.post import POSTS
from tocsin.progress import Progress, Silent
from tocsin.simulate.election import Election, ElectionParams
from tocsin.simulate.words import join

Format = Literal["csv", "jsonl", "parquet"]
_Write = Callable[[pa.Table], None]
_LISTS = ("urls", "hashtags", "mentions", "media_hash")
_COLUMNS = [name for name in POSTS.names if name not in ("objects", "file", "row")]
#: Names by which any reader knows the columns; `media` alone could be anything.
_HEADERS = [{"post": "id", "media": "media_hash"}.get(name, name) for name in _COLUMNS]


def write_simulation(
    params: ElectionParams,
    folder: Path,
    format: Format = "csv",  # noqa: A002
    progress: Progress | None = None,
) -> Path:
    """Simulate into `folder`, batch by batch: posts.csv (or .jsonl, .parquet), truth.csv, units.csv, README.md.

    Columns are id, account, time (UTC), platform, text, language, client, repost_of, reply_to, urls, hashtags,
    mentions, media_hash; in CSV the last four hold words joined by spaces. Returns the path of the posts. Files of the
    same name are replaced. Raises UsageError where the folder cannot be made or written.
    """
    progress = progress or Silent()
    progress.start("lay out the election")
    election = Election(params)
    progress.start("write posts", election.rows)
    path = folder / f"posts.{format}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _WRITERS[format](path) as write:
            for batch in election.batches():
                write(batch.select(_COLUMNS).rename_columns(_HEADERS))
                progress.advance(batch.num_rows)
        pa.csv.write_csv(election.truth, folder / "truth.csv")
        pa.csv.write_csv(_joined(election.units, ("layers",)), folder / "units.csv")
        (folder / "README.md").write_text(_readme(params, election, path.name), encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write the simulation to {folder}: {error.strerror or error}",
            hint="Name a folder that you may write to, with room for it.",
        ) from error
    return path


@contextmanager
def _csv(path: Path) -> Iterator[_Write]:
    schema = _flat(POSTS.empty_table().select(_COLUMNS).rename_columns(_HEADERS)).schema
    with pa.csv.CSVWriter(path, schema) as writer:
        yield lambda batch: writer.write_table(_flat(batch))


@contextmanager
def _jsonl(path: Path) -> Iterator[_Write]:
    with path.open("wb") as file:

        def write(batch: pa.Table) -> None:
            rows = _with_text_times(batch).to_pylist()
            file.writelines(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)

        yield write


@contextmanager
def _parquet(path: Path) -> Iterator[_Write]:
    schema = POSTS.empty_table().select(_COLUMNS).rename_columns(_HEADERS).schema
    with pa.parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        yield writer.write_table


_WRITERS = {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet}


def _flat(batch: pa.Table) -> pa.Table:
    return _joined(_with_text_times(batch), _LISTS)


def _joined(table: pa.Table, names: tuple[str, ...]) -> pa.Table:
    """Lists as words joined by spaces."""
    for name in names:
        cells: Any = pc.binary_join(table.column(name), " ")
        table = table.set_column(table.schema.get_field_index(name), name, cells)
    return table


def _with_text_times(batch: pa.Table) -> pa.Table:
    """Times as 2024-03-04T18:05:59Z."""
    plain: Any = batch.column("time").cast(pa.timestamp("s")).cast(pa.string())
    times = join(pc.replace_substring(plain, " ", "T"), "Z", sep="")
    return batch.set_column(batch.schema.get_field_index("time"), "time", times)


def _readme(params: ElectionParams, election: Election, posts: str) -> str:
    """What is planted, in words."""
    lines = [
        "# A simulated election",
        "",
        f"Made by Tocsin {__version__}; nothing in it is real. {posts} holds {params.posts} posts by ordinary users",
        f"over {params.days} days from {params.start:%Y-%m-%d}, and of the groups below. truth.csv says what each",
        "account is, units.csv lists the groups. The same parameters give the same files:",
        "",
        f"    {params.model_dump_json()}",
        "",
        "| group | what it is | accounts | joint objects | within seconds | shows in |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for unit in election.units.to_pylist():
        what = "operation" if unit["role"] == "operation" else "innocent"
        cells = [
            unit["unit"],
            what,
            unit["members"],
            unit["objects"],
            f"{unit['jitter_s']:g}",
            ", ".join(unit["layers"]),
        ]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    lines += ["", "For innocent groups the seconds are their usual delay, not a bound.", ""]
    return "\n".join(lines)
