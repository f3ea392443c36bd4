"""The contests of several files, and what is said of them by hand."""

import pytest

from tocsin.errors import InputError, UsageError
from tocsin.jobs import contests
from tocsin.jobs.audit import AuditFiles, read_inputs
from tocsin.model.ballot import Choice, Contest


def contest(id_, name="Mayor", choices=("Ann", "Bo"), **more):
    return Contest(id=id_, name=name, choices=tuple(Choice(id=f"{id_}{c}", name=c) for c in choices), **more)


def test_contests_are_one_across_files_only():
    one, two = contest("1"), contest("2", choices=("Cy", "Di"))
    assert [c.id for c in contests.merged([[one, two]])] == ["1", "2"]
    report = contest("R", votes={"RAnn": 9}, winners=1)
    [whole] = contests.merged([[contest("1", winners=0)], [report]])
    assert (whole.id, whole.votes, whole.winners) == ("1", {"1Ann": 9}, 1)
    for groups in ([[one, two], [report]], [[report], [one, two]], [[contest("3", choices=("Jo Li", "jo li"))]]):
        with pytest.raises(InputError, match="called"):
            contests.merged(groups)


def test_seats_and_the_rest_are_as_said(tmp_path):
    rows = [f"c{n},b,{n},Mayor (x=1),{name}" for n in range(1, 30) for name in (("Ann", "Bo") if n < 3 else ("Bo",))]
    (tmp_path / "c.csv").write_text("\n".join(["card,batch,position,contest,choice", *rows]))
    (tmp_path / "m.csv").write_text("batch,cards\nb,30\n")
    (tmp_path / "r.csv").write_text("contest,choice,votes\nMayor (x=1),Ann,2\nMayor (x=1),Bo,29\n")
    paths = [str(tmp_path / "m.csv")], [str(tmp_path / "c.csv")], (), [str(tmp_path / "r.csv")]

    def read(**options):
        return read_inputs(AuditFiles(*paths, told=contests.told(**options)))

    [plain] = read().contests
    assert (plain.winners, plain.votes_allowed, plain.reported_winners) == (0, 0, ())
    one = read(seats=["Mayor (x=1)=1"])
    assert (one.contests[0].winners, one.marks["overvote"].to_pylist().count(True)) == (1, 2)
    assert one.told == {"Mayor (x=1)": {"winners": 1}}
    two = read(seats=["2"], vote_for=["2"])
    assert (two.contests[0].winners, any(two.marks["overvote"].to_pylist())) == (2, False)
    measure = read(share=["Mayor (x=1)=0.6"], cards=["Mayor (x=1)=30"]).contests[0]
    assert (measure.counting, measure.share, measure.winners, measure.cards) == ("supermajority", 0.6, 1, 30)
    for wrong in (
        {"seats": ["Mayr=1"]},
        {"seats": ["many"]},
        {"seats": ["0"]},
        {"cards": ["30"]},
        {"share": ["Mayor (x=1)=60"]},
    ):
        with pytest.raises(UsageError):
            read(**wrong)
