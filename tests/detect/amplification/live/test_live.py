from itertools import pairwise

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tocsin.detect.amplification.live import ties
from tocsin.detect.amplification.live.detector import Live, Parameters, batch
from tocsin.model.post import POSTS
from tocsin.model.tables import EDGES, EVIDENCE
from tocsin.simulate.permute import permute_accounts
from tocsin.stats.tails import by_q


def us(posts):
    return posts.column("time").cast(pa.int64()).to_numpy()


def between(posts, low, high):
    return posts.filter(pa.array((us(posts) > low) & (us(posts) <= high)))


def told(result):
    """A result in full, as bytes that can be compared."""
    return [f.model_dump_json() for f in result.findings], result.edges, result.evidence, result.warnings


class Fed:
    """A live state with the posts it was given, which it fetches from."""

    def __init__(self, params=None):
        self.given = POSTS.empty_table()
        self.live = Live(params or Parameters(), lambda numbers: self.given.take(pa.array(numbers)))

    def add(self, posts):
        assert self.live.add(posts) == self.given.num_rows
        self.given = pa.concat_tables([self.given, posts])


def parted(posts, chance, parts):
    cuts = [0, *np.sort(chance.integers(0, posts.num_rows, parts - 1)).tolist(), posts.num_rows]
    return [posts.slice(a, b - a) for a, b in pairwise(cuts)]


def test_a_troupe_is_named_and_a_feed_explained(stream):
    result = batch(stream)
    by_standing = {finding.standing: finding for finding in result.findings}
    assert [f.standing for f in result.findings] == ["lead", "explained"]
    lead = by_standing["lead"]
    assert lead.subjects == tuple(f"troupe{n}" for n in range(6))
    assert by_standing["explained"].subjects == tuple(f"feed{n}" for n in range(5))
    assert next(e for e in by_standing["explained"].explanations if e.code == "application").verdict == "fits"
    assert (lead.detector, lead.version) == ("amplification.live", "1")
    assert lead.tests[0].q <= Parameters().alpha_look < 0.0003
    assert all(effect.low <= effect.value <= effect.high for effect in lead.effects)
    assert len(lead.explanations) == 6
    assert {member.together for member in lead.members} == {5}
    assert [thing.members for thing in lead.objects] == [6] * 5
    assert result.edges.schema.equals(EDGES)
    assert result.edges.filter(pc.equal(result.edges["finding"], lead.id)).num_rows == 15
    assert result.evidence.schema.equals(EVIDENCE)
    rows = result.evidence.filter(pc.equal(result.evidence["finding"], lead.id))
    given = {(row["post"], row["account"], row["time"], row["row"]) for row in stream.to_pylist()}
    assert {(r["post"], r["account"], r["time"], r["row"]) for r in rows.to_pylist()} <= given
    assert rows.num_rows == 30 == len(lead.evidence_posts)


def test_nobody_is_named_once_accounts_are_permuted(stream):
    for seed in range(3):
        assert batch(permute_accounts(stream, seed)).findings == ()


def test_the_order_and_the_parts_in_which_posts_come_do_not_matter(stream):
    whole = told(batch(stream))
    chance = np.random.default_rng(3)
    now = int(us(stream).max())
    for parts, shuffled in ((7, False), (40, True)):
        fed = Fed()
        order = chance.permutation(stream.num_rows) if shuffled else np.arange(stream.num_rows)
        for part in parted(stream.take(pa.array(order)), chance, parts):
            fed.add(part)
        fed.add(stream.slice(100, 300))  # a part that came twice
        assert told(fed.live.look(now)) == whole


