"""Post-election audits: from files to the folder of an audit, through its steps, to a check of all of it.

Each step holds the folder, so that two processes never write to it at once, and renews the public pages after it.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from tocsin import __version__
from tocsin.assure.audit.life import draw, report, risk, seed, setup
from tocsin.assure.audit.life import verify as check
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.entries import NOT_ASKED, Desk, form_rows
from tocsin.assure.audit.life.files import LOG, SETUP, AuditFolder, digest, round_folder
from tocsin.errors import ConflictError, InputError, TocsinError, UsageError, WorkspaceError
from tocsin.inform.notebook import SHEETS, read_book, write_pages, write_sheets
from tocsin.jobs import contests
from tocsin.jobs.folder import LOCK, held
from tocsin.model.audit import AuditReport, AuditSetup, AuditState, Check, Commitment, LogLine, Round, RoundRisk, Seed
from tocsin.model.ballot import CARDS, MARKS, TALLIES, Contest
from tocsin.progress import Progress, Silent
from tocsin.sources.ballots import CvrFile, limited, read_cvrs, read_manifest, read_results, read_tallies
from tocsin.store.workspace import Workspace

WAIT_S, PAUSE_S = 10.0, 0.05
AUDITS = "audits"  # folder of a workspace that holds its audits
KINDS = ("manifest", "cvrs", "tallies", "results")
STEP = "audit step confirmed"  # action of the journal
Told = Callable[[LogLine, str], None]


@dataclass(frozen=True, slots=True)
class AuditFiles:
    """The files that an audit is made from, and how to read them where that is not told; mappings by kind of file."""

    manifest: Sequence[str]
    cvrs: Sequence[str] = ()
    tallies: Sequence[str] = ()
    results: Sequence[str] = ()
    formats: Mapping[str, str] = field(default_factory=dict)
    mappings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    winners: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by contest, ids or names
    told: contests.Told = field(default_factory=dict)  # what no file says


def read_inputs(files: AuditFiles, progress: Progress | None = None) -> setup.Inputs:
    """Read what an audit is made from. Raises as the readers do, and `InputError` where rows were set aside: an audit
    of part of the cards would say nothing of the others."""
    told = progress or Silent()
    if unknown := [kind for kind in (*files.formats, *files.mappings) if kind not in KINDS]:
        raise UsageError(
            f"{unknown[0]!r} is no kind of file",
            hint=f"put one of {', '.join(KINDS)} first: --map manifest.batch=COLUMN, --format cvrs=hart",
        )

    @contextmanager
    def options(kind: str) -> Iterator[dict[str, Any]]:
        try:
            yield {"format": files.formats.get(kind, ""), "mapping": files.mappings.get(kind, {}), "progress": told}
        except TocsinError as error:  # readers do not know that an audit has several kinds of files
            error.args = tuple(str(one).replace("--map ", f"--map {kind}.") for one in error.args)
            error.hint = error.hint.replace("--map ", f"--map {kind}.")
            raise

    with options("manifest") as how:
        manifest = read_manifest(files.manifest, **how)
    with options("cvrs") as how:
        cvrs = read_cvrs(files.cvrs, **how) if files.cvrs else None
    with options("tallies") as how:
        tallies = read_tallies(files.tallies, **how) if files.tallies else None
    with options("results") as how:
        results = read_results(files.results, **how) if files.results else None
    parts = [part for part in (manifest, cvrs, tallies, results) if part]
    aside = [row for part in parts for row in part.rejected]
    if aside:
        first = aside[0]
        raise InputError(
            f"{len(aside):,} rows cannot be read; {first.file}, row {first.row}: {first.reason}",
            hint="an audit needs every row; correct the file, or say with --map which column is what",
        )
    counted = [[_unreported(contest) for contest in part.contests] for part in (cvrs, tallies) if part]
    groups = [*counted, results.contests if results else ()]
    found = contests.merged(groups)
    contests.known(found, [*files.winners, *(name for values in files.told.values() for name in values if name)])
    said = {contest.id: contests.said(contest, files.told) for contest in found}
    whole = [contests.completed(contest, said[contest.id], files.winners) for contest in found]
    return setup.Inputs(
        manifest.table,
        tuple(whole),
        cvrs.cards if cvrs else CARDS.empty_table(),
        _limited(cvrs, whole) if cvrs else MARKS.empty_table(),
        tallies.table if tallies else TALLIES.empty_table(),
        tuple(file for part in parts for file in part.inputs),
        {id_: values for id_, values in said.items() if values},
    )


def _limited(cvrs: CvrFile, whole: Sequence[Contest]) -> pa.Table:
    """The marks with the overvotes of contests whose records do not say for how many one may vote."""
    untold = {contest.id for contest in cvrs.contests if not contest.votes_allowed}
    most = {c.id: c.votes_allowed for c in whole if c.id in untold and c.votes_allowed and c.counting != "irv"}
    return limited(cvrs.marks, most)


def _unreported(contest: Contest) -> Contest:
    """A contest of records or batches: their sums are counted again, and they cannot say how many cards they lack."""
    return contest.model_copy(update={"votes": {}, "cards": 0, "reported_winners": ()})


@contextmanager
def working(path: Path, told: Told | None = None, *, pages: bool = True, fresh: bool = False) -> Iterator[AuditFolder]:
    """The folder of an audit, for a step; waits a little for another step, and renews the public pages after it.

    `told` hears of each confirmed line of the log with its SHA-256; by default the journal of the workspace that the
    folder lies in, if it does. Raises `NotFoundError` where there is no audit and none is made, `WorkspaceError` where
    another step takes long.
    """
    folder = AuditFolder(path)
    if not fresh:
        folder.data(SETUP)
    if folder.has(SETUP):  # a copy of what is published has no lock
        with suppress(OSError):
            (path / LOCK).touch()
    ends = time.monotonic() + WAIT_S
    while True:
        holding = held(path)
        try:
            holding.__enter__()
            break
        except WorkspaceError:
            if time.monotonic() > ends or not (path / LOCK).exists():
                raise
            time.sleep(PAUSE_S)
    try:
        before = len(folder.log())
        folder.recover()
        _prepare(folder)
        yield folder
        _prepare(folder)
        if pages:
            write_pages(read_book(path), folder.write)
        lines = folder.data(LOG).split(b"\n")[:-1]
        for line, text in list(zip(folder.log(), lines, strict=True))[before:]:
            (told or partial(_journal, path))(line, digest(text))
    finally:
        holding.__exit__(None, None, None)


def _prepare(folder: AuditFolder) -> None:
    """Write the form and the sheets of the last round, where they are not all there."""
    number = len(folder.rounds)
    place = round_folder(number)
    if number and not all(folder.has(f"{place}/{name}") for name in ("form.csv", *SHEETS)):
        columns, rows = form_rows(Desk(Election(folder), number))
        folder.put_rows(f"{place}/form.csv", columns, rows)
        write_sheets(folder.path, folder.write)


def _journal(path: Path, line: LogLine, sha256: str) -> None:
    """Note the line in the journal of the workspace that the folder lies in, if it does."""
    home = path.resolve().parent.parent
    if path.resolve().parent.name == AUDITS and (home / "workspace.json").is_file():
        with closing(Workspace.open(home)) as opened:
            note(opened, "", path.name, line, sha256)


def note(ws: Workspace, person: str, key: str, line: LogLine, sha256: str) -> None:
    """Note a confirmed line of an audit's log in the journal: step, number and SHA-256 of the line."""
    ws.note(person, STEP, key, f"{line.step}, line {line.number}: {sha256}")


