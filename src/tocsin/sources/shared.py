"""Posts on shared storage: Parquet files by URL, listed by one process and read by others.

A worker is handed the URLs of whole files and returns their posts, the rows that were set aside, and a row of facts
for each file (schema READ), so that nothing but what is told of the files has to be brought together.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qs, quote, urlsplit

import pyarrow as pa
import pyarrow.fs as pafs

from tocsin.errors import InputError, TocsinError, UsageError
from tocsin.model.arrow import pc, schema
from tocsin.model.post import POSTS, Rejected
from tocsin.sources.base import Batch, ReadOptions
from tocsin.sources.duplicates import Seen
from tocsin.sources.generic import PARQUET
from tocsin.sources.pseudonyms import pseudonymise

POST, ASIDE, FILE = "post", "aside", "file"
#: A post, a row that was set aside (file, row, text, reason) or a file (text: its facts as JSON); `place` is the file's
#: in the list, which decides which of two copies is the first.
READ = schema(
    [pa.field("kind", pa.string()), pa.field("place", pa.int64()), pa.field("reason", pa.string())]
    + [pa.field(field.name, field.type) for field in POSTS]
)
FILES = schema([pa.field("place", pa.int64()), pa.field("url", pa.string())])
_SECRET = re.compile(r"access|secret|token|password|key|sas|sig", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Listed:
    """A file on shared storage: its URL, bytes, and time of change (ns since 1970; None where it is not known)."""

    url: str
    size: int
    changed: int | None


def is_url(path: str) -> bool:
    """Whether a path is the URL of shared storage rather than a file's name."""
    return "://" in path


def list_shared(url: str) -> list[Listed]:
    """The Parquet files below a URL (file, s3, gs, hdfs, abfs), or the one it names, by URL.

    Credentials come from the environment. Raises `UsageError` for a URL that carries them or of an unknown scheme,
    `InputError` where nothing is found.
    """
    system, path = _opened(url)
    base, sign, query = url.partition("?")
    try:
        info = system.get_file_info(path)
        infos = [info] if info.is_file else system.get_file_info(pafs.FileSelector(path, recursive=True))
    except OSError as error:
        raise InputError(f"{url}: cannot be listed: {error}", hint="check the URL and the credentials") from error
    files = ((i, quote(i.path.removeprefix(path.rstrip("/")))) for i in infos if i.is_file and _holds_rows(i.path))
    found = [Listed(f"{base.rstrip('/')}{below}{sign}{query}", i.size, i.mtime_ns) for i, below in files]
    if not found:
        raise InputError(f"{url}: no Parquet files", hint="name the folder that holds them")
    return sorted(found, key=lambda file: file.url)


def _holds_rows(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name.endswith((".parquet", ".parq", ".pq")) and not name.startswith(("_", "."))


def _opened(url: str) -> tuple[Any, str]:
    parts = urlsplit(url)
    if parts.password is not None or any(_SECRET.search(key) for key in parse_qs(parts.query)):
        raise UsageError(
            f"{parts.scheme}://{parts.hostname or ''}...: a URL must carry no credentials",
            hint="give them in the environment (AWS_*, GOOGLE_APPLICATION_CREDENTIALS, a Kerberos ticket)",
        )
    try:
        system, path = pafs.FileSystem.from_uri(re.sub(r"^s3[an]://", "s3://", url))
    except (pa.ArrowInvalid, OSError) as error:
        raise UsageError(
            f"{url}: {error}", hint="a URL of file, s3, gs, hdfs or abfs, a space in it written %20"
        ) from error
    return system, path


def read_files(files: pa.Table, options: ReadOptions, key: bytes | None) -> pa.Table:
    """Read whole files (schema FILES) by the mapping of columns; accounts become pseudonyms where a key is given.

    Returns rows of READ. A file that cannot be read to its end gives what was read before and says so in its facts.
    """
    parts = [READ.empty_table()]
    for row in files.to_pylist():
        parts += _read_file(row["place"], row["url"], options, key)
    return pa.concat_tables(parts)


def _read_file(place: int, url: str, options: ReadOptions, key: bytes | None) -> Iterator[pa.Table]:
    facts: dict[str, Any] = {"sha256": "", "size": 0, "posts": 0, "rejected": 0, "notes": [], "error": None}
    try:
        data = _bytes(url)
        facts |= {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}
        for batch in PARQUET.read(io.BytesIO(data), url, options):
            facts["posts"] += len(batch.posts)
            facts["rejected"] += len(batch.rejected)
            facts["notes"] += batch.notes
            posts = pseudonymise(batch.posts, key) if key and len(batch.posts) else batch.posts
            yield _rows(POST, place, pa.Table.from_batches([posts]))
            yield _aside(place, batch.rejected, hide=key is not None)
    except UsageError:
        raise
    except TocsinError as error:
        facts["error"] = {"kind": type(error).__name__, "message": str(error), "hint": error.hint}
    yield _rows(FILE, place, pa.table({"file": [url], "text": [json.dumps(facts)]}))


def _bytes(url: str) -> bytes:
    system, path = _opened(url)
    try:
        with system.open_input_stream(path) as stream:
            return cast("bytes", stream.read())
    except OSError as error:
        raise InputError(f"{url}: cannot be read: {error}", hint="can every worker reach it?") from error


def without_copies(rows: pa.Table, hide: bool) -> pa.Table:
    """Rows of READ in which all posts of an id stand together, without those that were seen before (`Seen`); `hide`
    keeps the text of rows out of what is set aside."""
    is_post = pc.equal(rows["kind"], POST)
    posts = rows.filter(is_post).sort_by([("place", "ascending"), ("row", "ascending")])
    parts, seen = [rows.filter(pc.invert(is_post))], Seen()
    for place in pc.unique(posts["place"]).to_pylist():
        mine = posts.filter(pc.equal(posts["place"], place)).select(POSTS.names).cast(POSTS).combine_chunks()
        fresh, _, _ = seen.filter(Batch(mine.to_batches()[0]))
        parts.append(_rows(POST, place, pa.Table.from_batches([fresh.posts])))
        parts.append(_aside(place, fresh.rejected, hide=hide))
    return pa.concat_tables(parts)


def _aside(place: int, rejected: list[Rejected], *, hide: bool) -> pa.Table:
    columns = {
        "file": pa.array([r.file for r in rejected], pa.string()),
        "row": pa.array([r.row for r in rejected], pa.int64()),
        "reason": pa.array([r.reason for r in rejected], pa.string()),
        "text": pa.array([None if hide else r.text for r in rejected], pa.string()),
    }
    return _rows(ASIDE, place, pa.table(columns))


def _rows(kind: str, place: int, given: pa.Table) -> pa.Table:
    size = given.num_rows
    made = {"kind": pa.repeat(kind, size), "place": pa.repeat(pa.scalar(place, pa.int64()), size)}
    made |= {name: given[name] for name in given.column_names}
    columns = [made.get(field.name, pa.nulls(size, field.type)) for field in READ]
    return pa.table(columns, schema=READ)
