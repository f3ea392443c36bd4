"""Rumours tied to evidence made here: an audit's folder, counts against counts, a scan, an office's own list."""

import json
import re
from datetime import UTC, datetime

import pytest

from tocsin.assure.audit.life.files import AuditFolder
from tocsin.assure.rumour import (
    Columns,
    confirm,
    from_audit,
    from_comparison,
    from_items,
    from_scan,
    kind_of,
    kinds,
    reject,
    suggest,
    ties,
)
from tocsin.assure.rumour.ties import same_place
from tocsin.errors import ConflictError, InputError, NotFoundError, UnknownFormat, UsageError
from tocsin.model.audit import AuditedContest, AuditSetup, ContestRisk, Decision, RoundRisk
from tocsin.model.ballot import Choice, Contest
from tocsin.model.finding import Finding, ScanSummary, Targeting, Watch
from tocsin.model.rumour import Rumour, Tie

NOW = datetime(2024, 11, 20, 12, tzinfo=UTC)
COUNTS = "county,batch,manifest,records\nElm,1,100,100\nElm,2,50,50\nOak,1,70,69\n"
TOLD = {
    "The Dominion machines switched votes in Elm County": "votes-switched",
    "They found suitcases full of fake ballots under the table": "ballots-added",
    "Dead people voted by the thousands": "dead-voters",
    "More votes than registered voters in Oak!": "more-votes-than-voters",
    "Benford's law proves the results impossible": "statistics",
    "Tonnen von Stimmzetteln wurden vernichtet": "ballots-lost",
    "Die Wahlcomputer haben Stimmen vertauscht": "votes-switched",
    "Sharpies made ballots invalid": "wrong-ballots",
    "Hackers broke into the voter registration database": "registration-hacked",
    "The results website was hacked last night": "results-site",
    "The audit was a sham, totally rigged": "audit-rigged",
    "Vote by text from your phone": "wrong-day",
}


def audit_folder(path):
    contest = Contest(
        id="c1", name="Mayor of Elm", choices=(Choice(id="a", name="A"), Choice(id="b", name="B")), cards=900
    )
    other = contest.model_copy(update={"id": "c2", "name": "Question 1"})
    setup = AuditSetup(
        tocsin="0",
        title="Audit of Elm",
        authority="Elm County",
        made=NOW,
        kind="polling",
        risk_limit=0.05,
        contests=(
            AuditedContest(contest=contest, method="alpha"),
            AuditedContest(contest=other, method="alpha", targeted=False),
        ),
        cards=1_000,
        batches=4,
    )
    shared = {"method": "alpha", "drawn": 120, "cards": 120}
    risk = RoundRisk(
        number=1,
        at=NOW,
        contests=(
            ContestRisk(contest="c1", targeted=True, risk=0.031, recomputed=0.031, reached=True, **shared),
            ContestRisk(contest="c2", targeted=False, risk=0.2, recomputed=0.2, reached=False, **shared),
        ),
        decisions=(Decision(contest="c1", next="stop", why="the limit is reached"),),
        next="stop",
    )
    folder = AuditFolder(path / "elm")
    folder.put("audit.json", setup)
    folder.put("round-1/risk.json", risk)
    return path / "elm"


@pytest.mark.parametrize(("text", "kind"), TOLD.items())
def test_the_kind_is_suggested_by_words(text, kind):
    found = suggest(text)
    assert found[0].kind == kind
    assert all(word in text.lower() for word in found[0].words)


@pytest.mark.parametrize(
    "text", ["", "The mayor opened a bakery", "I voted today", "Machines are expensive", "Die Wahl ist am Sonntag"]
)
def test_nothing_is_suggested_for_what_is_no_rumour(text):
    assert suggest(text) == ()


def test_every_kind_is_whole():
    assert len({kind.id for kind in kinds()}) == len(kinds()) >= 20
    for kind in kinds():
        assert len(kind.words) >= 2
        assert len({one.evidence for one in kind.bearings}) == len(kind.bearings) >= 2
        assert all(one.bears and one.cannot_show for one in kind.bearings)
    with pytest.raises(NotFoundError, match="no kind"):
        kind_of("flying-saucers")


def test_from_an_audit_each_contest(tmp_path):
    mayor, question = from_audit(audit_folder(tmp_path))
    assert mayor.says == (
        "After 120 draws the risk that wrong winners are confirmed is 3.10%, at or below the limit of 5%; "
        "the limit is reached"
    )
    assert (mayor.contest, mayor.figures["risk"], mayor.limits) == ("Mayor of Elm", 0.031, ())
    assert "above the limit" in question.says
    assert question.limits == ("the sample was not sized for this contest",)


