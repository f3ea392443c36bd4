"""`tocsin targets scan` as a user runs it, on a small simulated targeting."""

import csv
import re
import shlex

import pyarrow.parquet as pq
import pytest
from tests.jobs.commands import tocsin

from tocsin.cli.targets import _mapping
from tocsin.errors import TocsinError
from tocsin.jobs.targets import TargetsRequest, scan_targets
from tocsin.model.finding import ScanSummary
from tocsin.simulate.voting.election import VotingParams
from tocsin.simulate.voting.write import write_voting

SMALL = VotingParams(seed=4, names=400, visitors=60, stations=300, cards=1_000)


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with the files."""
    folder = tmp_path_factory.mktemp("targets")
    write_voting(SMALL, folder / "files")
    return folder


@pytest.fixture(scope="module")
def scan(place):
    """The folder of a scan of everything, and what was said."""
    logs = [path.relative_to(place) for path in sorted((place / "files/logs").rglob("*.log"))]
    words = ["--official", "files/official.csv", "--observed", "files/observed.jsonl", "--results", "files/results"]
    words += [word for path in logs for word in ("--logs", f"{path.parent.name}={path}")]
    return place / "out", tocsin("targets", "scan", "--out", "out", *words, cwd=place).stdout


def summary(out):
    return ScanSummary.model_validate_json((out / "scan.json").read_bytes())


def test_leads_are_found_and_said(scan):
    out, said = scan
    signs = {f.targeting.sign for f in summary(out).findings if f.standing == "lead"}
    assert {"look-alike", "break-in attempt", "outage"} <= signs
    assert "Looked at:" in said
    assert said.endswith("Report: out/report.html\n")
    assert any("enford" in method for method in summary(out).watch.refused)


def test_no_ordinary_client_stands_in_any_file(scan, place):
    out, _ = scan
    with (place / "files/truth.csv").open(newline="") as stream:
        truth = list(csv.DictReader(stream))
    ordinary = {row["item"] for row in truth if row["role"] == "ordinary" and row["kind"].endswith("client")}
    assert len(ordinary) > 100
    assert not set(pq.read_table(out / "evidence.parquet")["account"].to_pylist()) & ordinary
    text = "".join((out / name).read_text() for name in ("report.html", "timeline.csv", "quarantine.csv", "scan.json"))
    assert not set(re.findall(r"[\w.:]*\w", text)) & ordinary


def test_the_command_repeats_the_scan(scan, place, monkeypatch):
    out, _ = scan
    words = shlex.split(summary(out).command)
    assert words[:5] == ["tocsin", "targets", "scan", "--out", "out"]
    given = {"official": (), "observed": (), "results": ()}
    logs = []
    for option, value in zip(words[5::2], words[6::2], strict=True):
        if option == "--logs":
            logs.append(tuple(value.split("=", 1)))
        else:
            given[option[2:]] += (value,)
    monkeypatch.chdir(place)
    before = [finding.id for finding in summary(out).findings]
    again = scan_targets(TargetsRequest(out, logs=tuple(logs), **given))
    assert [finding.id for finding in again.findings] == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "nothing to look at"),
        ({"observed": ("names.txt",)}, "official"),
        ({"results": ("none.csv",)}, "none.csv"),
        ({"logs": (("", "empty.log"),)}, "empty.log|no row"),
    ],
)
def test_what_cannot_be_done_is_said(tmp_path, monkeypatch, given, said):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "names.txt").write_text("denver.example\n")
    (tmp_path / "empty.log").write_text("")
    with pytest.raises(TocsinError, match=said):
        scan_targets(TargetsRequest(tmp_path / "out", **given))


def test_which_column_is_what_is_said_by_part():
    assert _mapping(["logs.source=client", "logs.time=at", "results.cast=a=b"]) == {
        "logs": {"source": "client", "time": "at"},
        "results": {"cast": "a=b"},
    }
    for wrong in ("source=client", "logs=x", "logs.=x", "logs.source=", "posts.time=t"):
        with pytest.raises(TocsinError, match="PART"):
            _mapping([wrong])
