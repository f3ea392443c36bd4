"""What a plan counts is what the detector then counts; what it estimates holds within its intervals."""

import itertools

import numpy as np
import pyarrow as pa
import pytest
from pydantic import TypeAdapter

from tocsin import settings
from tocsin.cli.plan import _show as show
from tocsin.detect.amplification.contacts import Contacts
from tocsin.detect.amplification.coordination import Coordination, Parameters
from tocsin.jobs import plan_calibration
from tocsin.jobs.plan import Plan, _Known, _others, _outcome, _stages, plan
from tocsin.jobs.plan_calibration import Calibration, calibration
from tocsin.jobs.plan_runs import EDGES, FILES, SHARES, TESTING, WRITING, Meter, Run, Size, Start
from tocsin.jobs.plan_survey import Outlook, count, fill, numbered, outlook, sampled
from tocsin.jobs.request import Request
from tocsin.jobs.scan import scan
from tocsin.progress import Silent
from tocsin.simulate.election import Election, ElectionParams
from tocsin.simulate.write import write_simulation

LAYERS = ("repost", "hashtag", "text", "media", "object")
STEPS = {FILES: 1.0, SHARES: 1.0, TESTING: 1.2, "Finding who belongs to the groups": 1.5, EDGES: 1.0, WRITING: 1.0}


@pytest.fixture(scope="module")
def posts():
    drawn = Election(ElectionParams(posts=3_000, seed=7, decoys=False, operations="none"))
    return pa.concat_tables(drawn.batches()).sort_by("time")


@pytest.fixture(scope="module")
def data(posts):
    return numbered(posts, LAYERS, Silent())


def test_pairs_and_ties_are_those_that_the_detector_makes(data):
    windows = (10.0, 300.0)
    (first, *_) = count(data, windows)
    shares = data.shared[first.layer]
    for window in first.windows:
        within = 0
        for _, of in itertools.groupby(sorted(zip(shares.obj, data.time[shares.post], strict=True)), lambda r: r[0]):
            times = [time for _, time in of]
            within += sum(b - a <= window.window_s * 1e6 for a, b in itertools.combinations(times, 2))
        assert window.row_pairs == within
        assert window.pair_objects <= within
    params = Parameters(windows_s=windows, layers=LAYERS)
    seen = fill(data, outlook(data, count(data, windows), params), {})
    assert seen.joint_posts == len(Contacts(data, params.windows_us).later)


def test_edges_are_counted_where_they_are_few_and_near_where_told_from_a_round(posts, data, monkeypatch):
    params = Parameters(layers=LAYERS)
    meter = Meter()
    found = Coordination().run(posts, params, meter)
    real = {(one.layer, one.window_s): one.edges for one in found.layers}
    assert {SHARES, TESTING, EDGES} <= set(meter.stop()), "the detector names its steps otherwise"
    counts = count(data, params.windows_s)
    for part in (10**9, 1):
        monkeypatch.setattr("tocsin.jobs.plan_survey._EDGES_COUNTED", part)
        samples = {one.layer: sampled(data, one, params.windows_s, 1) for one in counts}
        seen = fill(data, outlook(data, counts, params), samples)
        told = np.array([edges for layer in seen.edges for edges in seen.edges[layer]])
        inside = np.array([real.get((layer, w), 0) for layer in seen.edges for w in params.windows_s])
        if part == 1:
            assert max(sample.rounds for sample in samples.values()) > 1
            assert told.sum() == pytest.approx(inside.sum(), rel=0.35)
        else:  # pairs inside a finding need one object only, so there are a few more
            assert (told <= inside).all()
            assert told.sum() >= 0.9 * inside.sum()


def test_windows_beside_those_asked_for_and_what_would_be_refused(data):
    params = Parameters(windows_s=(60.0, 80_000.0), layers=LAYERS)
    sets = _others(params)
    assert [one.windows_s for one in sets] == [
        (60.0, 80_000.0),
        (30.0, 40_000.0),
        (120.0, 86_400.0),
        (10.0, 60.0, 300.0),
    ]
    assert len(_others(Parameters())) == 3
    counts = count(data, sorted({w for one in sets for w in one.windows_s}))
    few = params.model_copy(update={"max_row_pairs": max(one.windows[0].row_pairs for one in counts)})
    seen = outlook(data, counts, few)
    assert "pairs of rows share an object within 80000 s" in seen.refused
    assert "limit" in seen.refused
    assert _outcome(data, seen, None).cpu_s is None