def test_from_two_counts_by_place_and_in_all(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text(COUNTS)
    what = ("cards on the manifest", "cast vote records")
    elm, oak, every = from_comparison(path, "reconciliation", Columns("county", "manifest", "records"), what)
    assert (elm.place, elm.figures) == ("Elm", {what[0]: 150, what[1]: 150, "rows": 2, "rows that differ": 0})
    assert "1 of 1 rows differ, by -1 in all" in oak.says
    assert (every.place, every.figures["rows that differ"]) == ("", 1)
    with pytest.raises(UnknownFormat, match="no column 'votes'"):
        from_comparison(path, "reconciliation", Columns("county", "votes", "records"), what)
    path.write_text(COUNTS.replace("69", "some"))
    with pytest.raises(InputError, match="no whole number"):
        from_comparison(path, "reconciliation", Columns("county", "manifest", "records"), what)


def test_a_scan_that_raised_nothing_is_evidence_too(tmp_path):
    scan = ScanSummary(
        tocsin="0",
        made=NOW,
        command="targets",
        inputs=(),
        posts=0,
        accounts=0,
        first=None,
        last=None,
        time_grain_s=1,
        pseudonymised=True,
        watch=Watch(tested={"voting.results": 4, "voting.scans": 9}),
    )
    path = tmp_path / "scan.json"
    path.write_text(scan.model_dump_json())
    assert [(one.kind, one.title) for one in from_scan(path)] == [
        ("forensic test", "voting.results: nothing raised"),
        ("log", "voting.scans: nothing raised"),
    ]


@pytest.mark.parametrize(("detectors", "silent"), [((), ["voting.scans"]), (("voting.break_in", "voting.scans"), [])])
def test_what_is_merged_into_another_finding_was_raised(tmp_path, detectors, silent):
    targeting = Targeting(sign="break-in attempt", offices=("Elm",), sources=1, events=9, detectors=detectors)
    finding = {
        "id": "f1",
        "detector": "voting.break_in",
        "version": "1",
        "kind": "targeting",
        "standing": "lead",
        "title": "Attacks",
        "sentence": "One client.",
        "subjects": (),
        "first": NOW,
        "last": NOW,
        "tests": (),
        "effects": (),
        "explanations": (),
        "members": (),
        "objects": (),
        "targeting": targeting,
    }
    scan = {
        "tocsin": "0",
        "made": NOW,
        "command": "targets",
        "inputs": (),
        "posts": 0,
        "accounts": 0,
        "first": None,
        "last": None,
        "time_grain_s": 1,
        "pseudonymised": True,
        "findings": (Finding(**finding),),
        "watch": Watch(tested={"voting.break_in": 3, "voting.scans": 9}),
    }
    path = tmp_path / "scan.json"
    path.write_text(ScanSummary(**scan).model_dump_json())
    assert [one.title for one in from_scan(path)] == ["Attacks", *(f"{name}: nothing raised" for name in silent)]


def test_a_county_and_the_city_of_its_name_are_two_places():
    assert same_place("Elm County", ["elm"])
    assert same_place("City of Elm", ["Elm"])
    assert same_place("Landkreis Elm", ["Elm County clerk"])
    assert not same_place("Elm County", ["Elm City"])


def test_a_row_is_a_total_by_name_or_as_the_last_and_that_is_said(tmp_path):
    path = tmp_path / "counts.csv"
    small = [f"{name},20,20" for name in ("Ash", "Elm", "Fir", "Oak", "Yew")]

    def read(*rows):
        path.write_text("\n".join(["county,left,right", *rows]) + "\n")
        return from_comparison(path, "hand tally", Columns("county", "left", "right"), ("left", "right"))

    items = read("Alder,100,100", *small)
    assert [one.place for one in items] == ["Alder", "Ash", "Elm", "Fir", "Oak", "Yew", ""], "half of all is no total"
    assert items[-1].figures["left"] == 200
    for name in ("Whole", "Total"):
        items = read(*small, f"{name},100,100")
        assert [one.place for one in items] == ["Ash", "Elm", "Fir", "Oak", "Yew", ""]
        assert name in items[-1].limits[0]


def test_from_an_office_s_own_list(tmp_path):
    path = tmp_path / "items.json"
    path.write_text(
        json.dumps([{"id": "t1", "kind": "test", "title": "Test of devices", "says": "all marks were read"}])
    )
    assert from_items(path)[0].kind == "test"
    path.write_text(json.dumps([{"id": "t1", "kind": "verdict", "title": "", "says": "true"}]))
    with pytest.raises(InputError, match="item 1: kind"):
        from_items(path)


def test_the_same_place_comes_first_and_limits_are_said(tmp_path):
    path = tmp_path / "counts.csv"
    path.write_text(COUNTS)
    items = [*from_comparison(path, "reconciliation", Columns("county", "manifest", "records"), ("a", "b"))]
    items += from_audit(audit_folder(tmp_path))
    rumour = Rumour(id="r1", text="Machines switched votes", places=("Elm County",), contest="Mayor of Elm")
    found = ties(rumour, kind_of("votes-switched"), items)
    assert [tie.item.id for tie in found][:2] == ["counts.csv:Elm", "elm:c1"]
    assert len(found) == 5
    by_id = {tie.item.id: tie for tie in found}
    assert "what happened in Elm County: it is of Oak" in by_id["counts.csv:Oak"].cannot_show
    assert "the contest Mayor of Elm: it is of Question 1" in by_id["elm:c2"].cannot_show
    assert all(tie.cannot_show and tie.state == "suggested" for tie in found)


def test_a_person_settles_a_tie_once(tmp_path):
    (tie, *_) = ties(Rumour(id="r1", text="x"), kind_of("votes-switched"), from_audit(audit_folder(tmp_path)))
    signed = confirm(tie, "Ada Elm", at=NOW)
    assert (signed.state, signed.by, signed.at) == ("confirmed", "Ada Elm", NOW)
    with pytest.raises(ConflictError, match="confirmed by Ada Elm"):
        reject(signed, "Bo Oak", "another contest")
    with pytest.raises(UsageError, match="with a reason"):
        reject(tie, "Bo Oak", " ")
    with pytest.raises(UsageError, match="by a person"):
        confirm(tie, "")


def test_nothing_says_true_or_false():
    assert not {"verdict", "true", "truth", "rating"} & set(Tie.model_fields)
    text = " ".join(one.model_dump_json() for one in kinds())
    assert re.search(r"\b(true|debunk\w*|hoax|proves?)\b", text) is None
