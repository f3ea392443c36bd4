"""Clusters on an engine are those of one memory, however the texts are dealt."""

from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tocsin.engine.embedded import Embedded
from tocsin.engine.spark import Spark
from tocsin.kernels.features import shingles
from tocsin.kernels.near import near_clusters
from tocsin.kernels.text import tokenise
from tocsin.resolve.near import near_on


class Rounds:
    """Counts the rounds that are told."""

    told = 0

    def start(self, what, total=None):
        self.told += 1

    def advance(self, n=1):
        pass


def said(n, seed):
    """Texts around sixty templates, up to three words of each changed; some are empty."""
    rng = np.random.default_rng(seed)
    words = np.array([f"w{k}" for k in range(300)])
    base = [list(rng.choice(words[:60], rng.integers(0, 14))) for _ in range(60)]
    texts = []
    for _ in range(n):
        text = list(base[rng.integers(60)])
        for _ in range(rng.integers(0, 4) if text else 0):
            text[rng.integers(len(text))] = str(rng.choice(words))
        texts.append(" ".join(text))
    return texts


def clusters(folder, texts, seed, *, partitions=2, address=None, **given):
    """First (as row number) and similarity of each text, from rows in another order."""
    order = np.random.default_rng(seed).permutation(len(texts))
    keys = pa.array(order.astype(np.int64) * 3 - 7)
    pq.write_table(
        pa.table({"key": keys, "text": pa.array(texts, pa.string()).take(pa.array(order))}), folder / "t.parquet"
    )
    opened = (
        Spark(folder, address=address, partitions=partitions) if address else Embedded(folder, partitions=partitions)
    )
    with opened as engine:
        made = engine.collect(near_on(engine, engine.scan("t"), 0.7, **given)).sort_by("key")
    assert made["key"].to_pylist() == sorted(keys.to_pylist())
    return ((made["first"].to_numpy() + 7) // 3).tolist(), made["jaccard"].to_pylist()


def in_memory(texts, cut, recall):
    tokens = cut(pa.array(texts, pa.string()))
    found = near_clusters(tokens.offsets, tokens.hashes, 0.7, recall)
    return found.first.tolist(), found.jaccard.tolist()


@pytest.mark.parametrize(
    ("cut", "recall", "partitions", "together", "hot"),
    [
        (tokenise, 0.99, 3, 10**7, 10),
        (tokenise, 0.99, 3, 400, 7),
        (tokenise, 1.0, 1, 200, 7),
        (tokenise, 1.0, 7, 2000, 10**4),
        (partial(shingles, size=5), 1.0, 2, 3000, 40),
    ],
)
def test_dealt_or_whole_the_same(tmp_path, cut, recall, partitions, together, hot):
    texts, rounds = said(500, partitions), Rounds()
    given = {"recall": recall, "cut": cut, "together": together, "hot": hot, "progress": rounds}
    assert clusters(tmp_path, texts, 1, partitions=partitions, **given) == in_memory(texts, cut, recall)
    assert rounds.told == 1 if together == 10**7 else rounds.told > 1


@pytest.mark.parametrize(
    "server", ["sail", *(pytest.param(name, marks=pytest.mark.slow) for name in ("sail_cluster", "pyspark"))]
)
def test_on_a_cluster_the_same(tmp_path, request, server):
    texts, rounds = said(120, 4), Rounds()
    given = {"recall": 1.0, "together": 400, "hot": 20, "progress": rounds, "address": request.getfixturevalue(server)}
    assert clusters(tmp_path, texts, 1, **given) == in_memory(texts, tokenise, 1.0)
    assert rounds.told > 1


def test_a_chain_takes_rounds_and_comes_out_the_same(tmp_path):
    """Each text is near its neighbours alone, so each waits for the one before it."""
    texts = [" ".join(f"c{k + i}" for i in range(20)) for k in range(0, 45, 3)]
    rounds = Rounds()
    given = {"recall": 1.0, "together": 100, "hot": 1000, "progress": rounds}
    assert clusters(tmp_path, texts, 2, partitions=2, **given) == in_memory(texts, tokenise, 1.0)
    assert rounds.told > 3


@pytest.mark.parametrize("texts", [[], ["", None, "?!"]])
def test_texts_of_nothing_lead_themselves(tmp_path, texts):
    assert clusters(tmp_path, texts, 3, partitions=2) == (list(range(len(texts))), [1.0] * len(texts))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(25))
def test_any_dealing_any_order(tmp_path, seed):
    rng = np.random.default_rng(seed)
    texts, recall = said(int(rng.integers(1, 800)), seed), float(rng.choice([0.99, 0.9, 1.0]))
    cut = [tokenise, partial(shingles, size=5)][seed % 2]
    given = {"recall": recall, "cut": cut, "together": int(rng.integers(50, 5000)), "hot": int(rng.integers(2, 200))}
    got = clusters(tmp_path, texts, seed, partitions=int(rng.integers(1, 17)), **given)
    assert got == in_memory(texts, cut, recall)
