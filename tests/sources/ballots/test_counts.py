"""Manifests, tallies by batch, reported results."""

import json

import pytest
from tests.sources.ballots import samples

from tocsin.errors import UnknownFormat
from tocsin.model.ballot import MANIFEST, TALLIES
from tocsin.sources.ballots import read_manifest, read_results, read_tallies
from tocsin.sources.ballots.columns import REPEATED
from tocsin.sources.ballots.places import told_apart


def put(path, data):
    path.write_bytes(data)
    return path


def test_a_manifest_keeps_its_order_and_every_card(tmp_path):
    more = b"Adams,1,7,3,Bin 1\nAdams,1,9,many,Bin 1\nAdams,1,,5,Bin 1\nAdams,,Total,1205,\n"
    paths = put(tmp_path / "m.csv", samples.MANIFEST + more), put(tmp_path / "n.csv", samples.MANIFEST)
    read = read_manifest(paths)
    assert read.table.schema == MANIFEST
    assert [tuple(row.values())[:5] for row in read.table.to_pylist()] == [
        ("Adams", "1", "7", 2, "Bin 1"),
        ("Adams", "1", "8", 1200, "Bin 2"),
        ("Adams", "1", "7 #2", 3, "Bin 1"),
    ]
    assert [(row.row, row.reason[:10]) for row in read.rejected] == [
        *((5, "no batch, "), (6, "no batch, ")),
        *((2, "this batch"), (3, "this batch")),
    ]
    first, second = read.inputs
    assert (first.posts, first.rejected, first.format) == (3, 2, "table")
    assert (second.posts, second.rejected) == (0, 2)
    assert {"row 7 is a total, and passed over", REPEATED} <= set(first.notes)


def test_manifests_of_several_places_and_files_in_one_text(tmp_path):
    arlo = b"Tabulator,Batch Name,Number of Ballots\nA,1,5\n"
    both = b"# file: North Park - ballot manifest.csv\n" + arlo + b"# file: Siletz - ballot manifest.csv\n" + arlo
    read = read_manifest([put(tmp_path / "all.txt", both)])
    assert read.table["jurisdiction"].to_pylist() == ["North Park", "Siletz"]
    with pytest.raises(UnknownFormat) as told:
        read_manifest([put(tmp_path / "x.csv", b"where,how many\nA,5\n")])
    assert "--map batch=COLUMN --map cards=COLUMN" in told.value.hint
    read = read_manifest([tmp_path / "x.csv"], mapping={"batch": "where", "cards": "how many", "tabulator": "=T"})
    assert [tuple(row.values())[1:4] for row in read.table.to_pylist()] == [("T", "A", 5)]


def test_places_are_what_names_differ_in():
    manifests = [f"in/{place} - ballot manifest.csv" for place in ("New York", "New Haven")]
    votes = [f"in/cvrs/{place}_cvr-export.zip" for place in ("New York", "New Haven")]
    assert list(told_apart(manifests).values()) == list(told_apart(votes).values()) == ["New York", "New Haven"]
    assert told_apart(["a/Bent.csv"]) == {"a/Bent.csv": ""}
    assert len(set(told_apart(["votes 1.csv", "votes.csv", "1.csv"]).values())) == 3


def test_a_tally_with_a_column_a_choice(tmp_path):
    read = read_tallies([put(tmp_path / "t.csv", samples.TALLIES + b"Adams,Two ,Early,2,0,0\nAdams,One,Early,1,1,1\n")])
    assert read.table.schema == TALLIES
    assert [(row["batch"], row["choice"], row["votes"]) for row in read.table.to_pylist()] == [
        *(("One", "Ada", 5), ("One", "Bo", 3), ("Two", "Ada", 1), ("Two", "Bo", 2)),
        *(("Two #2", "Ada", 2), ("Two #2", "Bo", 0), ("One #2", "Ada", 1), ("One #2", "Bo", 1)),
    ]
    assert read.contests[0].votes == {"Ada": 9, "Bo": 6}
    assert read.rejected == []
    twice = read_tallies([tmp_path / "t.csv", put(tmp_path / "u.csv", samples.TALLIES)])
    assert twice.contests[0].votes == {"Ada": 9, "Bo": 6}
    assert [row.row for row in twice.rejected] == [2, 3]


def test_tallies_of_several_places_and_contests(tmp_path):
    mayor, council = b"Batch Name,Ada,Bo\n1,5,3\n", b"Batch Name,Cy,Di\n1,7,8\n"
    for name, data in (("Bent - Mayor", mayor), ("Bent - Council", council), ("Kit - Mayor", mayor)):
        put(tmp_path / f"{name} - candidate totals by batch.csv", data)
    read = read_tallies([tmp_path])
    assert {contest.name: contest.votes for contest in read.contests} == {
        "Council": {"Cy": 7, "Di": 8},
        "Mayor": {"Ada": 10, "Bo": 6},
    }
    assert sorted({(row["jurisdiction"], row["contest"]) for row in read.table.to_pylist()}) == [
        *(("Bent", "Council"), ("Bent", "Mayor"), ("Kit", "Mayor")),
    ]
    joined = b"Batch Name,Mayor - Ada,Mayor - Bo,Measure P - Yes,Measure P - No\n1,5,3,4,\n"
    read = read_tallies([put(tmp_path / "j.csv", joined)])
    assert {c.id: c.votes for c in read.contests} == {"Mayor": {"Ada": 5, "Bo": 3}, "Measure P": {"Yes": 4, "No": 0}}


def test_a_batch_that_is_called_as_totals_are_is_not_lost(tmp_path):
    read = read_manifest([put(tmp_path / "m.csv", b"Batch,Cards\nb1,40\nall,60\nTotal,40\n")])
    assert (read.table["cards"].to_pylist(), [row.row for row in read.rejected]) == ([40], [3])
    rows = b"jurisdiction,batch,Ada,Bo\nN,1,5,3\nN,total,5,3\nS,1,2,2\nS,total,2,2\n,all,7,5\n"
    assert read_tallies([put(tmp_path / "t.csv", rows)]).rejected == []
    read = read_tallies([put(tmp_path / "u.csv", rows + b"S,all,2,1\n")])
    assert (read.contests[0].votes, [row.row for row in read.rejected]) == ({"Ada": 7, "Bo": 5}, [7])


def test_results_are_added_up_without_rows_of_totals(tmp_path):
    read = read_results([put(tmp_path / "r.csv", samples.RESULTS)])
    [contest] = read.contests
    assert (contest.votes, contest.reported_winners, contest.winners) == ({"Ada": 7, "Bo": 1}, (), 0)
    assert "1 rows of totals passed over" in read.inputs[0].notes


@pytest.mark.parametrize("write", [lambda d: json.dumps(d).encode(), samples.as_xml], ids=["json", "xml"])
def test_nist_results_count_each_vote_once(tmp_path, write):
    path = put(tmp_path / "report", write(samples.nist_results()))
    [contest] = read_results([path]).contests
    assert {choice.id: choice.name for choice in contest.choices} == {"s1": "Ada", "s2": "Bo"}
    assert (contest.name, contest.votes, contest.cards) == ("Mayor", {"s1": 23, "s2": 13}, 40)
    batches = read_tallies([path])
    assert {(row["batch"], row["choice"]): row["votes"] for row in batches.table.to_pylist()} == {
        ("North", "s1"): 15,
        ("South", "s1"): 8,
        ("North", "s2"): 4,
        ("South", "s2"): 9,
    }
