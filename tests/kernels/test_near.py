"""Near-identical sets: the exact join against brute force, the recall of the bands, clusters, skew."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.kernels.near import near_clusters, near_pairs, near_pairs_exact, plan_bands
from tocsin.kernels.pairs import PAIRS_MAX, grown
from tocsin.kernels.text import tokenise

WORDS = np.random.default_rng(5).integers(0, 2**64, 1_000_000, np.uint64)
SETS = st.lists(st.sets(st.integers(0, 12), max_size=9), max_size=25)
THRESHOLDS = st.sampled_from([0.2, 0.5, 0.55, 0.6, 0.7, 0.75, 0.8, 0.9, 1.0])


def packed(sets):
    offsets = np.cumsum([0, *map(len, sets)])
    hashes = [np.sort(WORDS[list(s)]) for s in sets if s]
    return offsets, np.concatenate(hashes) if hashes else np.zeros(0, np.uint64)


def jaccard(one, other):
    return len(one & other) / len(one | other) if one | other else 0.0


def brute(sets, threshold):
    pairs = {(i, j): jaccard(sets[i], sets[j]) for j in range(len(sets)) for i in range(j)}
    return {pair: np.float32(value) for pair, value in pairs.items() if value >= threshold}


def found(pairs):
    answer = dict(zip(zip(pairs.i.tolist(), pairs.j.tolist(), strict=True), pairs.jaccard, strict=True))
    assert len(answer) == pairs.i.size  # each pair once
    return answer


@settings(max_examples=300, deadline=None)
@given(SETS, THRESHOLDS)
def test_exact_is_brute_force(sets, threshold):
    assert found(near_pairs_exact(*packed(sets), threshold)) == brute(sets, threshold)


@settings(max_examples=100, deadline=None)
@given(SETS, st.sampled_from([0.5, 0.7, 0.9]))
def test_banded_pairs_are_all_real(sets, threshold):
    assert found(near_pairs(*packed(sets), threshold)).items() <= brute(sets, threshold).items()


@settings(max_examples=200, deadline=None)
@given(SETS, THRESHOLDS)
def test_clusters_are_led_by_the_most_similar_first_member(sets, threshold):
    first = []
    for i, one in enumerate(sets):
        leaders = [j for j in range(i) if first[j] == j and jaccard(sets[j], one) >= threshold]
        first.append(max(leaders, key=lambda j: (jaccard(sets[j], one), -j), default=i))
    clusters = near_clusters(*packed(sets), threshold, 1.0)
    assert clusters.first.tolist() == first
    values = [1.0 if i == j else jaccard(sets[i], sets[j]) for i, j in enumerate(first)]
    assert clusters.jaccard.tolist() == np.float32(values).tolist()


def test_long_sets():
    rng = np.random.default_rng(3)
    base = [set(rng.choice(5000, 400, replace=False).tolist()) for _ in range(20)]
    sets = base + [set(list(s)[k:]) | set(range(5000, 5000 + k)) for s in base for k in (10, 60, 70, 71, 80)]
    for threshold in (0.65, 0.7, 0.75):
        assert found(near_pairs_exact(*packed(sets), threshold)) == brute(sets, threshold)


@pytest.mark.parametrize(("threshold", "recall"), [(0.5, 0.9), (0.7, 0.99), (0.8, 0.99), (0.9, 0.999), (1.0, 0.99)])
def test_plan_keeps_its_recall_and_is_the_most_selective(threshold, recall):
    plan = plan_bands(threshold, recall)
    assert plan.recall(threshold) >= recall
    assert plan.bands == 1 or plan._replace(bands=plan.bands - 1).recall(threshold) < recall
    assert plan.rows == 63 or plan._replace(rows=plan.rows + 1, bands=40).recall(threshold) < recall


@pytest.mark.parametrize(("threshold", "recall"), [(0.0, 0.9), (1.1, 0.9), (0.5, 1.0), (0.01, 0.99)])
def test_plan_that_cannot_be(threshold, recall):
    with pytest.raises(ValueError):
        plan_bands(threshold, recall)


@pytest.mark.parametrize(("size", "common"), [(17, 14), (10, 9), (34, 28)])
def test_recall_on_planted_pairs(size, common):
    """4,000 pairs of one similarity: the share found is what the S-curve says, within four standard errors."""
    sets, fresh = [], iter(range(WORDS.size))
    for _ in range(4000):
        shared = [next(fresh) for _ in range(common)]
        sets += [{*shared, *(next(fresh) for _ in range(size - common))} for _ in range(2)]
    similarity = common / (2 * size - common)
    computed = plan_bands(0.7, 0.99).recall(similarity)
    measured = near_pairs(*packed(sets), 0.7).i.size / 4000
    assert similarity >= 0.7
    assert computed >= 0.99
    assert abs(measured - computed) <= 4 * np.sqrt(computed * (1 - computed) / 4000) + 1e-9


@pytest.mark.parametrize("recall", [0.99, 1.0])
def test_popular_template_is_not_quadratic(recall):
    """30,000 variants of one post, in two words each: the work grows as the posts do."""
    rng = np.random.default_rng(11)
    texts = [
        f"polls close at eight tonight so go vote now in ward w{k} said u{rng.integers(900)}" for k in range(30_000)
    ]
    tokens = tokenise(pa.array(texts))
    half = tokens.offsets[15_000]
    small = near_clusters(tokens.offsets[:15_001], tokens.hashes[:half], 0.7, recall)
    large = near_clusters(tokens.offsets, tokens.hashes, 0.7, recall)
    assert np.unique(large.first).size <= (1 if recall == 1 else 10)
    assert (large.jaccard >= np.float32(0.7)).all()
    assert large.candidates <= 3 * small.candidates  # 4 would be quadratic; a second leader may appear
    assert large.candidates <= 60 * len(texts)


def test_a_chain_does_not_merge():
    sets = [set(range(k, k + 20)) for k in range(30)]  # neighbours 19/21, two apart 18/22, four apart 16/24 < .7
    first = near_clusters(*packed(sets), 0.7, 1.0).first
    assert np.unique(first).size > 3
    assert all(jaccard(sets[i], sets[j]) >= 0.7 for i, j in enumerate(first))


def test_too_many_pairs_are_refused():
    with pytest.raises(OverflowError, match="clusters"):
        grown(np.empty(PAIRS_MAX, np.int8))


@pytest.mark.parametrize("recall", [0.99, 1.0])
def test_nothing(recall):
    empty = np.zeros(0, np.uint64)
    assert near_pairs(np.zeros(1, np.int64), empty, 0.7, recall).i.size == 0
    assert near_clusters(np.zeros(1, np.int64), empty, 0.7, recall).first.size == 0
    assert near_clusters(np.zeros(4, np.int64), empty, 0.7, recall).first.tolist() == [0, 1, 2]


def test_several_scripts():
    texts = [
        "Выборы завтра, приходите все голосовать вместе",
        "выборы завтра приходите все голосовать вместе!!",
        "東京都知事選挙は明日です投票に行きましょう",
        "東京都知事選挙は明日です。投票に行きましょう!",
        "พรุ่งนี้ไปเลือกตั้งกันนะทุกคน",
        "พรุ่งนี้ไปเลือกตั้งกันนะทุกคน ๆ",
    ]
    tokens = tokenise(pa.array(texts))
    assert near_clusters(tokens.offsets, tokens.hashes, 0.7, 1.0).first.tolist() == [0, 0, 2, 2, 4, 4]
