"""The scan of a leak: mails, documents, originals, keys and posts in; leads and the report out."""

from __future__ import annotations

import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pyarrow as pa

from tocsin import __version__, plugins
from tocsin.detect.leaks.base import LeakTables
from tocsin.detect.leaks.mail.keys import KeyBook
from tocsin.detect.leaks.mail.recovery import recover
from tocsin.detect.leaks.run import Found, detectors, look
from tocsin.detect.leaks.tracing import Traced, quotes
from tocsin.errors import InputError, RefusedError, UsageError, WorkspaceError
from tocsin.jobs.folder import held
from tocsin.jobs.parts import QUARANTINE
from tocsin.jobs.posts import ASIDE, read_posts
from tocsin.jobs.request import Request
from tocsin.model.arrow import pc, release
from tocsin.model.finding import Finding, InputFile, Quote, ScanSummary
from tocsin.model.mail import DomainKey, Message
from tocsin.model.paper import Paper
from tocsin.model.post import Rejected
from tocsin.progress import Progress, Silent
from tocsin.share.leaks import write_leak_scan
from tocsin.share.tables import write_csv
from tocsin.share.write import SUMMARY, write_whole
from tocsin.sources.base import ReadOptions
from tocsin.sources.keys.reading import read_keys, write_keys
from tocsin.sources.mail import read_mail
from tocsin.sources.packed import originals
from tocsin.sources.papers.reading import read_leak

if TYPE_CHECKING:
    from io import BufferedReader

MOST_BYTES = 4 << 30  # of mails and documents that are held at a time
COORDINATION = "amplification.coordination"


@dataclass(frozen=True, slots=True)
class LeakRequest:
    """What to scan. `public` is the moment from which the leak could be read: earlier posts cannot quote it.
    `chosen`: ids of detectors; none for all. `options` and `format` are those of the posts."""

    out: Path
    leak: tuple[str, ...]
    originals: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    posts: tuple[str, ...] = ()
    public: datetime | None = None
    chosen: tuple[str, ...] = ()
    verb: str = "scan"
    options: ReadOptions = field(default_factory=ReadOptions)
    format: str | None = None

    def command(self) -> str:
        """The command that repeats the scan, quoted for a shell, with paths as they were given."""
        words = ["tocsin", "leak", self.verb, *self.leak]
        for name in ("originals", "keys"):
            words += [word for path in getattr(self, name) for word in (f"--{name}", path)]
        words += [word for path in self.posts for word in ("--posts", path)]
        words += ["--public", self.public.isoformat()] if self.public else []
        if self.posts:
            of_posts = shlex.split(Request((), self.out, self.options, self.format).command())
            words += of_posts[2 + len(("--out", "")) :]
        return shlex.join([*words, "--out", str(self.out)])


@dataclass
class _Read:
    """All that was read of a request."""

    tables: LeakTables
    inputs: list[InputFile]
    rejected: list[pa.Table]


def scan_leak(request: LeakRequest, progress: Progress | None = None) -> ScanSummary:
    """Read the leak and what goes with it, run the detectors of leaks, write the folder of the scan.

    Accounts of posts become pseudonyms at reading; who quotes the leak is looked at for acting together as well.
    Raises `UsageError` for a wrong option, `InputError` where nothing could be read, `RefusedError` where the leak is
    too large, `WorkspaceError` where the folder is not a scan folder, is in use or cannot be written.
    """
    progress = progress or Silent()
    if request.posts and request.public is None:
        raise UsageError(
            "the day from which the leak could be read is wanting",
            hint="give it with --public: earlier posts cannot quote it, and tell how often chance looks like a quote",
        )
    with held(request.out):
        try:
            begun = time.perf_counter()
            read = _read(request, progress)
            write_whole(request.out / ASIDE, partial(write_csv, pa.concat_tables(read.rejected)))
            seconds = {"reading": time.perf_counter() - begun}
            begun = time.perf_counter()
            known = detectors()
            used = {name: known[name] for name in request.chosen} if request.chosen else known
            found = look(read.tables, progress, chosen=used)
            traced: Traced | None = read.tables.made.get("tracing")
            told = quotes(read.tables, traced) if traced and found.evidence.num_rows else ()
            together, evidence = _together(read.tables, found, progress)
            release()
            seconds["looking"] = time.perf_counter() - begun
            summary = _summary(request, read, found, together, seconds)
            _write(request.out, summary, pa.concat_tables([found.evidence, evidence]), read.tables, told)
        except OSError as error:
            raise WorkspaceError(
                f"{error.filename or request.out}: {error.strerror or error}",
                hint="free some space, or name another folder with --out",
            ) from error
    return summary