def test_looks_on_the_way_a_moving_span_and_a_restart_change_nothing(stream):
    params = Parameters(span_s=300)
    span, start = 300_000_000, int(us(stream).min())
    fed, seen = Fed(params), 0
    for now in range(start + 150_000_000, int(us(stream).max()), 130_000_000):
        late = int(us(stream).max()) if now == start else 0
        new = between(stream, now - 130_000_000 if seen else start - 1, max(now, late))
        half = new.num_rows // 2
        fed.add(new.slice(half))  # the earlier half is late
        fed.add(new.slice(0, half))
        fed.live.forget(now - span)
        seen += 1
        fresh = batch(between(stream, now - span, now), params, now)
        assert told(fed.live.look(now)) == told(fresh)
        assert fed.live.posts == between(stream, now - span, now).num_rows
        if seen == 4:  # the process ended: what is within the span is read again
            fed = Fed(params)
            fed.add(between(stream, now - span, now))
            assert told(fed.live.look(now)) == told(fresh)
    assert seen > 6


def test_posts_of_the_future_wait(stream):
    now = int(us(stream)[stream.num_rows // 2])
    assert told(batch(stream, now_us=now)) == told(batch(between(stream, 0, now), now_us=now))


def test_only_the_newest_posts_are_held_and_it_says_so(stream):
    params = Parameters(max_posts=2_000)
    fed = Fed(params)
    for part in parted(stream, np.random.default_rng(1), 30):
        fed.add(part)
        assert fed.live.posts <= 1.25 * params.max_posts + part.num_rows
    result = fed.live.look(int(us(stream).max()))
    assert told(result) == told(batch(stream, params))
    assert [w for w in result.warnings if "as many as may be held" in w]


def test_what_everybody_shares_ties_nobody(streams):
    """A hundred people repeat the same five posts at once: each share stands amid too many to mean anything."""
    rows = streams.crowd(5, 300, 500, 15)
    for thing in range(5):
        at = streams.START + (200 + 100 * thing) * streams.SECOND
        rows += [
            {"post": f"m{thing}-{n}", "account": f"fan{n}", "time": at + n * 200_000, "repost_of": f"star{thing}"}
            for n in range(100)
        ]
    assert batch(streams.table(rows)).findings == ()


def test_one_thing_again_and_again_is_not_three(streams):
    rows = streams.crowd(6, 300, 500, 15)
    for n in range(5):
        for again in range(8):
            at = streams.START + (100 + 80 * again + n) * streams.SECOND
            rows.append(
                {"post": f"s{n}-{again}", "account": f"seller{n}", "time": at, "urls": ["https://shop.example/x"]}
            )
    assert batch(streams.table(rows)).findings == ()


def test_swapped_names_give_the_same_groups(stream):
    """Names are hashed and sorted nowhere: who is who decides nothing."""
    names = pc.utf8_reverse(stream.column("account"))
    at = stream.schema.get_field_index("account")
    turned = batch(stream.set_column(at, POSTS.field("account"), names))
    straight = batch(stream)
    assert [set(f.subjects) for f in turned.findings] == [{s[::-1] for s in f.subjects} for f in straight.findings]
    assert turned.edges["p_affinity"].to_pylist().sort() == straight.edges["p_affinity"].to_pylist().sort()


def test_a_pair_that_is_not_asked_about_could_not_have_been_tied():
    chance = np.random.default_rng(1)
    for _ in range(100):
        pairs = int(chance.integers(0, 200))
        p, tests, alpha = (
            10 ** chance.uniform(-9, 0, pairs),
            int(chance.integers(200, 10**5)),
            10 ** chance.uniform(-4, -0.3),
        )
        able = ties._able(p * chance.uniform(0.1, 1, pairs), tests, alpha)
        q = by_q(p, tests)
        assert able[q <= alpha].all()
        assert ((by_q(p[able], tests) <= alpha) == (q <= alpha)[able]).all()


def test_nothing_in_nothing_out():
    assert batch(POSTS.empty_table()).findings == ()
    fed = Fed()
    fed.add(POSTS.empty_table())
    assert fed.live.look(0).evidence.schema.equals(EVIDENCE)


@pytest.mark.parametrize("every_s", [1, 20, 3600])
def test_alpha_is_shared_out_over_the_looks_of_an_hour(every_s):
    params = Parameters(every_s=every_s)
    assert params.alpha_look * 3600 / every_s == pytest.approx(params.alpha)
