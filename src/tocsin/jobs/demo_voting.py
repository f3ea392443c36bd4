"""The demo's part on voting: offices watched and an election audited, both simulated, as a user would do it."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from tocsin.assure.audit.life.files import SETUP, round_folder
from tocsin.assure.audit.life.readings import BLANK, NOT_HERE, keyword
from tocsin.assure.audit.life.setup import Plan
from tocsin.jobs import audit
from tocsin.jobs.audit import AuditFiles
from tocsin.jobs.targets import TargetsRequest, scan_targets
from tocsin.model.audit import AuditReport, Check
from tocsin.model.finding import ScanSummary
from tocsin.progress import Progress
from tocsin.simulate.voting.compare import voting_found_against_planted
from tocsin.simulate.voting.desk import TRUTH, UNITS
from tocsin.simulate.voting.election import VotingParams
from tocsin.simulate.voting.write import write_voting

#: Who throws dice and who reads cards in the demo; with real ballots these are people in a room.
_DICE = (("Observer for one party", "30517264"), ("Observer for another", "82640915"), ("Clerk", "47193526"))
_READERS = (("First reader", "first"), ("Second reader", "second"))
_THIRD = ("Third reader", "paper")

Marks = dict[tuple[str, str], list[str]]  # unit and contest -> choices


@dataclass(frozen=True, slots=True)
class Voting:
    """What was read and found around election offices, the audit with its check, and both against what was planted
    (schema `simulate.voting.compare.VOTING_FOUND`)."""

    watch: ScanSummary
    audit: AuditReport
    checks: tuple[Check, ...]
    units: pa.Table


def watch(seed: int, out: Path, progress: Progress) -> ScanSummary:
    """Simulate names, logs, results and ballots into `out`, and scan all but the ballots into `out`/scan."""
    write_voting(VotingParams(seed=seed), out, progress)
    logs = tuple(
        (folder.name, str(file)) for folder in sorted((out / "logs").iterdir()) for file in sorted(folder.iterdir())
    )
    request = TargetsRequest(
        out / "scan", (str(out / "official.csv"),), (str(out / "observed.jsonl"),), logs, (str(out / "results"),)
    )
    return scan_targets(request, progress)


def voting(out: Path, summary: ScanSummary, held: Path, progress: Progress) -> Voting:
    """Audit the ballots of `out` into the folder `held`, check that audit from its folder, and compare all that was
    found with what was planted."""
    report = hold_audit(out / "audit", held, progress)
    read = {
        name: pyarrow.csv.read_csv(out / name, convert_options=pyarrow.csv.ConvertOptions(column_types=schema))
        for name, schema in (("truth.csv", TRUTH), ("units.csv", UNITS))
    }
    named = _named(out / "scan" / "evidence.parquet", summary)
    found = {f.id: (f.standing, named[f.id]) for f in summary.findings}
    doubted = [one.contest for one in report.risks[-1].decisions if one.next == "full hand count"]
    names = {one.contest.id: one.contest.name for one in report.setup.contests}
    found |= {f"audit of {names[contest]}": ("lead", {names[contest]}) for contest in doubted}
    units = voting_found_against_planted(found, read["truth.csv"], read["units.csv"])
    return Voting(summary, report, tuple(audit.verify(held)), units)


def _named(evidence: Path, summary: ScanSummary) -> dict[str, set[str]]:
    """All that each finding and its evidence name."""
    found = {f.id: set(f.targeting.offices) if f.targeting else set() for f in summary.findings}
    rows = pq.read_table(evidence, columns=["finding", "object", "account", "platform"])
    for finding, *said in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        found[finding].update(str(one) for one in said if one)
    return found


def hold_audit(ballots: Path, out: Path, progress: Progress) -> AuditReport:
    """A comparison audit of simulated ballots, round after round, with two readers of every card drawn, and a third
    one where they differ; an audit of an earlier demo in `out` is replaced."""
    if (out / SETUP).is_file():
        shutil.rmtree(out)
    files = AuditFiles(
        [str(ballots / "manifest.csv")], [str(ballots / "cvrs")], results=[str(ballots / "reported.csv")]
    )
    audit.new_audit(out, Plan("Simulated election", "comparison", "Simulated board of elections"), files, progress)
    audit.commit(out)
    for person, digits in _DICE:
        audit.throw(out, person, digits)
    audit.end_ceremony(out)
    read = {name: _read(ballots / f"{name}.csv") for _, name in (*_READERS, _THIRD)}
    while True:
        made = audit.draw_round(out)
        progress.start(f"Reading {made.size:,} cards by hand: round {made.number}", None)
        form = out / round_folder(made.number) / "form.csv"
        asked = _asked(form)
        for person, name in _READERS:
            audit.enter(out, person, [(*one, _text(read[name], *one)) for one in asked])
        differ = [one for one in asked if _text(read["first"], *one) != _text(read["second"], *one)]
        if differ:
            audit.enter(out, _THIRD[0], [(*one, _text(read["paper"], *one)) for one in differ])
        if audit.compute_risk(out).next != "another round":
            return audit.write_report(out)


def _read(path: Path) -> Marks:
    """What somebody read on every card: the choices by unit and contest."""
    found: Marks = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            unit = "/".join(row[name] for name in ("jurisdiction", "tabulator", "batch", "position"))
            found[unit, row["contest"]] += [row["choice"]] * bool(row["choice"])
    return dict(found)


def _asked(form: Path) -> list[tuple[str, str]]:
    """The cells of a form that are to be filled in: unit and contest."""
    with form.open(encoding="utf-8-sig", newline="") as stream:
        return [(row["unit"], name) for row in csv.DictReader(stream) for name, cell in row.items() if not cell]


def _text(read: Marks, unit: str, contest: str) -> str:
    """A reading as it is typed into a form."""
    if (unit, contest) not in read:
        return keyword(NOT_HERE)
    return "; ".join(read[unit, contest]) or keyword(BLANK)
