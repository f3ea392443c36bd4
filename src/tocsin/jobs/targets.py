"""The scan of names, logs and results around election offices: files in, leads and the report out."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pyarrow as pa

from tocsin import __version__
from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.run import Found, look
from tocsin.errors import InputError, UsageError
from tocsin.jobs.folder import held, key_of
from tocsin.jobs.parts import QUARANTINE
from tocsin.model.arrow import pc
from tocsin.model.finding import InputFile, ScanSummary
from tocsin.model.post import Rejected
from tocsin.model.targets import EVENTS
from tocsin.progress import Progress, Silent
from tocsin.share.tables import write_csv
from tocsin.share.targets import write_targets_scan
from tocsin.share.write import SUMMARY, write_whole
from tocsin.sources.logs import EventFiles, read_events
from tocsin.sources.logs.rules import read_rules
from tocsin.sources.names import NamesFile, read_observed, read_official
from tocsin.sources.pseudonyms import pseudonym
from tocsin.sources.results import StationFiles, read_stations

ASIDE = "quarantine.csv"
#: What files can hold, as options name it.
PARTS = ("official", "observed", "logs", "results")


@dataclass(frozen=True, slots=True)
class TargetsRequest:
    """What to scan: files by part; a file of logs is (office, path), the office "" where the file says it itself.

    `mapping`: part -> field -> column. `rules`: files or folders of Sigma rules beside our own.
    """

    out: Path
    official: tuple[str, ...] = ()
    observed: tuple[str, ...] = ()
    logs: tuple[tuple[str, str], ...] = ()
    results: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    mapping: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    timezone: str = "UTC"

    def command(self) -> str:
        """The command that repeats the scan, quoted for a shell, with paths as they were given."""
        words = ["tocsin", "targets", "scan", "--out", str(self.out)]
        words += [word for path in self.official for word in ("--official", path)]
        words += [word for path in self.observed for word in ("--observed", path)]
        words += [word for office, path in self.logs for word in ("--logs", f"{office}={path}" if office else path)]
        words += [word for path in self.results for word in ("--results", path)]
        words += [word for path in self.rules for word in ("--rules", path)]
        told = [(part, name, column) for part, one in self.mapping.items() for name, column in one.items()]
        words += [word for part, name, column in told for word in ("--map", f"{part}.{name}={column}")]
        return shlex.join(words + (["--timezone", self.timezone] if self.timezone != "UTC" else []))


@dataclass
class _Read:
    """All that was read of a request."""

    tables: VotingTables
    inputs: tuple[InputFile, ...]
    rejected: list[Rejected]


def scan_targets(request: TargetsRequest, progress: Progress | None = None) -> ScanSummary:
    """Read names, logs and results, run every detector of voting, write the folder of the scan.

    Addresses leave it in a lead only, accounts never. Raises `UsageError` for a wrong option, `InputError` where
    nothing could be read, `WorkspaceError` where the folder is not a scan folder, is in use or cannot be written.
    """
    progress = progress or Silent()
    if not (request.observed or request.logs or request.results):
        raise UsageError(
            "there is nothing to look at", hint="give files of names seen (--observed), of logs or of results"
        )
    if request.observed and not request.official:
        raise UsageError(
            "names that were seen are held against official ones, and none were given",
            hint="give a file of official names with --official",
        )
    with held(request.out):
        begun = time.perf_counter()
        key = key_of(request.out)
        read = _read(request, key, progress)
        _aside(request.out, read.rejected)
        seconds = {"reading": time.perf_counter() - begun}
        begun = time.perf_counter()
        found = look(read.tables, partial(pseudonym, key, "client"), progress)
        seconds["looking"] = time.perf_counter() - begun
        summary = _summary(request, read, found, seconds)
        progress.start("Writing what was found", None)
        (request.out / SUMMARY).unlink(missing_ok=True)  # it stands only beside files that belong to it
        write_targets_scan(request.out, summary, found.evidence)
        return summary


def _read(request: TargetsRequest, key: bytes, progress: Progress) -> _Read:
    """Every file of the request."""
    given = {part: request.mapping.get(part, {}) for part in PARTS}
    tables = VotingTables(rules=read_rules(request.rules))
    tables.day = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    parts: list[NamesFile | EventFiles | StationFiles] = []
    if request.official:
        parts.append(official := read_official(request.official, mapping=given["official"], progress=progress))
        tables.official = official.table
    if request.observed:
        parts.append(observed := read_observed(request.observed, mapping=given["observed"], progress=progress))
        tables.observed = observed.table
    logs = [_logs(request, office, key, progress) for office in dict.fromkeys(one for one, _ in request.logs)]
    tables.events = pa.concat_tables([EVENTS.empty_table(), *(one.table for one in logs)])
    parts += logs
    if request.results:
        parts.append(results := read_stations(request.results, mapping=given["results"], progress=progress))
        tables.stations = results.tables
    rejected = [row for part in parts for row in part.rejected]
    if not any(table.num_rows for table in (tables.observed, tables.events, *tables.stations)):
        _aside(request.out, rejected)
        raise InputError(
            f"no row could be read; {len(rejected):,} were set aside",
            hint=f"{request.out / ASIDE} gives the reason for each; --map says which column is what",
        )
    return _Read(tables, tuple(file for part in parts for file in part.inputs), rejected)


def _logs(request: TargetsRequest, office: str, key: bytes, progress: Progress) -> EventFiles:
    """The logs of one office."""
    paths = [path for one, path in request.logs if one == office]
    given = request.mapping.get("logs", {})
    return read_events(paths, office=office, mapping=given, timezone=request.timezone, key=key, progress=progress)


def _aside(out: Path, rejected: Iterable[Rejected]) -> None:
    """The rows set aside, without their text: a log's names addresses."""
    rows = [{"file": one.file, "row": one.row, "reason": one.reason, "text": None} for one in rejected]
    write_whole(out / ASIDE, partial(write_csv, pa.Table.from_pylist(rows, QUARANTINE)))


def _summary(request: TargetsRequest, read: _Read, found: Found, seconds: dict[str, float]) -> ScanSummary:
    first, last = _span(read.tables)
    failed = sum(not file.posts for file in read.inputs)
    return ScanSummary(
        tocsin=__version__,
        made=datetime.now(UTC).replace(microsecond=0),
        command=request.command(),
        inputs=read.inputs,
        posts=0,
        accounts=0,
        first=first,
        last=last,
        time_grain_s=1.0,
        pseudonymised=True,
        findings=found.findings,
        warnings=(f"Nothing was read from {failed:,} of the files; the list of files says why.",) * bool(failed),
        seconds=seconds,
        watch=found.watch,
    )


def _span(tables: VotingTables) -> tuple[datetime | None, datetime | None]:
    """The first and the last moment that any row tells."""
    spans = [pc.min_max(table["time"]).as_py() for table in (tables.observed, tables.events) if table.num_rows]
    known = [span for span in spans if span["min"] is not None]
    return min((s["min"] for s in known), default=None), max((s["max"] for s in known), default=None)
