"""Tips go, erasure takes two, and one may ask what is kept about oneself."""

import stat
from datetime import timedelta

import pytest
from tests.cases.making import ANNA, BELA, CORA, DANI, finding, journal, scan_folder

from tocsin.cases import leads, retention, work
from tocsin.errors import ConflictError, ForbiddenError, NotFoundError, UsageError
from tocsin.model.case import Approval, Case, Claim, Lead, Review, Tip


def test_tips_are_erased_after_their_time_unless_a_case_keeps_them(ws, built, clock):
    plain = retention.add_tip(ws, ANNA, "A van took ballots.")
    kept = retention.add_tip(ws, ANNA, "Somebody pays for posts.")
    assert plain.expires - plain.received == timedelta(days=90)
    retention.keep_tip(ws, ANNA, kept.id, built.case_id)
    clock(plain.expires - timedelta(seconds=1))
    assert retention.expire(ws, CORA) == 0
    clock(plain.expires)
    assert retention.expire(ws, CORA) == 1
    with ws.read() as reader:
        assert reader.find(Tip, plain.id) is None
        assert reader.get(Tip, kept.id).case == built.case_id
    assert ws.check() == []
    assert b"van took ballots" not in (ws.path / "records.sqlite").read_bytes()


def test_tips_that_endanger_somebody_are_for_custodians_and_the_owner(ws, built):
    tip = retention.add_tip(ws, CORA, "I was threatened.", danger=True)
    with ws.read() as reader:
        assert [retention.may_see(reader, actor, tip) for actor in (ANNA, BELA, CORA, DANI)] == [
            False,
            False,
            True,
            False,
        ]
    with pytest.raises(ForbiddenError, match="for custodians"):
        retention.keep_tip(ws, ANNA, tip.id, built.case_id)
    kept = retention.keep_tip(ws, CORA, tip.id, built.case_id)
    with ws.read() as reader:
        assert [retention.may_see(reader, actor, kept) for actor in (ANNA, BELA, CORA)] == [True, False, True]
    assert "threatened" not in "\n".join(journal(ws))


def test_a_tip_needs_a_text(ws):
    with pytest.raises(UsageError, match="text"):
        retention.add_tip(ws, ANNA, "  ")


def test_a_case_is_erased_by_two_persons_with_all_that_hangs_on_it(ws, built):
    built.named().in_scope().written().asked()
    with pytest.raises(ForbiddenError, match="two persons"):
        retention.erase(ws, CORA, Case, built.case_id)
    assert retention.approve_erasure(ws, CORA, Case, built.case_id) == 1
    assert retention.approve_erasure(ws, ANNA, Case, built.case_id) == 2
    retention.erase(ws, CORA, Case, built.case_id)
    with ws.read() as reader:
        assert reader.find(Case, built.case_id) is None
        for part in (Claim, Review, Approval):
            assert reader.count(part) == 0
        lead = reader.get(Lead, built.lead.id)
    assert (lead.case, lead.state) == ("", "new")
    assert ws.check() == []


def test_a_case_that_changed_since_is_not_erased(ws, built):
    for actor in (ANNA, CORA):
        retention.approve_erasure(ws, actor, Case, built.case_id)
    built.edit(summary="New.")
    with pytest.raises(ForbiddenError, match="nobody has"):
        retention.erase(ws, CORA, Case, built.case_id)


def test_what_was_published_is_not_erased(ws, built):
    built.published()
    with pytest.raises(ForbiddenError, match="not erased"):
        retention.approve_erasure(ws, CORA, Case, built.case_id)


def test_a_lead_of_a_case_is_not_erased_under_it(ws, built):
    with pytest.raises(ConflictError, match="is in a case"):
        retention.approve_erasure(ws, CORA, Lead, built.lead.id)
    with pytest.raises(NotFoundError):
        retention.approve_erasure(ws, CORA, Tip, "nowhere")


def test_one_may_ask_what_is_kept_about_oneself(ws, tmp_path):
    found = [finding(1, ["Alice", "bob"], ["p1"]), finding(2, ["carl", "bob"], ["p2"])]
    folder = scan_folder(tmp_path / "scan", found)
    leads.import_findings(ws, ANNA, folder)
    with ws.read() as reader:
        ids = {lead.finding: lead.id for lead in reader.page(Lead).items}

    def about(handle, platforms=("twitter",)):
        return {hit.id for hit in retention.about(ws, CORA, folder / "key", handle, platforms)}

    assert about("@alice") == {ids[found[0].id]}
    assert about("bob") == set(ids.values())
    assert about("dora") == set()
    assert about("bob", ["telegram"]) == set()
    text = "\n".join(journal(ws))
    assert "answer request about oneself" in text
    assert not any(name in text.lower() for name in ("alice", "bob", "dora"))


def test_only_a_custodian_with_the_key_answers(ws, tmp_path):
    folder = scan_folder(tmp_path / "scan", [finding(1, "ab", ["p1"])])
    with pytest.raises(ForbiddenError, match="custodian"):
        retention.about(ws, ANNA, folder / "key", "a", ["twitter"])
    with pytest.raises(UsageError, match="not a key"):
        retention.about(ws, CORA, folder / "scan.json", "a", ["twitter"])
    assert retention.about(ws, CORA, folder / "key", "a", []) == ()


def test_a_custodian_key_is_kept_outside_and_never_written_over(ws, tmp_path):
    key = tmp_path / "key"
    retention.new_custodian_key(ws, CORA, key)
    assert len(key.read_bytes()) == 32
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    before = key.read_bytes()
    with pytest.raises(UsageError, match="exists"):
        retention.new_custodian_key(ws, CORA, key)
    assert key.read_bytes() == before
    with pytest.raises(UsageError, match="not kept in the workspace"):
        retention.new_custodian_key(ws, CORA, ws.path / "tables" / "key")
    with pytest.raises(ForbiddenError):
        retention.new_custodian_key(ws, ANNA, tmp_path / "other")
    assert not (tmp_path / "other").exists()


def test_no_record_is_about_a_person():
    """No kind of record has an account as its subject: a profile of a person has no place to be."""
    from tocsin.model.assessment import Profile
    from tocsin.store.schema import KINDS

    for kind in KINDS:
        assert not {"account", "handle", "pseudonym"} & set(kind.model_fields), kind
        assert kind is Profile or "profile" not in kind.kind  # that one holds questions; a field is one of a format


def test_the_journal_names_no_case_of_the_request(ws, tmp_path):
    folder = scan_folder(tmp_path / "scan", [finding(1, "ab", ["p1"])])
    leads.import_findings(ws, ANNA, folder)
    work.open_case(ws, ANNA, "Title", "Case")
    retention.about(ws, CORA, folder / "key", "a", ["twitter"])
    assert journal(ws)[-1].strip() == "answer request about oneself"
