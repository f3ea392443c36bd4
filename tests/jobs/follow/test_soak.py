"""Hours of a live desk: memory, handles and lag stay flat, every post is taken once. TOCSIN_SOAK_S says how long (two
hours by default), TOCSIN_SOAK_RATE how many posts a second, TOCSIN_SOAK_PLOT where the picture goes."""

import importlib.util
import json
import os
from pathlib import Path

import numpy as np
import pytest

BENCH = Path(__file__).parents[3] / "bench" / "follow.py"
SECONDS, RATE = int(os.environ.get("TOCSIN_SOAK_S", "7200")), int(os.environ.get("TOCSIN_SOAK_RATE", "5000"))
SPAN_S, GROWTH_MB, HANDLES, LAG_S = 900, 150, 4, 60


def bench():
    spec = importlib.util.spec_from_file_location("bench_follow", BENCH)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plot(found, figures, path):
    """Memory, handles and lag over the run, one below the other."""
    import altair as alt
    import pyarrow as pa

    rows = [(s["at_s"] / 60, name, s[name]) for s in found["samples"] for name in ("memory_mb", "handles")]
    begun = figures[0]["time"]
    rows += [((f["time"] - begun) / 60, "lag_s", f["lag_s"]) for f in figures if f["lag_s"] is not None]
    data = pa.table(dict(zip(("minutes", "what", "value"), map(list, zip(*rows, strict=True)), strict=True)))
    lines = alt.Chart(data).mark_line().encode(x="minutes:Q", y=alt.Y("value:Q", title=None), row="what:N")
    lines.resolve_scale(y="independent").properties(width=600, height=120).save(path)


@pytest.mark.slow
def test_flat_for_hours(tmp_path):
    found = bench().run(tmp_path, RATE, SECONDS, tmp_path / "found.json")
    figures = [json.loads(line) for line in (tmp_path / "desk" / "figures.jsonl").read_text().splitlines()]
    picture = Path(os.environ.get("TOCSIN_SOAK_PLOT", tmp_path / "soak.svg"))
    plot(found, figures, str(picture))
    assert picture.stat().st_size > 1_000
    assert found["exit"] == 0
    assert found["all_served"]
    assert found["posts"] == found["distinct"] == found["served"]
    assert found["lag_s"]["p99"] < LAG_S
    assert found["raised"] >= 0.95 * found["planted"]  # links need more than three things where links are fast anyway
    assert not found["leads_of_no_group"]
    steady = [s for s in found["samples"] if s["at_s"] > min(SPAN_S + 120, SECONDS / 2)]
    memory, handles = ([s[name] for s in steady] for name in ("memory_mb", "handles"))
    third = max(len(steady) // 3, 1)
    if SECONDS > 2 * SPAN_S:
        assert np.median(memory[-third:]) - np.median(memory[:third]) < GROWTH_MB
    assert max(handles) - min(handles) <= HANDLES
