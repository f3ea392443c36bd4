"""The scan of content: posts, claims, names, lists and pictures in; leads and the report out."""

from __future__ import annotations

import csv
import hashlib
import io
import shlex
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from tocsin import __version__
from tocsin.detect.fabrication.base import ContentTables, PictureFile
from tocsin.detect.fabrication.run import Found, look
from tocsin.engine.opening import open_engine
from tocsin.engine.port import Engine
from tocsin.errors import InputError, UsageError, WorkspaceError
from tocsin.jobs.folder import held
from tocsin.jobs.parts import QUARANTINE
from tocsin.jobs.posts import ASIDE, read_posts
from tocsin.jobs.posts_on import POSTS_TABLE, posts_on
from tocsin.jobs.request import Request
from tocsin.model.arrow import pc, release
from tocsin.model.finding import InputFile, ScanSummary
from tocsin.model.post import POSTS, Rejected
from tocsin.progress import Progress, Silent
from tocsin.settings import Settings
from tocsin.share.narratives import write_narratives_scan
from tocsin.share.tables import write_csv
from tocsin.share.write import SUMMARY, write_whole
from tocsin.sources.base import ReadOptions
from tocsin.sources.claims import read_claims, read_opinions
from tocsin.sources.names import read_observed, read_official

#: What files beside the posts can hold, as options and mappings name it.
PARTS = ("claims", "official", "observed", "opinions")


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of domains: whose opinion it is, the file, and the day of the list where it is known."""

    source: str
    path: str
    day: date | None = None

    def words(self) -> str:
        """As the option has it: `NAME=FILE` or `NAME@DAY=FILE`."""
        return f"{self.source}{f'@{self.day:%Y-%m-%d}' if self.day else ''}={self.path}"


@dataclass(frozen=True, slots=True)
class NarrativesRequest:
    """What to scan. `options` and `format` are those of the posts; `mapping`: part -> field -> column. `pictures` is a
    folder; pictures.csv in it, or beside it under the folder's name, with the columns post and file, says which post
    shows which. `engine` is where near copies are found, if not in memory, and `tables` the folder or URL of its
    tables."""

    out: Path
    posts: tuple[str, ...] = ()
    options: ReadOptions = field(default_factory=ReadOptions)
    format: str | None = None
    claims: tuple[str, ...] = ()
    official: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    opinions: tuple[Listed, ...] = ()
    pictures: Path | None = None
    mapping: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    engine: str | None = None
    tables: str | None = None

    def command(self) -> str:
        """The command that repeats the scan, quoted for a shell, with paths as they were given."""
        words = shlex.split(self.of_posts().command())
        words = ["tocsin", "narratives", *words[2:]]
        for part in ("claims", "official", "observed"):
            words += [word for path in getattr(self, part) for word in (f"--{part}", path)]
        words += [word for one in self.opinions for word in ("--opinions", one.words())]
        words += ["--pictures", str(self.pictures)] if self.pictures else []
        told = [(part, name, column) for part, one in self.mapping.items() for name, column in one.items()]
        words += [word for part, name, column in told for word in ("--map", f"{part}.{name}={column}")]
        return shlex.join(words)

    def of_posts(self) -> Request:
        """What of it is posts."""
        return Request(self.posts, self.out, self.options, self.format, engine=self.engine, tables=self.tables)


@dataclass
class _Read:
    """All that was read of a request."""

    tables: ContentTables
    inputs: tuple[InputFile, ...]
    rejected: pa.Table


def scan_narratives(
    request: NarrativesRequest, progress: Progress | None = None, settings: Settings | None = None
) -> ScanSummary:
    """Read posts and what goes with them, run every detector of content, write the folder of the scan.

    Accounts become pseudonyms at reading. On an engine posts may be read by URL and near copies are found there; the
    posts themselves are brought here, and meaning is compared here. Raises `UsageError` for a wrong option,
    `InputError` where nothing could be read, `RefusedError` where the engine's posts do not fit here, `WorkspaceError`
    where the folder is not a scan folder, is in use or cannot be written.
    """
    progress = progress or Silent()
    if not (request.posts or request.observed or request.pictures):
        raise UsageError(
            "there is nothing to look at", hint="give files of posts, of names seen, or a folder of pictures"
        )
    if bool(request.engine) != bool(request.tables):
        raise UsageError("an engine and its tables go together", hint="give both --engine and --tables, or neither")
    with held(request.out), ExitStack() as opened:
        try:
            begun = time.perf_counter()
            engine = _engine(request, settings, opened)
            read = _read(request, engine, progress)
            write_whole(request.out / ASIDE, partial(write_csv, read.rejected))
            seconds = {"reading": time.perf_counter() - begun}
            begun = time.perf_counter()
            found = look(read.tables, progress)
            release()
            seconds["looking"] = time.perf_counter() - begun
            summary = _summary(request, read, found, seconds)
            progress.start("Writing what was found")
            (request.out / SUMMARY).unlink(missing_ok=True)  # it stands only beside files that belong to it
            write_narratives_scan(request.out, summary, found.evidence)
        except OSError as error:
            raise WorkspaceError(
                f"{error.filename or request.out}: {error.strerror or error}",
                hint="free some space, or name another folder with --out",
            ) from error
    return summary


def _engine(request: NarrativesRequest, settings: Settings | None, opened: ExitStack) -> Engine | None:
    if not (request.engine and request.tables):
        return None
    limits = settings or Settings()
    engine = open_engine(request.engine, request.tables, memory_mb=limits.memory_mb, threads=limits.threads)
    return opened.enter_context(engine)


def _read(request: NarrativesRequest, engine: Engine | None, progress: Progress) -> _Read:
    """Every file of the request."""
    tables, inputs, aside = ContentTables(engine=engine), list[InputFile](), [QUARANTINE.empty_table()]
    tables.day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if request.posts and engine:
        there, _ = posts_on(request.of_posts(), engine, progress)
        tables.posts = engine.collect(engine.scan(POSTS_TABLE)).select(POSTS.names).cast(POSTS).combine_chunks()
        inputs += there.inputs
        aside.append(there.aside)
    elif request.posts:
        parts, _ = read_posts(request.of_posts(), progress)
        tables.posts = parts.posts()
        inputs += [file for entry in parts.entries for file in entry.inputs]
        aside.append(parts.quarantine())
    for name, made in _others(request, progress):
        setattr(tables, name, made.table if name != "opinions" else pa.concat_tables([tables.opinions, made.table]))
        inputs += made.inputs
        aside.append(_rows(made.rejected))
    if request.pictures:
        tables.pictures, wrong = list_pictures(request.pictures)
        aside.append(_rows(wrong))
    if not (tables.posts.num_rows or tables.observed.num_rows or tables.pictures):
        raise InputError(
            "no post, name or picture could be read",
            hint=f"{request.out / ASIDE} gives the reason for each row; --map says which column is what",
        )
    return _Read(tables, tuple(inputs), pa.concat_tables(aside))


def _others(request: NarrativesRequest, progress: Progress) -> list[tuple[str, Any]]:
    """What was read of the files beside the posts, each with the table that it goes to."""
    given = {part: request.mapping.get(part, {}) for part in PARTS}
    made: list[tuple[str, Any]] = []
    if request.claims:
        made.append(("claims", read_claims(request.claims, mapping=given["claims"], progress=progress)))
    if request.official:
        made.append(("official", read_official(request.official, mapping=given["official"], progress=progress)))
    if request.observed:
        made.append(("observed", read_observed(request.observed, mapping=given["observed"], progress=progress)))
    for one in request.opinions:
        of_list = partial(read_opinions, [one.path], source=one.source, day=one.day)
        made.append(("opinions", of_list(mapping=given["opinions"], progress=progress)))
    return made


def _rows(rejected: list[Rejected]) -> pa.Table:
    rows = [{"file": one.file, "row": one.row, "reason": one.reason, "text": None} for one in rejected]
    return pa.Table.from_pylist(rows, QUARANTINE)


def list_pictures(folder: Path) -> tuple[tuple[PictureFile, ...], list[Rejected]]:
    """The files of a folder, by name, each with the posts that show it; and the lines of the index that name no file.

    The index is `pictures.csv` in the folder, or `<folder>.csv` beside it. Raises `InputError` where the folder or the
    index cannot be read."""
    index = next(
        (one for one in (folder / "pictures.csv", folder.with_name(f"{folder.name}.csv")) if one.is_file()), None
    )
    try:
        shown, rejected = _index(index, folder) if index else ({}, [])
        files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and path != index)
        made = [
            PictureFile(name, path, _digest(path), tuple(sorted(shown.get(name, ()))))
            for path in files
            if not path.name.startswith(".") and (name := path.relative_to(folder).as_posix())
        ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else "its index is no CSV in UTF-8"
        raise InputError(f"{folder}: cannot be read: {reason}", hint="name a folder of pictures") from error
    if not made:
        raise InputError(f"{folder} holds no pictures", hint="name the folder that holds them with --pictures")
    return tuple(made), rejected


def _index(path: Path, folder: Path) -> tuple[dict[str, set[str]], list[Rejected]]:
    """Posts by file, as the index tells; and its lines that tell none."""
    reader = csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig")))
    shown: dict[str, set[str]] = {}
    rejected = []
    for line, row in enumerate(reader, 2):
        post, name = row.get("post") or "", row.get("file") or ""
        if post and name and (folder / name).is_file() and (folder / name).resolve().is_relative_to(folder.resolve()):
            shown.setdefault(name, set()).add(post)
        else:
            rejected.append(Rejected(str(path), line, "names no post, or no file of the folder"))
    return shown, rejected


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _summary(request: NarrativesRequest, read: _Read, found: Found, seconds: dict[str, float]) -> ScanSummary:
    posts = read.tables.posts
    times: Any = pc.min_max(posts["time"]).as_py()
    failed = sum(not file.posts for file in read.inputs)
    return ScanSummary(
        tocsin=__version__,
        made=datetime.now(UTC).replace(microsecond=0),
        command=request.command(),
        inputs=read.inputs,
        posts=posts.num_rows,
        accounts=pc.count_distinct(posts["account"]).as_py(),
        first=times["min"],
        last=times["max"],
        time_grain_s=1.0,
        pseudonymised=True,
        findings=found.findings,
        warnings=(f"Nothing was read from {failed:,} of the files; the list of files says why.",) * bool(failed),
        seconds=seconds,
        reading=found.reading,
    )
