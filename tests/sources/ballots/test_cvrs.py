"""Cast vote records: the same election, from every system."""

import json

import pytest
from tests.sources.ballots import samples
from tests.sources.ballots.samples import CARDS, MAYOR, ON_CARDS, PARKS, VOTES

from tocsin.errors import InputError, UnknownFormat, UsageError
from tocsin.model.ballot import CARDS as CARDS_SCHEMA
from tocsin.model.ballot import MARKS
from tocsin.sources.ballots import read_cvrs

ONE_FILE = {
    "dominion-csv": samples.dominion_csv(),
    "dominion-csv without formulas": samples.dominion_csv(formula=False),
    "dominion-json in a zip": samples.zipped(samples.dominion_json()),
    "hart": samples.hart(),
    "nist json": json.dumps(samples.nist_cvr()).encode(),
    "nist xml": samples.as_xml(samples.nist_cvr()),
}


def put(path, data):
    path.write_bytes(data)
    return path


@pytest.fixture(params=ONE_FILE)
def read(request, tmp_path):
    return read_cvrs([put(tmp_path / "votes.bin", ONE_FILE[request.param])])


def test_every_system_tells_the_same(read):
    assert read.rejected == []
    assert read.cards.schema == CARDS_SCHEMA
    assert read.marks.schema == MARKS
    assert [read.cards.column(n).to_pylist() for n in ("id", "batch", "position", "style")] == [
        *(list(column) for column in zip(*(card[:3] for card in CARDS), strict=True)),
        ["5"] * 4,
    ]
    contests = {contest.name: contest for contest in read.contests}
    assert list(contests) == [MAYOR, PARKS]
    for name, contest in contests.items():
        called = {choice.id: choice.name for choice in contest.choices}
        votes = {called[id_]: number for id_, number in contest.votes.items()}
        assert votes == {choice: number for choice, number in VOTES[name].items() if choice in votes}
        assert (contest.cards, contest.reported_winners) == (ON_CARDS[name], ())
        assert contest.votes_allowed in (0, 1)  # Hart does not say it
    mayor = contests[MAYOR].id
    marks = [(m["card"], m["overvote"]) for m in read.marks.to_pylist() if m["contest"] == mayor and not m["choice"]]
    assert marks == [(1, True), (2, False)]  # an overvote is one row without choice, told from a blank


def test_an_export_in_a_folder_is_one_place_and_counts_what_was_adjudicated(tmp_path):
    for name, data in samples.dominion_json().items():
        put(tmp_path / name, data)
    read = read_cvrs([tmp_path])
    assert set(read.cards["jurisdiction"].to_pylist()) == {""}
    assert [card["id"] for card in read.cards.to_pylist()] == [card[0] for card in CARDS]  # the last is from its image
    assert {contest.name: contest.cards for contest in read.contests} == ON_CARDS
    assert sum(file.posts for file in read.inputs) == 4


def test_several_counties_are_told_apart_by_what_their_files_are_called(tmp_path):
    for county in ("New York", "New Haven"):
        put(tmp_path / f"{county} - cvrs.csv", samples.dominion_csv())
    read = read_cvrs([tmp_path])
    assert sorted(set(read.cards["jurisdiction"].to_pylist())) == ["New Haven", "New York"]
    assert len(read.cards) == 8
    assert read.contests[0].votes == {"Ada": 2, "Bo": 2, "Write-in": 0}
    named = read_cvrs([tmp_path / "New York - cvrs.csv"], mapping={"jurisdiction": "=Kings"})
    assert set(named.cards["jurisdiction"].to_pylist()) == {"Kings"}