def _run(posts, noise=1.0):
    size = Size(posts=posts, shares=5 * posts, joint_posts=6 * posts, edges=20 * posts)
    cpu_s = {step: noise * 1e-5 * posts**slope + 0.2 for step, slope in STEPS.items()}
    cpu_s[TESTING] = 1e-6 * size.of(TESTING) ** 1.2 * plan_calibration.parts(posts) + 0.2
    return Run(size=size, cpu_s=cpu_s, peak_mib=400 + posts / 500)


def test_steps_are_told_with_what_they_cost_whatever_the_size_and_how_often_content_is_dealt():
    start = Start(before_s=1.5, cpu_s=dict.fromkeys(STEPS, 0.2), peak_mib=400.0)
    runs = [_run(posts) for posts in (6_000, 12_000, 25_000, 60_000, 120_000)]
    kept = Calibration(machine="m", tocsin="1", code="c", made="2026-01-01T00:00:00Z", start=start, runs=runs)
    real = _run(400_000)
    known = _Known({FILES: 4.2}, runs[:4], start, kept)
    told = {stage.name: stage for stage in _stages(real.size, known)}
    assert told[FILES].measured
    assert told[FILES].cpu_s.value == 4.2
    for step in set(STEPS) - {FILES}:
        assert not told[step].measured
        assert told[step].cpu_s.value == pytest.approx(real.cpu_s[step], rel=0.1), step
        assert told[step].cpu_s.low < real.cpu_s[step] < told[step].cpu_s.high
    seen = Outlook((60.0,), 1, joint_posts=real.size.joint_posts, edges={"text": (real.size.edges,)})

    class Data:
        n, all = 400_000, type("All", (), {"obj": np.empty(real.size.shares)})

    outcome = _outcome(Data(), seen, known)
    assert outcome.memory_mib.low < real.peak_mib < outcome.memory_mib.high
    assert outcome.cpu_s.value == pytest.approx(sum(stage.cpu_s.value for stage in outcome.stages))


def test_the_machine_is_measured_once_and_again_when_anything_changed(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(plan_calibration, "_folder", lambda: tmp_path / "tocsin")
    made = []
    start = Start(before_s=1.0, cpu_s={}, peak_mib=1.0)

    def measure(of, progress):
        made.append(1)
        told = plan_calibration._machine(of), plan_calibration.__version__, plan_calibration._code()
        names = dict(zip(("machine", "tocsin", "code"), told, strict=True))
        return Calibration(**names, made="2026-01-01T00:00:00Z", start=start, runs=())

    monkeypatch.setattr(plan_calibration, "_measure", measure)
    here = settings.load()
    first = calibration(here, Silent())
    assert calibration(here, Silent()) == first
    assert len(made) == 1
    calibration(here, Silent(), anew=True)
    calibration(here.model_copy(update={"threads": here.threads + 1}), Silent())
    assert len(made) == 3
    (tmp_path / "tocsin" / "calibration.json").write_text("{")
    calibration(here, Silent())
    assert len(made) == 4


@pytest.mark.slow
def test_a_plan_beside_the_scan_in_memory_and_on_an_engine(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plan_calibration, "_folder", lambda: tmp_path / "cache")
    monkeypatch.setattr(plan_calibration, "ELECTION", (3_000, 5))
    file = str(write_simulation(ElectionParams(posts=6_000, seed=9), tmp_path / "election"))
    here = settings.load()
    told = plan(Request((file,), tmp_path / "out"), here)
    asked = told.outcomes[0]
    real = scan(Request((file,), tmp_path / "out"), here)
    assert (told.posts, told.accounts) == (real.posts, real.accounts)
    bounds = {(one.layer, window.window_s): window.pair_objects for one in told.layers for window in one.windows}
    assert all(bounds[one.layer, one.window_s] == one.pair_objects for one in real.layers)
    assert sum(map(sum, asked.seen.edges.values())) == pytest.approx(sum(one.edges for one in real.layers), rel=0.2)
    assert 0 < asked.cpu_s.low < asked.cpu_s.value < asked.cpu_s.high
    assert told.pilot_posts
    show(told)
    shown = capsys.readouterr().out
    assert "What would be counted" in shown
    assert f"{told.posts:,} posts by {told.accounts:,} accounts" in shown

    there = plan(Request((file,), tmp_path / "there", engine="embedded"), here)
    assert there.layers == told.layers
    assert [one.seen for one in there.outcomes] == [one.seen for one in told.outcomes]

    few = plan(Request((file,), tmp_path / "few", params={"max_row_pairs": 10}), here)
    assert few.pilot_posts == ()
    show(few)
    assert "The scan would be refused." in capsys.readouterr().out
    assert TypeAdapter(Plan).validate_json(TypeAdapter(Plan).dump_json(few)) == few