def new_audit(
    path: Path, plan: setup.Plan, files: AuditFiles, progress: Progress | None = None, told: Told | None = None
) -> AuditSetup:
    """Make the folder of an audit from files."""
    inputs = read_inputs(files, progress)
    with working(path, told, fresh=True):
        return setup.new(path, plan, inputs)


def commit(path: Path, told: Told | None = None) -> Commitment:
    """Commit to everything before the seed."""
    with working(path, told) as folder:
        return setup.commit(folder)


def throw(path: Path, person: str, digits: str, told: Told | None = None) -> Seed:
    """One person's dice."""
    with working(path, told) as folder:
        return seed.throw(folder, person, digits)


def end_ceremony(path: Path, told: Told | None = None) -> Seed:
    """The seed is complete."""
    with working(path, told) as folder:
        return seed.complete(folder)


def draw_round(path: Path, size: int | None = None, polled: int | None = None, told: Told | None = None) -> Round:
    """Draw the next round, with the form that is filled in for it and the sheets to print."""
    with working(path, told) as folder:
        return draw.start_round(folder, size, polled)


def enter(path: Path, person: str, readings: Sequence[tuple[str, str, str]], told: Told | None = None) -> int:
    """One person's readings: unit, contest, text."""
    with working(path, told, pages=False) as folder:
        number = len(folder.rounds)
        if not number:
            raise ConflictError("nothing is drawn yet", hint="draw a round first")
        return Desk(Election(folder), number).enter(person, readings)


