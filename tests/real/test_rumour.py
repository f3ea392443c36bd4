"""Evidence that was published: Colorado's batches of 2024, Georgia's hand tally of 2020."""

import pytest

from common import ROOT
from tocsin.assure.rumour import Columns, from_comparison, kind_of, ties
from tocsin.model.rumour import Rumour

DATA = ROOT.parent / "shared/data/elections"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the election data are not beside the checkout")


def test_every_batch_of_colorado_agrees():
    path = DATA / "corla/manifest_vs_cvr_batches_2024.csv.gz"
    columns = Columns("county_name", "count_per_manifest", "count_per_cvr_file")
    *counties, every = from_comparison(path, "reconciliation", columns, ("cards on the manifest", "cast vote records"))
    assert (every.figures["rows"], every.figures["rows that differ"]) == (54_049, 0)
    rumour = Rumour(id="r", text="Votes were switched in Adams County", places=("Adams County",))
    first = ties(rumour, kind_of("votes-switched"), [*counties, every])[0]
    assert (first.item.place, first.item.figures["rows that differ"]) == ("Adams", 0)


def test_georgia_s_hand_tally_by_county():
    path = DATA / "ga_full_hand_tally_2020/county_official_vs_audit.csv"
    items = from_comparison(path, "hand tally", Columns("County", "Ofc-BC", "RLA-BC"), ("official", "hand tally"))
    fulton = next(one for one in items if one.place == "Fulton")
    assert (fulton.figures["official"], fulton.figures["hand tally"]) == (528_777, 528_035)
    assert fulton.limits
    *counties, every = items
    assert "ALL" not in {one.place for one in counties}  # the file's own total is no county
    assert every.figures["official"] == sum(one.figures["official"] for one in counties)
