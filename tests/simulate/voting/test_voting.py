"""A simulated targeting: the same files for the same seed, and a truth that the files bear out."""

import hashlib

import pytest

from tocsin.errors import UsageError
from tocsin.simulate.voting.ballots import RACES, WRONG, on_paper, reported
from tocsin.simulate.voting.compare import VOTING_FOUND, voting_found_against_planted
from tocsin.simulate.voting.desk import TRUTH, UNITS
from tocsin.simulate.voting.election import VotingParams, simulate_voting
from tocsin.simulate.voting.write import write_voting
from tocsin.sources.ballots import read_cvrs, read_manifest, read_results
from tocsin.sources.logs import read_events
from tocsin.sources.names import read_observed, read_official
from tocsin.sources.results import read_stations

SMALL = VotingParams(seed=3, names=150, visitors=50, stations=240, cards=1_000)


@pytest.fixture(scope="module")
def made():
    return simulate_voting(SMALL)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return write_voting(SMALL, tmp_path_factory.mktemp("voting") / "new")


@pytest.fixture(scope="module")
def items(made):
    found = {}
    for row in made.truth.to_pylist():
        found.setdefault((row["unit"], row["kind"]), set()).add(row["item"])
    return found


def digests(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_seed_gives_the_same_files_and_another_does_not(folder, tmp_path):
    again = digests(write_voting(SMALL, tmp_path / "again"))
    assert digests(folder) == again
    other = digests(write_voting(SMALL.model_copy(update={"seed": 4}), tmp_path / "other"))
    assert {name for name, digest in other.items() if again.get(name) == digest} == set()
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="cannot write"):
        write_voting(SMALL, tmp_path / "file")


def test_every_unit_has_its_items_and_every_kind_a_decoy(made, items):
    assert (made.truth.schema, made.units.schema) == (TRUTH, UNITS)
    units = made.units.to_pylist()
    assert {unit["unit"]: unit["items"] for unit in units} == {
        unit["unit"]: len(items[unit["unit"], unit["unit"]]) for unit in units
    }
    seen = {"voting.lookalike", "voting.scans", "voting.break_in", "voting.outages", "audit"}
    for role in ("operation", "decoy"):
        assert {unit["detector"] for unit in units if unit["role"] == role} >= seen, role


def test_names_are_as_the_truth_says(folder, items):
    official, observed = read_official([folder / "official.csv"]), read_observed([folder / "observed.jsonl"])
    names, own = set(observed.table["name"].to_pylist()), set(official.table["name"].to_pylist())
    assert observed.rejected == official.rejected == []
    planted = set().union(*(items[kind, kind] for kind in ("ending", "words", "typo", "homoglyph", "subdomain")))
    assert len(planted) == 15
    assert planted <= names - own
    assert own <= names
    assert all(name.rpartition(".")[2] in ("example", "test", "invalid") for name in names)


def test_logs_hold_what_was_planted_at_the_offices(folder, items):
    read = read_events([str(folder / "logs")])
    assert read.rejected == []
    rows = read.table.select(["office", "kind", "source", "status", "action", "path"]).to_pylist()
    assert len({row["office"] for row in rows}) == 8

    def of(unit):
        return [row for row in rows if row["source"] in items[unit, unit]]

    assert len({row["office"] for row in of("campaign-injection")}) == 5
    assert any("UNION" in (row["path"] or "") for row in of("campaign-injection"))
    assert sum(row["status"] == 404 for row in of("loud-scan")) > 2_000
    assert all(row["kind"] == "auth" for row in of("spraying"))
    assert len({row["office"] for row in of("spraying")}) == 5
    assert [row["action"] for row in of("brute-force")].count("failure") == 299
    assert {row["action"] for row in of("expired-key")} == {"failure"}
    [hit] = items["results-flood", "results-flood"]
    failed = {row["office"]: 0 for row in rows}
    for row in rows:
        failed[row["office"]] += row["status"] == 503
    assert failed[hit] > 3_000
    assert sorted(office for office, number in failed.items() if number) == sorted(
        items["results-flood", "results-flood"] | items["maintenance", "maintenance"]
    )