def _write(out: Path, summary: ScanSummary, evidence: pa.Table, tables: LeakTables, told: Sequence[Quote]) -> None:
    (out / SUMMARY).unlink(missing_ok=True)  # it stands only beside files that belong to it
    write_leak_scan(out, summary, evidence, tables.made.get("mailbox"), told)


def _read(request: LeakRequest, progress: Progress) -> _Read:
    """Every file of the request."""
    read = _Read(LeakTables(public=request.public), [], [QUARANTINE.empty_table()])
    read.tables.day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    read.tables.messages, read.tables.papers = _leak(request.leak, read, progress)
    read.tables.originals = _leak(request.originals, read, progress)[1] if request.originals else ()
    if request.keys:
        keys = read_keys(request.keys, progress=progress)
        read.tables.keys = keys.keys
        read.inputs += keys.inputs
        read.rejected.append(_rows(keys.rejected))
    if request.posts:
        parts, _ = read_posts(Request(request.posts, request.out, request.options, request.format), progress)
        read.tables.posts = parts.posts()
        read.inputs += [file for entry in parts.entries for file in entry.inputs]
        read.rejected.append(parts.quarantine())
    if not (read.tables.messages or read.tables.papers):
        write_whole(request.out / ASIDE, partial(write_csv, pa.concat_tables(read.rejected)))
        raise InputError(
            "no mail and no document could be read", hint=f"{request.out / ASIDE} gives the reason for each file"
        )
    return read


def _leak(paths: Sequence[str], read: _Read, progress: Progress) -> tuple[tuple[Message, ...], tuple[Paper, ...]]:
    """Mails and documents, in order of their names, so that the order of files does not matter."""
    messages, papers, rejected, size = list[Message](), list[Paper](), list[Rejected](), 0
    for one in read_leak(paths, progress=progress):
        if isinstance(one, Rejected):
            rejected.append(one)
            continue
        size += len(one.raw if isinstance(one, Message) else one.data)
        if size > MOST_BYTES:
            raise RefusedError(
                f"the leak has more than {MOST_BYTES >> 30} GiB of mails and documents",
                hint="scan it folder by folder",
            )
        messages.append(one) if isinstance(one, Message) else papers.append(one)
    read.rejected.append(_rows(rejected))
    read.inputs += _inputs(messages, papers)
    return (
        tuple(sorted(messages, key=lambda one: (one.file, one.row))),
        tuple(sorted(papers, key=lambda one: (one.name, one.sha256))),
    )


def _inputs(messages: Sequence[Message], papers: Sequence[Paper]) -> list[InputFile]:
    """One line a mailbox or document, with its digest; of a mailbox that of its mails end to end."""
    from hashlib import sha256

    boxes: dict[str, list[Message]] = {}
    for one in messages:
        boxes.setdefault(one.file, []).append(one)
    found = []
    for name, mails in boxes.items():
        digest = sha256(b"".join(mail.raw for mail in mails)).hexdigest()
        size = sum(len(mail.raw) for mail in mails)
        found.append(_input(name, digest, size, mails[0].via, "its mails", len(mails)))
    return found + [_input(one.name, one.sha256, len(one.data), one.media_type, "its first bytes", 1) for one in papers]


