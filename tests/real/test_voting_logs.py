"""Real web logs: each scanner run is found as a campaign, and hardly an ordinary client is flagged."""

import pyarrow as pa
import pytest

from common import ROOT
from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.run import detectors, look
from tocsin.sources.logs import read_events

DATA = ROOT.parent / "shared/data/elections/weblogs"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the election data are not beside the checkout")
CHOSEN = {name: one for name, one in detectors().items() if name in ("voting.scans", "voting.break_in")}
SCANS = sorted(DATA.glob("access_scan_*"))
ORDINARY = sorted(DATA.glob("access_benign_*"))


def read(paths, office):
    return read_events(map(str, paths), office=office).table


def leads(*tables):
    found = look(VotingTables(events=pa.concat_tables(tables)), lambda _: "x", chosen=CHOSEN)
    return [one for one in found.findings if one.standing == "lead"]


@pytest.mark.parametrize("path", SCANS, ids=lambda path: path.name.split(".")[0])
@pytest.mark.parametrize("beside", [pytest.param(False, marks=pytest.mark.slow), True])
def test_a_scanner_run_is_a_campaign(path, beside):
    scan, ordinary = read([path], "a"), read(ORDINARY, "b")
    clients = set(scan["source"].to_pylist())
    found = leads(scan, ordinary) if beside else leads(scan)
    assert clients & {source for one in found for source in one.subjects}
    flagged = {source for one in found for source in one.subjects} - clients
    assert len(flagged) <= len(set(ordinary["source"].to_pylist())) / 1_000


@pytest.mark.slow
def test_ordinary_clients_are_not_flagged():
    table = read(ORDINARY, "b")
    parts = [table, table.slice(0, table.num_rows // 2), table.slice(table.num_rows // 2)]
    for part in parts:
        clients = set(part["source"].to_pylist())
        flagged = {source for one in leads(part) for source in one.subjects}
        assert len(flagged) <= len(clients) / 1_000


@pytest.mark.slow
def test_part_of_a_run_over_several_offices_is_found():
    """A twentieth of the run, spread over five offices, as a slow campaign would be."""
    scan = read(SCANS[:1], "a")
    part = scan.take(list(range(0, scan.num_rows, 20)))
    offices = pa.array([f"office {n % 5}" for n in range(part.num_rows)])
    part = part.set_column(part.schema.get_field_index("office"), part.schema.field("office"), offices)
    found = leads(part, read(ORDINARY, "b"))
    assert [len(set(one.platforms)) for one in found] == [5]
