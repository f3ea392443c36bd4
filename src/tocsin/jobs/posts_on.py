"""Posts brought onto an engine: from local files by way of the scan folder, or read where they are by its workers."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import narwhals as nw
import pyarrow as pa

from tocsin.engine.port import Engine
from tocsin.errors import UsageError
from tocsin.jobs.folder import key_of
from tocsin.jobs.parts import QUARANTINE, Failure
from tocsin.jobs.posts import ASIDE, decided_by, raise_empty, read_posts
from tocsin.jobs.request import Request
from tocsin.jobs.supply import Extent, told
from tocsin.model.finding import InputFile
from tocsin.model.post import POSTS
from tocsin.progress import Progress
from tocsin.share.tables import write_csv
from tocsin.share.write import write_whole
from tocsin.sources import shared
from tocsin.sources.generic import PARQUET

POSTS_TABLE = "posts"
_TOLD = f"{POSTS_TABLE}-told"


class There:
    """The table `posts` of an engine; `aside` are the rows that were set aside (schema `QUARANTINE`)."""

    def __init__(self, engine: Engine, inputs: tuple[InputFile, ...], failed: int, aside: pa.Table) -> None:
        self.engine, self.inputs, self.failed, self.aside = engine, inputs, failed, aside

    def extent(self) -> Extent:
        """How much there is."""
        time, account = nw.col("time"), nw.col("account")
        wanted = {"posts": nw.len(), "accounts": account.n_unique(), "first": time.min(), "last": time.max()}
        (row,) = self.engine.collect(self.engine.scan(POSTS_TABLE).select(**wanted)).to_pylist()
        return Extent(**row)

    def distinct(self, column: str) -> list[str]:
        """The values of a column."""
        found = self.engine.collect(self.engine.scan(POSTS_TABLE).select(column).unique())
        return cast("list[str]", found[column].to_pylist())

    def times(self, accounts: Sequence[str]) -> pa.Table:
        """Account and time of these accounts' posts."""
        theirs = self.engine.scan(POSTS_TABLE).filter(nw.col("account").is_in(list(accounts)))
        found = self.engine.collect(theirs.select("account", "time"))
        return found.set_column(1, "time", found["time"].cast(pa.timestamp("us", tz="UTC")))

    def run(self, detector: Any, params: Any, progress: Progress) -> Any:
        """Run a detector over the posts; `UsageError` where it has no form for an engine (`run_on`)."""
        if not hasattr(detector, "run_on"):
            raise UsageError(f"{detector.id} does not run on an engine", hint="scan without --engine")
        return detector.run_on(self.engine, POSTS_TABLE, params, progress)


def posts_on(request: Request, engine: Engine, progress: Progress) -> tuple[There, bytes | None]:
    """Bring the posts onto the engine as its table `posts`, and write quarantine.csv; the key is None where accounts
    are kept. What stands there and was made of the same is not read again.

    URLs are read by the engine's workers, one file at a time each, local files by this process. Raises `UsageError`
    where both are given, `InputError` where no post could be read.
    """
    urls = [shared.is_url(path) for path in request.paths]
    if all(urls):
        return _from_storage(request, engine, progress)
    if any(urls):
        raise UsageError("files and URLs in one scan", hint="put the files where the others are, or scan them apart")
    parts, key = read_posts(request, progress)
    if engine.made_of(POSTS_TABLE) != parts.mark():
        progress.start("Handing the posts to the engine")
        engine.put(parts.reader(), POSTS_TABLE, made_of=parts.mark())
    return There(engine, *told(parts), parts.quarantine()), key


def _from_storage(request: Request, engine: Engine, progress: Progress) -> tuple[There, bytes | None]:
    if request.format not in (None, PARQUET.id):
        raise UsageError(f"--format {request.format}: on shared storage Parquet alone is read", hint="leave it out")
    key = None if request.keep_accounts else key_of(request.out)
    files = [file for url in request.paths for file in shared.list_shared(url)]
    made_of = _digest(files, decided_by(request, key))
    if engine.made_of(POSTS_TABLE) != made_of or engine.made_of(_TOLD) != made_of:
        progress.start(f"Reading {len(files):,} files on the engine")
        _read(request, engine, [file.url for file in files], key, made_of)
    rows = engine.collect(engine.scan(_TOLD)).sort_by([("place", "ascending"), ("row", "ascending")])
    aside = rows.filter(_is(rows, shared.ASIDE)).select(QUARANTINE.names).cast(QUARANTINE)
    write_whole(request.out / ASIDE, partial(write_csv, aside))
    inputs, failures = _inputs(engine, rows)
    if not any(file.posts for file in inputs):
        raise_empty(request, failures, aside)
    return There(engine, inputs, len(failures), aside), key


def _digest(files: Sequence[shared.Listed], decided: dict[str, Any]) -> str:
    said = json.dumps([[(file.url, file.size, file.changed) for file in files], decided], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _read(request: Request, engine: Engine, urls: list[str], key: bytes | None, made_of: str) -> None:
    listed = pa.table([pa.array(range(len(urls)), pa.int64()), pa.array(urls)], schema=shared.FILES)
    engine.put(listed.to_reader(), f"{POSTS_TABLE}-files")
    read = partial(shared.read_files, options=request.options, key=key)
    rows = engine.partition_apply(engine.scan(f"{POSTS_TABLE}-files"), None, read, shared.READ)
    unique = partial(shared.without_copies, hide=key is not None)
    kept = engine.partition_apply(rows, "post", unique, shared.READ)
    told = kept.filter(nw.col("kind") != shared.POST)
    engine.write(told.select("kind", "place", "file", "row", "reason", "text"), _TOLD, made_of=made_of)
    engine.write(kept.filter(nw.col("kind") == shared.POST).select(POSTS.names), POSTS_TABLE, made_of=made_of)


def _is(rows: pa.Table, kind: str) -> Any:
    return pa.array([value == kind for value in rows["kind"].to_pylist()], pa.bool_())


def _inputs(engine: Engine, rows: pa.Table) -> tuple[tuple[InputFile, ...], list[Failure]]:
    """What became of each file, and of those that were not read to their end, why."""
    counted = engine.collect(engine.scan(POSTS_TABLE).group_by("file").agg(posts=nw.len())).to_pylist()
    posts = {row["file"]: row["posts"] for row in counted}
    aside = Counter(rows.filter(_is(rows, shared.ASIDE))["place"].to_pylist())
    inputs, failures = [], []
    for row in rows.filter(_is(rows, shared.FILE)).to_pylist():
        facts, file = json.loads(row["text"]), row["file"]
        kept, rejected = posts.pop(file, 0), aside[row["place"]]  # a file that is named twice has its posts once
        notes = list(dict.fromkeys(facts["notes"]))
        if facts["error"]:
            failures.append(Failure(**facts["error"]))
            notes.append(f"{'read in part' if kept else 'not read'}: {failures[-1].message}")
        inputs.append(
            InputFile(
                file=file,
                sha256=facts["sha256"],
                size=facts["size"],
                format=PARQUET.id,
                reason=f"{PARQUET.title}: on shared storage",
                posts=kept,
                rejected=rejected,
                duplicates=facts["posts"] + facts["rejected"] - kept - rejected,
                notes=tuple(notes),
            )
        )
    return tuple(inputs), failures