def test_ranked_marks_keep_their_ranks_and_a_shared_rank_is_told(tmp_path):
    head = ["", "", "", "", *['"RCV (Number of positions=1, Number of ranks=2)"'] * 4]
    lines = [
        ["Town", "5.10"],
        head,
        ["", "", "", "", "Ada(1)", "Ada(2)", "Bo(1)", "Bo(2)"],
        ["CvrNumber", "TabulatorNum", "BatchId", "RecordId", "", "", "", ""],
        ["1", "1", "1", "1", "1", "0", "0", "1"],
        ["2", "1", "1", "2", "1", "0", "1", "0"],
        ["3", "1", "1", "3", "0", "0", "0", "1"],
    ]
    read = read_cvrs([put(tmp_path / "rcv.csv", "\n".join(map(",".join, lines)).encode())])
    assert [(m["choice"], m["rank"], m["overvote"]) for m in read.marks.to_pylist()] == [
        *(("Ada", 1, False), ("Bo", 2, False)),
        *(("Ada", 1, True), ("Bo", 1, True)),
        ("Bo", 1, False),  # a rank left out is closed up
    ]
    [contest] = read.contests
    assert (contest.counting, contest.votes, contest.winners) == ("irv", {"Ada": 1, "Bo": 1}, 1)


def test_raire_puts_the_contests_of_one_ballot_on_one_card(tmp_path):
    read = read_cvrs([put(tmp_path / "votes.raire", samples.RAIRE + b"1,5-7-9,77\n3,5-7-1,11\n1,5-7-1,12\n")])
    assert [(c["id"], c["tabulator"], c["batch"], c["position"]) for c in read.cards.to_pylist()] == [
        (f"5-7-{n}", "5", "7", n) for n in (1, 2, 3)
    ]
    first, second = read.contests
    assert (first.votes, first.reported_winners, first.cards) == ({"11": 1, "12": 1, "13": 0}, ("12",), 3)
    assert (second.votes, second.cards) == ({"21": 0, "22": 1}, 1)
    assert [(row.row, row.reason.split()[-1]) for row in read.rejected] == [
        (8, "contest"),
        (9, "file"),
        (10, "contest"),
    ]


def test_a_table_of_marks_and_one_of_cards(tmp_path):
    read = read_cvrs([put(tmp_path / "marks.csv", samples.CARD_TABLE)])
    assert [(m["choice"], m["rank"]) for m in read.marks.to_pylist()] == [("Ada", 1), ("Bo", 2), (None, 1)]
    assert [row.row for row in read.rejected] == [5]  # a rank that is no number
    wide = b"Cast Vote Record,Precinct,Mayor,Measure P\n1,N,Ada,Yes\n2,N,overvote,\n3,S,undervote,No\n"
    read = read_cvrs([put(tmp_path / "wide.csv", wide)])
    assert {c.name: (c.votes, c.cards) for c in read.contests} == {
        MAYOR: ({"Ada": 1}, 3),
        PARKS: ({"Yes": 1, "No": 1}, 2),
    }
    assert read.marks["overvote"].to_pylist() == [False, False, True, False, False]
    given = {"card": "Nr", "contests": "M", "jurisdiction": "=Bent"}
    read = read_cvrs([put(tmp_path / "own.csv", b"Nr,M,X\n1,Ada,z\n")], mapping=given)
    assert read.cards["jurisdiction"].to_pylist() == ["Bent"]
    assert [contest.votes for contest in read.contests] == [{"Ada": 1}]


def test_what_cannot_be_is_told(tmp_path):
    with pytest.raises(UsageError, match="no format 'dominon'"):
        read_cvrs([put(tmp_path / "a.csv", samples.dominion_csv())], format="dominon")
    with pytest.raises(UnknownFormat, match="no column can be told to be the card"):
        read_cvrs([put(tmp_path / "b.csv", b"colour,size\nred,1\n")])
    with pytest.raises(UsageError, match="no such field"):
        read_cvrs([tmp_path / "a.csv"], mapping={"colour": "red"})
    with pytest.raises(InputError, match="document type declaration"):
        read_cvrs([put(tmp_path / "c.xml", b"<!DOCTYPE Cvr [<!ENTITY a 'b'>]><Cvr><CvrGuid>&a;</CvrGuid></Cvr>")])
    twice = (
        samples.dominion_csv().replace(b'="1-7-2"', b'="1-7-1"').replace(b'"0","0","0","0","1"', b'"0","0","0","0","7"')
    )
    read = read_cvrs([put(tmp_path / "d.csv", twice)])
    assert [(row.row, row.reason) for row in read.rejected] == [
        (6, "a card with this id was read already"),
        (7, "neither 0 nor 1 for No in Measure P: 7"),
    ]
    assert len(read.cards) == 2