def form_readings(text: str) -> list[tuple[str, str, str]]:
    """Readings from a filled-in form: a row a card and a column a contest, or the columns unit, contest, reading.

    Empty cells are left out, and those that the form had filled in. Raises `InputError` for another table.
    """
    table = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    columns = table.fieldnames or ()
    if "unit" not in columns or len(columns) < 2:
        raise InputError("this is no form of an audit: it has no column unit", hint="fill in form.csv of the round")
    if "reading" in columns and "contest" in columns:
        return [(row["unit"], row["contest"], row["reading"]) for row in table if row["reading"]]
    return [
        (row["unit"], contest, row[contest])
        for row in table
        for contest in columns
        if contest and contest != "unit" and row[contest] and row[contest] != NOT_ASKED
    ]


def compute_risk(path: Path, told: Told | None = None) -> RoundRisk:
    """The risk of every contest after the last round."""
    with working(path, told) as folder:
        return risk.measure_round(folder)


def write_report(path: Path, told: Told | None = None) -> AuditReport:
    """The report."""
    with working(path, told) as folder:
        return report.finish(folder)


def state(path: Path) -> AuditState:
    """Where an audit stands."""
    return report.state(AuditFolder(path))


def verify(path: Path) -> list[Check]:
    """Every check of an audit, from its folder as it is or as it was published."""
    folder = AuditFolder(path)
    folder.data(SETUP)
    return [*check.verify(path), _pages(folder)]


def seals(path: Path) -> dict[str, str]:
    """SHA-256 of the commitment and of the last line of the log: who noted them earlier can tell a folder made anew."""
    told = read_book(path).seals
    found = {"commitment.json": told["sealed"], f"line {told['lines']} of log.jsonl": told["last_line"]}
    return {name: sha256 for name, sha256 in found.items() if sha256}


def _pages(folder: AuditFolder) -> Check:
    """Whether the pages say what the files say; they are not renewed while readings are entered."""
    what = "the pages are those that follow from the files"
    lines = folder.log()
    if folder.setup.tocsin != __version__ or not lines or lines[-1].step == "entries":
        why = f"made by Tocsin {folder.setup.tocsin}, or a round is being read"
        return Check(step="pages", what=what, outcome="not possible", detail=why)
    made: dict[str, bytes] = {}
    write_pages(read_book(folder.path), made.__setitem__)
    wrong = [name for name, data in made.items() if not folder.has(name) or folder.data(name) != data]
    return Check(step="pages", what=what, outcome="failed" if wrong else "passed", detail=", ".join(wrong))
