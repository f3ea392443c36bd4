"""The demo: simulate an election, scan it as a user would, compare what was found with what was planted, and leave a
workspace in which the findings wait as leads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from tocsin.jobs.folder import key_of
from tocsin.jobs.intake import take_in, workspace
from tocsin.jobs.request import Request
from tocsin.jobs.scan import scan
from tocsin.model.finding import ScanSummary
from tocsin.progress import Progress
from tocsin.settings import Settings
from tocsin.simulate.compare import found_against_planted
from tocsin.simulate.election import TRUTH, UNITS, ElectionParams
from tocsin.simulate.write import write_simulation
from tocsin.sources.pseudonyms import pseudonym


def demo(params: ElectionParams, out: Path, settings: Settings, progress: Progress) -> tuple[ScanSummary, pa.Table]:
    """Simulate into `out`, scan the written CSV into `out`/scan, take the findings into `out`/workspace, an exercise;
    return the summary and the comparison (schema `simulate.compare.FOUND`)."""
    request = Request((str(write_simulation(params, out, progress=progress)),), out / "scan")
    summary = scan(request, settings, progress)
    progress.start("Taking the findings into a workspace", None)
    new = not (out / "workspace").exists()
    with workspace(out / "workspace", "Demo" if new else "", exercise=new) as place:
        take_in(place, [request.out])
    posts = pyarrow.csv.read_csv(request.paths[0], convert_options=_columns("platform", kinds=pa.schema([])))
    platforms = [str(platform) for platform in pc.unique(posts["platform"]).to_pylist()]
    truth = pyarrow.csv.read_csv(out / "truth.csv", convert_options=_columns(*TRUTH.names, kinds=TRUTH))
    units = pyarrow.csv.read_csv(
        out / "units.csv",
        convert_options=_columns(*UNITS.names, kinds=UNITS.set(UNITS.get_field_index("layers"), _TEXT)),
    )
    found = _in_clear(summary, truth["account"].to_pylist(), platforms, key_of(request.out))
    return summary, found_against_planted(found, truth, units)


_TEXT = pa.field("layers", pa.string())


def _columns(*names: str, kinds: pa.Schema) -> pyarrow.csv.ConvertOptions:
    return pyarrow.csv.ConvertOptions(include_columns=list(names), column_types=kinds)


def _in_clear(
    summary: ScanSummary, accounts: Iterable[str | None], platforms: list[str], key: bytes
) -> dict[str, tuple[str, set[str]]]:
    """Standing and accounts of each finding, the pseudonyms followed back."""
    names = {pseudonym(key, platform, str(account)): str(account) for account in accounts for platform in platforms}
    return {f.id: (f.standing, {names[member.account] for member in f.members}) for f in summary.findings}
