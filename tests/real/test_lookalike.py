"""Look-alike names that were used, among names of governments and election offices."""

import csv
import gzip

import pytest

from common import ROOT
from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.lookalike import DETECTOR
from tocsin.detect.voting.run import look
from tocsin.sources.names import read_observed, read_official

DATA = ROOT.parent / "shared/data/elections/domains"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the election data are not beside the checkout")
RECALL, FALSE_PER_10_000 = 0.90, 5


def column(file, name):
    with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as rows:
        return [row[name] for row in csv.DictReader(rows)]


@pytest.fixture(scope="module")
def used():
    return set(column(DATA / "lookalike_truth.csv", "lookalike_domain"))


@pytest.fixture(scope="module")
def lawful():
    names = set(column(DATA / "dotgov_registry_2026.csv.gz", "domain"))
    return names | set(column(DATA / "election_office_domains_2020.csv.gz", "registered_domain"))


@pytest.fixture(scope="module")
def flagged():
    official = read_official([DATA / "lookalike_truth.csv"]).table  # the names that were imitated
    observed = read_observed(sorted(DATA.glob("*.csv*"))).table
    found = look(VotingTables(official, observed), str, chosen={DETECTOR.id: DETECTOR})
    return {
        one.name: one for finding in found.findings for one in finding.targeting.names if finding.standing == "lead"
    }


def test_imitations_are_found(flagged, used):
    assert len(used & set(flagged)) / len(used) >= RECALL


def test_lawful_names_are_not(flagged, lawful, used):
    wrong = set(flagged) & (lawful - used)
    assert len(wrong) / len(lawful) * 10_000 <= FALSE_PER_10_000, sorted(wrong)


def test_each_is_taken_for_what_it_imitates(flagged):
    with (DATA / "lookalike_truth.csv").open() as rows:
        truth = {row["lookalike_domain"]: row["impersonated_domain"] for row in csv.DictReader(rows)}
    right = [name for name, one in flagged.items() if truth.get(name) == one.imitated]
    assert len(right) >= 0.95 * len(flagged)


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])
def test_registered_names_of_governments_are_not_each_others_imitation(tmp_path, half):
    """Half of the registry is protected, the other half is observed: neighbours of like names, all lawful."""
    names = sorted(set(column(DATA / "dotgov_registry_2026.csv.gz", "domain")))
    for n, part in enumerate((names[half::2], names[1 - half :: 2])):
        (tmp_path / str(n)).write_text("\n".join(part) + "\n")
    official, observed = read_official([tmp_path / "0"]).table, read_observed([tmp_path / "1"]).table
    found = look(VotingTables(official, observed), str, chosen={DETECTOR.id: DETECTOR})
    assert [finding.title for finding in found.findings if finding.standing == "lead"] == []
