"""No vote of a card that few others are like is in what is published, and none follows from it."""

import shutil
from collections import Counter

import pytest
from tests.assure.audit.life.town import CONTESTS, Town, begin, enter, published

from tocsin.assure.audit.life import draw, risk, secrecy, setup
from tocsin.assure.audit.life.files import AuditFolder, digest
from tocsin.assure.audit.life.secrecy import FEWEST
from tocsin.assure.audit.life.verify import verify
from tocsin.model.arrow import pc, whole


@pytest.fixture(scope="module", params=["redacted", "hash"])
def public(request, tmp_path_factory):
    """An audit in which three cards are of a rare style, all cards of which are read."""
    town, path = Town(rare=3), tmp_path_factory.mktemp(request.param)
    folder = begin(path / "a", town, "comparison", "alpha", published=request.param)
    draw.start_round(folder, 590)
    enter(folder, town)
    risk.measure_round(folder)
    return AuditFolder(published(folder, path / "public")), town


def test_votes_of_withheld_cards_are_nowhere(public):
    folder, town = public
    withheld = {f"{r['jurisdiction']}//{r['batch']}/{r['position']}" for r in folder.rows("withheld.csv")}
    rare = {f"Adams//{batch}/{position}" for (batch, position), style in town.styles.items() if style == "rare"}
    assert rare <= withheld
    assert not (folder.path / "private").exists()
    for name in ("readings.csv", "entries/pat.csv", "entries/quin.csv"):
        rows = folder.rows(f"round-1/{name}")
        assert rows
        assert not {row["unit"] for row in rows} & withheld
    shown = [row for row in folder.rows("round-1/compared.csv") if row["unit"] in withheld]
    assert {row["machine"] for row in shown} | {row["hand"] for row in shown} == {"[withheld]"}


def test_totals_less_what_is_published_tell_of_none_or_of_ten(public):
    folder, town = public
    marks = folder.table("marks.parquet")
    for contest in CONTESTS:
        rows = marks.filter(pc.equal(marks["contest"], contest))
        hidden = rows.filter(pc.is_null(rows["choice"])).num_rows
        assert hidden == 0 or hidden >= FEWEST
        votes = Counter(rows["choice"].drop_null().to_pylist())
        assert votes.total() + hidden == sum(contest in card for card in town.paper.values())


def test_hashes_of_what_is_withheld_cannot_be_found_by_trying(tmp_path):
    folder = begin(tmp_path / "a", Town(rare=3), "comparison", "alpha", published="redacted")
    told = folder.commitment.files["private/marks.parquet"]
    assert told not in (digest(folder.data("private/marks.parquet")), folder.fingerprint("marks.parquet"))
    assert told == digest(folder.data("private/salt") + folder.data("private/marks.parquet"))
    assert "failed" not in {check.outcome for check in verify(folder.path) if check.step != "round 1"}


def test_withholding_more_than_the_rule_asks_is_found(tmp_path):
    """Differences of withheld cards cannot be checked: who withholds all could invent them."""
    town = Town(rare=3)
    setup.new(tmp_path / "a", setup.Plan("Test", "comparison", published="redacted"), town.inputs())
    folder = AuditFolder(tmp_path / "a")
    cards, marks = folder.table("cards.parquet"), folder.table("marks.parquet")
    folder.put_table("marks.parquet", secrecy._without_votes(marks, whole(cards["card"])))
    folder.put_table("withheld.csv", cards.select(list(secrecy.WITHHELD_COLUMNS)))
    folder.put("audit.json", folder.setup.model_copy(update={"hidden_cards": cards.num_rows}))
    seen = [check.step for check in verify(published(folder, tmp_path / "public")) if "of the rule" in check.what]
    wrong = [check.what for check in verify(tmp_path / "public") if check.outcome == "failed"]
    assert seen == ["reported results"]
    assert any("of the rule" in what for what in wrong)


@pytest.mark.parametrize("how", ["another winner", "none needed"])
def test_assertions_are_checked_without_withheld_votes(how, tmp_path):
    setup.new(
        tmp_path / "a", setup.Plan("Test", "comparison", published="redacted"), Town(rare=3, ranked=True).inputs()
    )
    folder = AuditFolder(tmp_path / "a")
    mayor, park = folder.setup.contests
    other = {"another winner": {"reported_winners": ("Cy",)}, "none needed": {}}[how]
    less = mayor.assertions[:-1] if how == "none needed" else mayor.assertions
    mayor = mayor.model_copy(update={"contest": mayor.contest.model_copy(update=other), "assertions": less})
    public = AuditFolder(published(folder, tmp_path / "public"))
    before = {check.what: check.outcome for check in verify(public.path)}
    public.put("audit.json", public.setup.model_copy(update={"contests": (mayor, park)}))
    after = {check.what: check.outcome for check in verify(public.path)}
    rule = "Mayor: the assertions rule out every other winner"
    assert (before[rule], after[rule]) == ("passed", "failed")
    assert before["Mayor: the votes of the assertions follow from the records"] == "not possible"


def test_records_cannot_be_made_up_after_the_draw(tmp_path):
    """Of records only hashes are published: those of the cards drawn are opened, and others are found out."""
    town = Town(rare=3)
    folder = begin(tmp_path / "a", town, "comparison", "alpha", published="hash")
    draw.start_round(folder, 60)
    enter(folder, town)
    marks = folder.table("marks.parquet")
    other = marks.set_column(2, marks.schema.field(2), pc.replace_substring(marks["choice"], "Ann", "Bo"))
    for name, table in (("honest", marks), ("other", other)):
        copy = AuditFolder(tmp_path / name)
        shutil.copytree(folder.path, copy.path)
        copy.put_table("private/marks.parquet", table)
        risk.measure_round(copy)
        checks = verify(published(copy, tmp_path / f"{name}-public"))
        assert [c.outcome for c in checks if "sealed before" in c.what] == ["passed" if name == "honest" else "failed"]


def test_it_is_said_what_cannot_be_checked(public):
    checks = verify(public[0].path)
    assert "failed" not in {check.outcome for check in checks}
    assert {check.step for check in checks if check.outcome == "not possible"} >= {"commitment", "reported results"}
    risks = [check for check in checks if "by two routes" in check.what]
    assert [check.outcome for check in risks] == ["passed", "passed"]
