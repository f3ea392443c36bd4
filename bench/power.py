"""How much of a planted operation is found, beside two other tools, at a false discovery rate of at most 5 %.

    python bench/power.py            some of the grid, about ten minutes of CPU
    python bench/power.py --full     all of it: hours

Operations are planted into the GOP debate and UP election tweets. Recall is the share of planted accounts that a
method names. The tweets are unlabelled: an account that a method names without the operation as well is native and
neither right nor wrong, so false discoveries are accounts named that are neither planted nor native; the raw rate,
which counts native accounts as false, is kept beside it. Of ours also the rate within the leads that name a planted
account: what a reader of those leads is told wrongly, whatever becomes of the tweets' own leads. The tools stand at
their defaults and at the best of all their networks, windows and weights, chosen for each point with the truth at
hand; ours stands as reported, without a choice, and cut at the best evidence score.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from itertools import product
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common import Scan, load, markdown, need_data, scan, write
from tocsin.detect.amplification.compat import Kind, cnt, coortweet
from tocsin.detect.amplification.layers import Content
from tocsin.simulate.plant import OperationParams, plant

KINDS = ("link", "repost", "copy_text", "hashtag_sequence")
ACCOUNTS, OBJECTS, JITTER_S = (5, 10, 20, 50), (2, 5, 10, 20), (1, 10, 60, 300)
CENTRE = (10, 10, 60)
FDR = 0.05
WINDOWS_S = (1, 10, 60, 300)
NETWORKS: dict[Kind, str] = {"co_retweet": "repost_of", "co_link": "urls", "co_tweet": "text", "co_hashtag": "hashtags"}
DEFAULT_S = {"cnt": 60, "coortweet": 10}
Strength = dict[str, float]


@dataclass(frozen=True, slots=True)
class Point:
    """One planted operation."""

    data: str
    kind: str
    accounts: int
    objects: int
    jitter_s: int


@dataclass(frozen=True, slots=True)
class Score:
    """Recall of planted accounts; false discovery rate without and with native accounts; how it was reached."""

    recall: float
    fdr: float
    raw: float
    how: str = ""


def judge(named: set[str], planted: set[str], native: set[str], how: str = "") -> Score:
    """Score a set of named accounts."""
    right, wrong = len(named & planted), len(named - planted - native)
    return Score(right / len(planted), wrong / max(right + wrong, 1), 1 - right / max(len(named), 1), how)


def best(scores: Iterable[Score]) -> Score:
    """The score of most recall at an allowed false discovery rate; nothing named where none is allowed."""
    allowed = [score for score in scores if score.fdr <= FDR]
    return max(allowed, key=lambda score: score.recall, default=Score(0.0, 0.0, 0.0, "none"))


def as_peers_read(posts: pa.Table) -> pa.Table:
    """Posts with all that the tools need and these files leave in the text: reposts by their text, links, hashtags."""
    content = Content(posts)
    texts = posts["text"].to_pylist()
    reposts = [hashlib.md5(text.encode()).hexdigest() if text.startswith("RT @") else None for text in texts]
    columns = {"repost_of": pa.array(reposts, pa.string()), "urls": content.lists("urls")}
    tags = content.lists("hashtags")
    lower = pc.utf8_lower(tags.flatten())
    columns["hashtags"] = pa.ListArray.from_arrays(tags.offsets, lower, mask=tags.is_null())
    for name, values in columns.items():
        posts = posts.set_column(posts.schema.get_field_index(name), name, values)
    return posts


def _strength(edges: pa.Table, ends: tuple[str, str]) -> Strength:
    """The weight of the heaviest edge of each account."""
    names = pa.concat_arrays([edges[end].combine_chunks().cast(pa.string()) for end in ends])
    weights = np.tile(edges["weight"].to_numpy().astype(float), 2)
    heaviest = pa.table({"name": names, "weight": weights}).group_by("name").aggregate([("weight", "max")])
    return dict(zip(heaviest["name"].to_pylist(), heaviest["weight_max"].to_pylist(), strict=True))


def network(tool: str, kind: Kind, posts: pa.Table, window_s: float) -> tuple[Strength, float]:
    """Each account's heaviest edge, and the weight from which the tool's default names it."""
    if tool == "cnt":
        return _strength(cnt(posts, kind, window_s, min_weight=2).edges, ("user_1", "user_2")), 2.0
    edges = coortweet(_shares(posts, NETWORKS[kind]), window_s).edges
    weights = edges.filter(pc.equal(edges["weight_threshold"], 1))["weight"]
    default = float(pc.min(weights).as_py()) if len(weights) else np.inf
    return _strength(edges, ("account_a", "account_b")), default


def _shares(posts: pa.Table, column: str) -> pa.Table:
    """Rows object, account, post, time of one column."""
    values = posts[column].combine_chunks()
    if pa.types.is_list(values.type):
        rows, values = pc.list_parent_indices(values), values.flatten()
    else:
        rows = pa.array(np.flatnonzero(values.is_valid().to_numpy(zero_copy_only=False)))
        values = values.take(rows)
    return posts.select(["account", "post", "time"]).take(rows).append_column("object", values)


@cache
def native_network(data: str, tool: str, kind: Kind, window_s: float) -> tuple[Strength, float]:
    """The network of the tweets alone."""
    return network(tool, kind, as_peers_read(load(data)), window_s)


@cache
def native_scan(data: str) -> Scan:
    """Our scan of the tweets alone."""
    return scan(load(data))


def peer(tool: str, data: str, posts: pa.Table, planted: set[str]) -> dict[str, Score]:
    """The tool at its default (its best network) and at its best."""
    default: list[Score] = []
    cut: list[Score] = []
    for kind, window in product(NETWORKS, WINDOWS_S):
        strength, usual = network(tool, kind, posts, window)
        before, usual_before = native_network(data, tool, kind, window)

        def at(least: float, least_before: float, strength: Strength, before: Strength, how: str) -> Score:
            named = {name for name, weight in strength.items() if weight >= least}
            return judge(named, planted, {name for name, weight in before.items() if weight >= least_before}, how)

        if window == DEFAULT_S[tool]:
            default.append(at(usual, usual_before, strength, before, kind))
        for least in sorted({strength[name] for name in planted & strength.keys()}):
            cut.append(at(least, least, strength, before, f"{kind} {window} s weight {least:g}"))
    return {tool: max(default, key=lambda score: (score.recall, -score.fdr)), f"{tool} best": best(cut)}


def ours(data: str, posts: pa.Table, planted: set[str]) -> dict[str, Score]:
    """Ours as reported; cut at the best evidence score; and only the leads that name a planted account."""
    found, before = scan(posts), native_scan(data)
    hit = {name for lead in found.leads if lead.accounts & planted for name in lead.accounts}

    def at(least: float) -> Score:
        named = {name for lead in found.leads if lead.log_e >= least for name in lead.accounts}
        return judge(named, planted, before.named, f"log e >= {least:.1f}")

    cut = best(at(lead.log_e) for lead in found.leads)
    return {"ours": at(-np.inf), "ours best": cut, "ours, its leads": judge(hit, planted, before.named)}


def measure(point: Point, seed: int) -> dict[str, Any]:
    """All methods on one planted operation."""
    operation = OperationParams(
        kind=point.kind, accounts=point.accounts, objects=point.objects, jitter_s=point.jitter_s, camouflage=1
    )
    posts, accounts = plant(load(point.data), operation, seed)
    planted = set(accounts)
    peers_read = as_peers_read(posts)
    scores = ours(point.data, posts, planted)
    for tool in DEFAULT_S:
        scores |= peer(tool, point.data, peers_read, planted)
    return asdict(point) | {"seed": seed} | {name: asdict(score) for name, score in scores.items()}


def grid(full: bool) -> list[Point]:
    """All points, or those that differ from the centre in one respect, and the weakest and strongest corner."""
    steps = list(product(ACCOUNTS, OBJECTS, JITTER_S))
    if not full:
        corners = [(5, 2, 300), (5, 5, 60), (50, 20, 1)]
        steps = [s for s in steps if sum(a != b for a, b in zip(s, CENTRE, strict=True)) <= 1 or s in corners]
    return [Point(data, kind, *step) for data in ("gop", "up") for kind in KINDS for step in steps]


def summary(rows: list[dict[str, Any]], by: tuple[str, ...]) -> str:
    """Mean recall and false discovery rate by some of the point's parts, as Markdown; "cut" and "best" keep to a rate
    of at most 5 %."""
    columns = [
        ("ours", "ours", "recall"),
        ("ours FDR", "ours", "fdr"),
        ("FDR of its leads", "ours, its leads", "fdr"),
        ("ours cut", "ours best", "recall"),
        ("CNT default", "cnt", "recall"),
        ("CNT best", "cnt best", "recall"),
        ("CooRTweet default", "coortweet", "recall"),
        ("CooRTweet default FDR", "coortweet", "fdr"),
        ("CooRTweet best", "coortweet best", "recall"),
    ]
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(tuple(row[name] for name in by), []).append(row)
    lines = [
        [*key, len(members), *(_mean(members, method, figure) for _, method, figure in columns)]
        for key, members in groups.items()
    ]
    return markdown([*by, "runs", *(title for title, _, _ in columns)], lines)


def _mean(rows: list[dict[str, Any]], method: str, figure: str) -> float:
    return float(np.mean([row[method][figure] for row in rows]))


def beaten(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The runs in which ours, as reported, names fewer of the operation than a tool at its best."""
    return [row for row in rows if row["ours"]["recall"] < max(row[f"{t} best"]["recall"] for t in DEFAULT_S)]