def test_the_forged_stations_are_at_whole_percentages(folder, items):
    assembly, council = read_stations([str(folder / "results")]).tables

    def whole(table, units):
        rows = [row for row in table.to_pylist() if row["unit"] in units]
        return sum(
            abs(r["cast"] - round(100 * r["cast"] / r["registered"]) * r["registered"] / 100) <= 0.5 for r in rows
        ), len(rows)

    forged = items["round-percentages", "round-percentages"]
    assert whole(council, forged) == (len(forged), len(forged))
    honest, of = whole(assembly, forged)
    assert honest < of / 2


def test_the_audit_has_one_wrong_outcome_and_the_files_say_so(made, folder):
    audit = folder / "audit"
    manifest, records = read_manifest([audit / "manifest.csv"]), read_cvrs([audit / "cvrs"])
    results, paper = read_results([audit / "reported.csv"]), read_cvrs([audit / "paper.csv"])
    assert [read.rejected for read in (manifest, records, results, paper)] == [[], [], [], []]
    assert sum(manifest.table["cards"].to_pylist()) == len(paper.cards) == len(made.cards) == SMALL.cards
    assert len(made.cards) - len(records.cards) == sum(card.record is None for card in made.cards) == 3
    held = {(row["jurisdiction"], row["tabulator"], row["batch"]) for row in manifest.table.to_pylist()}
    assert {(row["jurisdiction"], row["tabulator"], row["batch"]) for row in records.cards.to_pylist()} <= held
    for contests, votes in ((records.contests, reported(made.cards)), (paper.contests, on_paper(made.cards))):
        assert {contest.name: contest.votes for contest in contests} == votes
    told = {contest.name: contest for contest in results.contests}
    most = {c.name: sorted(c.votes, key=c.votes.get)[-told[c.name].winners :] for c in paper.contests}
    wrong = [name for name, winners in most.items() if set(winners) != set(told[name].reported_winners)]
    assert wrong == [WRONG.name]
    assert [told[race.name].winners for race in RACES] == [race.allowed for race in RACES]


def test_two_readers_slip_seldom_and_not_together(made):
    first, second = made.read
    papers = [card.paper for card in made.cards]
    slips = [sum(one != paper for one, paper in zip(read, papers, strict=True)) for read in (first, second)]
    assert all(0 < number < 0.03 * len(papers) for number in slips)
    both = sum(a != p and a == b for a, b, p in zip(first, second, papers, strict=True))
    assert both < min(slips)


def test_found_against_planted(made, items):
    ordinary = sorted(items["", "client"])[:2]
    spray, flood = items["spraying", "spraying"], items["results-flood", "results-flood"]
    found = {
        "a": ("lead", {*sorted(spray)[:3], *flood, "p-unknown"}),
        "b": ("lead", {*flood, *sorted(items["results-flood", "flood client"])[:50]}),
        "c": ("explained", items["crawler", "crawler"]),
        "d": ("lead", ordinary),
        "e": ("lead", {*sorted(spray)[3:5], ordinary[0]}),
        "f": ("explained", spray),
    }
    table = voting_found_against_planted(found, made.truth, made.units)
    assert table.schema == VOTING_FOUND
    rows = {row["unit"]: row for row in table.to_pylist()}
    assert (rows["spraying"]["finding"], rows["spraying"]["recall"], rows["spraying"]["precision"]) == (
        "a",
        5 / 6,
        5 / 6,
    )
    assert (rows["results-flood"]["finding"], rows["results-flood"]["precision"]) == ("b", 1.0)
    assert rows["crawler"]["standing"] == "explained"
    assert rows["loud-scan"]["standing"] == "not found"
    assert (rows[""]["named"], rows[""]["right"]) == (5 + 1 + 50 + 2, 2)
    empty = voting_found_against_planted({}, made.truth, made.units)
    assert set(empty["standing"].to_pylist()) == {"not found", None}
