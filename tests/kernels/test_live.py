from itertools import combinations

import numpy as np
import pyarrow as pa

from tocsin.kernels.live import hash_strings, in_triangles


def test_equal_strings_have_equal_hashes_however_they_are_held():
    words = ["", "a", "b", "ab", "ba", "ä", "a\0", None, "x" * 1000]
    whole = hash_strings(pa.array(words, pa.string()))
    assert whole.dtype == np.uint64
    assert len(set(whole.tolist())) == len(words) - 1  # a null is an empty string
    chunked = pa.chunked_array([pa.array(words[:3]), pa.array(words[3:], pa.string())])
    assert (hash_strings(chunked) == whole).all()
    assert (hash_strings(pa.array(words).dictionary_encode().cast(pa.string())[2:]) == whole[2:]).all()


def test_bits_of_hashes_are_even():
    hashes = hash_strings(pa.array([f"user{n}" for n in range(20_000)]))
    bits = (hashes[:, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    assert np.abs(bits.mean(axis=0) - 0.5).max() < 0.02


def test_edges_in_triangles_are_those_with_a_common_neighbour():
    chance = np.random.default_rng(1)
    for n in (3, 6, 12, 25):
        edges = np.array([pair for pair in combinations(range(n), 2) if chance.random() < 0.25] or [(0, 1)], np.int32)
        tied = {
            node: {b for a, b in edges.tolist() if a == node} | {a for a, b in edges.tolist() if b == node}
            for node in range(n)
        }
        ends = np.concatenate([edges, edges[:, ::-1]])
        ends = ends[np.lexsort((ends[:, 1], ends[:, 0]))]
        start = np.searchsorted(ends[:, 0], np.arange(n + 1))
        found = in_triangles(start, ends[:, 1], edges[:, 0], edges[:, 1])
        assert found.tolist() == [bool(tied[a] & tied[b]) for a, b in edges.tolist()]
