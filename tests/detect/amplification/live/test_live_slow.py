"""Equality over many streams, and the level of the test where nobody acts together."""

import numpy as np
import pyarrow as pa
import pytest

from tocsin.detect.amplification.live import ties
from tocsin.detect.amplification.live.detector import Live, Parameters, batch
from tocsin.detect.amplification.live.held import read_part
from tocsin.detect.amplification.live.snapshot import Snapshot
from tocsin.simulate.permute import permute_accounts

pytestmark = pytest.mark.slow


def us(posts):
    return posts.column("time").cast(pa.int64()).to_numpy()


def told(result):
    return [f.model_dump_json() for f in result.findings], result.edges, result.evidence, result.warnings


def walk(posts, chance, params):
    """Feed posts in parts of any size, rows up to two minutes late, some twice; look at random moments, start again at
    random. Yields the state's answer and that of a single batch."""
    time, span = us(posts), round(params.span_s * 1e6)
    arrives = time + chance.integers(0, 120_000_000, len(time)) * (chance.random(len(time)) < 0.1)
    order = np.argsort(arrives, kind="stable")
    fed, done, now = [], 0, int(time.min())

    def fetch(numbers):
        return pa.concat_tables(fed).take(pa.array(numbers))

    live = Live(params, fetch)
    while done < len(order):
        size = int(chance.integers(1, 400))
        part = posts.take(pa.array(order[done : done + size]))
        for again in range(1 + int(chance.random() < 0.1)):
            fed.append(part if not again else part.slice(0, part.num_rows // 2))
            live.add(fed[-1])
        done += size
        now = max(now, int(us(part).max()))
        live.forget(now - span)
        came = posts.take(pa.array(order[:done]))
        inside = came.filter(pa.array((us(came) > now - span) & (us(came) <= now)))
        if chance.random() < 0.3:
            fed[:] = [inside]
            live = Live(params, fetch)
            live.add(inside)
        yield live.look(now), batch(inside, params, now)


@pytest.mark.parametrize("seed", range(4))
def test_step_by_step_is_the_batch(streams, seed):
    chance = np.random.default_rng([seed, 3])
    rows = streams.crowd(seed, 1_500, 1_500, 30)
    rows += streams.troupe("first", seed, 6, 8, 15, 60, 500)
    rows += streams.troupe("second", seed + 50, 4, 8, 30, 900, 1_400)
    found = set()
    for live, fresh in walk(streams.table(rows), chance, Parameters(span_s=600)):
        assert told(live) == told(fresh)
        found |= {name for finding in live.findings for name in finding.subjects}
    assert found == {f"first{n}" for n in range(6)} | {f"second{n}" for n in range(4)}


def test_p_values_of_permuted_streams_err_on_the_side_of_caution(streams):
    """Of all pairs at most a part x has p <= x, at levels at which there is something to count."""
    seen = {10: 0, 100: 0}
    runs = 20
    for seed in range(runs):
        posts = permute_accounts(streams.table(streams.crowd(seed, 2_000, 2_000, 15)), seed)
        data = Snapshot(read_part(posts, 0), 0, int(us(posts).max()), 10**6)
        pairs = len(data.accounts) * (len(data.accounts) - 1) // 2
        found = ties.find(data, 60_000_000, 900_000_000, 2, 1e9, 2)
        for level in seen:
            seen[level] += int((found.p <= level / pairs).sum())
    for level, count in seen.items():
        expected = level * runs
        assert count <= expected + 3 * expected**0.5


def test_nobody_is_found_in_an_hour_of_looks_at_a_permuted_stream(streams):
    params = Parameters()
    for seed in range(3):
        posts = permute_accounts(streams.table(streams.crowd(seed, 4_000, 2_000, 60)), seed)
        live, done = Live(params, lambda numbers, posts=posts: posts.take(pa.array(numbers))), 0
        for now in range(streams.START, streams.START + 3_600_000_000, 20_000_000):
            upto = int(np.searchsorted(us(posts), now, side="right"))
            live.add(posts.slice(done, upto - done))
            done = upto
            live.forget(now - 900_000_000)
            assert live.look(now).findings == ()