def pooled(rows: list[dict[str, Any]], method: str) -> float:
    """The share of all accounts named, over the runs, that are neither planted nor native."""
    right = [row[method]["recall"] * row["accounts"] for row in rows]
    wrong = [r * row[method]["fdr"] / (1 - row[method]["fdr"]) for r, row in zip(right, rows, strict=True) if r]
    return sum(wrong) / max(sum(right) + sum(wrong), 1)


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--full", action="store_true", help="every point of the grid")
    parser.add_argument("--seeds", type=int, default=1, help="operations planted at each point")
    given = parser.parse_args()
    need_data(parser)
    rows = []
    for point, seed in product(grid(given.full), range(1, given.seeds + 1)):
        rows.append(measure(point, seed))
        write("power", rows)
    parts = [("data",), ("kind",), ("accounts",), ("objects",), ("jitter_s",)]
    for by in [*parts, ("data", "kind", "accounts", "objects", "jitter_s")]:
        print(summary(rows, by), end="\n\n")
    print(f"of all accounts in our leads on the operations {pooled(rows, 'ours, its leads'):.1%} are wrong")
    worse = beaten(rows)
    print(f"{len(rows)} runs; a tool at its best names more than ours in {len(worse)}")
    for row in worse:
        print({name: row[name] for name in (*Point.__slots__, "seed", "ours", "cnt best", "coortweet best")})


if __name__ == "__main__":
    main()
