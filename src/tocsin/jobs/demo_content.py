"""The demo's part on content: what is said again, shown again and imitated, and a leak, simulated and scanned as a user
would do it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from tocsin.cases import acts
from tocsin.errors import ConflictError
from tocsin.jobs.leak import LeakRequest, scan_leak
from tocsin.jobs.leak_access import weigh
from tocsin.jobs.leak_intake import Origin, take
from tocsin.jobs.narratives import NarrativesRequest, scan_narratives
from tocsin.model.finding import Finding, ScanSummary
from tocsin.model.leak import QUESTIONS
from tocsin.model.people import Person
from tocsin.progress import Progress
from tocsin.simulate.content.compare import content_found_against_planted
from tocsin.simulate.content.election import ContentParams
from tocsin.simulate.content.mailbox import received
from tocsin.simulate.content.write import write_content
from tocsin.simulate.voting.desk import TRUTH, UNITS
from tocsin.store.records import Writer
from tocsin.store.workspace import Workspace

#: The folders of the scans under that of the simulation; the workspace takes in both.
SAID, LEAK = "scan", "leak-scan"


@dataclass(frozen=True, slots=True)
class Content:
    """What was read and found of posts, names and pictures, and of the leak; all of it against what was planted (schema
    `simulate.content.compare.CONTENT_FOUND`)."""

    said: ScanSummary
    leak: ScanSummary
    units: pa.Table


def content(seed: int, out: Path, progress: Progress) -> Content:
    """Simulate into `out`, scan posts, names and pictures into `out`/scan, the leak into `out`/leak-scan, and compare
    what was found with what was planted."""
    write_content(ContentParams(seed=seed), out, progress)
    posts = (str(out / "posts.csv"),)
    request = NarrativesRequest(
        out / SAID,
        posts,
        claims=(str(out / "claims.json"),),
        official=(str(out / "official.csv"),),
        observed=(str(out / "observed.jsonl"),),
        pictures=out / "pictures",
    )
    said = scan_narratives(request, progress)
    leaked = LeakRequest(
        out / LEAK,
        (str(out / "leak"),),
        originals=(str(out / "originals"),),
        keys=(str(out / "keys.json"),),
        posts=posts,
        public=received(),
    )
    leak = scan_leak(leaked, progress)
    return Content(said, leak, compare(out, {SAID: said, LEAK: leak}))


def weigh_leak(ws: Workspace, out: Path) -> None:
    """Keep the simulated leak in a workspace, weighed by two simulated persons who cannot sign in: without that, the
    scan of it is not taken in."""
    with ws.write("", "simulated persons") as writer:
        first, second = (_person(writer, name).actor for name in ("first", "second"))
    origin = Origin("Simulated leak", "made by the demo", received(), (second.id,))
    with suppress(ConflictError):  # an earlier run of the same demo kept it
        leak = take(ws, first, [str(out / "leak")], origin)
        for person in (first, second):
            weigh(ws, person, leak.id, dict.fromkeys(QUESTIONS, "simulated"), "interest", "it is simulated")


def _person(writer: Writer, name: str) -> Person:
    login = f"simulated-{name}"
    made = Person(id=login, login=login, name=f"Simulated {name} weigher", roles=("analyst",), created=acts.now())
    return writer.find(Person, login) or writer.put(made)


def compare(out: Path, scans: Mapping[str, ScanSummary]) -> pa.Table:
    """What the scans of these folders under `out` found, against what was planted there."""
    read = {
        name: pyarrow.csv.read_csv(out / name, convert_options=pyarrow.csv.ConvertOptions(column_types=schema))
        for name, schema in (("truth.csv", TRUTH), ("units.csv", UNITS))
    }
    pictures = _pictures(out / "pictures")
    found, by = {}, {}
    for folder, summary in scans.items():
        rows = _rows(out / folder / "evidence.parquet")
        for finding in summary.findings:
            named = _said(finding) | rows.get(finding.id, set())
            found[finding.id] = (finding.standing, {name for one in named for name in pictures.get(one, (one,))})
            by[finding.id] = _detectors(finding)
    return content_found_against_planted(found, by, read["truth.csv"], read["units.csv"])


def _pictures(folder: Path) -> dict[str, list[str]]:
    """The names of files by their digest: findings name a picture by what it shows, not where it lies."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.iterdir()):
        found.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), []).append(path.name)
    return found


def _said(finding: Finding) -> set[str]:
    """Names, pictures and checks that a finding itself tells."""
    told = finding.content
    if told is None:
        return set()
    pictures = {one.picture for one in told.pictures} - {one.original for one in told.pictures}
    return {one.name for one in told.names} | {one.url for one in told.claims} | pictures


def _detectors(finding: Finding) -> set[str]:
    """What raised a finding; `claims` where it leads to a check."""
    told = finding.content or finding.leak
    by = {finding.detector, *(told.detectors if told else ())}
    return by | ({"claims"} if finding.content and finding.content.claims else set())


def _rows(evidence: Path) -> dict[str, set[str]]:
    """What the evidence of each finding names; files by their own name."""
    found: dict[str, set[str]] = {}
    rows = pq.read_table(evidence, columns=["finding", "object", "post", "file"])
    for finding, *said, file in zip(*(column.to_pylist() for column in rows.columns), strict=True):
        found.setdefault(finding, set()).update((*said, Path(file).name))
    return found
