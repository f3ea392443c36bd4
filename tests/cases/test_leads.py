"""Findings become leads by their id; a rerun updates them; a dismissed one comes back only with other evidence."""

from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from tests.cases.making import ANNA, DANI, START, Built, account, finding, journal, scan_folder

from tocsin.cases import leads, work
from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, UsageError, WorkspaceError
from tocsin.model.case import Lead
from tocsin.model.evidence import Item

ONE = finding(1, "abcde", ["p1", "p2", "p3"])
TWO = finding(2, "vwxyz", ["q1", "q2"], standing="explained")
NOBODY = finding(3, "", ["r1"], standing="interest")


def stored(ws, **where):
    with ws.read() as reader:
        return {lead.finding: lead for lead in reader.page(Lead, where, limit=1000).items}


@pytest.fixture
def folder(tmp_path):
    return scan_folder(tmp_path / "scan", [ONE, TWO, NOBODY])


def test_findings_that_name_accounts_become_leads(ws, folder):
    assert leads.import_findings(ws, ANNA, folder) == (2, 0, 0, 0, 1, 0)
    kept = stored(ws)
    assert set(kept) == {ONE.id, TWO.id}
    lead = kept[ONE.id]
    assert (lead.state, lead.standing, lead.score, lead.body) == ("new", "lead", 41500, ONE)
    assert kept[TWO.id].standing == "explained"
    assert ws.check() == []


def test_the_scan_is_kept_as_evidence_and_its_rows_beside_the_lead(ws, folder):
    leads.import_findings(ws, ANNA, folder)
    lead = stored(ws)[ONE.id]
    rows = pq.read_table(ws.tables / lead.scan / "evidence.parquet")
    assert rows.num_rows == 5
    with ws.vault.open(lead.scan) as file:
        assert file.read() == (folder / "scan.json").read_bytes()
    with ws.read() as reader:
        assert sorted(item.name for item in reader.page(Item).items) == ["evidence.parquet", "scan.json"]


def test_the_same_scan_again_changes_nothing(ws, folder):
    leads.import_findings(ws, ANNA, folder)
    before = stored(ws)
    assert leads.import_findings(ws, ANNA, folder) == (0, 0, 0, 2, 1, 0)
    assert stored(ws) == before
    with ws.read() as reader:
        assert reader.count(Item) == 2


def test_a_rerun_updates_a_lead_in_place_and_says_what_changed(ws, folder, tmp_path):
    leads.import_findings(ws, ANNA, folder)
    old = stored(ws)[ONE.id]
    grown = finding(9, "abcdef", ["p1", "p2", "p3", "p4"], last=START + timedelta(hours=5))
    assert leads.import_findings(ws, ANNA, scan_folder(tmp_path / "again", [grown, TWO])) == (0, 1, 0, 1, 0, 0)
    new = stored(ws)[grown.id]
    assert (new.id, new.body) == (old.id, grown)
    said = {change.field: (change.before, change.after) for change in new.changes}
    assert said["accounts"] == ("5", "6 (+1 −0)")
    assert said["posts"] == ("3", "4 (+1 −0)")
    assert "last" in said


def test_a_finding_about_others_is_a_new_lead(ws, folder, tmp_path):
    leads.import_findings(ws, ANNA, folder)
    other = finding(9, "abfghi", ["p1", "s1"])  # 2 of 9 accounts in common
    assert leads.import_findings(ws, ANNA, scan_folder(tmp_path / "again", [other])) == (1, 0, 0, 0, 0, 2)
    assert len(stored(ws)) == 3


def test_two_groups_that_were_one_go_on_with_it_once(ws, tmp_path):
    whole = finding(1, "abcdef", ["p1"])
    leads.import_findings(ws, ANNA, scan_folder(tmp_path / "first", [whole]))
    parts = [finding(2, "abcd", ["p1"]), finding(3, "cdef", ["p2"])]
    assert leads.import_findings(ws, ANNA, scan_folder(tmp_path / "second", parts)) == (1, 1, 0, 0, 0, 0)


def test_pseudonyms_of_another_key_are_nobody_we_know(ws, folder, tmp_path):
    leads.import_findings(ws, ANNA, folder)
    grown = finding(9, "abcdef", ["p1", "p2"])
    again = scan_folder(tmp_path / "again", [grown], key=bytes(32))
    assert leads.import_findings(ws, ANNA, again).new == 1


def test_a_dismissed_lead_stays_dismissed_with_its_reason(ws, folder, tmp_path):
    leads.import_findings(ws, ANNA, folder)
    lead = stored(ws)[ONE.id]
    leads.dismiss(ws, ANNA, [lead.id], "A fan club.")
    same_evidence = ONE.model_copy(update={"sentence": "Said in other words."})
    assert leads.import_findings(ws, ANNA, scan_folder(tmp_path / "b", [same_evidence])) == (0, 1, 0, 0, 0, 1)
    kept = stored(ws)[ONE.id]
    assert (kept.state, kept.reason, kept.decided_by) == ("dismissed", "A fan club.", "anna")


