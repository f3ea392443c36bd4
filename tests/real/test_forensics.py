"""Real results by station: one default setting flags the Russian files and none of the controls."""

import pytest

from common import ROOT
from tocsin.detect.voting.base import VotingTables
from tocsin.detect.voting.results import DETECTOR, Results
from tocsin.detect.voting.run import look
from tocsin.detect.voting.stations import Stations
from tocsin.sources.results import read_stations
from tocsin.stats.percentages import hits

DATA = ROOT.parent / "shared/data/elections/precinct"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the election data are not beside the checkout")
FILES = sorted(DATA.glob("*.parquet"))
QUICK = ("ru_2011", "pl_2025_round1", "us_ga_2024_president")
MARKED = [pytest.param(path, marks=[] if path.stem in QUICK else pytest.mark.slow, id=path.stem) for path in FILES]


@pytest.mark.parametrize("path", MARKED)
def test_results(path):
    read = read_stations([str(path)])
    found = look(VotingTables(stations=read.tables), str, chosen={DETECTOR.id: Results()})
    leads = [one for one in found.findings if one.standing == "lead"]
    assert bool(leads) == path.stem.startswith("ru_")
    for one in leads:
        assert max(test.q for test in one.tests) < 1e-6
        assert {told.verdict for told in one.explanations} == {"does not fit"}
        assert one.targeting.cannot_show


@pytest.mark.slow
def test_every_row_is_read_or_set_aside():
    rows = {"ru_2004": 95_779, "ru_2011": 95_225, "ru_2018": 97_699, "pl_2025_round1": 32_143}
    rows |= {"us_pa_2020_president": 8_750, "us_ga_2024_president": 2_701}
    for path in FILES:
        read = read_stations([str(path)])
        number = sum(table.num_rows for table in read.tables) + len(read.rejected)
        assert number == rows.get(path.stem, number), path


@pytest.mark.slow
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_exact_null_agrees_with_draws(path):
    """The second route: each station's counts drawn again, as Kobak, Shpilkin and Pshenichnikov do."""
    import numpy as np

    (table,) = read_stations([str(path)]).tables
    stations, rng = Stations.of(table), np.random.default_rng(1)
    known = stations.shared
    part, whole = stations.first[known], stations.base[known]
    drawn = [hits(rng.binomial(whole, part / whole), whole).sum() for _ in range(100)]
    chance = stations.near()[1]["share"][known]
    spread = np.sqrt((chance * (1 - chance)).sum())
    assert abs(np.mean(drawn) - chance.sum()) < 4 * spread / 10
    assert 0.75 < np.std(drawn) / spread < 1.25
