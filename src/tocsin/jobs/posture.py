"""The posture of offices' own names: from what tools saved, or asked, to points and a table."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pyarrow as pa

from tocsin.assure.posture import PostureFile, probe, read_posture
from tocsin.errors import UsageError, WorkspaceError
from tocsin.model.posture import CHECKS, PosturePoint
from tocsin.progress import Progress
from tocsin.share.tables import write_csv
from tocsin.share.write import write_whole
from tocsin.sources.names import read_official

POINTS, ASKED = "points.csv", "asked.jsonl"
_COLUMNS = pa.schema(
    [(name, pa.string()) for name in ("name", "check", "question", "state", "detail", "controls", "tool")]
    + [("at", pa.timestamp("us", tz="UTC")), ("file", pa.string()), ("row", pa.int64())]
)


def posture(
    files: tuple[str, ...], out: Path, *, ask: str = "", network: bool = False, progress: Progress | None = None
) -> PostureFile:
    """Points of the names in the files and, where `ask` is a table of official names and the network is allowed, of
    those names; written to points.csv in `out`, answers of the tools beside it (asked.jsonl). Raises `UsageError` where
    there is nothing to read, and as `read_posture`, `probe` and `read_official`."""
    if not files and not ask:
        raise UsageError("there is nothing to read", hint="name files that the tools saved, or ask for names")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WorkspaceError(f"{out}: cannot be used: {error.strerror}", hint="name another folder") from error
    asked = (str(_ask(ask, out, network, progress)),) if ask else ()
    found = read_posture((*files, *asked))
    rows = [_row(point) for point in found.points]
    write_whole(out / POINTS, partial(write_csv, pa.Table.from_pylist(rows, _COLUMNS)))
    return found


def _ask(official: str, out: Path, network: bool, progress: Progress | None) -> Path:
    names = map(str, read_official([official], progress=progress).table["name"].unique().to_pylist())
    answers = probe(names, network=network, progress=progress)
    return write_whole(out / ASKED, lambda file: file.writelines(f"{line}\n".encode() for line in answers))


def _row(point: PosturePoint) -> dict[str, object]:
    check = next(one for one in CHECKS if one.id == point.check)
    told = {"question": check.question, "controls": " ".join(check.controls)}
    return {**point.model_dump(), **told}
