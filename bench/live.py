"""amplification.live: false alarms in an hour of looks, power, and cost. Run: python bench/live.py [--posts N].

Simulated elections are folded: times are taken modulo an hour (or a quarter), which keeps the rhythm of every thread
and lays many days over one another. Results: bench/results/live.json.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.detect.amplification.live import ties
from tocsin.detect.amplification.live.detector import Live, Parameters
from tocsin.detect.amplification.live.held import Part, read_part
from tocsin.detect.amplification.live.snapshot import Snapshot
from tocsin.model.post import POSTS
from tocsin.simulate.election import ElectionParams, simulate
from tocsin.simulate.permute import permute_accounts

RESULTS = Path(__file__).parent / "results" / "live.json"
START, HOUR, QUARTER = 1_900_000_800_000_000, 3_600_000_000, 900_000_000  # microseconds
AT = POSTS.get_field_index("time")


def folded(posts: pa.Table, span_us: int) -> pa.Table:
    """The same posts within one span, in order of time; microseconds drawn where times are whole seconds."""
    us = posts.column("time").cast(pa.int64()).to_numpy()
    us = START + (us + np.random.default_rng(0).integers(0, 1_000_000, len(us))) % span_us
    moved = posts.set_column(AT, POSTS.field("time"), pa.array(us).cast(POSTS.field("time").type))
    return moved.take(pa.array(np.argsort(us, kind="stable")))


def looks(posts: pa.Table, params: Parameters) -> Iterator[tuple[Live, int]]:
    """A live state before each look of an hour."""
    us = posts.column("time").cast(pa.int64()).to_numpy()
    live = Live(params, lambda numbers: posts.take(pa.array(numbers)))
    done = 0
    for now in range(START, START + HOUR + 1, round(params.every_s * 1e6)):
        upto = int(np.searchsorted(us, now, side="right"))
        live.add(posts.slice(done, upto - done))
        done = upto
        live.forget(now - round(params.span_s * 1e6))
        yield live, now


def hour(posts: pa.Table, params: Parameters) -> dict[str, int]:
    """An hour of looks: looks in which somebody is found, and findings by standing (each account once)."""
    told: dict[str, set[str]] = {"lead": set(), "explained": set()}
    again = found = 0
    for live, now in looks(posts, params):
        result = live.look(now)
        found += bool(result.findings)
        again += 1
        for finding in result.findings:
            told[finding.standing].update(finding.subjects)
    return {"looks": again, "with_finding": found, **{f"{k}_accounts": len(v) for k, v in told.items()}}


def tied(posts: pa.Table, params: Parameters, alpha: float) -> int:
    """Pairs with a tie at the given level, in one look over the last quarter of the hour."""
    part: Part = read_part(posts, 0)
    data = Snapshot(part, START + HOUR - QUARTER, START + HOUR, 10**9)
    return len(ties.find(data, 60_000_000, QUARTER, params.objects, alpha, 2).a)


def planted(seed: int) -> tuple[list[dict[str, Any]], list[tuple[int, int, int]]]:
    """Troupes of each size, number of joint texts and seconds apart."""
    chance = np.random.default_rng([seed, 9])
    rows, cells = [], []
    for members in (3, 5, 10):
        for things in (3, 4, 5, 8):
            for apart in (10, 30, 60):
                name = f"troupe{len(cells)}-"
                cells.append((members, things, apart))
                for thing in range(things):
                    moment = chance.uniform(0, 900 - apart)
                    for m in range(members):
                        at = START + int((moment + chance.uniform(0, apart)) * 1e6)
                        text = f"{name} says the thing of number {thing} about the vote"
                        rows.append({"account": f"{name}{m}", "post": f"{name}{thing}-{m}", "at": at, "text": text})
    return rows, cells


def power(posts: pa.Table, seed: int) -> list[dict[str, Any]]:
    """Which planted troupes one look at a quarter of an hour finds: share of their accounts, and others in the lead."""
    rows, cells = planted(seed)
    n = len(rows)
    given = {k: pa.array([row[k] for row in rows]) for k in ("account", "post", "text")}
    given["time"] = pa.array([row["at"] for row in rows]).cast(POSTS.field("time").type)
    given |= {"file": pa.repeat("planted", n), "row": pa.array(range(n)), "language": pa.repeat("en", n)}
    given["client"] = pa.repeat("Web app", n)
    added = pa.table([given.get(f.name, pa.nulls(n, f.type)) for f in POSTS], schema=POSTS)
    whole = pa.concat_tables([folded(posts, QUARTER), added])
    live = Live(Parameters(), lambda numbers: whole.take(pa.array(numbers)))
    live.add(whole)
    found = [set(f.subjects) for f in live.look(START + QUARTER).findings]
    told = []
    for k, (members, things, apart) in enumerate(cells):
        own = {f"troupe{k}-{m}" for m in range(members)}
        best = max((f for f in found if f & own), key=lambda f: len(f & own), default=set())
        recall = len(best & own) / members
        told.append(
            {"members": members, "things": things, "apart_s": apart, "recall": recall, "others": len(best - own)}
        )
    return told


def cost(posts: pa.Table, copies: int) -> dict[str, float]:
    """CPU-seconds of adding and of a look with `copies` of the posts held, each by other accounts; peak memory."""
    base = folded(posts, QUARTER)
    n = base.num_rows
    renamed = ("post", "account", "repost_of")

    def copy(k: int, rows: pa.Table) -> pa.Table:
        import pyarrow.compute as pc

        for name in renamed:
            at, field = POSTS.get_field_index(name), POSTS.field(name)
            marked: Any = pc
            rows = rows.set_column(at, field, marked.binary_join_element_wise(rows.column(name), str(k), "-"))
        return rows

    def fetch(numbers: Any) -> pa.Table:
        parts = [copy(k, base.take(pa.array(numbers[numbers // n == k] % n))) for k in range(copies)]
        return pa.concat_tables(parts)

    Live(Parameters(), fetch).add(base.slice(0, 1000))  # compiled once
    live = Live(Parameters(), fetch)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    spent = 0.0
    for k in range(copies):
        for low in range(0, n, 10_000):
            part = copy(k, base.slice(low, 10_000))
            start = time.process_time()
            live.add(part)
            spent += time.process_time() - start
    start = time.process_time()
    result = live.look(START + QUARTER)
    look = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "posts": live.posts, "add_cpu_s": round(spent, 2), "posts_per_cpu_s": round(live.posts / spent),
        "look_cpu_s": round(look, 2), "findings": len(result.findings), "peak_mb_before": before // 1024,
        "peak_mb": peak // 1024,
    }  # fmt: skip


def main() -> None:
    """Measure, writing what is known after each step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=6)
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--cost", type=int, nargs="*", default=[1, 4], help="copies of 1,000,000 posts")
    args = parser.parse_args()
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    asked = ("permuted", "decoys", "nothing_planted", "power") * bool(args.hours) + ("cost",) * bool(args.cost)
    results |= {name: [] for name in asked}

    def keep(name: str, value: Any) -> None:
        results[name].append(value)
        RESULTS.write_text(json.dumps(results, indent=1) + "\n")
        print(name, value, flush=True)

    params = Parameters()
    for seed in range(1, args.hours + 1):
        with_decoys = simulate(ElectionParams(seed=seed, posts=args.posts, operations="none"))
        posts = folded(with_decoys.posts, HOUR)
        mixed = permute_accounts(posts, seed)
        at_level = {str(alpha): tied(mixed, params, alpha) for alpha in (params.alpha_look, 0.05, 0.5)}
        keep("permuted", {"seed": seed, **hour(mixed, params), "ties_in_one_look_at_alpha": at_level})
        keep("decoys", {"seed": seed, **hour(posts, params)})
        bare = simulate(ElectionParams(seed=seed, posts=args.posts, operations="none", decoys=False)).posts
        keep("nothing_planted", {"seed": seed, **hour(folded(bare, HOUR), params)})
        keep("power", {"seed": seed, "troupes": power(bare, seed)})
    if args.cost:
        million = simulate(ElectionParams(seed=99, posts=1_000_000)).posts
        for copies in args.cost:
            keep("cost", cost(million, copies))


if __name__ == "__main__":
    main()
