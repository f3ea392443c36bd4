"""Audits of published elections, from their files to a check of what is published."""

import pytest
from tests.assure.audit.life.town import published

from common import ROOT
from tocsin.assure.audit.life import draw, report, risk, seed, setup
from tocsin.assure.audit.life.election import Election
from tocsin.assure.audit.life.entries import Desk
from tocsin.assure.audit.life.files import AuditFolder
from tocsin.assure.audit.life.frame import Reading
from tocsin.assure.audit.life.readings import text_of
from tocsin.assure.audit.life.verify import verify
from tocsin.inform.notebook import check_draw
from tocsin.jobs.audit import AuditFiles, read_inputs

DATA = ROOT.parent / "shared/data/elections"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.exists(), reason="the election data are not beside the checkout"),
]
BOUNDS = {"Minister of Farming": 500, "Master of Magic": 1000, "Secretary of Treasure": 500}  # cards
SMALL = {
    "manifest": DATA / "manifests/arlo_synthetic_small_ballot_manifest.txt.gz",
    "cvrs": DATA / "manifests/arlo_synthetic_small_cvrs.txt.gz",
    "tallies": DATA / "manifests/arlo_synthetic_small_candidate_totals_by_batch.txt.gz",
}


def audited(path, plan, files):
    """The audit if people read what machines read; returns the last risk."""
    setup.new(path, plan, read_inputs(files))
    folder = AuditFolder(path)
    setup.commit(folder)
    for person in ("Ann", "Bo"):
        seed.throw(folder, person, "31415926535")
    seed.complete(folder)
    while True:
        draw.start_round(folder)
        election = Election(folder)
        desk = Desk(election, len(folder.rounds))
        machine = election.machine.read(election.number(unit) for unit in desk.units)
        given = [
            (unit, contest, text_of(machine.get(election.number(unit), {}).get(contest, Reading(here=False))))
            for unit, contest in desk.wanted
        ]
        for person in ("Pat", "Quin"):
            desk.enter(person, given)
        found = risk.measure_round(folder)
        if found.next != "another round":
            report.finish(folder)
            return folder, found


@pytest.mark.parametrize(("method", "by_style"), [("alpha", True), ("alpha", False), ("kaplan-markov", False)])
def test_a_small_election_of_five_places(method, by_style, tmp_path):
    told = {"winners": {"": 1}, "cards": BOUNDS if by_style else {}}
    files = AuditFiles([str(SMALL["manifest"])], [str(SMALL["cvrs"])], told=told)
    plan = setup.Plan("Small", "comparison", method=method, by_style=by_style)
    folder, found = audited(tmp_path / "a", plan, files)
    assert (found.next, len(found.contests)) == ("stop", 3)
    public = published(folder, tmp_path / "public")
    assert "failed" not in {check.outcome for check in verify(public)}
    assert check_draw.main(public) == 0


def test_all_cards_of_a_county_sample_are_of_rare_styles(tmp_path):
    """165 cards of a test export with 18 styles: no vote of them may be told."""
    manifest, cvrs = DATA / "manifests/corla_arapahoe_manifest.csv", DATA / "cvr/dominion_csv_arapahoe_sample.csv.gz"
    plan = setup.Plan("County", "comparison", published="redacted", targets=("Presidential Electors",))
    folder, _ = audited(tmp_path / "a", plan, AuditFiles([str(manifest)], [str(cvrs)], told={"winners": {"": 1}}))
    public = AuditFolder(published(folder, tmp_path / "public"))
    assert folder.setup.hidden_cards > 100
    assert public.table("marks.parquet")["choice"].drop_null().length() < 165 * len(folder.setup.contests)
    assert "failed" not in {check.outcome for check in verify(public.path)}


def test_four_ranked_contests_in_one_sample(tmp_path):
    (tmp_path / "manifest.csv").write_text("Jurisdiction,Batch,Cards\nBerkeley,b1,6470\n")
    files = AuditFiles([str(tmp_path / "manifest.csv")], [str(DATA / "irv/Berkeley_2010.raire.gz")])
    folder, found = audited(tmp_path / "a", setup.Plan("Berkeley", "comparison"), files)
    assert [one.reached for one in found.contests] == [True] * 4
    checks = verify(published(folder, tmp_path / "public"))
    assert "failed" not in {check.outcome for check in checks}
    assert sum("assertions follow" in check.what for check in checks) == 4
