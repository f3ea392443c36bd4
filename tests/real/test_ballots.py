"""Manifests, records, tallies and results as election offices published them."""

import csv
import gzip
import json

import jsonschema
import pytest
from tests.sources.ballots import samples

from common import ROOT
from tocsin.sources.ballots import read_cvrs, read_manifest, read_results, read_tallies

DATA = ROOT.parent / "shared/data/elections"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the election data are not beside the checkout")


def summed(table, by, what):
    return dict(zip(*table.group_by(by).aggregate([(what, "sum")]).to_pydict().values(), strict=True))


def test_colorado_manifests():
    read = read_manifest([DATA / "manifests/corla_arapahoe_manifest.csv"])
    assert (len(read.table), read.rejected) == (5, [])
    assert summed(read.table, "jurisdiction", "cards").keys() == {"Arapahoe"}
    state = read_manifest([DATA / "corla/manifest_vs_cvr_batches_2024.csv.gz"])
    with gzip.open(DATA / "corla/manifest_vs_cvr_batches_2024.csv.gz", "rt") as file:
        rows = list(csv.DictReader(file))
    assert (len(state.table), state.rejected) == (54_049, [])
    assert sum(state.table["cards"].to_pylist()) == sum(int(row["count_per_manifest"]) for row in rows)


def test_a_small_election_of_five_places_agrees_with_itself():
    folder = DATA / "manifests"
    manifest = read_manifest([folder / "arlo_synthetic_small_ballot_manifest.txt.gz"])
    votes = read_cvrs([folder / "arlo_synthetic_small_cvrs.txt.gz"])
    tallies = read_tallies([folder / "arlo_synthetic_small_candidate_totals_by_batch.txt.gz"])
    cards = votes.cards.group_by("jurisdiction").aggregate([([], "count_all")]).to_pylist()
    assert summed(manifest.table, "jurisdiction", "cards") == {row["jurisdiction"]: row["count_all"] for row in cards}
    assert len(cards) == 5
    assert {c.name: c.votes for c in votes.contests} == {c.name: c.votes for c in tallies.contests}
    assert {c.name for c in votes.contests} == {"Minister of Farming", "Master of Magic", "Secretary of Treasure"}
    assert manifest.rejected == votes.rejected == tallies.rejected == []


def test_dominion_csv_of_a_county():
    read = read_cvrs([DATA / "cvr/dominion_csv_arapahoe_sample.csv.gz"])
    assert (len(read.cards), read.rejected) == (165, [])
    manifest = read_manifest([DATA / "manifests/corla_arapahoe_manifest.csv"]).table.to_pylist()
    batches = read.cards.group_by(["tabulator", "batch"]).aggregate([([], "count_all")]).to_pylist()
    held = {(row["tabulator"], row["batch"]): row["cards"] for row in manifest}
    assert {(row["tabulator"], row["batch"]): row["count_all"] for row in batches} == held
    with gzip.open(DATA / "cvr/dominion_csv_arapahoe_sample.csv.gz", "rt") as file:
        lines = list(csv.reader(line.replace('="', '"') for line in file))
    marks = sum(cell == "1" for line in lines[4:] for cell in line[8:])
    assert sum(sum(contest.votes.values()) for contest in read.contests) == marks


def test_dominion_json_of_a_city():
    paths = sorted((DATA / "cvr").glob("dominion_sf2024_*.json.gz"))
    read = read_cvrs(paths)
    assert (len(read.cards), read.rejected) == (95, [])
    session = json.loads(gzip.decompress((DATA / "cvr/dominion_sf2024_CvrExport_15.json.gz").read_bytes()))["Sessions"]
    current = [one["Original"] if one["Original"]["IsCurrent"] else one["Modified"] for one in session]
    contests = [contest for one in current for card in one["Cards"] for contest in card["Contests"]]
    valid = sum(mark["IsVote"] for contest in contests for mark in contest["Marks"])
    marks = read.marks.to_pylist()
    assert sum(mark["choice"] is not None for mark in marks) == valid
    assert len({(mark["card"], mark["contest"]) for mark in marks}) == len(contests)
    known = {contest.id: contest for contest in read.contests}
    assert known["18"].name == "MAYOR"
    assert (known["18"].counting, known["1"].counting) == ("irv", "plurality")
    assert all(mark["choice"] in {c.id for c in known[mark["contest"]].choices} for mark in marks if mark["choice"])


@pytest.mark.parametrize(("name", "contests", "winners"), [("Aspen_2009_wrong_winner", 2, 2), ("Berkeley_2010", 4, 4)])
def test_rankings(name, contests, winners):
    path = DATA / f"irv/{name}.raire.gz"
    read = read_cvrs([path])
    lines = gzip.decompress(path.read_bytes()).decode().split()
    ballots = lines[1 + contests :]
    assert read.rejected == []
    assert len({(m["card"], m["contest"]) for m in read.marks.to_pylist()}) == len(ballots)
    assert len(read.contests) == contests
    assert sum(bool(contest.reported_winners) for contest in read.contests) == winners
    first = [line.split(",")[2] for line in ballots if line.startswith("1,") and line.count(",") > 1]
    assert read.contests[0].votes == {choice.id: first.count(choice.id) for choice in read.contests[0].choices}


def test_the_examples_of_nist():
    first, second = (read_cvrs([DATA / f"cdf/example_{n}.xml"]) for n in (1, 2))
    assert first.contests[0].votes == {"_C1CS1": 3, "_C1CS2": 1, "_C1CS3": 1}
    assert first.marks["overvote"].to_pylist() == [False] * 3 + [True] + [False] * 2
    assert len(second.cards) == 2
    assert second.contests[0].name == "For Governor and Lieutenant Governor"
    assert first.rejected == second.rejected == []


@pytest.mark.parametrize(
    ("schema", "sample"),
    [
        ("NIST_V1_cast_vote_records", samples.nist_cvr),
        ("NIST_V2_election_results_reporting", samples.nist_results),
    ],
)
def test_our_samples_are_what_nist_says(schema, sample):
    jsonschema.Draft4Validator(json.loads((DATA / f"cdf/{schema}.schema.json").read_text())).validate(sample())


def test_the_hand_tally_of_a_state_adds_up_to_what_was_published():
    read = read_tallies([DATA / "ga_full_hand_tally_2020/batch_results.csv.gz"])
    with (DATA / "ga_full_hand_tally_2020/county_official_vs_audit.csv").open() as file:
        published = {row["County"].upper(): int(row["RLA-TBJ"]) for row in csv.DictReader(file)}
    three = {"Donald J. Trump", "Joseph R. Biden", "Jo Jorgensen"}
    votes = {}
    for row in read.table.to_pylist():
        votes[row["jurisdiction"]] = votes.get(row["jurisdiction"], 0) + row["votes"] * (row["choice"] in three)
    assert read.rejected == []
    assert len(votes) == 93
    assert votes == {county: published[county] for county in votes}


def test_results_of_a_state_by_county():
    read = read_results([DATA / "corla/tabulate_county_2024.csv.gz"])
    president = next(contest for contest in read.contests if contest.name == "Presidential Electors")
    with gzip.open(DATA / "corla/tabulate_county_2024.csv.gz", "rt") as file:
        rows = [row for row in csv.DictReader(file) if row["contest_name"] == "Presidential Electors"]
    assert sum(president.votes.values()) == sum(int(row["votes"]) for row in rows)
    assert max(president.votes, key=president.votes.get) == "Kamala D. Harris / Tim Walz"
    assert (president.winners, president.reported_winners) == (0, ())  # the file says no seats
    assert read.rejected == []
