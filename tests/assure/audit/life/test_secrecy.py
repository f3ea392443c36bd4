"""No vote of a card that few others are like is in what is published, and none follows from it."""

from collections import Counter

import pytest
from tests.assure.audit.life.town import CONTESTS, Town, begin, enter, published

from tocsin.assure.audit.life import draw, risk
from tocsin.assure.audit.life.files import AuditFolder
from tocsin.assure.audit.life.secrecy import FEWEST
from tocsin.assure.audit.life.verify import verify
from tocsin.model.arrow import pc


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


def test_it_is_said_what_cannot_be_checked(public):
    checks = verify(public[0].path)
    assert "failed" not in {check.outcome for check in checks}
    assert {check.step for check in checks if check.outcome == "not possible"} >= {"commitment", "reported results"}
    risks = [check for check in checks if "by two routes" in check.what]
    assert [check.outcome for check in risks] == ["passed", "passed"]