def _digests(paths: Sequence[str]) -> tuple[str, ...]:
    """The SHA-256 of every file, archives whole: by these a workspace knows the leak that it keeps."""
    from hashlib import file_digest

    found = (one.stream for one in originals(paths) if not isinstance(one, Rejected))
    return tuple(sorted({file_digest(cast("BufferedReader", stream), "sha256").hexdigest() for stream in found}))


def _input(name: str, digest: str, size: int, form: str, reason: str, rows: int) -> InputFile:
    return InputFile(
        file=name, sha256=digest, size=size, format=form, reason=reason, posts=rows, rejected=0, duplicates=0
    )


def _rows(rejected: Sequence[Rejected]) -> pa.Table:
    rows = [{"file": one.file, "row": one.row, "reason": one.reason, "text": None} for one in rejected]
    return pa.Table.from_pylist(rows, QUARANTINE)


def _together(tables: LeakTables, found: Found, progress: Progress) -> tuple[tuple[Finding, ...], pa.Table]:
    """Groups of accounts that share passages of the leak together: each passage is an object of the posts that quote
    it, and the detector of coordination looks at these alone."""
    sure = pa.array([one.id for one in found.findings if one.standing != "interest"], pa.string())
    quoted = pc.and_(pc.equal(found.evidence["layer"], "quote"), pc.is_in(found.evidence["finding"], value_set=sure))
    rows = found.evidence.filter(quoted)
    detector = plugins.load("detectors").get(COORDINATION)
    if not rows.num_rows or detector is None:
        return (), found.evidence.slice(0, 0)
    keys = zip(*(rows[name].to_pylist() for name in ("file", "row", "object")), strict=True)
    passages: dict[tuple[str, int], list[str]] = {}
    for file, row, passage in keys:
        passages.setdefault((file, row), []).append(passage)
    posts = tables.posts
    where: Any = zip(posts["file"].to_pylist(), posts["row"].to_pylist(), strict=True)
    shared: Any = [passages.get(key, []) for key in where]
    objects = pa.array(shared, posts.schema.field("objects").type)
    tagged = posts.set_column(posts.schema.get_field_index("objects"), posts.schema.field("objects"), objects)
    result: Any = detector.run(tagged, detector.params(layers=("object",)), progress)
    return result.findings, result.evidence


def _summary(
    request: LeakRequest, read: _Read, found: Found, together: Sequence[Finding], seconds: Mapping[str, float]
) -> ScanSummary:
    posts = read.tables.posts
    times: Any = pc.min_max(posts["time"]).as_py()
    aside = sum(table.num_rows for table in read.rejected)
    return ScanSummary(
        tocsin=__version__,
        made=datetime.now(UTC).replace(microsecond=0),
        command=request.command(),
        inputs=tuple(read.inputs),
        posts=posts.num_rows,
        accounts=pc.count_distinct(posts["account"]).as_py(),
        first=times["min"],
        last=times["max"],
        time_grain_s=1.0,
        pseudonymised=True,
        findings=(*found.findings, *together),
        warnings=(f"{aside:,} files, entries or rows were set aside; {ASIDE} says why.",) * bool(aside),
        seconds=dict(seconds),
        reading=found.reading.model_copy(update={"leak": _digests(request.leak)}),
    )


def recover_keys(
    paths: tuple[str, ...], known: tuple[str, ...], out: Path, progress: Progress | None = None
) -> list[DomainKey]:
    """Recover keys from the mails in these files, beside those that are known, and write them to `out`. Raises as
    `detect.leaks.mail.recovery.recover`, and `InputError` where there is no mail."""
    told = progress or Silent()
    messages = [one for one in read_mail(paths, progress=told) if isinstance(one, Message)]
    if not messages:
        raise InputError("no mail could be read", hint="give files, folders or archives of mails")
    book = KeyBook(read_keys(known, progress=told).keys) if known else None
    found = recover(messages, book, told)
    write_whole(out, lambda stream: stream.write(write_keys(found).encode()))
    return found
