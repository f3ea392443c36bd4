"""Items of evidence from files: audits, comparisons of two counts, scans for targeting, and what offices write down."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import pyarrow as pa
from pydantic import ValidationError

from tocsin.assure.audit.life.files import AuditFolder, round_folder
from tocsin.errors import InputError, UnknownFormat
from tocsin.model.arrow import pc
from tocsin.model.audit import ContestRisk
from tocsin.model.finding import Finding, ScanSummary
from tocsin.model.rumour import EvidenceKind, Item
from tocsin.sources.containers import Unopened, open_inputs
from tocsin.sources.records import read_records
from tocsin.sources.textual import Lines

#: Detector -> kind of evidence.
_FINDINGS: dict[str, EvidenceKind] = {
    "voting.results": "forensic test",
    "voting.scans": "log",
    "voting.break_in": "log",
    "voting.outages": "outage",
    "voting.lookalike": "look-alike",
}
_TOTALS = {"all", "total", "totals", "grand total", "sum", "gesamt", "insgesamt", "summe"}
_LOOKED = {"voting.results": "results by polling station", "voting.lookalike": "observed names"}


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a table that sets two counts against each other; `place` "" where the table has none."""

    place: str
    left: str
    right: str


def from_audit(folder: Path | str) -> tuple[Item, ...]:
    """One item a contest from the last round of an audit's folder. Errors as `AuditFolder`."""
    audit = AuditFolder(Path(folder))
    setup, risks = audit.setup, audit.risks
    if not risks:
        return ()
    risk = risks[-1]
    name = f"{round_folder(risk.number)}/risk.json"
    digest = hashlib.sha256(audit.data(name)).hexdigest()
    names = {one.contest.id: one.contest.name for one in setup.contests}
    next_ = {one.contest: one for one in risk.decisions}
    made = []
    for one in risk.contests:
        decided = next_.get(one.contest)
        made.append(
            Item(
                id=f"{audit.path.name}:{one.contest}",
                kind="audit",
                title=f"{setup.title}: {names.get(one.contest, one.contest)}",
                says=_risk(one, setup.risk_limit, decided.why if decided else ""),
                contest=names.get(one.contest, one.contest),
                made=risk.at,
                figures={"risk": one.risk, "risk limit": setup.risk_limit, "drawn": one.drawn, **one.discrepancies},
                file=f"{audit.path.name}/{name}",
                sha256=digest,
                limits=() if one.targeted else ("the sample was not sized for this contest",),
            )
        )
    return tuple(made)


def _risk(one: ContestRisk, limit: float, why: str) -> str:
    state = "at or below" if one.reached else "above"
    return (
        f"After {one.drawn:,} draws the risk that wrong winners are confirmed is {one.risk:.2%}, {state} the limit of "
        f"{limit:.0%}" + (f"; {why}" if why else "")
    )


def from_comparison(
    path: Path | str, kind: Literal["reconciliation", "hand tally"], columns: Columns, what: tuple[str, str]
) -> tuple[Item, ...]:
    """One item a place from a table (CSV, packed or not) with two counts a row; `what` says in words what they count.
    The last item, without a place, is of all; a row that is itself the total of the others is no place, and the last
    item says so. Raises `UnknownFormat` where a column is missing, `InputError` where a file cannot be read, is empty,
    or a count is no number."""
    table, digest = _table(str(path), columns)
    last = table["place"][-1].as_py()
    sums = table.group_by("place").aggregate(
        [("left", "sum"), ("right", "sum"), ("differs", "sum"), ("place", "count")]
    )
    left_out = [row for row in sums.to_pylist() if _is_total(row, sums, last)]
    rows = [row for row in sums.to_pylist() if row not in left_out]
    rows.sort(key=lambda row: str(row["place"]))
    if columns.place and len(rows) > 1:
        total = {key: sum(row[key] for row in rows) for key in rows[0] if key != "place"}
        rows.append({**total, "place": ""})
    said = tuple(f"the row {row['place']!r}, taken for the total of the others and left out" for row in left_out)
    return tuple(_compared(row, kind, what, Path(path).name, digest, () if row["place"] else said) for row in rows)


def _is_total(row: Mapping[str, Any], sums: pa.Table, last: str) -> bool:
    """Whether a row of the table is the total of the others: called so, or the last one, among five or more, and both
    counts say so."""
    if str(row["place"]).strip().casefold() in _TOTALS and sums.num_rows > 1:
        return True
    if row["place"] != last:
        return False
    both = (f"{key}_sum" for key in ("left", "right"))
    return sums.num_rows >= 5 and all(row[key] and 2 * row[key] == pc.sum(sums[key]).as_py() for key in both)


def _compared(
    row: Mapping[str, Any], kind: EvidenceKind, what: tuple[str, str], file: str, digest: str, said: tuple[str, ...]
) -> Item:
    left, right, differs = (int(row[f"{key}_sum"]) for key in ("left", "right", "differs"))
    count = int(row["place_count"])
    apart = f"{differs:,} of {count:,} rows differ, by {right - left:+,} in all" if differs else "no row differs"
    where = f" in {row['place']}" if row["place"] else ""
    return Item(
        id=f"{file}:{row['place'] or 'all'}",
        kind=kind,
        title=f"{what[0]} against {what[1]}{where}",
        says=f"{what[0]}: {left:,}; {what[1]}: {right:,}; {apart}",
        place=row["place"],
        figures={what[0]: left, what[1]: right, "rows": count, "rows that differ": differs},
        file=file,
        sha256=digest,
        limits=(*said, *(("why rows differ: each needs its own answer",) if differs else ())),
    )


