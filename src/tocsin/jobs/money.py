"""The scan of donation registers: files in, leads and the report out."""

from __future__ import annotations

import re
import shlex
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from datetime import time as clock
from functools import partial
from pathlib import Path
from typing import Literal

import pyarrow as pa

from tocsin import __version__
from tocsin.detect.funding.base import MoneyTables
from tocsin.detect.funding.run import look
from tocsin.engine.opening import open_engine
from tocsin.errors import InputError, UsageError
from tocsin.jobs.donors import Donors
from tocsin.jobs.editions import Editions, confirmed_in, lists_from
from tocsin.jobs.folder import held, key_of
from tocsin.jobs.parts import QUARANTINE
from tocsin.model.arrow import Array, pc
from tocsin.model.finding import InputFile, ScanSummary
from tocsin.model.post import Rejected
from tocsin.model.rules import Rules
from tocsin.progress import Progress, Silent
from tocsin.resolve.donors import resolve_donors
from tocsin.resolve.screen import QUERIES, Screen
from tocsin.respond.sanctions.published import published
from tocsin.settings import Settings, load
from tocsin.share.money import write_money_scan
from tocsin.share.tables import write_csv
from tocsin.share.write import SUMMARY, write_whole
from tocsin.sources.gifts import GiftFiles, read_gifts
from tocsin.sources.gifts.settle import settle
from tocsin.sources.lists import ListFile
from tocsin.sources.owners import Owners, read_owners

ASIDE = "quarantine.csv"
QUOTED = re.compile(r""": (['"]).*[^\W\d_].*\1$""", re.DOTALL)  # a cell with letters at the end of a reason


@dataclass(frozen=True, slots=True)
class MoneyRequest:
    """What to scan: registers, ownership data and lists (files, or a workspace that keeps them), and how to read.

    `engine` is where records are paired (`open_engine`), `tables` where its tables lie; by default in memory.
    """

    paths: tuple[str, ...]
    out: Path
    owners: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    workspace: Path | None = None
    format: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    jurisdiction: str = ""
    currency: str = ""
    date_order: Literal["MDY", "DMY"] | None = None
    names: bool = False
    engine: str = ""
    tables: str = ""

    def command(self) -> str:
        """The command that repeats the scan, quoted for a shell, with paths as they were given."""
        words = ["tocsin", "money", "scan", *self.paths, "--out", str(self.out)]
        words += [word for path in self.owners for word in ("--owners", path)]
        words += [word for path in self.lists for word in ("--lists", path)]
        single = {"--workspace": self.workspace, "--format": self.format}
        single |= {"--jurisdiction": self.jurisdiction, "--currency": self.currency, "--date-order": self.date_order}
        single |= {"--engine": self.engine, "--tables": self.tables}
        words += [word for name, value in single.items() if value for word in (name, str(value))]
        words += [word for name, column in self.mapping.items() for word in ("--map", f"{name}={column}")]
        return shlex.join(words + ["--names"] * self.names)


def scan_money(
    request: MoneyRequest, progress: Progress | None = None, settings: Settings | None = None
) -> ScanSummary:
    """Read registers, settle what counts, say who is who, run every detector of gifts, write the folder of the scan.

    Private persons have pseudonyms unless the request keeps names. Raises `UsageError` for a wrong option, `InputError`
    where no gift could be read, `WorkspaceError` where the folder is not a scan folder, is in use or cannot be written.
    """
    progress = progress or Silent()
    if bool(request.engine) != bool(request.tables):
        raise UsageError("an engine and its tables go together", hint="give both --engine and --tables, or neither")
    with held(request.out):
        begun = time.perf_counter()
        lists = lists_from(request.lists, request.workspace, progress=progress)
        owners = read_owners(request.owners, progress)
        files = _read(request, progress)
        seconds = {"reading": time.perf_counter() - begun}
        key = None if request.names else key_of(request.out)
        return _find(request, settings or load(), files, owners, lists, key, seconds, progress)


def _read(request: MoneyRequest, progress: Progress) -> GiftFiles:
    """The gifts; the rows set aside are written at once."""
    files = read_gifts(
        request.paths,
        format=request.format,
        mapping=request.mapping,
        jurisdiction=request.jurisdiction,
        currency=request.currency,
        date_order=request.date_order,
        progress=progress,
    )
    aside = pa.Table.from_pylist([_row(row, request.names) for row in files.rejected], QUARANTINE)
    write_whole(request.out / ASIDE, partial(write_csv, aside))
    if not files.table.num_rows:
        raise InputError(
            f"no gift could be read; {len(files.rejected):,} rows were set aside",
            hint=f"{request.out / ASIDE} gives the reason for each row; --map says which column is what",
        )
    return files


