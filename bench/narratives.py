"""Bursts on series without any and on real posts, how divided networks are, imitated outlets of the simulation.

    python bench/narratives.py

Series are made here. Where the data are beside the checkout, bursts of real posts are sought in their own order and
with their times shuffled, and labelled networks of reposts are scored beside their null.
"""

from __future__ import annotations

import csv
import gzip
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common import ROOT, markdown, write
from tocsin.detect.fabrication import bursts, outlets
from tocsin.detect.fabrication.base import ContentTables
from tocsin.detect.fabrication.combine import combine
from tocsin.detect.fabrication.divided import divided
from tocsin.model.post import POSTS
from tocsin.simulate.content.election import ContentParams
from tocsin.simulate.content.write import write_content
from tocsin.sources.names import read_observed, read_official
from tocsin.stats import stated, trailing

SHARED = ROOT.parent / "shared/data"
TWEETS, GRAPHS = SHARED / "coordination/ira_tweets_dev.parquet", SHARED / "content/retweet_graphs"
LEVELS = (1e-2, 1e-3, 1e-4, 1e-5)
SERIES, DAYS, SEEDS = 4_000, 200, 5


def null_series(rng: np.random.Generator) -> dict[str, Any]:
    """Series in which nothing bursts."""
    size = (SERIES, DAYS)
    drift = np.zeros(size)
    for day in range(1, DAYS):
        drift[:, day] = 0.9 * drift[:, day - 1] + rng.normal(0, 0.2, SERIES)
    return {
        "Poisson, 0.02 a day": rng.poisson(0.02, size),
        "Poisson, 0.5 a day": rng.poisson(0.5, size),
        "Poisson, 100 a day": rng.poisson(100, size),
        "gamma days, 50 a day": rng.poisson(50 * rng.gamma(1, 1, size)),
        "log-normal days, 1 a day": rng.poisson(rng.lognormal(0, 1, size)),
        "log-normal days, 20 a day": rng.poisson(20 * rng.lognormal(0, 1, size)),
        "weekends twice as high, 20 a day": rng.poisson(20 * np.tile([1, 1, 1, 1, 1, 2, 2], 40)[:DAYS], size),
        "drifting rates, 20 a day": rng.poisson(20 * np.exp(drift)),
    }


def calibrated() -> dict[str, dict[str, float]]:
    """Share of days with p below a level, divided by the level."""
    made = {}
    for name, counts in null_series(np.random.default_rng(1)).items():
        p = trailing.tails(counts.astype(float), np.ones((1, DAYS)), 28, 14)[:, 28:]
        made[name] = {f"{level:g}": float((p <= level).mean() / level) for level in LEVELS}
    return made


def tweets() -> pa.Table:
    """Real posts as the detector reads them."""
    read = pq.read_table(TWEETS)
    size = read.num_rows
    times = pa.array(read["ts"].to_numpy().astype(np.int64) * 1_000_000).cast(pa.timestamp("us", tz="UTC"))
    known = {
        "post": read["row_id"].cast(pa.string()),
        "account": read["author_id"],
        "time": times,
        "text": read["content"],
        "file": pa.repeat("tweets", size),
        "row": pa.array(np.arange(1, size + 1)),
    }
    return pa.table([known.get(one.name, pa.nulls(size, one.type)) for one in POSTS], schema=POSTS)


def of_posts(posts: pa.Table) -> dict[str, Any]:
    """Bursts of hashtags that stay at q 0.05; what is said is left out."""
    tables = ContentTables(posts=posts)
    tables.made["clusters"] = SimpleNamespace(first=np.arange(posts.num_rows), texts=[""] * posts.num_rows)
    start = time.process_time()
    result = bursts.DETECTOR.run(tables)
    cost = time.process_time() - start
    q = stated.q_values([(one.detector, one.p) for one in result.candidates], {bursts.DETECTOR.id: result.tested})
    kept = sorted(
        (one for one, value in zip(result.candidates, q, strict=True) if value <= 0.05), key=lambda one: one.p
    )
    return {"tests": result.tested, "stay": len(kept), "cpu_s": cost, "first": [one.title for one in kept[:10]]}


def networks() -> dict[str, Any]:
    """Labelled networks beside their null, and the AUC of the score with and without it."""
    with (GRAPHS / "labels.tsv").open(newline="") as stream:
        labels = {row["graph"]: row["controversial"] == "1" for row in csv.DictReader(stream, delimiter="\t")}
    scores, made = {}, {}
    for name in sorted(labels):
        with gzip.open(GRAPHS / f"{name}.csv.gz", "rt", newline="") as stream:
            ties = [row[:2] for row in csv.reader(stream)]
        codes = np.unique(np.array(ties), return_inverse=True)[1].reshape(-1, 2)
        pairs = np.unique(np.sort(codes[codes[:, 0] != codes[:, 1]], axis=1), axis=0)
        start = time.process_time()
        found = divided(pairs[:, 0], pairs[:, 1], draws=10)
        scores[name] = (found.score, found.score - found.null_mean)
        cost = time.process_time() - start
        made[name] = {"about a fight": labels[name], "score": found.score, "null": found.null_mean, "cpu_s": cost}
    made["AUC"] = {f"by {what}": auc(scores, labels, n) for n, what in enumerate(("score", "score less null"))}
    return made


def auc(scores: dict[str, tuple[float, float]], labels: dict[str, bool], which: int) -> float:
    yes, no = ([scores[name][which] for name in scores if labels[name] is side] for side in (True, False))
    return float(np.mean([(a > b) + (a == b) / 2 for a in yes for b in no]))


def imitations(seed: int) -> dict[str, int]:
    """Planted imitations of outlets that are in a lead, and other names that are."""
    with tempfile.TemporaryDirectory() as place:
        folder = write_content(ContentParams(seed=seed), Path(place))
        with (folder / "truth.csv").open(newline="") as stream:
            rows = [row for row in csv.DictReader(stream) if row["unit"].startswith("outlet-")]
        tables = ContentTables(
            official=read_official([folder / "official.csv"]).table,
            observed=read_observed([folder / "observed.jsonl"]).table,
        )
    seen = set(tables.observed["name"].to_pylist())
    planted = {row["item"] for row in rows if row["role"] == "operation"} & seen
    result = outlets.DETECTOR.run(tables)
    made = combine({outlets.DETECTOR.id: result}, {outlets.DETECTOR.id: outlets.DETECTOR}, tables)
    named = {name.name for one in made.findings if one.content for name in one.content.names}
    return {"planted": len(planted), "found": len(planted & named), "others": len(named - planted)}


def main() -> None:
    results: dict[str, Any] = {"series": calibrated()}
    results["outlets"] = {f"seed {seed}": imitations(seed) for seed in range(1, SEEDS + 1)}
    if TWEETS.exists():
        posts = tweets()
        moved = np.random.default_rng(1).permutation(posts.num_rows)
        shuffled = posts.set_column(2, POSTS.field("time"), posts["time"].take(pa.array(moved)))
        results["posts"] = {"as they are": of_posts(posts), "shuffled": of_posts(shuffled)}
    if GRAPHS.exists():
        results["networks"] = networks()
    write("narratives", results)
    for name, rows in results.items():
        print(f"\n{name}\n")
        heads = [*dict.fromkeys(key for row in rows.values() for key in row)]
        print(markdown(["", *heads], [[label, *(row.get(key, "") for key in heads)] for label, row in rows.items()]))


if __name__ == "__main__":
    main()