def _table(path: str, columns: Columns) -> tuple[pa.Table, str]:
    wanted = {"left": columns.left, "right": columns.right, **({"place": columns.place} if columns.place else {})}
    blocks, digest = [], ""
    for given in open_inputs([path]):
        if isinstance(given, Unopened):
            raise given.error
        for header, records in read_records(Lines(cast("BinaryIO", given.stream)), given.name):
            if missing := [name for name in wanted.values() if name not in header]:
                hint = f"the columns are: {', '.join(header)[:1000]}"
                raise UnknownFormat(f"{given.name}: has no column {missing[0]!r}", hint=hint)
            blocks.append({name: records.columns[header.index(column)] for name, column in wanted.items()})
            if records.rejected:
                bad = records.rejected[0]
                raise InputError(
                    f"{given.name}, line {bad.row}: {bad.reason}", hint="a sum without this row says nothing"
                )
        given.close()
        digest = given.facts.sha256
    if not any(len(block["left"]) for block in blocks):
        raise InputError(f"{path}: holds no row", hint="give a table with a line of column names and rows below it")
    table = pa.concat_tables([pa.table(block) for block in blocks])
    try:
        left, right = (pc.cast(pc.replace_substring(table[name], ",", ""), pa.int64()) for name in ("left", "right"))
    except pa.ArrowInvalid as error:
        raise InputError(f"{path}: a count is no whole number: {error}", hint="name the columns of counts") from error
    place = table["place"] if columns.place else pa.array([""] * len(table), pa.string())
    differs = pc.cast(pc.not_equal(left, right), pa.int64())
    return pa.table({"place": place, "left": left, "right": right, "differs": differs}), digest


def from_scan(path: Path | str) -> tuple[Item, ...]:
    """The findings about voting systems in a scan's scan.json, and what was looked at without a finding. Raises
    `InputError` where it is no such file."""
    data = _bytes(Path(path))
    try:
        scan = ScanSummary.model_validate_json(data)
    except ValidationError as error:
        raise InputError(f"{path}: no summary of a scan", hint="give scan.json of `tocsin targets`") from error
    digest = hashlib.sha256(data).hexdigest()
    found = [_found(one, str(path), digest) for one in scan.findings if one.targeting and one.detector in _FINDINGS]
    silent = set(scan.watch.tested if scan.watch else ()) - {name for one in scan.findings for name in _detectors(one)}
    for detector in sorted(silent & set(_FINDINGS)):
        what = _LOOKED.get(detector, "logs")
        found.append(
            Item(
                id=f"{scan.made:%Y%m%d}:{detector}",
                kind=_FINDINGS[detector],
                title=f"{detector}: nothing raised",
                says=f"{detector} looked at the {what} of this scan and raised no finding",
                made=scan.made,
                file=Path(path).name,
                sha256=digest,
                limits=("what is not in the files that were scanned",),
            )
        )
    return tuple(found)


def _detectors(finding: Finding) -> set[str]:
    """Every detector that raised a part of a finding: what several say of one client is told once."""
    return {finding.detector, *(finding.targeting.detectors if finding.targeting else ())}


def _found(finding: Finding, path: str, digest: str) -> Item:
    assert finding.targeting is not None
    return Item(
        id=finding.id,
        kind=_FINDINGS[finding.detector],
        title=finding.title,
        says=finding.sentence
        + (" An innocent explanation accounts for it." if finding.standing == "explained" else ""),
        place=finding.targeting.offices[0] if len(finding.targeting.offices) == 1 else "",
        made=finding.last,
        file=Path(path).name,
        sha256=digest,
        limits=(*finding.targeting.cannot_show, "it is a lead: nobody has concluded from it"),
        lead=True,
    )


def from_items(path: Path | str) -> tuple[Item, ...]:
    """Items that an office writes down itself (tests of devices, checks of lists, rules, hand tallies): a JSON list of
    objects with the fields of `Item`; one that names no file has the list itself as its source. Raises `InputError`
    where one is not as it must be."""
    data = _bytes(Path(path))
    source = {"file": Path(path).name, "sha256": hashlib.sha256(data).hexdigest()}
    try:
        given = json.loads(data)
    except ValueError as error:
        raise InputError(f"{path}: not JSON: {error}", hint="a list of items is wanted") from error
    made = []
    for number, one in enumerate(given if isinstance(given, list) else [given], 1):
        try:
            item = Item.model_validate(one)
            made.append(item if item.file else item.model_copy(update=source))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, first["loc"])) or "item"
            raise InputError(
                f"{path}: item {number}: {where}: {first['msg']}", hint="fields are those of Item"
            ) from error
    return tuple(made)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror or error}", hint="check the path") from error