def _row(row: Rejected, names: bool) -> dict[str, object]:
    """A row set aside; what stands in it names donors, also in a cell that the reason quotes."""
    reason = row.reason if names else QUOTED.sub("", row.reason)
    return {"file": row.file, "row": row.row, "reason": reason, "text": row.text if names else None}


def _find(
    request: MoneyRequest,
    settings: Settings,
    files: GiftFiles,
    owners: Owners,
    lists: Editions,
    key: bytes | None,
    seconds: dict[str, float],
    progress: Progress,
) -> ScanSummary:
    """Run the detectors over what was read, write everything, return the summary."""
    begun = time.perf_counter()
    progress.start("Setting aside memos, conduits, refunds and what was amended", None)
    settled = settle(files.table)
    progress.start("Saying which gifts are of one donor", None)
    donors = Donors(settled, _resolved(request, settings, settled), key)
    listed = published(lists.history, date.max)  # also who was on a list on the day of a gift and has left it
    tables = MoneyTables(
        settled,
        donors.numbers,
        Rules.load(confirmed_in(request.workspace)),
        owners.entities,
        owners.holdings,
        **_hits(donors, owners.entities, listed, progress),
        history=lists.history if listed.num_rows else None,
    )
    seconds["preparing"], begun = time.perf_counter() - begun, time.perf_counter()
    found = look(tables, donors.label, progress=progress)
    seconds["looking"] = time.perf_counter() - begun
    days = pc.min_max(settled["date"]).as_py()
    summary = ScanSummary(
        tocsin=__version__,
        made=datetime.now(UTC).replace(microsecond=0),
        command=request.command(),
        inputs=(*files.inputs, *owners.inputs, *(_as_input(read) for read in lists.read)),
        posts=0,
        accounts=0,
        first=datetime.combine(days["min"], clock(), UTC),
        last=datetime.combine(days["max"], clock(), UTC),
        time_grain_s=86_400.0,
        pseudonymised=key is not None,
        findings=found.findings,
        warnings=tuple(_warnings(files, owners, lists)),
        seconds=seconds,
        money=found.ledger,
    )
    progress.start("Writing what was found", None)
    (request.out / SUMMARY).unlink(missing_ok=True)  # it stands only beside files that belong to it
    write_money_scan(request.out, summary, found.evidence, donors.table())
    return summary


def _resolved(request: MoneyRequest, settings: Settings, settled: pa.Table) -> Array:
    """The number of each row's donor; records are paired on the engine that is asked for."""
    if not request.engine:
        return resolve_donors(settled)
    limits = {"memory_mb": settings.memory_mb, "threads": settings.threads}
    with open_engine(request.engine, request.tables, **limits) as engine:
        return resolve_donors(settled, engine)


def _hits(donors: Donors, entities: pa.Table, listed: pa.Table, progress: Progress) -> dict[str, pa.Table | None]:
    """Donors and owners that may be on a list; nothing where there are no lists."""
    if not listed.num_rows:
        return {}
    screen = Screen(listed, progress)
    people, numbers = donors.queries()
    found = screen.search(people)
    found = found.set_column(0, found.schema.field(0), numbers.take(found["query"]))
    return {"donor_hits": found, "owner_hits": screen.search(owners_asked(entities)), "listed": listed}


def owners_asked(entities: pa.Table) -> pa.Table:
    """A row an entity to look for in lists (`QUERIES`)."""
    named = pc.greater(pc.list_value_length(entities["names"]), 0)
    first = pc.list_element(pc.if_else(named, entities["names"], pa.scalar([""])), 0)
    none = pa.nulls(entities.num_rows, pa.string())
    person = pc.equal(entities["kind"], "person")
    made = {"name": first, "schema": pc.if_else(person, "Person", "Organization")}
    made |= {"birth_date": entities["birth_date"], "country": entities["country"]}
    return pa.table([made.get(name, none) for name in QUERIES.names], schema=QUERIES)


def _as_input(read: tuple[tuple[str, ...], ListFile]) -> InputFile:
    """An edition of a list among the files that were read."""
    files, one = read
    edition = one.edition
    return InputFile(
        file=", ".join(files),
        sha256=edition.sha256,
        size=sum(Path(file).stat().st_size for file in files),
        format=edition.list,
        reason=f"published {edition.published}",
        posts=edition.entries,
        rejected=edition.rejected,
        duplicates=0,
        notes=edition.notes,
    )


def _warnings(files: GiftFiles, owners: Owners, lists: Editions) -> list[str]:
    aside = len(owners.rejected) + len(lists.rejected)
    failed = sum(not file.posts for file in (*files.inputs, *owners.inputs))
    told = [f"Nothing was read from {failed:,} of the files; the list of files says why."] * bool(failed)
    return told + [f"{aside:,} rows of ownership data and lists were set aside."] * bool(aside)
