"""The demo: simulate an election, its posts, its donations, what goes on around its offices, what is said and leaked,
scan them as a user would, compare what was found with what was planted, and leave a workspace in which the findings
wait as leads."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from tocsin.jobs.audit import AUDITS
from tocsin.jobs.demo_content import LEAK, SAID, Content, content, weigh_leak
from tocsin.jobs.demo_voting import Voting, voting, watch
from tocsin.jobs.editions import add_editions
from tocsin.jobs.folder import key_of
from tocsin.jobs.intake import OPERATOR, take_in, workspace
from tocsin.jobs.money import MoneyRequest, scan_money
from tocsin.jobs.request import Request
from tocsin.jobs.scan import scan
from tocsin.model.finding import ScanSummary
from tocsin.progress import Progress
from tocsin.settings import Settings
from tocsin.simulate.compare import found_against_planted
from tocsin.simulate.election import TRUTH, UNITS, ElectionParams
from tocsin.simulate.money.compare import money_found_against_planted
from tocsin.simulate.money.desk import TRUTH as MONEY_TRUTH
from tocsin.simulate.money.desk import UNITS as MONEY_UNITS
from tocsin.simulate.money.election import MoneyParams
from tocsin.simulate.money.write import write_money
from tocsin.simulate.write import write_simulation
from tocsin.sources.pseudonyms import pseudonym


@dataclass(frozen=True, slots=True)
class Demo:
    """What was read and found of posts, of donations, of voting and of content, each against what was planted (schemas
    `simulate.compare.FOUND`, `simulate.money.compare.MONEY_FOUND` and `simulate.voting.compare.VOTING_FOUND`)."""

    posts: ScanSummary
    groups: pa.Table
    gifts: ScanSummary
    schemes: pa.Table
    voting: Voting
    content: Content


#: The folders of all scans, under that of the demo.
SCANS = ("scan", "money/scan", "voting/scan", f"content/{SAID}", f"content/{LEAK}")


def demo(params: ElectionParams, out: Path, settings: Settings, progress: Progress) -> Demo:
    """Simulate into `out`, scan the files written there into `SCANS`, take the findings into `out`/workspace, an
    exercise, with the sanctions lists that the donors were held against, and audit the simulated ballots there."""
    posts, groups = _posts(params, out, settings, progress)
    gifts, schemes = _gifts(params.seed, out / "money", progress)
    watched = watch(params.seed, out / "voting", progress)
    said = content(params.seed, out / "content", progress)
    progress.start("Taking the findings into a workspace", None)
    new = not (out / "workspace").exists()
    with workspace(out / "workspace", "Demo" if new else "", exercise=new) as place:
        weigh_leak(place, out / "content")
        take_in(place, [out / folder for folder in SCANS])
        add_editions(place, OPERATOR, [str(out / "money" / "lists")], None, progress)
    held = out / "workspace" / AUDITS / "simulated"  # after it is closed: the audit writes to its journal itself
    return Demo(posts, groups, gifts, schemes, voting(out / "voting", watched, held, progress), said)


def _gifts(seed: int, out: Path, progress: Progress) -> tuple[ScanSummary, pa.Table]:
    """Donations: simulated, scanned, compared."""
    register = write_money(MoneyParams(seed=seed), out, progress=progress)
    request = MoneyRequest((str(register),), out / "scan", (str(out / "owners.json"),), (str(out / "lists"),))
    summary = scan_money(request, progress)
    found = {finding.id: (finding.standing, finding.evidence_posts) for finding in summary.findings}
    truth = pyarrow.csv.read_csv(out / "truth.csv", convert_options=_columns(*MONEY_TRUTH.names, kinds=MONEY_TRUTH))
    units = pyarrow.csv.read_csv(out / "units.csv", convert_options=_columns(*MONEY_UNITS.names, kinds=MONEY_UNITS))
    return summary, money_found_against_planted(found, truth, units)


def _posts(params: ElectionParams, out: Path, settings: Settings, progress: Progress) -> tuple[ScanSummary, pa.Table]:
    """Posts: simulated, scanned, compared."""
    request = Request((str(write_simulation(params, out, progress=progress)),), out / "scan")
    summary = scan(request, settings, progress)
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