@pytest.mark.parametrize("how", ["text", "posts"])
def test_a_dismissed_lead_comes_back_with_other_evidence(ws, folder, tmp_path, how):
    leads.import_findings(ws, ANNA, folder)
    leads.dismiss(ws, ANNA, [stored(ws)[ONE.id].id], "A fan club.")
    new = ONE if how == "text" else finding(9, "abcde", ["p1", "p2", "p3", "p4"])
    texts = {"p2": "edited since"} if how == "text" else {}
    assert leads.import_findings(ws, ANNA, scan_folder(tmp_path / "b", [new, TWO], texts)).returned == 1
    lead = stored(ws)[new.id]
    assert (lead.state, lead.reason) == ("new", "A fan club.")
    assert lead.changes[-1].before == "dismissed"


def test_row_order_does_not_change_the_digest_of_evidence(ws, folder, tmp_path):
    leads.import_findings(ws, ANNA, folder)
    rows = pq.read_table(folder / "evidence.parquet")
    pq.write_table(rows.take(list(range(rows.num_rows))[::-1]), folder / "evidence.parquet")
    assert leads.import_findings(ws, ANNA, folder).same == 2


def test_a_rerun_that_changes_a_lead_of_a_case_makes_its_review_old(ws, tmp_path):
    leads.import_findings(ws, ANNA, scan_folder(tmp_path / "a", [ONE]))
    built = Built(ws)
    lead = stored(ws)[ONE.id]
    work.attach(ws, ANNA, built.case_id, [lead.id])
    built.link = built.link.model_copy(update={"id": lead.id})
    built.named().in_scope().written().reviewed()
    assert built.case.state == "reply"
    grown = finding(9, "abcde", ["p1", "p2", "p3", "p4"])
    leads.import_findings(ws, ANNA, scan_folder(tmp_path / "b", [grown]))
    assert built.case.state == "draft"
    assert not built.gate("second reader").passed
    assert stored(ws)[grown.id].case == built.case_id


def test_scans_that_keep_accounts_are_refused(ws, tmp_path):
    with pytest.raises(UsageError, match="keeps the names of accounts"):
        leads.import_findings(ws, ANNA, scan_folder(tmp_path / "open", [ONE], pseudonymised=False))
    assert stored(ws) == {}


@pytest.mark.parametrize("damage", ["scan.json", "evidence.parquet", "cut", "folder"])
def test_a_folder_that_is_no_finished_scan_is_refused_in_words(ws, folder, damage):
    if damage == "cut":
        (folder / "evidence.parquet").write_bytes(b"PAR1")
    elif damage != "folder":
        (folder / damage).unlink()
    with pytest.raises(WorkspaceError, match="not a finished scan"):
        leads.import_findings(ws, ANNA, folder / "nowhere" if damage == "folder" else folder)


def test_leads_are_typed_in_by_hand(ws):
    lead = leads.add(ws, ANNA, "A call", "An observer saw it.", START, START, ["radio"])
    assert (lead.detector, lead.body, lead.state) == ("", None, "new")
    with pytest.raises(UsageError):
        leads.add(ws, ANNA, "A call", "An observer saw it.", START, START - timedelta(days=1))
    with pytest.raises(UsageError, match="title"):
        leads.add(ws, ANNA, "x" * 400, "An observer saw it.", START, START)


def test_many_are_dismissed_at_once_and_restored(ws, folder):
    leads.import_findings(ws, ANNA, folder)
    ids = [lead.id for lead in stored(ws).values()]
    assert len(leads.dismiss(ws, ANNA, ids, "A drill.")) == 2
    assert set(stored(ws, state="dismissed")) == {ONE.id, TWO.id}
    with pytest.raises(ConflictError, match="dismissed"):
        leads.dismiss(ws, ANNA, ids[:1], "Again.")
    assert "dismiss leads  2 leads" in journal(ws)
    leads.restore(ws, ANNA, ids)
    assert {lead.state for lead in stored(ws).values()} == {"new"}
    assert {lead.reason for lead in stored(ws).values()} == {"A drill."}  # kept, so that this too can be undone


def test_what_is_explained_stands_after_every_lead(ws, tmp_path):
    weak = finding(1, "abcdef", ["p1"], tests=(ONE.tests[0].model_copy(update={"log_e": 7.0}),))
    strong = finding(2, "ghijkl", ["p2"], standing="explained")
    leads.import_findings(ws, ANNA, scan_folder(tmp_path / "ranked", [strong, weak]))
    with ws.read() as r:
        assert [lead.finding for lead in r.page(Lead, order="-score").items] == [weak.id, strong.id]


def test_all_or_none_are_dismissed(ws, folder):
    leads.import_findings(ws, ANNA, folder)
    ids = [lead.id for lead in stored(ws).values()]
    with pytest.raises(NotFoundError):
        leads.dismiss(ws, ANNA, [*ids, "nowhere"], "A drill.")
    with pytest.raises(UsageError, match="reason"):
        leads.dismiss(ws, ANNA, ids, " ")
    assert stored(ws, state="dismissed") == {}


def test_only_analysts_touch_leads(ws, folder):
    for act in (
        lambda: leads.import_findings(ws, DANI, folder),
        lambda: leads.add(ws, DANI, "A", "b", START, START),
        lambda: leads.dismiss(ws, DANI, [], "c"),
        lambda: leads.restore(ws, DANI, []),
    ):
        with pytest.raises(ForbiddenError, match="analyst"):
            act()
    assert not list(ws.vault.files())
    assert sum(line.startswith("refused: ") for line in journal(ws)) == 4


def test_subjects_are_pseudonyms(ws, folder):
    leads.import_findings(ws, ANNA, folder)
    assert stored(ws)[ONE.id].body.subjects == tuple(account(name) for name in "abcde")
